"""How a centre is, as the pages of its desks say it: whether it works, who stopped it, when and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from prep.acceso.models import Cuenta
from prep.bitacora.marcha import servicios_de
from prep.catalogo.services import cargar
from prep.dominio.operacion import Servicio


@dataclass(frozen=True, slots=True)
class Como:
    """`detenido`: its state, where it does not work; `quien`: their name, where this installation knows the account."""

    estado: str
    detenido: str = ""
    desde: str = ""
    quien: str = ""
    motivo: str = ""


def como_van(lugares: Collection[str]) -> dict[str, Como]:
    """How each of these is now. Of a place that nobody stopped nothing is looked up."""
    servicios = servicios_de(lugares)
    quienes = {s.quien for s in servicios.values() if s.quien}
    cuentas = Cuenta.objects.filter(persona__in=quienes) if quienes else ()
    nombres = {c.persona: c.nombre for c in cuentas}
    return {lugar: _como(s, nombres) for lugar, s in servicios.items()}


def como_va(lugar: str) -> Como:
    return como_van([lugar])[lugar]


def _como(suyo: Servicio, nombres: dict[str, str]) -> Como:
    estado = suyo.marcha.value
    if suyo.desde is None:
        return Como(estado)
    desde = suyo.desde.astimezone(ZoneInfo(cargar().zona_horaria))
    detenido = "" if suyo.marcha.trabaja else estado
    return Como(estado, detenido, f"{desde:%d/%m/%Y %H:%M}", nombres.get(suyo.quien, suyo.quien), suyo.motivo)
