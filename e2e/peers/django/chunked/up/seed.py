from django.contrib.auth import authenticate, login, logout
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.csrf import csrf_exempt


def ping(request):
    """A page as the project has many: with it comes the cookie of the CSRF token."""
    get_token(request)
    return JsonResponse({"ok": True})


@csrf_exempt
def log_in(request):
    """Signs alice in, and sets the cookie of the CSRF token: another one each time."""
    login(request, authenticate(request, username="alice", password="alicealice"))
    get_token(request)
    return JsonResponse({"ok": True})


@csrf_exempt
def log_out(request):
    logout(request)
    return JsonResponse({"ok": True})


def seed():
    """User alice, whose password is her name twice."""
    from django.contrib.auth.models import User

    User.objects.create_user("alice", password="alicealice")
