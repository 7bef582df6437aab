"""The queue: what waits, which follows from the facts, and leases, which may vanish at any moment."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Espera(models.Model):
    """Read model: an acta (or sheet) that waits for a step, since the last fact that moved it.

    `casilla`: whose it is; of a sheet, the CATD that scanned it, where its fact says so. `salvo`: never given to these.
    `a_pedido`: only to whoever asks for it by its key. Written by `prep.ccv.espera` alone.
    """

    pk = models.CompositePrimaryKey("clave", "paso")
    clave = models.CharField(max_length=45)
    paso = models.CharField(max_length=20)
    eleccion = models.CharField("tipo de acta", max_length=45)
    casilla = models.TextField()
    imagen = models.CharField(max_length=64)
    desde = models.BigIntegerField("posición del hecho desde el que espera")
    salvo = ArrayField(models.TextField())
    lugares = ArrayField(models.TextField(), verbose_name="dónde se capturó la imagen")
    a_pedido = models.BooleanField(default=False)

    class Meta:
        verbose_name = "acta en espera"
        verbose_name_plural = "actas en espera"
        indexes = [models.Index(fields=["paso", "eleccion", "desde"], name="ccv_espera_fila")]

    def __str__(self) -> str:
        return f"{self.clave} · {self.paso}"


class Turno(models.Model):
    """One acta in the hands of one person for one step, until it expires. `orden`: id of the command that ends it;
    `paginas`: those that show it."""

    pk = models.CompositePrimaryKey("acta", "paso")
    acta = models.CharField(max_length=45)
    paso = models.CharField(max_length=20)
    eleccion = models.CharField("tipo de acta", max_length=45)
    persona = models.CharField(max_length=60, unique=True)
    imagen = models.CharField(max_length=64)
    orden = models.CharField(max_length=60)
    vence = models.DateTimeField()
    paginas = ArrayField(models.TextField(), default=list)

    class Meta:
        verbose_name = "turno"
        verbose_name_plural = "turnos"
        indexes = [models.Index(fields=["eleccion", "vence"], name="ccv_turno_eleccion")]

    def __str__(self) -> str:
        return f"{self.acta} · {self.paso}"
