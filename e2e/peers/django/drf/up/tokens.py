from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.authtoken.models import Token


@csrf_exempt
def replace(request, key):
    """From now on this is the token of alice, and no other."""
    tokens = Token.objects.filter(user__username="alice")
    user = tokens.get().user
    tokens.delete()
    Token.objects.create(user=user, key=key)
    return JsonResponse({"ok": True})
