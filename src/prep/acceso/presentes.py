"""Who is in now: sessions that would be let through, each with its account and its terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from prep.acceso import sesiones
from prep.acceso.models import Cuenta, Sesion


@dataclass(frozen=True, slots=True)
class Presencia:
    """A session: at which terminal, and since when. `llave`: its key."""

    terminal: str
    desde: datetime
    llave: str


def abiertas(cuentas: Iterable[Cuenta], ahora: datetime) -> Iterator[tuple[int, Presencia]]:
    """Every session of these accounts, with the id of its own."""
    por_id = {c.pk: c for c in cuentas if c.activa}
    vivas = Sesion.objects.filter(cuenta__in=por_id, expire_date__gt=Now(), terminal__baja=None)
    for sesion in vivas.exclude(terminal__alta=None).select_related("terminal"):
        datos, cuenta = sesion.get_decoded(), por_id[sesion.cuenta_id]
        hasta = sesiones.termina(datos)
        if hasta is None or hasta <= ahora or datos["terminal"] != str(sesion.terminal_id):
            continue
        if constant_time_compare(str(datos.get("_auth_user_hash")), cuenta.get_session_auth_hash()):
            desde = datetime.fromisoformat(datos["inicio"])
            yield cuenta.pk, Presencia(sesion.terminal.nombre, desde, sesion.session_key)


def presentes(cuentas: Iterable[Cuenta], ahora: datetime) -> dict[int, Presencia]:
    """Of these accounts, those that are in, by their id: the latest session of each."""
    return dict(sorted(abiertas(cuentas, ahora), key=lambda suya: suya[1].desde))
