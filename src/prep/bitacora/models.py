"""Tables of the bitácora. Facts are only ever inserted: triggers refuse anything else, even in raw SQL."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Substr


class Nodo(models.Model):
    """Who may write facts: its id and Ed25519 public key. A node is revoked, never deleted."""

    id = models.CharField("identificador", primary_key=True, max_length=40)
    nombre = models.CharField(max_length=200)
    llave = models.BinaryField("llave pública", max_length=32)
    alta = models.DateTimeField("alta")
    baja = models.DateTimeField("baja", null=True, blank=True)

    class Meta:
        verbose_name = "nodo"
        verbose_name_plural = "nodos"

    def __str__(self) -> str:
        return f"{self.id} · {self.nombre}"


class Hecho(models.Model):
    """One fact in its envelope. `posicion`: 1, 2, 3… without gaps, the order of the Merkle tree."""

    posicion = models.BigIntegerField(primary_key=True)
    id = models.UUIDField("identificador", unique=True)
    nodo = models.CharField(max_length=40)
    secuencia = models.BigIntegerField()
    tipo = models.CharField(max_length=30)
    acta = models.CharField(max_length=45, db_index=True)
    operador = models.CharField(max_length=2000)
    recibido = models.DateTimeField()
    cuerpo = models.BinaryField()
    firma = models.BinaryField()
    hoja = models.BinaryField()

    class Meta:
        verbose_name = "hecho"
        verbose_name_plural = "hechos"
        constraints = [models.UniqueConstraint(fields=["nodo", "secuencia"], name="hecho_secuencia_por_nodo")]

    def __str__(self) -> str:
        return f"{self.posicion} · {self.tipo} · {self.acta}"


class Cabeza(models.Model):
    """The one row that orders appends: how many facts there are and the frontier of their Merkle tree."""

    unica = models.BooleanField(primary_key=True, default=True)
    tamano = models.BigIntegerField(default=0)
    frontera = models.BinaryField(default=b"")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(unica=True), name="cabeza_unica")]


class CabezaNodo(models.Model):
    """Where each node's chain ends: last sequence and the hash of its last envelope (hex)."""

    nodo = models.CharField(primary_key=True, max_length=40)
    secuencia = models.BigIntegerField()
    previo = models.CharField(max_length=64)


class Acta(models.Model):
    """Read model: the fold of one acta's (or sheet's) facts. Rebuilt at will from the facts; never a source."""

    clave = models.CharField(primary_key=True, max_length=45)
    tipo_acta = models.GeneratedField(
        expression=Substr("clave", 12), output_field=models.CharField(max_length=45), db_persist=True
    )
    custodia = models.CharField(max_length=20)
    captura = models.CharField(max_length=20)
    ronda = models.IntegerField()
    imagen = models.CharField(max_length=64, null=True)
    participantes = ArrayField(models.TextField())
    publicada = models.TextField(null=True)
    sin_acta = models.CharField(max_length=1, null=True)
    fuera = models.TextField(null=True)
    es = models.CharField(max_length=45, null=True)
    cotejo = models.SmallIntegerField(null=True)
    acopio = models.CharField(max_length=40, null=True)
    hechos = models.IntegerField()
    anomalias = models.IntegerField()
    ultimo = models.CharField(max_length=36)

    class Meta:
        verbose_name = "acta"
        verbose_name_plural = "actas"
        indexes = [
            models.Index(fields=["tipo_acta"]),
            models.Index(fields=["custodia", "captura"]),
        ]

    def __str__(self) -> str:
        return f"{self.clave} · {self.custodia} · {self.captura}"
