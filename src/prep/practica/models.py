"""What somebody has of an exercise while they practise: it says nothing of any acta of the process."""

from __future__ import annotations

from django.db import models


class Practica(models.Model):
    """One person's exercise at a desk, until the next one. `hechos`: what they made of each of its parts; `orden`: id
    of the command that ends the open one; `desde`: when it was taken."""

    persona = models.CharField(max_length=60, primary_key=True)
    mesa = models.CharField("escritorio", max_length=20)
    juego = models.CharField("huella del ejercicio", max_length=64)
    hechos = models.JSONField(default=list)
    orden = models.CharField(max_length=60, default="")
    desde = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "práctica"
        verbose_name_plural = "prácticas"

    def __str__(self) -> str:
        return self.persona
