"""Accounts, terminals, failed attempts, and the register of who came in, read and changed what."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.functional import cached_property

from prep.plataforma.roles import solo

EN_EL_ADMIN = frozenset({"bitacora", "catalogo", "lectura"})
"""Rooms that the admin shows; nobody's account nor second factor is among them."""


def nueva_persona() -> str:
    """An opaque id, which says nothing of whose it is."""
    return f"p-{uuid.uuid4()}"


class Cuentas(BaseUserManager["Cuenta"]):
    def get_by_natural_key(self, username: str | None) -> Cuenta:
        return self.get(usuario=(username or "").strip().lower())


class Cuenta(AbstractBaseUser):
    """How a person comes in. The person is an opaque id; the name is here and in no fact."""

    usuario = models.CharField(max_length=60, unique=True)
    persona = models.CharField(max_length=60, unique=True, default=nueva_persona)
    nombre = models.CharField(max_length=200)
    lugar = models.CharField("lugar de trabajo", max_length=60)
    activa = models.BooleanField(default=True)
    clave_provisional = models.BooleanField("la contraseña es la impresa en el pase", default=True)
    epoca = models.IntegerField("cuántas veces se cerraron todas sus sesiones", default=0)
    entro = models.DateTimeField("primera entrada", null=True, blank=True)
    alta = models.DateTimeField()

    objects = Cuentas()
    USERNAME_FIELD = "usuario"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = "cuenta"
        verbose_name_plural = "cuentas"
        ordering = ("usuario",)
        indexes = [models.Index(fields=["lugar"])]

    def __str__(self) -> str:
        return self.usuario

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.activa

    def get_session_auth_hash(self) -> str:
        """What every session of the account must carry: another `epoca` ends them all."""
        return f"{super().get_session_auth_hash()}.{self.epoca}"

    def cerrar_sesiones(self) -> None:
        self.epoca += 1
        self.save(update_fields=["epoca"])

    # What the admin asks: there the central operation sees, and changes what each list lets; the auditor looks.

    @cached_property
    def _roles(self) -> frozenset[str]:
        """Those of now. An account is loaded at every request; a page of the admin asks for them dozens of times."""
        from prep.acceso.facultades import facultades_de

        return frozenset(c.rol for c in facultades_de(self.persona)) if self.activa else frozenset()

    @property
    def is_staff(self) -> bool:
        return bool(self._roles & {"administrador", "auditor"})

    def has_module_perms(self, app_label: str) -> bool:
        return app_label in EN_EL_ADMIN and self.is_staff

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        sala, _, que = perm.partition(".")
        roles = self._roles
        mira = "auditor" in roles and que.startswith("view_")
        return sala in EN_EL_ADMIN and ("administrador" in roles or mira)

    def has_perms(self, perms: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(p, obj) for p in perms)


class Terminal(models.Model):
    """A browser that may come in: enrolled with a code that serves once, known after by a signed cookie."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    nombre = models.CharField(max_length=100)
    lugar = models.CharField(max_length=60, db_index=True)
    codigo = models.CharField("huella del código", max_length=64, unique=True)
    vence = models.DateTimeField("vencimiento del código")
    alta = models.DateTimeField("cuándo se usó el código", null=True)
    baja = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.nombre} · {self.lugar}"


class Sesion(AbstractBaseSession):
    """What a browser that came in has; who and where, beside it, so that they are read with it."""

    cuenta = models.ForeignKey(Cuenta, models.CASCADE, null=True)
    terminal = models.ForeignKey(Terminal, models.CASCADE, null=True)

    class Meta:
        verbose_name = "sesión"
        verbose_name_plural = "sesiones"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from prep.acceso.guardadas import SessionStore

        return SessionStore


class Intento(models.Model):
    """A password or a code that did not match, or is being looked at."""

    usuario = models.CharField(max_length=60)
    terminal = models.UUIDField(null=True)
    cuando = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["usuario", "cuando"]), models.Index(fields=["terminal", "cuando"])]


class Registro(models.Model):
    """Who read, entered or changed what, when and where. Rows are only ever inserted."""

    cuando = models.DateTimeField(db_index=True)
    persona = models.CharField(max_length=60, db_index=True)
    que = models.CharField(max_length=40)
    objeto = models.CharField(max_length=200, blank=True)
    terminal = models.UUIDField(null=True)
    motivo = models.CharField(max_length=500, blank=True)

    privilegios = solo("SELECT", "INSERT")

    class Meta:
        indexes = [models.Index(fields=["objeto", "cuando"])]
