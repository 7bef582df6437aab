"""Who is at a desk, who has not come in yet, and who needs help. Names stay here: no fact and no wall has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from prep.acceso.facultades import Cargo, facultades_de_todas
from prep.acceso.models import Cuenta
from prep.acceso.presentes import Presencia, presentes
from prep.acceso.roles import Rol
from prep.bitacora.autoridad import autoridad
from prep.bitacora.practicas import practicas_de
from prep.coordinacion.alcances import cuentas_de
from prep.coordinacion.panorama import Panorama, Reciente
from prep.coordinacion.ritmo import LABORES, mediana, segundos_por_acta
from prep.dominio.acta.hechos import Tipo
from prep.dominio.practica import Practica, donde_practican

PROBLEMAS: Final = frozenset({Tipo.OTRA_IMAGEN_PEDIDA, Tipo.INCIDENTE})
MUCHOS: Final = 3
"""Problems told in an hour from which a person needs somebody beside them."""
QUIETO: Final = timedelta(minutes=15)
"""Somebody who is in and does nothing for this long, while there is work, may need help."""
DE_ESCRITORIO: Final = frozenset({Rol.CAPTURISTA, Rol.VERIFICADOR})
BASTAN: Final = 3


@dataclass(frozen=True, slots=True)
class Puesto:
    """One account: where it is and how it goes. `estado`: en_puesto, sin_moverse, fuera, sin_entrar. `practica`: how
    they practised for the desks that they sit at and can be practised; where there are none, nothing."""

    cuenta: Cuenta
    roles: tuple[Rol, ...]
    presencia: Presencia | None
    estado: str
    ultimo: datetime | None
    actas: int
    segundos: int | None
    problemas: int
    practica: str = ""

    @property
    def necesita_ayuda(self) -> bool:
        return self.problemas >= MUCHOS or self.estado == "sin_moverse"


def puestos(lugares: frozenset[str], vista: Panorama) -> list[Puesto]:
    """The accounts of these places (`*`: of all), as they are when the night is looked at, place by place."""
    return vista.una_vez(("puestos", lugares), lambda: _puestos(cuentas_de(lugares).filter(activa=True), vista))


def _puestos(cuentas: QuerySet[Cuenta], vista: Panorama) -> list[Puesto]:
    todas = list(cuentas.order_by("lugar", "nombre"))
    dentro = presentes(todas, vista.hora)
    cargos = facultades_de_todas(c.persona for c in todas)
    de = autoridad()
    suyos: dict[str, list[Reciente]] = defaultdict(list)
    for r in vista.recientes:
        suyos[de.identidad(r.persona)].append(r)
    donde = {c.persona: donde_practican(x.rol for x in cargos[c.persona]) for c in todas}
    suyas = practicas_de([p for p, mesas in donde.items() if mesas])
    ensayos = {p: _ensayo([suya.en[mesa] for mesa in donde[p]]) for p, suya in suyas.items()}
    return [
        _puesto(
            *(c, cargos[c.persona], dentro.get(c.pk), suyos[de.identidad(c.persona)], vista),
            ensayos.get(c.persona, ""),
        )
        for c in todas
    ]


def _ensayo(suyas: Sequence[Practica]) -> str:
    if all(p.admitida for p in suyas):
        return "practica_aprobada"
    return "practica_sin_aprobar" if any(p.veces for p in suyas) else "sin_practicar"


def _puesto(
    cuenta: Cuenta,
    cargos: Sequence[Cargo],
    presencia: Presencia | None,
    hechos: Sequence[Reciente],
    vista: Panorama,
    practica: str,
) -> Puesto:
    roles = tuple(dict.fromkeys(c.rol for c in cargos))
    ultimo = max((r.recibido for r in hechos), default=None)
    medidas = sorted(m for suyas in segundos_por_acta(hechos).values() for m in suyas)
    return Puesto(
        cuenta,
        roles,
        presencia,
        _estado(cuenta, roles, presencia, ultimo, vista),
        ultimo,
        sum(1 for r in hechos if r.tipo in LABORES),
        mediana(medidas, BASTAN),
        sum(1 for r in hechos if r.tipo in PROBLEMAS),
        practica,
    )


def _estado(
    cuenta: Cuenta, roles: Sequence[Rol], presencia: Presencia | None, ultimo: datetime | None, vista: Panorama
) -> str:
    if presencia is None:
        return "fuera" if cuenta.entro else "sin_entrar"
    de_escritorio = bool(set(roles) & DE_ESCRITORIO)
    if de_escritorio and vista.esperan and vista.hora - max(ultimo or presencia.desde, presencia.desde) >= QUIETO:
        return "sin_moverse"
    return "en_puesto"
