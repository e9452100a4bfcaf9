from django.urls import path
from django_tus.views import TusUpload

from config import mends

mends.write_in_place()
upload = TusUpload.as_view()

# Addresses of uploads as the app's documentation has them: earlier without, later with a slash at their end.
urlpatterns = [path("api/uploads/", upload), path("api/uploads/<uuid:resource_id>", upload)]
urlpatterns += [path("api/slashed/", upload), path("api/slashed/<uuid:resource_id>/", upload)]
