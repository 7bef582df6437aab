"""Links to the wall, and which warnings somebody has looked at. No fact depends on them."""

from __future__ import annotations

import uuid

from django.db import models

from prep.plataforma.roles import solo


class Muro(models.Model):
    """A wall view that opens without coming in. `persona`: who made it, whose reach it has while they may make one.
    `meta`: the hour to finish by that it shows, as HH:MM."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    nombre = models.CharField("dónde está", max_length=100)
    persona = models.CharField(max_length=60)
    meta = models.CharField("hora en que se quiere terminar", max_length=5, blank=True)
    alta = models.DateTimeField()
    baja = models.DateTimeField(null=True)

    privilegios = solo("SELECT", "INSERT", "UPDATE")

    class Meta:
        verbose_name = "muro"
        verbose_name_plural = "muros"
        ordering = ("-alta",)

    def __str__(self) -> str:
        return self.nombre


class Visto(models.Model):
    """Somebody looked at what a check between actas warned of. `aviso`: of the check and the readings it looked at."""

    aviso = models.CharField(primary_key=True, max_length=24)
    persona = models.CharField(max_length=60)
    cuando = models.DateTimeField()
    nota = models.CharField(max_length=500, blank=True)

    privilegios = solo("SELECT", "INSERT")

    class Meta:
        verbose_name = "aviso visto"
        verbose_name_plural = "avisos vistos"

    def __str__(self) -> str:
        return self.aviso
