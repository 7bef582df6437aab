"""`/ccv/…`: one page a desk, the picture of the acta in one's hands, and what is looked for as one types."""

from __future__ import annotations

from django.urls import path

from prep.ccv import views

urlpatterns = [
    path("", views.inicio, name="ccv-inicio"),
    path("captura/", views.captura, name="ccv-captura"),
    path("diferencias/", views.diferencias, name="ccv-diferencias"),
    path("decision/", views.decision, name="ccv-decision"),
    path("verificacion/", views.verificacion, name="ccv-verificacion"),
    path("peticiones/", views.peticiones, name="ccv-peticiones"),
    path("identificacion/", views.identificacion, name="ccv-identificacion"),
    path("identificacion/buscar/", views.buscar_para_identificar, name="ccv-identificacion-buscar"),
    path("cotejo/", views.cotejo, name="ccv-cotejo"),
    path("cotejo/buscar/", views.buscar_para_cotejar, name="ccv-cotejo-buscar"),
    path("reapertura/", views.reapertura, name="ccv-reapertura"),
    path("reapertura/buscar/", views.buscar_para_reabrir, name="ccv-reapertura-buscar"),
    path("reapertura/<str:clave>/", views.reabrir, name="ccv-reabrir"),
    path("reapertura/<str:clave>/imagen/", views.imagen_publicada, name="ccv-reapertura-imagen"),
    path("practica/", views.practica, name="ccv-practica"),
    path("practica/imagen/<str:huella>/", views.imagen_de_practica, name="ccv-practica-imagen"),
    path("imagen/<str:clave>/", views.imagen, name="ccv-imagen"),
    path("imagen/<str:clave>/<str:otra>/", views.imagen, name="ccv-imagen-otra"),
]
