"""`/casilla/…`: the shell that a phone keeps."""

from __future__ import annotations

from django.urls import path

from prep.casilla import views

urlpatterns = [
    path("", views.pagina, name="casilla"),
    path("trabajador.js", views.trabajador, name="casilla-trabajador"),
    path("textos.json", views.textos, name="casilla-textos"),
    path("app.webmanifest", views.manifiesto, name="casilla-manifiesto"),
]
