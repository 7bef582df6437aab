"""The process in the database: its canonical JSON, which is the truth, and small tables to look at.

`Proceso.catalogo` is what `huella` covers. The tables are made from it and only the admin reads them, save `Persona`,
which is the truth about people: they may change on the night.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from prep.catalogo.informativo import LUGARES, ROLES
from prep.dominio.tabulacion.claves import TIPOS_CASILLA
from prep.dominio.tabulacion.proceso import Ambito, Modo
from prep.plataforma.roles import solo

_DE_LA_IMPORTACION = solo("SELECT", "INSERT", "UPDATE", "DELETE", web=("SELECT",))


class Proceso(models.Model):
    """A process. `borrador` until puesta en ceros makes it `congelado`; only one can be frozen in a database."""

    class Estado(models.TextChoices):
        BORRADOR = "borrador", "Borrador"
        CONGELADO = "congelado", "Congelado"

    clave = models.CharField(max_length=40, unique=True)
    nombre = models.CharField(max_length=200)
    estado = models.CharField(max_length=10, choices=Estado, default=Estado.BORRADOR)
    modo = models.CharField(
        max_length=10,
        choices=[(m.value, m.value.capitalize()) for m in Modo],
        default=Modo.PRUEBA.value,
        help_text="Va dentro de todo lo que se firma: un simulacro nunca puede pasar por la jornada.",
    )
    huella = models.CharField(max_length=64, help_text="SHA-256 del catálogo; va en cada corte.")
    catalogo = models.BinaryField()
    operacion = models.JSONField(default=dict)
    importado = models.DateTimeField()
    congelado = models.DateTimeField(null=True, blank=True)
    inicio = models.DateTimeField("inicio de la publicación", null=True, blank=True)
    fin = models.DateTimeField("fin de la publicación", null=True, blank=True)
    cada_minutos = models.PositiveSmallIntegerField(
        "minutos entre cortes", default=15, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )

    privilegios = solo("SELECT", "INSERT", "UPDATE", "DELETE", web=("SELECT", "UPDATE"))

    class Meta:
        verbose_name = "proceso"
        verbose_name_plural = "procesos"
        constraints = [
            models.UniqueConstraint(
                fields=["estado"], condition=models.Q(estado="congelado"), name="catalogo_un_solo_congelado"
            ),
            models.CheckConstraint(
                condition=models.Q(estado="borrador", congelado__isnull=True)
                | models.Q(estado="congelado", congelado__isnull=False),
                name="catalogo_congelado_con_fecha",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clave} · {self.nombre}"

    def clean(self) -> None:
        if self.inicio and self.fin and self.inicio >= self.fin:
            raise ValidationError({"fin": "El fin de la publicación debe ser posterior al inicio."})


class Eleccion(models.Model):
    proceso = models.ForeignKey(Proceso, models.CASCADE, related_name="elecciones")
    orden = models.PositiveSmallIntegerField()
    clave = models.CharField(max_length=16)
    nombre = models.CharField(max_length=200)
    tipo_acta = models.CharField("tipo de acta", max_length=2)
    ambito = models.CharField("ámbito", max_length=10, choices=[(a.value, a.value) for a in Ambito])
    agrupa = models.CharField("agrupa por", max_length=10, choices=[(a.value, a.value) for a in Ambito])
    actas = models.PositiveIntegerField("actas esperadas")
    columnas = models.PositiveSmallIntegerField("columnas de votos")

    privilegios = _DE_LA_IMPORTACION

    class Meta:
        verbose_name = "elección"
        verbose_name_plural = "elecciones"
        ordering = ("proceso", "orden")
        constraints = [models.UniqueConstraint(fields=["proceso", "clave"], name="catalogo_eleccion_unica")]

    def __str__(self) -> str:
        return f"{self.clave} · {self.nombre}"


class Demarcacion(models.Model):
    """A district or municipio, with what it holds."""

    proceso = models.ForeignKey(Proceso, models.CASCADE, related_name="demarcaciones")
    tipo = models.CharField(max_length=10, choices=[("distrito", "Distrito"), ("municipio", "Municipio")])
    numero = models.PositiveSmallIntegerField("número")
    nombre = models.CharField(max_length=200)
    casillas = models.PositiveIntegerField()
    lista_nominal = models.PositiveIntegerField("lista nominal")

    privilegios = _DE_LA_IMPORTACION

    class Meta:
        verbose_name = "demarcación"
        verbose_name_plural = "demarcaciones"
        ordering = ("proceso", "tipo", "numero")
        constraints = [models.UniqueConstraint(fields=["proceso", "tipo", "numero"], name="catalogo_demarcacion_unica")]

    def __str__(self) -> str:
        return f"{self.tipo} {self.numero} {self.nombre}"


class Catd(models.Model):
    """A collection and transmission centre."""

    proceso = models.ForeignKey(Proceso, models.CASCADE, related_name="catds")
    clave = models.CharField(max_length=30)
    nombre = models.CharField(max_length=200)
    municipio = models.PositiveSmallIntegerField(default=0)
    domicilio = models.CharField(max_length=200, blank=True)
    casillas = models.PositiveIntegerField()

    privilegios = _DE_LA_IMPORTACION

    class Meta:
        verbose_name = "CATD"
        verbose_name_plural = "CATD"
        ordering = ("proceso", "clave")
        constraints = [models.UniqueConstraint(fields=["proceso", "clave"], name="catalogo_catd_unico")]

    def __str__(self) -> str:
        return f"{self.clave} · {self.nombre}"


class Casilla(models.Model):
    proceso = models.ForeignKey(Proceso, models.CASCADE, related_name="casillas")
    clave = models.CharField(max_length=11)
    seccion = models.PositiveSmallIntegerField("sección")
    tipo = models.CharField(max_length=1, choices=list(TIPOS_CASILLA.items()))
    distrito = models.PositiveSmallIntegerField()
    municipio = models.PositiveSmallIntegerField()
    lista_nominal = models.PositiveIntegerField("lista nominal")
    boletas = models.PositiveSmallIntegerField(null=True)
    ubicacion = models.PositiveSmallIntegerField("ubicación", choices=[(1, "Urbana"), (2, "No urbana")])
    catd = models.CharField("CATD", max_length=30, blank=True)

    privilegios = _DE_LA_IMPORTACION

    class Meta:
        verbose_name = "casilla"
        verbose_name_plural = "casillas"
        ordering = ("proceso", "clave")
        constraints = [models.UniqueConstraint(fields=["proceso", "clave"], name="catalogo_casilla_unica")]

    def __str__(self) -> str:
        return self.clave


class Persona(models.Model):
    """What an operator may do and where. The id is opaque: who it is, only the institute knows, elsewhere."""

    proceso = models.ForeignKey(Proceso, models.CASCADE, related_name="personas")
    persona = models.CharField(
        "identificador",
        max_length=40,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9_-]{1,39}\Z",
                "Se esperan letras sin acentos, dígitos y guiones, como op-0147; nunca un nombre ni un correo.",
            )
        ],
    )
    rol = models.CharField(max_length=20, choices=list(ROLES.items()))
    lugar = models.CharField(max_length=30)

    class Meta:
        verbose_name = "persona"
        verbose_name_plural = "personas"
        ordering = ("proceso", "persona")
        constraints = [
            models.UniqueConstraint(fields=["proceso", "persona", "rol", "lugar"], name="catalogo_persona_unica")
        ]

    def __str__(self) -> str:
        return f"{self.persona} · {self.get_rol_display()} · {self.lugar}"

    def clean(self) -> None:
        if self.proceso_id and self.lugar not in LUGARES and not self.proceso.catds.filter(clave=self.lugar).exists():
            raise ValidationError({"lugar": f"«{self.lugar}» no es un CATD del proceso ni {' ni '.join(LUGARES)}."})
