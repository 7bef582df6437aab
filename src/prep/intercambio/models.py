"""What the node remembers of its own side: pictures that it received, codes that it gave out, what phones
said of themselves. None is a fact."""

from __future__ import annotations

from django.db import models

from prep.plataforma.roles import solo


class Objeto(models.Model):
    """A picture that a device delivered: what its quota counts and its receipts say again."""

    sha256 = models.CharField(max_length=64)
    dispositivo = models.CharField(max_length=60)
    bytes = models.IntegerField()
    recibido = models.DateTimeField()

    privilegios = solo("SELECT", "INSERT")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispositivo", "sha256"], name="objeto_una_vez_por_dispositivo")]

    def __str__(self) -> str:
        return f"{self.sha256} · {self.dispositivo}"


class Codigo(models.Model):
    """A printed code with which a person's phone is enrolled, once. `codigo`: its fingerprint; the code itself
    is kept nowhere.

    `autoriza`: the administrator who ordered it, and who signs the enrolment at this node.
    """

    codigo = models.CharField("huella del código", max_length=64, primary_key=True)
    persona = models.CharField(max_length=60, db_index=True)
    autoriza = models.CharField(max_length=60)
    vence = models.DateTimeField()
    usado = models.DateTimeField(null=True)
    dispositivo = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.persona} · {'usado' if self.usado else 'por usar'}"


class Contacto(models.Model):
    """What a device last said of itself (`prep.intercambio.contactos`). `hora`: this node's, when it said it.
    `desfase`: seconds that its clock was ahead of it. `via`: of a node, the number of the link that it delivers by; the
    first is its preferred one."""

    dispositivo = models.CharField(max_length=60, primary_key=True)
    hora = models.DateTimeField()
    desfase = models.IntegerField()
    version = models.CharField(max_length=32)
    por_enviar = models.IntegerField()
    rechazados = models.IntegerField()
    via = models.IntegerField(default=1)

    privilegios = solo("SELECT", "INSERT", "UPDATE")

    def __str__(self) -> str:
        return f"{self.dispositivo} · {self.hora:%H:%M}"


class Enlace(models.Model):
    """What this node knows of another that it delivers to (`prep.intercambio.enviar`).

    `contacto`: when it last answered, by this node's clock; `desfase`: seconds that this clock is ahead of its.
    `recibo`: the last signed one of this node's chain. `tiene`: node -> sequence up to which it holds that chain.
    `apartados`: what it refused for good. `vias`: how each way to it is (`prep.intercambio.vias`).
    """

    centro = models.CharField(max_length=200, primary_key=True)
    contacto = models.DateTimeField(null=True)
    desfase = models.IntegerField(default=0)
    recibo = models.JSONField(null=True)
    tiene = models.JSONField(default=dict)
    apartados = models.JSONField(default=list)
    vias = models.JSONField(default=list)

    privilegios = solo("SELECT", "INSERT", "UPDATE")

    def __str__(self) -> str:
        return self.centro
