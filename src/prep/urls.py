"""What the server answers. Each room brings its own routes; this page only mounts them."""

from django.contrib import admin
from django.urls import path
from ninja import NinjaAPI

from prep.bitacora.api import router as bitacora

api = NinjaAPI(title="PREP Abierto", version="1", docs_url=None, openapi_url=None)
api.add_router("/bitacora", bitacora)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", api.urls),
]
