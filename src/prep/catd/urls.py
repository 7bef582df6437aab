"""`/catd/…`: receive packages and scan actas at a collection centre, and whether it works."""

from __future__ import annotations

from django.urls import path

from prep.catd import practica, views

urlpatterns = [
    path("acopio/", views.acopio, name="catd-acopio"),
    path("acopio/acuse/", views.acuse, name="catd-acuse"),
    path("acopio/etiquetas/", views.etiquetas, name="catd-etiquetas"),
    path("acopio/<str:clave>/corregir/", views.corregir, name="catd-corregir"),
    path("sin-acta/", views.sin_acta, name="catd-sin-acta"),
    path("digitalizacion/", views.digitalizacion, name="catd-digitalizacion"),
    path("centros/", views.centros, name="catd-centros"),
    path("centros/<str:clave>/", views.el_centro, name="catd-centro"),
    path("centros/<str:clave>/habilitacion/", views.la_habilitacion, name="catd-habilitacion"),
    path("practica/", practica.inicio, name="catd-practica"),
    path("practica/acopio/", practica.acopio, name="catd-practica-acopio"),
    path("practica/digitalizacion/", practica.digitalizacion, name="catd-practica-digitalizacion"),
]
