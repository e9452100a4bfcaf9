from datetime import timedelta

from django.db import models
from drf_chunked_upload.models import AbstractChunkedUpload


class OpenUpload(AbstractChunkedUpload):
    """No user field at all: open to everybody."""


class ShortUpload(AbstractChunkedUpload):
    """Expires three seconds after it was begun."""

    @property
    def expires_at(self):
        return self.created_at + timedelta(seconds=3)


class SlowUpload(AbstractChunkedUpload):
    """Stores slowly: what comes between the check of the offset and the writing has time to come."""

    def append_chunk(self, *args, **kwargs):
        import time

        time.sleep(1)
        super().append_chunk(*args, **kwargs)


class SlowFinish(AbstractChunkedUpload):
    """Hashes for longer than the proxy waits."""

    @property
    def checksum(self):
        import time

        time.sleep(7)
        return super().checksum
