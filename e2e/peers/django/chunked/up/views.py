"""The app's two views, mounted the ways that people mount them. `MOUNTS` gives both views of each name."""

from chunked_upload.models import ChunkedUpload
from chunked_upload.views import ChunkedUploadCompleteView, ChunkedUploadView

from .models import OpenUpload, ShortUpload, SlowUpload

MOUNTS = {}


def mount(name, model, chunk=None, complete=None, **attributes):
    views = (ChunkedUploadView, chunk), (ChunkedUploadCompleteView, complete)
    MOUNTS[name] = [type(name, (base,), {"model": model, **attributes, **(own or {})}) for base, own in views]


def everybody(self, request):
    pass


def everything(self, request):
    return self.model.objects.all()


def address(self, upload, request):
    return {"file": upload.filename, "size": upload.offset}


open_to_all = {"check_permissions": everybody, "get_queryset": everything}
mount("uploads", OpenUpload, **open_to_all)
mount("answering", OpenUpload, complete={"get_response_data": address}, **open_to_all)
mount("limited", OpenUpload, chunk={"max_bytes": 1024 * 1024}, **open_to_all)
mount("unchecked", OpenUpload, complete={"do_md5_check": False}, **open_to_all)
mount("short", ShortUpload, **open_to_all)
mount("slowstore", SlowUpload, **open_to_all)
mount("mine", ChunkedUpload)
