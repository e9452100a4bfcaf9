from django.urls import include, path

from up.mounts import MOUNTS
from up.seed import ping
from up.tokens import replace

urlpatterns = [path("ping/", ping), path("accounts/", include("rest_framework.urls"))]
urlpatterns += [path("tokens/<str:key>/", replace)]
for name, view in MOUNTS.items():
    urlpatterns += [
        path(f"api/{name}/", view.as_view()),
        path(f"api/{name}/<uuid:pk>/", view.as_view(), name=name),
    ]
