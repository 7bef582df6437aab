"""In what a source contradicts itself, line by line, without looking at what was computed.

What could not be read accuses nobody: a rule that needs it is not applied to that row, or to the header.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from prep.dominio.comun.valores import Marca
from prep.dominio.tabulacion.porcentajes import porcentaje
from prep.dominio.tabulacion.proceso import ActaEsperada
from prep.reproduccion.campos import misma_cifra
from prep.reproduccion.derivar import BaseDerivada
from prep.reproduccion.publicado import (
    NOTAS_INCONSISTENCIA,
    NOTAS_NINGUNO,
    BasePublicada,
    Hueco,
    Nota,
    Renglon,
)

CONTABILIZADA: Final = "CONTABILIZADA"
TOTAL: Final = "TOTAL_VOTOS_CALCULADO"
OBSERVACIONES: Final = "OBSERVACIONES"


@dataclass(frozen=True, slots=True)
class Contradiccion:
    """Something the source says against itself. `linea` 0: the header against the rows.

    `explica`: field of the row -> what the rest of the row makes of it (`OBSERVACIONES`: 1 when it is inconsistent).
    """

    linea: int
    clave_acta: str
    campo: str
    mensaje: str
    explica: dict[str, int] = field(default_factory=dict)


def contradicciones(derivada: BaseDerivada) -> list[Contradiccion]:
    """Everything in which the source contradicts itself: rows first, then the header against its own rows."""
    base = derivada.base
    halladas: list[Contradiccion] = []
    esperadas = {a.clave: a for a in derivada.eleccion.actas}
    for n, r in enumerate(base.renglones):
        repetido = derivada.repetidos.get(n)
        if repetido is not None:
            como = "y el renglón es igual" if repetido.igual else "con otro contenido"
            que = "se reproducen los dos" if repetido.se_reproduce else "este renglón no se reproduce"
            mensaje = f"La clave ya está en la línea {repetido.linea}, {como}: {que}."
            halladas.append(Contradiccion(r.linea, r.clave_acta, "CLAVE_ACTA", mensaje))
        if n in derivada.actas:
            esperada = esperadas[derivada.actas[n]]
            halladas += [
                Contradiccion(r.linea, r.clave_acta, campo, mensaje, explica)
                for campo, mensaje, explica in _del_renglon(r, esperada)
            ]
    halladas += _del_encabezado(base)
    return halladas


_Acusacion = tuple[str, str, dict[str, int]]


def _del_renglon(r: Renglon, esperada: ActaEsperada) -> Iterable[_Acusacion]:
    calculado = r.calculado if isinstance(r.calculado, int) else None
    sin_leer = r.no_leidas
    con_votos = "votos" not in sin_leer
    legible = any(isinstance(v, int) for v in r.votos)
    if con_votos and calculado and not legible:
        yield TOTAL, f"Publica un total de {calculado} y ningún voto que lo sume.", {TOTAL: 0}
    elif con_votos and calculado is not None and r.dice_algo and r.suma != calculado:
        yield TOTAL, f"Publica un total de {calculado} y sus votos suman {r.suma}.", {TOTAL: r.suma}
    if r.espera and (legible or any(isinstance(v, Marca) for v in r.votos)):
        yield CONTABILIZADA, "Tiene votos y dice que aún no se captura.", {TOTAL: 0}
    if r.contabilizada not in (0, 1):
        return
    if r.contabilizada == 1:
        if con_votos and not legible:
            yield CONTABILIZADA, "Se contabiliza sin una sola cantidad legible.", {CONTABILIZADA: 0, OBSERVACIONES: 1}
        for nota in r.notas:
            if nota in NOTAS_NINGUNO or nota in (Nota.EXCEDE, Nota.SIN_ACTA):
                mensaje = f"Se contabiliza y su observación es «{nota.value}»."
                explica = {CONTABILIZADA: 0, TOTAL: 0} if nota is Nota.SIN_ACTA else {CONTABILIZADA: 0}
                yield CONTABILIZADA, mensaje, explica
    elif set(r.notas) <= _NO_QUITAN and "observaciones" not in sin_leer:
        if not r.dice_algo and not any(v is Hueco.SIN_ACTA for v in r.votos):
            yield OBSERVACIONES, "No se contabiliza, no dice por qué y no publica sus votos.", {}
        elif r.dice_algo and legible:
            yield OBSERVACIONES, "No se contabiliza y no dice por qué.", {CONTABILIZADA: 1}
        else:
            yield OBSERVACIONES, "No se contabiliza y no dice por qué.", {}
    if NOTAS_NINGUNO.intersection(r.notas) and r.suma:
        mensaje = "Dice que no hay un solo voto legible y publica votos."
        yield OBSERVACIONES, mensaje, {CONTABILIZADA: 1, OBSERVACIONES: 0}
    if Nota.SIN_ACTA in r.notas and r.suma:
        yield OBSERVACIONES, "Dice que no hay acta y publica votos.", {TOTAL: 0}
    if con_votos and not sin_leer & {"lista_nominal", "representantes"}:
        yield from _exceso(r, esperada)


_NO_QUITAN: Final = frozenset({Nota.ILEGIBLE, Nota.SIN_DATO, Nota.ALGUNO, Nota.POR_PTO})
"""Observations of actas that count."""


def _exceso(r: Renglon, esperada: ActaEsperada) -> Iterable[_Acusacion]:
    casilla = esperada.casilla
    if r.sin_lista or (casilla.clave.ruta and not casilla.lista_nominal):
        return
    base = casilla.boletas if casilla.boletas is not None else casilla.lista_nominal
    acreditados = esperada.representantes or 0
    tope = base + acreditados
    if Nota.EXCEDE in r.notas and r.suma <= tope:
        if r.suma == 0:
            yield OBSERVACIONES, "Dice que excede la lista nominal y no publica sus votos.", {}
        else:
            mensaje = f"Dice que excede la lista nominal y {r.suma} no pasa de {tope}."
            yield OBSERVACIONES, mensaje, {CONTABILIZADA: 1, OBSERVACIONES: 0}
    elif r.contabilizada == 1 and r.suma > tope:
        mensaje = f"Se contabiliza y {r.suma} pasa de {base} más {acreditados} representantes."
        yield CONTABILIZADA, mensaje, {CONTABILIZADA: 0, OBSERVACIONES: 1}


def es_inconsistente(r: Renglon) -> bool:
    """Whether the source's own row is one of those that PORCENTAJE_ACTAS_INCONSISTENCIAS counts."""
    return not NOTAS_INCONSISTENCIA.isdisjoint(r.notas)


@dataclass(slots=True)
class Conteo:
    """What a header is made of."""

    esperadas: int = 0
    fuera: int = 0
    capturadas: int = 0
    contabilizadas: int = 0
    inconsistentes: int = 0
    lista: int = 0
    total: int = 0
    especiales: int = 0

    def poner(self, lado: Lado, lista: int, especial: bool, signo: int = 1) -> None:
        """Add (or take away) one captured acta."""
        self.capturadas += signo
        self.inconsistentes += signo * lado.inconsistente
        if lado.contabilizada:
            self.contabilizadas += signo
            self.total += signo * lado.total
            if especial:
                self.especiales += signo * lado.total
            else:
                self.lista += signo * lista

    def encabezado(self, cierre: bool) -> dict[str, int | str | None]:
        """The thirteen figures."""
        sin = self.total - self.especiales
        return {
            "ACTAS_ESPERADAS": self.esperadas,
            "ACTAS_REGISTRADAS": self.capturadas + self.fuera,
            "ACTAS_FUERA_CATALOGO": self.fuera,
            "ACTAS_CAPTURADAS": self.capturadas,
            "PORCENTAJE_ACTAS_CAPTURADAS": porcentaje(self.capturadas, self.esperadas),
            "ACTAS_CONTABILIZADAS": self.contabilizadas,
            "PORCENTAJE_ACTAS_CONTABILIZADAS": porcentaje(self.contabilizadas, self.esperadas),
            "PORCENTAJE_ACTAS_INCONSISTENCIAS": porcentaje(self.inconsistentes, self.esperadas),
            "ACTAS_NO_CONTABILIZADAS": self.capturadas - self.contabilizadas,
            "LISTA_NOMINAL_ACTAS_CONTABILIZADAS": self.lista,
            "TOTAL_VOTOS_C_CS": self.total,
            "TOTAL_VOTOS_S_CS": sin,
            "PORCENTAJE_PARTICIPACION_CIUDADANA": porcentaje(self.total if cierre else sin, self.lista),
        }


@dataclass(frozen=True, slots=True)
class Lado:
    """One captured acta, as one of the two says it."""

    contabilizada: bool
    total: int
    inconsistente: bool


def como_dice(r: Renglon) -> Lado | None:
    """The row, believing its CONTABILIZADA, its OBSERVACIONES and, where its votes cannot be read, its total; `None`
    when the source does not say whether it counts."""
    if r.contabilizada not in (0, 1):
        return None
    total = r.calculado if "votos" in r.no_leidas and isinstance(r.calculado, int) else r.suma
    return Lado(r.contabilizada == 1, total, es_inconsistente(r))


_DEPENDEN_DE: Final = {
    "contabilizada": frozenset(Conteo().encabezado(False)) - {"ACTAS_ESPERADAS", "ACTAS_FUERA_CATALOGO"},
    "observaciones": frozenset({"PORCENTAJE_ACTAS_INCONSISTENCIAS"}),
    "lista_nominal": frozenset({"LISTA_NOMINAL_ACTAS_CONTABILIZADAS", "PORCENTAJE_PARTICIPACION_CIUDADANA"}),
    "votos": frozenset({"TOTAL_VOTOS_C_CS", "TOTAL_VOTOS_S_CS", "PORCENTAJE_PARTICIPACION_CIUDADANA"}),
}
"""Figures of the header that cannot be known without a field of every row."""
_DE_LAS_ESPERADAS: Final = (
    "ACTAS_ESPERADAS",
    "PORCENTAJE_ACTAS_CAPTURADAS",
    "PORCENTAJE_ACTAS_CONTABILIZADAS",
    "PORCENTAJE_ACTAS_INCONSISTENCIAS",
)
"""Those that cannot be known without every expected acta."""


def cifras_inciertas(base: BasePublicada) -> Counter[str]:
    """Figures that the rows do not give because something of them could not be read or is not said: by how many."""
    inciertas: Counter[str] = Counter()
    if base.perdidos:
        inciertas.update(dict.fromkeys(Conteo().encabezado(False), base.perdidos))
    if base.sin_listar:
        inciertas.update(dict.fromkeys(_DE_LAS_ESPERADAS, base.sin_listar))
    faltan = {"contabilizada", "observaciones"} - base.propios_campos
    if "observaciones" in faltan:
        inciertas.update(_DEPENDEN_DE["observaciones"])
    for r in base.renglones:
        campos = {c for c in r.no_leidas if c != "votos" or not isinstance(r.calculado, int)}
        # Of an acta without votes in a file with neither column, not even whether it was captured.
        calla = "contabilizada" not in faltan or (len(faltan) == 2 and not r.suma)
        if calla and r.contabilizada is None and not r.espera:
            campos.add("contabilizada")
        if r.sin_lista:
            campos.add("lista_nominal")
        inciertas.update({nombre for c in campos for nombre in _DEPENDEN_DE.get(c, ())})
    return inciertas


def cifras_de_los_renglones(base: BasePublicada) -> dict[str, int | str | None]:
    """The header that follows from the rows as published."""
    conteo = Conteo()
    for r in base.renglones:
        if r.fuera:
            conteo.fuera += 1
            continue
        conteo.esperadas += 1
        lado = como_dice(r)
        if lado is not None:
            conteo.poner(lado, r.lista_nominal or 0, r.clave_casilla[6] == "S")
    cifras = conteo.encabezado(cierre=False)
    del cifras["PORCENTAJE_PARTICIPACION_CIUDADANA"]  # two rules, and the rows do not say which
    inciertas = cifras_inciertas(base)
    return {n: v for n, v in cifras.items() if n not in inciertas}


def _del_encabezado(base: BasePublicada) -> Iterable[Contradiccion]:
    if "contabilizada" not in base.propios_campos:
        return
    for nombre, suya in cifras_de_los_renglones(base).items():
        publicada = base.resumen.get(nombre)
        if publicada is not None and suya is not None and not misma_cifra(publicada, suya):
            yield Contradiccion(
                base.linea_resumen, "", nombre, f"El encabezado dice {publicada} y sus propios renglones dan {suya}."
            )
