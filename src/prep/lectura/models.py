"""What the reader thought of each match. Only ever inserted: triggers refuse anything else, even in raw SQL.

No desk looks at this table and it is not in the admin: what was read is nobody's business while people type.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from prep.lectura.revision import Opinion
from prep.plataforma.roles import solo


class Lectura(models.Model):
    """One reading of one match of two captures.

    `base`: name of what both read (`huella_lectura`). `imagen`: SHA-256 of the picture that was typed and read.
    `campos`: keys of the fields that disagree. `documento`: the whole reading (`resultado.canonica`); `huella`: its
    SHA-256, which the fact `revisada` carries; `hecho`: id of that fact, or empty. `tarde`: when the opinion came, the
    match no longer waited for it. `segundos`: what reading took.
    """

    acta = models.CharField(max_length=45)
    base = models.CharField(max_length=64)
    imagen = models.CharField(max_length=64)
    hora = models.DateTimeField()
    segundos = models.FloatField()
    opinion = models.CharField(max_length=11, choices=[(o.value, o.value) for o in Opinion])
    campos = ArrayField(models.TextField())
    tarde = models.BooleanField()
    hecho = models.CharField(max_length=64, blank=True)
    documento = models.BinaryField()
    huella = models.CharField(max_length=64)

    privilegios = solo("SELECT", "INSERT", web=())

    class Meta:
        verbose_name = "lectura"
        verbose_name_plural = "lecturas"
        constraints = [models.UniqueConstraint(fields=["acta", "base"], name="lectura_una_por_coincidencia")]

    def __str__(self) -> str:
        return f"{self.acta} · {self.opinion}"
