"""`/practica/…`: the pictures of the exercise. Its pages are in the room of each desk."""

from __future__ import annotations

from django.urls import path

from prep.practica import views

urlpatterns = [path("imagen/<str:huella>/", views.imagen, name="practica-imagen")]
