"""What waits and nobody may take: all who could have a hand in it already, would not, or do not reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from prep.acceso.sin_quien import SinQuien
from prep.bitacora.autoridad import autoridad_vista
from prep.bitacora.marcha import contingencia_en
from prep.ccv.pasos import ESCRITORIO_DE, ROLES, Paso
from prep.diseno.textos import texto
from prep.dominio.acta.hechos import HOJA
from prep.dominio.comun.autoridad import TODO, Autoridad
from prep.papel import vigente

_PUEDEN_ESTAR: Final = """
    SELECT e.clave, e.paso, e.casilla, e.salvo, e.lugares FROM ccv_espera e
    JOIN unnest(%s::text[], %s::int[]) AS p (paso, bastan) ON p.paso = e.paso
    WHERE NOT e.a_pedido AND cardinality(e.salvo) >= p.bastan ORDER BY e.desde, e.clave"""
"""What is closed to fewer people than those who reach everything is for one of them: it is not even read."""


@dataclass(slots=True)
class _Humano:
    """One of those who may take a step, whatever their accounts: how facts call them, what they reach, where they
    are."""

    nombres: set[str]
    alcance: set[str] = field(default_factory=set)
    lugares: set[str] = field(default_factory=set)

    def puede(
        self, paso: Paso, suyas: frozenset[str], salvo: set[str], capturada_en: list[str], *, en_otro_lugar: bool
    ) -> bool:
        if self.nombres & salvo or self.alcance.isdisjoint(suyas | {TODO}):
            return False
        if en_otro_lugar and paso is Paso.CAPTURA:
            return any(lugar not in capturada_en or contingencia_en(lugar) for lugar in self.lugares)
        if en_otro_lugar and paso is Paso.VERIFICACION:
            return any([lugar] != capturada_en for lugar in self.lugares)
        return True


def sin_quien() -> Iterator[SinQuien]:
    """The actas and sheets that nobody who is enrolled may take, those that have waited longest first. The cotejo waits
    for nobody: what is published stands without it."""
    de = autoridad_vista()
    en_otro_lugar = de.reglas.lugares_distintos
    gente = _quienes(de)
    bastan = [0 if en_otro_lugar else sum(TODO in h.alcance for h in suya) for suya in gente.values()]
    with connection.cursor() as cursor:
        cursor.execute(_PUEDEN_ESTAR, [[p.value for p in gente], bastan])
        for clave, cual, casilla, salvo, lugares in cursor:
            paso, cerrada = Paso(cual), set(salvo)
            suyas = vigente.casillas_de(casilla) if clave.startswith(HOJA) else frozenset({casilla})
            if not any(h.puede(paso, suyas, cerrada, lugares, en_otro_lugar=en_otro_lugar) for h in gente[paso]):
                yield SinQuien(clave, texto(f"ccv.{ESCRITORIO_DE[paso]}.titulo"), _que_hacer(paso))


def _quienes(de: Autoridad) -> dict[Paso, list[_Humano]]:
    """Who may take each step."""
    humanos: dict[Paso, dict[str, _Humano]] = {paso: {} for paso in Paso if paso is not Paso.COTEJO}
    for persona in de.personas:
        identidad = de.identidad(persona)
        for cargo in de.cargos_vigentes(persona):
            for suyos in (suyos for paso, suyos in humanos.items() if cargo.rol in ROLES[paso]):
                uno = suyos.setdefault(identidad, _Humano({identidad}))
                uno.nombres |= de.cuentas_de(persona)
                uno.alcance |= cargo.alcance
                uno.lugares.add(cargo.lugar)
    return {paso: list(suyos.values()) for paso, suyos in humanos.items()}


_ADEMAS: Final[Mapping[Paso, str]] = {Paso.REAPERTURA: "ccv.sin_quien.reapertura"}
"""What else mends it, where something does."""


def _que_hacer(paso: Paso) -> str:
    roles = ", ".join(texto(f"acceso.rol.{rol}") for rol in ROLES[paso])
    dicho = texto("ccv.sin_quien.otra_persona", roles=roles)
    return f"{dicho} {texto(_ADEMAS[paso])}" if paso in _ADEMAS else dicho
