"""A project around the real drf-chunked-upload, for the tests of the client. Never for anything else."""

import os
import re

FOLDER = os.environ["PEER_FOLDER"]

SECRET_KEY = "test-only"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = os.path.join(FOLDER, "media")
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.path.join(FOLDER, "db.sqlite3"),
        "OPTIONS": {"timeout": 20},
    }
}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_chunked_upload",
    "up",
]
MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    # Error texts in the language of the browser.
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "up.middleware.read_body",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# Fast, and safe enough for users that everybody knows.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"uploads": os.environ.get("PEER_THROTTLE", "2/s")}}
CACHES = {
    # Both processes count requests, and must count the same.
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": os.path.join(FOLDER, "cache"),
    }
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
LOGIN_REDIRECT_URL = "/ping/"

# Pages that were opened under this name belong to another origin than the API at 127.0.0.1.
CORS_ALLOWED_ORIGIN_REGEXES = [r"^https?://localhost:\d+$"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-range", "content-type", "x-csrftoken"]
CORS_EXPOSE_HEADERS = ["Retry-After"]
CORS_URLS_REGEX = re.compile(r"^/api/.*$")

DRF_CHUNKED_UPLOAD_ABSTRACT_MODEL = False
if "PEER_CHECKSUM" in os.environ:
    DRF_CHUNKED_UPLOAD_CHECKSUM = os.environ["PEER_CHECKSUM"]
