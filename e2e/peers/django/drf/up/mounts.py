"""The app's view, mounted the ways that people mount it. `MOUNTS` gives the view of each name."""

from drf_chunked_upload.models import ChunkedUpload
from drf_chunked_upload.serializers import ChunkedUploadSerializer
from drf_chunked_upload.views import ChunkedUploadView
from rest_framework import authentication, permissions, serializers, throttling

from .models import OpenUpload, ShortUpload, SlowFinish, SlowUpload

MOUNTS = {}


def mount(name, model, **attributes):
    meta = type("Meta", (ChunkedUploadSerializer.Meta,), {"model": model})
    serializer = type(f"Serializer_{name}", (ChunkedUploadSerializer,), {"viewname": name, "Meta": meta})
    attributes = {"model": model, "serializer_class": serializer, **attributes}
    MOUNTS[name] = type(f"View_{name}", (ChunkedUploadView,), attributes)


def refuse(self, upload, request):
    raise serializers.ValidationError({"file": ["Not a readable image"]})


signed_in = [permissions.IsAuthenticated]
token_or_basic = [authentication.TokenAuthentication, authentication.BasicAuthentication]

mount("uploads", OpenUpload)
# The same, under a path for which the proxy does not say that there was TLS.
mount("untold", OpenUpload)
# The same, with a middleware that reads the body.
mount("logged", OpenUpload)
# Without a token: 400 at the start, 404 afterwards.
mount("mine", ChunkedUpload, authentication_classes=token_or_basic)
# Without a token: 401.
mount("private", ChunkedUpload, authentication_classes=token_or_basic, permission_classes=signed_in)
mount("basic", ChunkedUpload, authentication_classes=[authentication.BasicAuthentication], permission_classes=signed_in)
mount(
    "session",
    ChunkedUpload,
    authentication_classes=[authentication.SessionAuthentication],
    permission_classes=signed_in,
)
# As above, but whoever is signed out sees nothing instead of being refused.
mount("hidden", ChunkedUpload, authentication_classes=[authentication.SessionAuthentication])
mount("limited", OpenUpload, max_bytes=1024 * 1024)
mount("unchecked", OpenUpload, do_checksum_check=False)
mount("refusing", OpenUpload, on_completion=refuse)
mount("throttled", OpenUpload, throttle_classes=[throttling.ScopedRateThrottle], throttle_scope="uploads")
mount("short", ShortUpload)
mount("slowstore", SlowUpload)
mount("slowfinish", SlowFinish)
