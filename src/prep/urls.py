"""What the server answers. Each room brings its own routes; this page only mounts them."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from prep.acceso.permisos import abierta
from prep.diseno.views import galeria, lector_de_qr
from prep.intercambio.api import api as intercambio

urlpatterns = [
    path("", include("prep.acceso.urls")),
    path("casilla/", include("prep.casilla.urls")),
    path("catd/", include("prep.catd.urls")),
    path("ccv/", include("prep.ccv.urls")),
    path("practica/", include("prep.practica.urls")),
    path("", include("prep.coordinacion.urls")),
    path("", include("prep.sede.urls")),
    path("admin/", admin.site.urls),
    path("v1/", intercambio.urls),
    path("diseno/lector.wasm", abierta(lector_de_qr)),
]
if settings.DEMOSTRACION:
    urlpatterns += [
        path("diseno/", abierta(galeria)),
        path("diseno/telefono/", abierta(galeria), {"forma": "telefono"}),
        path("diseno/puerta/", abierta(galeria), {"forma": "puerta"}),
    ]

handler400 = "prep.diseno.views.error_400"
handler403 = "prep.diseno.views.error_403"
handler404 = "prep.diseno.views.error_404"
handler500 = "prep.diseno.views.error_500"
