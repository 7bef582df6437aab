"""Leases of the queue. They may vanish at any moment: no fact depends on them."""

from __future__ import annotations

from django.db import models


class Turno(models.Model):
    """One acta in the hands of one person for one step, until it expires. `orden`: id of the command that ends it."""

    acta = models.CharField(primary_key=True, max_length=45)
    paso = models.CharField(max_length=20)
    eleccion = models.CharField("tipo de acta", max_length=45)
    persona = models.CharField(max_length=60, unique=True)
    imagen = models.CharField(max_length=64)
    orden = models.CharField(max_length=60)
    vence = models.DateTimeField()

    class Meta:
        verbose_name = "turno"
        verbose_name_plural = "turnos"
        indexes = [models.Index(fields=["eleccion", "vence"])]

    def __str__(self) -> str:
        return f"{self.acta} · {self.paso}"
