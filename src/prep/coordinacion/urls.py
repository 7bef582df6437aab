"""`/coordinacion/…`: the board, the desks, the actas and the history of each; and `/muro/…`, by a signed link."""

from __future__ import annotations

from django.urls import path

from prep.coordinacion.views.acta import acta, imagen
from prep.coordinacion.views.actas import actas
from prep.coordinacion.views.avisos import lista, uno
from prep.coordinacion.views.marcha import marcha, marchas
from prep.coordinacion.views.muro import enlaces, muro, quitar
from prep.coordinacion.views.publicacion import publicacion
from prep.coordinacion.views.puestos import puestos
from prep.coordinacion.views.recuperar import anotar, una
from prep.coordinacion.views.recuperar import lista as lista_a_recuperar
from prep.coordinacion.views.recuperar import tablero as a_recuperar
from prep.coordinacion.views.tablero import tablero
from prep.coordinacion.views.telefonos import revocar, telefono, telefonos

urlpatterns = [
    path("coordinacion/", tablero, name="coordinacion-tablero"),
    path("coordinacion/puestos/", puestos, name="coordinacion-puestos"),
    path("coordinacion/actas/", actas, name="coordinacion-actas"),
    path("coordinacion/acta/<str:clave>/", acta, name="coordinacion-acta"),
    path("coordinacion/acta/<str:clave>/imagen/<str:huella>/", imagen, name="coordinacion-imagen"),
    path("coordinacion/avisos/", lista, name="coordinacion-avisos"),
    path("coordinacion/avisos/<str:ident>/", uno, name="coordinacion-aviso"),
    path("coordinacion/recuperar/", a_recuperar, name="coordinacion-recuperar"),
    path("coordinacion/recuperar/lista/", lista_a_recuperar, name="coordinacion-recuperar-lista"),
    path("coordinacion/recuperar/<str:casilla>/", una, name="coordinacion-recuperar-casilla"),
    path("coordinacion/recuperar/<str:casilla>/anotar/", anotar, name="coordinacion-recuperar-anotar"),
    path("coordinacion/telefonos/", telefonos, name="coordinacion-telefonos"),
    path("coordinacion/telefonos/<str:ident>/", telefono, name="coordinacion-telefono"),
    path("coordinacion/telefonos/<str:ident>/baja/", revocar, name="coordinacion-revocar"),
    path("coordinacion/marcha/", marchas, name="coordinacion-marchas"),
    path("coordinacion/marcha/<str:que>/", marcha, name="coordinacion-marcha"),
    path("coordinacion/publicacion/", publicacion, name="coordinacion-publicacion"),
    path("coordinacion/muros/", enlaces, name="coordinacion-muros"),
    path("coordinacion/muros/<uuid:ident>/quitar/", quitar, name="coordinacion-quitar-muro"),
    path("muro/<str:enlace>/", muro, name="muro"),
]
