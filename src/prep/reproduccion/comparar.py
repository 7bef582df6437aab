"""Published against computed: every figure of the header, and CONTABILIZADA and total of every acta.

The contradictions inside the source are found on their own, line by line, without looking at what was computed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from prep.dominio.tabulacion.porcentajes import porcentaje
from prep.dominio.tabulacion.proceso import ActaEsperada
from prep.dominio.tabulacion.tabulacion import ESTADISTICA
from prep.reproduccion.derivar import BaseDerivada, Derivado
from prep.reproduccion.publicado import (
    NOTAS_INCONSISTENCIA,
    NOTAS_NINGUNO,
    BasePublicada,
    Hueco,
    Nota,
    Renglon,
)


@dataclass(frozen=True, slots=True)
class Contradiccion:
    """Something the source says against itself. `linea` 0: the header against the rows."""

    linea: int
    clave_acta: str
    campo: str
    mensaje: str


@dataclass(frozen=True, slots=True)
class ActaCalculada:
    """What was computed of one acta. `total` is `None` where there was nothing to add (no acta)."""

    contabilizada: int | None
    total: int | None


@dataclass(slots=True)
class EleccionCalculada:
    """One election as the last corte published it: the summary, by lower-case name, and its actas by key."""

    estadistica: Mapping[str, int | str]
    actas: Mapping[str, ActaCalculada]


@dataclass(frozen=True, slots=True)
class Cifra:
    """A header figure, published and computed. `explicada`: a listed contradiction accounts for the difference."""

    nombre: str
    publicado: int | str
    calculado: int | str | None
    explicada: bool

    @property
    def igual(self) -> bool:
        return self.publicado == self.calculado


@dataclass(frozen=True, slots=True)
class ActaDistinta:
    """One acta whose value differs. `explicada`: its line is among the contradictions."""

    linea: int
    clave_acta: str
    campo: str
    publicado: int | None
    calculado: int | None
    explicada: bool


@dataclass(slots=True)
class ComparacionEleccion:
    """One election compared."""

    eleccion: str
    archivo: str
    cifras: list[Cifra] = field(default_factory=list)
    sin_comparar: list[str] = field(default_factory=list)
    actas: int = 0
    actas_distintas: list[ActaDistinta] = field(default_factory=list)
    contradicciones: list[Contradiccion] = field(default_factory=list)

    @property
    def sin_explicar(self) -> int:
        """Differences that no contradiction of the source accounts for."""
        return sum(not c.igual and not c.explicada for c in self.cifras) + sum(
            not a.explicada for a in self.actas_distintas
        )

    def escribir(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "eleccion": self.eleccion,
            "archivo": self.archivo,
            "actas_comparadas": self.actas,
            "cifras": [
                {
                    "nombre": c.nombre,
                    "publicado": c.publicado,
                    "calculado": c.calculado,
                    "igual": c.igual,
                    **({} if c.igual else {"explicada": c.explicada}),
                }
                for c in self.cifras
            ],
            "cifras_sin_comparar": self.sin_comparar,
            "actas_distintas": [
                {
                    "clave_acta": a.clave_acta,
                    "linea": a.linea,
                    "campo": a.campo,
                    "publicado": a.publicado,
                    "calculado": a.calculado,
                    "explicada": a.explicada,
                }
                for a in self.actas_distintas
            ],
            "contradicciones": [
                {"linea": c.linea, "clave_acta": c.clave_acta, "campo": c.campo, "mensaje": c.mensaje}
                for c in self.contradicciones
            ],
        }


def contradicciones(derivada: BaseDerivada) -> list[Contradiccion]:
    """Everything in which the source contradicts itself: rows first, then the header against its own rows."""
    base = derivada.base
    halladas: list[Contradiccion] = []
    esperadas = {a.clave: a for a in derivada.eleccion.actas}
    for n, r in enumerate(base.renglones):
        if r.linea in derivada.repetidos:
            halladas.append(
                Contradiccion(
                    r.linea,
                    r.clave_acta,
                    "CLAVE_ACTA",
                    f"La clave ya está en la línea {derivada.repetidos[r.linea]}: este renglón no se reproduce.",
                )
            )
        elif not r.fuera:
            esperada = esperadas.get(derivada.actas.get(n, ""))
            halladas += [Contradiccion(r.linea, r.clave_acta, c, m) for c, m in _del_renglon(r, esperada, derivada)]
    halladas += _del_encabezado(base)
    return halladas


def _del_renglon(r: Renglon, esperada: ActaEsperada | None, derivada: BaseDerivada) -> Iterable[tuple[str, str]]:
    calculado = r.calculado if isinstance(r.calculado, int) else None
    legible = any(isinstance(v, int) for v in r.votos)
    ninguno = bool(NOTAS_NINGUNO.intersection(r.notas))
    tiene = "contabilizada" in derivada.base.propios_campos
    if not legible and calculado:
        yield "TOTAL_VOTOS_CALCULADO", f"Publica un total de {calculado} y ningún voto que lo sume."
    elif calculado is not None and r.dice_algo and r.suma != calculado:
        yield "TOTAL_VOTOS_CALCULADO", f"Publica un total de {calculado} y sus votos suman {r.suma}."
    if not tiene or r.contabilizada is None:
        if tiene and r.dice_algo:
            yield "CONTABILIZADA", "Tiene votos y dice que aún no se captura."
        return
    if r.contabilizada == 1:
        if not legible:
            yield "CONTABILIZADA", "Se contabiliza sin una sola cantidad legible."
        for nota in r.notas:
            if nota in NOTAS_NINGUNO or nota in (Nota.EXCEDE, Nota.SIN_ACTA):
                yield "CONTABILIZADA", f"Se contabiliza y su observación es «{nota.value}»."
    elif not r.notas or set(r.notas) <= {Nota.ILEGIBLE, Nota.SIN_DATO, Nota.ALGUNO, Nota.POR_PTO, Nota.OTRA}:
        if not r.dice_algo and not any(v is Hueco.SIN_ACTA for v in r.votos):
            yield "OBSERVACIONES", "No se contabiliza, no dice por qué y no publica sus votos."
        else:
            yield "OBSERVACIONES", "No se contabiliza y no dice por qué."
    if ninguno and r.suma:
        yield "OBSERVACIONES", "Dice que no hay un solo voto legible y publica votos."
    if Nota.SIN_ACTA in r.notas and r.suma:
        yield "OBSERVACIONES", "Dice que no hay acta y publica votos."
    yield from _exceso(r, esperada, derivada.representantes_publicados)


def _exceso(r: Renglon, esperada: ActaEsperada | None, publicados: bool) -> Iterable[tuple[str, str]]:
    if esperada is None or (r.tipo_casilla == "M" and not r.lista_nominal):
        return
    casilla = esperada.casilla
    base = casilla.boletas if casilla.boletas is not None else casilla.lista_nominal
    tope = base + (r.representantes or 0)
    if Nota.EXCEDE in r.notas and r.suma <= tope:
        if r.suma == 0:
            yield "OBSERVACIONES", "Dice que excede la lista nominal y no publica sus votos."
        else:
            yield "OBSERVACIONES", f"Dice que excede la lista nominal y {r.suma} no pasa de {tope}."
    elif r.contabilizada == 1 and r.suma > tope:
        detalle = f"{r.suma} pasa de {base} más {r.representantes or 0} representantes publicados"
        if publicados:
            yield "CONTABILIZADA", f"Se contabiliza y {detalle}."
        else:
            yield (
                "REPRESENTANTES_PP_CI",
                f"Se contabiliza y {detalle}: los acreditados debieron ser al menos {r.suma - base}.",
            )


_DE_RENGLONES: Final = (
    "ACTAS_ESPERADAS",
    "ACTAS_REGISTRADAS",
    "ACTAS_FUERA_CATALOGO",
    "ACTAS_CAPTURADAS",
    "PORCENTAJE_ACTAS_CAPTURADAS",
    "ACTAS_CONTABILIZADAS",
    "PORCENTAJE_ACTAS_CONTABILIZADAS",
    "PORCENTAJE_ACTAS_INCONSISTENCIAS",
    "ACTAS_NO_CONTABILIZADAS",
    "LISTA_NOMINAL_ACTAS_CONTABILIZADAS",
    "TOTAL_VOTOS_C_CS",
    "TOTAL_VOTOS_S_CS",
)


def cifras_de_los_renglones(base: BasePublicada) -> dict[str, int | str | None]:
    """The header that follows from the rows as published, believing each of their CONTABILIZADA and OBSERVACIONES."""
    c: Counter[str] = Counter()
    for r in base.renglones:
        if r.fuera:
            c["fuera"] += 1
            continue
        c["esperadas"] += 1
        if r.contabilizada is None:
            continue
        c["capturadas"] += 1
        c["inconsistentes"] += not NOTAS_INCONSISTENCIA.isdisjoint(r.notas)
        if r.contabilizada == 1:
            c["contabilizadas"] += 1
            c["total"] += r.suma
            if r.clave_casilla[6] == "S":
                c["especiales"] += r.suma
            else:
                c["lista"] += r.lista_nominal or 0
        else:
            c["no_contabilizadas"] += 1
    return {
        "ACTAS_ESPERADAS": c["esperadas"],
        "ACTAS_REGISTRADAS": c["capturadas"] + c["fuera"],
        "ACTAS_FUERA_CATALOGO": c["fuera"],
        "ACTAS_CAPTURADAS": c["capturadas"],
        "PORCENTAJE_ACTAS_CAPTURADAS": porcentaje(c["capturadas"], c["esperadas"]),
        "ACTAS_CONTABILIZADAS": c["contabilizadas"],
        "PORCENTAJE_ACTAS_CONTABILIZADAS": porcentaje(c["contabilizadas"], c["esperadas"]),
        "PORCENTAJE_ACTAS_INCONSISTENCIAS": porcentaje(c["inconsistentes"], c["esperadas"]),
        "ACTAS_NO_CONTABILIZADAS": c["no_contabilizadas"],
        "LISTA_NOMINAL_ACTAS_CONTABILIZADAS": c["lista"],
        "TOTAL_VOTOS_C_CS": c["total"],
        "TOTAL_VOTOS_S_CS": c["total"] - c["especiales"],
    }


def _del_encabezado(base: BasePublicada) -> Iterable[Contradiccion]:
    if "contabilizada" not in base.propios_campos:
        return
    propias = cifras_de_los_renglones(base)
    for nombre in _DE_RENGLONES:
        publicada, suya = base.resumen.get(nombre), propias[nombre]
        if publicada is not None and suya is not None and publicada != suya:
            yield Contradiccion(
                base.linea_resumen, "", nombre, f"El encabezado dice {publicada} y sus propios renglones dan {suya}."
            )


def comparar(derivado: Derivado, calculadas: Mapping[str, EleccionCalculada]) -> list[ComparacionEleccion]:
    """Compare every base with what was computed of its election (by key)."""
    return [_comparar_eleccion(d, calculadas[d.eleccion.clave], derivado.cierre) for d in derivado.bases]


def _comparar_eleccion(derivada: BaseDerivada, calculada: EleccionCalculada, cierre: bool) -> ComparacionEleccion:
    base = derivada.base
    halladas = contradicciones(derivada)
    lineas = {c.linea for c in halladas if c.clave_acta}
    encabezado = {c.campo for c in halladas if not c.clave_acta}
    de_renglones = {n: v for n, v in cifras_de_los_renglones(base).items() if n in encabezado}
    comparacion = ComparacionEleccion(derivada.eleccion.clave, base.archivo, contradicciones=halladas)
    tiene = "contabilizada" in base.propios_campos
    for n, r in enumerate(base.renglones):
        clave = derivada.actas.get(n)
        if clave is None:
            continue
        nuestra = calculada.actas.get(clave, ActaCalculada(None, None))
        comparacion.actas += 1
        if tiene and r.contabilizada != nuestra.contabilizada:
            comparacion.actas_distintas.append(
                ActaDistinta(
                    r.linea, r.clave_acta, "CONTABILIZADA", r.contabilizada, nuestra.contabilizada, r.linea in lineas
                )
            )
        # A total that the source leaves blank says nothing; without an acta some write 0 and some nothing.
        if isinstance(r.calculado, int) and r.calculado != (nuestra.total or 0):
            comparacion.actas_distintas.append(
                ActaDistinta(
                    r.linea, r.clave_acta, "TOTAL_VOTOS_CALCULADO", r.calculado, nuestra.total, r.linea in lineas
                )
            )
    explicadas = _si_fuera_como_dice(derivada, calculada, comparacion, cierre)
    for nombre, publicado in base.resumen.items():
        if nombre.lower() not in ESTADISTICA:
            comparacion.sin_comparar.append(nombre)
            continue
        suya = calculada.estadistica.get(nombre.lower())
        if suya is None and publicado in (0, "0", "0.0000"):
            suya = publicado
        posible = explicadas.get(nombre, suya)
        explicada = posible == publicado or (nombre in de_renglones and posible == de_renglones[nombre])
        comparacion.cifras.append(Cifra(nombre, publicado, suya, explicada))
    return comparacion


def _si_fuera_como_dice(
    derivada: BaseDerivada, calculada: EleccionCalculada, comparacion: ComparacionEleccion, cierre: bool
) -> dict[str, int | str | None]:
    """Our figures if each acta that contradicts itself had the CONTABILIZADA and the total that the source says.

    Only figures that change are here. A difference that disappears with this is accounted for by those lines.
    """
    malas = {a.linea for a in comparacion.actas_distintas if a.explicada}
    if not malas:
        return {}
    esperadas = {a.clave: a for a in derivada.eleccion.actas}
    cifra = {n: v for n, v in calculada.estadistica.items() if isinstance(v, int)}
    contabilizadas, lista = cifra["actas_contabilizadas"], cifra.get("lista_nominal_actas_contabilizadas", 0)
    con, sin = cifra.get("total_votos_c_cs", 0), cifra.get("total_votos_s_cs", 0)
    for n, r in enumerate(derivada.base.renglones):
        clave = derivada.actas.get(n)
        if r.linea not in malas or clave is None:
            continue
        casilla, nuestra = esperadas[clave].casilla, calculada.actas.get(clave, ActaCalculada(None, None))
        for cuenta, votos, signo in (
            (nuestra.contabilizada == 1, nuestra.total or 0, -1),
            (r.contabilizada == 1, r.calculado if isinstance(r.calculado, int) else r.suma, 1),
        ):
            if cuenta:
                contabilizadas += signo
                con += signo * votos
                if not casilla.especial:
                    sin += signo * votos
                    lista += signo * casilla.lista_nominal
    esperadas_n, capturadas = cifra["actas_esperadas"], cifra["actas_capturadas"]
    return {
        "ACTAS_CONTABILIZADAS": contabilizadas,
        "PORCENTAJE_ACTAS_CONTABILIZADAS": porcentaje(contabilizadas, esperadas_n),
        "ACTAS_NO_CONTABILIZADAS": capturadas - contabilizadas,
        "LISTA_NOMINAL_ACTAS_CONTABILIZADAS": lista,
        "TOTAL_VOTOS_C_CS": con,
        "TOTAL_VOTOS_S_CS": sin,
        "PORCENTAJE_PARTICIPACION_CIUDADANA": porcentaje(con if cierre else sin, lista),
    }


def resumir(comparaciones: Sequence[ComparacionEleccion]) -> dict[str, Any]:
    """`comparacion.json`."""
    return {"elecciones": [c.escribir() for c in comparaciones]}
