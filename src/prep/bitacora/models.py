"""Tables of the bitácora. Facts are only ever inserted: triggers refuse anything else, even in raw SQL."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Substr

from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD
from prep.plataforma.roles import solo

DESDE, HASTA = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""When a fact may have been received. PostgreSQL keeps hours that Python cannot read: one alone would stop every
export and every check."""


class Instalacion(models.Model):
    """The one row that says what this bitácora is of: process, mode, and the institute's public key, root of every
    authority. Facts of anything else are refused."""

    unica = models.BooleanField(primary_key=True, default=True)
    proceso = models.CharField(max_length=60)
    modo = models.CharField(max_length=20)
    llave = models.BinaryField("llave del instituto", max_length=32)

    privilegios = solo("SELECT", "INSERT", web=("SELECT",))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(unica=True), name="instalacion_unica")]


class Hecho(models.Model):
    """One fact in its envelope. `posicion`: 1, 2, 3… without gaps, the order of the Merkle tree.

    `id` names the fact and may come twice, in the chains of two nodes; `hoja` names the envelope and comes once.
    """

    posicion = models.BigIntegerField(primary_key=True)
    id = models.CharField("identificador", max_length=64, db_index=True)
    nodo = models.CharField(max_length=40)
    secuencia = models.BigIntegerField()
    clase = models.CharField(max_length=20)
    tipo = models.CharField(max_length=30)
    sujeto = models.CharField(max_length=81, db_index=True)
    persona = models.CharField(max_length=60)
    dispositivo = models.CharField(max_length=60)
    orden = models.CharField(max_length=60)
    recibido = models.DateTimeField()
    cuerpo = models.BinaryField()
    firma = models.BinaryField()
    hoja = models.BinaryField(unique=True)

    privilegios = solo("SELECT", "INSERT")

    class Meta:
        verbose_name = "hecho"
        verbose_name_plural = "hechos"
        indexes = [
            models.Index(fields=["nodo", "secuencia"]),
            models.Index(fields=["clase", "posicion"]),
            models.Index(fields=["persona"]),
            models.Index(fields=["orden"], condition=~models.Q(orden=""), name="hecho_orden"),
            models.Index(
                fields=["posicion"], condition=models.Q(clase__in=CLASES_DE_AUTORIDAD), name="hecho_autoridad"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recibido__gte=DESDE, recibido__lt=HASTA), name="hecho_recibido_posible"
            )
        ]

    def __str__(self) -> str:
        return f"{self.posicion} · {self.tipo} · {self.sujeto}"


class Cabeza(models.Model):
    """The one row that orders appends: how many facts there are and the frontier of their Merkle tree."""

    unica = models.BooleanField(primary_key=True, default=True)
    tamano = models.BigIntegerField(default=0)
    frontera = models.BinaryField(default=b"")

    privilegios = solo("SELECT", "UPDATE")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(unica=True), name="cabeza_unica")]


class CabezaNodo(models.Model):
    """Where each node's chain ends: last sequence and the hash of its last envelope (hex). A node whose chain forked
    (a cloned disk) has as many ends as branches: all are kept, and shown."""

    clave = models.CharField(primary_key=True, max_length=105)
    nodo = models.CharField(max_length=40, db_index=True)
    secuencia = models.BigIntegerField()
    previo = models.CharField(max_length=64)

    privilegios = solo("SELECT", "INSERT", "DELETE")


class Acta(models.Model):
    """Read model: the fold of one acta's (or sheet's) facts. Rebuilt at will from the facts; never a source."""

    clave = models.CharField(primary_key=True, max_length=45)
    tipo_acta = models.GeneratedField(
        expression=Substr("clave", 12), output_field=models.CharField(max_length=45), db_persist=True
    )
    custodia = models.CharField(max_length=20)
    captura = models.CharField(max_length=20)
    situacion = models.CharField(max_length=20)
    ronda = models.IntegerField()
    imagen = models.CharField(max_length=64, null=True)
    participantes = ArrayField(models.TextField())
    lectura = models.CharField("lectura acordada", max_length=64, null=True)
    publicada = models.TextField(null=True)
    sin_acta = models.CharField(max_length=1, null=True)
    fuera = models.TextField(null=True)
    es = models.CharField(max_length=45, null=True)
    cotejo = models.SmallIntegerField(null=True)
    acopio = models.CharField(max_length=40, null=True)
    conflicto = models.IntegerField("lecturas en conflicto")
    por_revisar = models.BooleanField()
    por_registrar = models.CharField("base y hecho que aún no constan publicados", max_length=129, null=True)
    version = models.CharField("huella de lo que se publica de ella", max_length=64)
    hechos = models.IntegerField()
    anomalias = models.IntegerField()
    cabezas = ArrayField(models.CharField(max_length=64))

    privilegios = solo("SELECT", "INSERT", "UPDATE", "DELETE", web=("SELECT", "INSERT", "UPDATE"))

    class Meta:
        verbose_name = "acta"
        verbose_name_plural = "actas"
        indexes = [
            models.Index(fields=["tipo_acta"]),
            models.Index(fields=["custodia", "captura"]),
            models.Index(fields=["clave"], condition=models.Q(por_registrar__isnull=False), name="acta_por_registrar"),
            models.Index(fields=["es"], condition=models.Q(fuera__isnull=False), name="acta_fuera"),
        ]

    def __str__(self) -> str:
        return f"{self.clave} · {self.custodia} · {self.captura}"
