from django.http import JsonResponse


def ping(request):
    return JsonResponse({"ok": True})


def seed():
    """Users alice and bob, whose passwords are their names twice, with tokens of forty times a and b."""
    from django.contrib.auth.models import User
    from rest_framework.authtoken.models import Token

    for name in ("alice", "bob"):
        user = User.objects.create_user(name, password=name * 2)
        Token.objects.create(user=user, key=name[0] * 40)
