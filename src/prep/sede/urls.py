"""The machines' tab of the board, what to do with each alarm, and the figures for Prometheus."""

from __future__ import annotations

from django.urls import path

from prep.sede.views import manual, maquinas, metricas

urlpatterns = [
    path("coordinacion/maquinas/", maquinas, name="sede-maquinas"),
    path("coordinacion/maquinas/alarmas/", manual, name="sede-alarmas"),
    path("metricas/", metricas, name="sede-metricas"),
]
