"""`/ccv/…`: one page a desk, the picture of the acta in one's hands, and what is looked for as one types."""

from __future__ import annotations

from django.urls import path

from prep.ccv.views import busquedas, escritorios, practica, reapertura

urlpatterns = [
    path("", escritorios.inicio, name="ccv-inicio"),
    path("captura/", escritorios.captura, name="ccv-captura"),
    path("diferencias/", escritorios.diferencias, name="ccv-diferencias"),
    path("decision/", escritorios.decision, name="ccv-decision"),
    path("verificacion/", escritorios.verificacion, name="ccv-verificacion"),
    path("peticiones/", escritorios.peticiones, name="ccv-peticiones"),
    path("identificacion/", escritorios.identificacion, name="ccv-identificacion"),
    path("identificacion/buscar/", busquedas.buscar_para_identificar, name="ccv-identificacion-buscar"),
    path("cotejo/", escritorios.cotejo, name="ccv-cotejo"),
    path("cotejo/buscar/", busquedas.buscar_para_cotejar, name="ccv-cotejo-buscar"),
    path("reapertura/", reapertura.reapertura, name="ccv-reapertura"),
    path("reapertura/buscar/", busquedas.buscar_para_reabrir, name="ccv-reapertura-buscar"),
    path("reapertura/<str:clave>/", reapertura.reabrir, name="ccv-reabrir"),
    path("reapertura/<str:clave>/imagen/", reapertura.imagen_publicada, name="ccv-reapertura-imagen"),
    path("practica/", practica.inicio, name="ccv-practica"),
    path("practica/captura/", practica.captura, name="ccv-practica-captura"),
    path("practica/diferencias/", practica.diferencias, name="ccv-practica-diferencias"),
    path("practica/verificacion/", practica.verificacion, name="ccv-practica-verificacion"),
    path("practica/peticiones/", practica.peticiones, name="ccv-practica-peticiones"),
    path("practica/cotejo/", practica.cotejo, name="ccv-practica-cotejo"),
    path("practica/identificacion/", practica.identificacion, name="ccv-practica-identificacion"),
    path("imagen/<str:clave>/", escritorios.imagen, name="ccv-imagen"),
    path("imagen/<str:clave>/<str:otra>/", escritorios.imagen, name="ccv-imagen-otra"),
]
