"""`/ccv/…`: one page a step, and the picture of the acta in one's hands."""

from __future__ import annotations

from django.urls import path

from prep.ccv import views

urlpatterns = [
    path("", views.inicio, name="ccv-inicio"),
    path("captura/", views.captura, name="ccv-captura"),
    path("diferencias/", views.diferencias, name="ccv-diferencias"),
    path("decision/", views.decision, name="ccv-decision"),
    path("verificacion/", views.verificacion, name="ccv-verificacion"),
    path("imagen/<str:clave>/", views.imagen, name="ccv-imagen"),
]
