from datetime import timedelta

from chunked_upload.models import AbstractChunkedUpload


class OpenUpload(AbstractChunkedUpload):
    """No user field at all: open to everybody."""


class ShortUpload(AbstractChunkedUpload):
    """Expires three seconds after it was begun."""

    @property
    def expires_on(self):
        return self.created_on + timedelta(seconds=3)


class SlowUpload(AbstractChunkedUpload):
    """Stores slowly: what comes between the check of the offset and the writing has time to come."""

    def append_chunk(self, *args, **kwargs):
        import time

        time.sleep(1)
        super().append_chunk(*args, **kwargs)
