from django.urls import path

from up import views
from up.seed import log_in, log_out, ping

urlpatterns = [path("ping/", ping), path("log-in/", log_in), path("log-out/", log_out)]
for name, (chunk, complete) in views.MOUNTS.items():
    urlpatterns += [path(f"api/{name}/", chunk.as_view()), path(f"api/{name}/complete/", complete.as_view())]
