"""Who is in now: accounts with a session that would be let through, each with its terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from prep.acceso import sesiones
from prep.acceso.models import Cuenta, Terminal


@dataclass(frozen=True, slots=True)
class Presencia:
    """The latest session of an account: at which terminal, and since when."""

    terminal: str
    desde: datetime


def presentes(cuentas: Iterable[Cuenta], ahora: datetime) -> dict[int, Presencia]:
    """Of these accounts, those that are in, by their id."""
    por_id = {str(c.pk): c for c in cuentas if c.activa}
    terminales = {str(t.id): t.nombre for t in Terminal.objects.filter(baja=None).exclude(alta=None)}
    dentro: dict[int, Presencia] = {}
    for sesion in Session.objects.filter(expire_date__gt=Now()):
        datos = sesion.get_decoded()
        cuenta, hasta = por_id.get(str(datos.get("_auth_user_id"))), sesiones.termina(datos)
        if cuenta is None or hasta is None or hasta <= ahora or datos.get("terminal") not in terminales:
            continue
        if not constant_time_compare(str(datos.get("_auth_user_hash")), cuenta.get_session_auth_hash()):
            continue
        desde = datetime.fromisoformat(datos["inicio"])
        if cuenta.pk not in dentro or dentro[cuenta.pk].desde < desde:
            dentro[cuenta.pk] = Presencia(terminales[datos["terminal"]], desde)
    return dentro
