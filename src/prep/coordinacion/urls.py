"""`/coordinacion/…`: the board, the desks, the actas and the history of each."""

from __future__ import annotations

from django.urls import path

from prep.coordinacion.views.actas import actas
from prep.coordinacion.views.puestos import puestos
from prep.coordinacion.views.tablero import tablero

urlpatterns = [
    path("coordinacion/", tablero, name="coordinacion-tablero"),
    path("coordinacion/puestos/", puestos, name="coordinacion-puestos"),
    path("coordinacion/actas/", actas, name="coordinacion-actas"),
]
