"""People of a drill who agree to publish what no paper says: what they altered, who stopped it, and how it ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from prep.dominio.acta.acta import EN_CORRECCION
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Captura
from prep.plataforma.idioma import cuantos
from prep.plataforma.reloj import RelojSistema
from prep.simulacro import humano
from prep.simulacro.plan import hora_de

if TYPE_CHECKING:
    from prep.dominio.comun.hecho import Hecho
    from prep.simulacro.fallas import Fallas, Probada
    from prep.simulacro.gente import Mundo
    from prep.simulacro.plan import Falla

NADIE: Final = "nadie"
SIN_EFECTO: Final = "no llegó a contar"
"""What was altered came when others had typed it already."""
_PARAN: Final = {
    Tipo.REVISADA: "la lectura automática",
    Tipo.DICTAMINADA: "la otra captura",
    Tipo.DECIDIDA: "quien supervisa",
    Tipo.DEVUELTA: "quien verifica",
    Tipo.COTEJADA: "el cotejo",
}
"""Facts that say that something is typed wrong, and who saw it."""


def confabulados(fallas: Fallas, falla: Falla) -> None:
    """So many capturistas of the centre type, all alike, votes that no paper has, and so many who verify let them pass:
    until that hour, and until it went well for them once or there is no other acta. What they altered is followed until
    it was compared with its paper."""
    from prep.bitacora.models import Acta

    mundo, existen = fallas.noche.mundo, fallas.noche.existen
    de_esta: list[Probada] = []
    senaladas: set[str] = set()

    def empiezan() -> None:
        quienes = {"capturista": falla.personas, "verificador": falla.verificadores}
        mundo.confabulados = frozenset(f"{rol}-{i + 1}" for rol, n in quienes.items() for i in range(n))
        dichos = cuantos(falla.personas, "capturista")
        if falla.verificadores:
            dichos += f" y {cuantos(falla.verificadores, 'verificador', 'verificadores')}"
        de_esta.append(fallas.probar(falla, f"{dichos} de acuerdo en alterar votos, desde las {hora_de(falla.de)}"))
        fallas.ver(aun_no)

    def aun_no() -> bool:
        alteradas = mundo.alteradas.copy()
        iguales = {clave for clave, suyos in alteradas.items() if len(suyos) > 1}
        if iguales:
            senaladas.update(_senaladas() & iguales)
        if mundo.reloj.minuto() < falla.a:
            return True
        hechas = Acta.objects.filter(clave__in=existen, captura=Captura.VERIFICADA).count()
        if not (mundo.toleradas if falla.verificadores else iguales) and hechas < len(existen):
            return True
        mundo.confabulados = frozenset()
        finales = [como_quedo(mundo, clave) for clave in alteradas]
        if not all(f.terminada for f in finales):
            return True
        pararon = Counter(f.la_paro for f in finales)
        quienes = ", ".join(f"{quien} {n}" for quien, n in pararon.most_common()) or NADIE
        dicho = f"alteraron {cuantos(len(finales), 'acta')}, {len(iguales)} entre dos"
        dicho += f", y dejaron pasar {len(mundo.toleradas)}" if falla.verificadores else ""
        dicho += f"; las paró: {quienes}; la comparación entre actas señaló {len(senaladas)}"
        fallas.midio(de_esta[0], f"{dicho}; así quedaron {sum(f.mal for f in finales)}")
        return False

    fallas.poner(falla.de, empiezan)


@dataclass(frozen=True, slots=True)
class Quedo:
    """What became of an acta that was altered. `terminada`: published, and compared with its paper; `la_paro`: who saw
    that it was wrong, after it was last altered; `mal`: it does not say what its paper says."""

    terminada: bool
    la_paro: str
    mal: bool


def como_quedo(mundo: Mundo, clave: str) -> Quedo:
    from prep.bitacora.actas import acta_de, hechos_de

    acta = acta_de(clave)
    terminada = acta.captura is Captura.VERIFICADA and acta.cotejo not in (None, EN_CORRECCION)
    mal = acta.publicada is None or acta.publicada.asentado != Asentado.leer(mundo.papeles[clave].valores)
    bien = humano.teclear(mundo.renglones(clave), mundo.dice(clave), 0, Random(0))
    alterado = dict(humano.alterar(bien).items() - bien.items())
    hechos = [e.hecho for e in hechos_de([clave])[clave]]
    ultima = max((i for i, h in enumerate(hechos) if _dice(h, alterado)), default=-1)
    pararon = (_PARAN[Tipo(h.tipo)] for h in hechos[ultima + 1 :] if _senala(h))
    return Quedo(terminada, next(pararon, NADIE if mal else SIN_EFECTO), mal)


def _dice(hecho: Hecho, alterado: dict[str, str]) -> bool:
    """Whether a fact carries those votes."""
    votos = hecho.contenido.get("valores", {}).get("votos", {})
    return any(str(votos.get(c)) == v for c, v in alterado.items())


def _senala(hecho: Hecho) -> bool:
    """Whether a fact says that something is wrong."""
    return hecho.tipo in _PARAN and hecho.contenido.get("resultado", str(EN_CORRECCION)) == str(EN_CORRECCION)


def _senaladas() -> set[str]:
    """Actas at which the checks between actas point now."""
    from prep.coordinacion.lecturas import mirar
    from prep.coordinacion.padron import padron
    from prep.coordinacion.validaciones import revisar

    dichas = mirar(padron(), RelojSistema().ahora(), fresco=timedelta(0)).dichas
    return {clave for aviso in revisar(d.leida for d in dichas.values()) for clave in aviso.claves}
