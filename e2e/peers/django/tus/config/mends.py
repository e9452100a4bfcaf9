"""What is mended of django-tus 0.5.0, the newest one released."""

import os

import django.dispatch
from django.conf import settings


def let_signals_name_arguments():
    """Django 4 has dropped an argument that meant nothing; the app gives it, and so could not be imported."""

    class Signal(django.dispatch.Signal):
        def __init__(self, providing_args=None, use_caching=False):
            super().__init__(use_caching)

    django.dispatch.Signal = Signal


def write_in_place():
    """
    The app opens its file anew for each chunk, which wipes the chunks before; it begins with a byte too many; and with the
    last unfinished file it takes away their folder, so that nobody can begin another one.
    """
    from django_tus.tusfile import TusFile

    def begin(self):
        os.makedirs(settings.TUS_UPLOAD_DIR, exist_ok=True)
        open(self.get_path(), "wb").close()

    def write(self, path, offset, content):
        with open(path, "r+b") as file:
            file.seek(offset)
            file.write(content)

    TusFile.write_init_file = begin
    TusFile._write_file = write
