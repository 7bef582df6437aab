"""What the server answers. Each room brings its own urls; this page only mounts them."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
