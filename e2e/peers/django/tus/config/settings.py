"""A project around the real django-tus, for the tests of the client. Never for anything else."""

import os

from config import mends

FOLDER = os.environ["PEER_FOLDER"]

SECRET_KEY = "test-only"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
MEDIA_ROOT = os.path.join(FOLDER, "media")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.path.join(FOLDER, "db.sqlite3"),
        "OPTIONS": {"timeout": 20},
    }
}
CACHES = {
    # The app keeps there what it knows of an upload: all processes must see it, also after a restart.
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": os.path.join(FOLDER, "cache"),
    }
}
INSTALLED_APPS = ["corsheaders", "django_tus", "up"]
MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", "django.middleware.common.CommonMiddleware"]

# It refuses whoever does not speak tus, and so preflights: the middleware answers those.
CORS_ALLOWED_ORIGIN_REGEXES = [r"^https?://localhost:\d+$"]
CORS_ALLOW_HEADERS = ["accept", "content-type", "tus-resumable", "upload-length", "upload-metadata", "upload-offset"]
CORS_EXPOSE_HEADERS = ["Location", "Tus-Extension", "Tus-Resumable", "Tus-Version", "Upload-Length", "Upload-Offset"]

TUS_UPLOAD_DIR = os.path.join(FOLDER, "unfinished")
TUS_DESTINATION_DIR = MEDIA_ROOT
if "PEER_BODY" in os.environ:
    DATA_UPLOAD_MAX_MEMORY_SIZE = int(os.environ["PEER_BODY"])

mends.let_signals_name_arguments()
