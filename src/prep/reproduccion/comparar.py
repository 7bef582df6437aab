"""Published against computed: every figure of the header, and CONTABILIZADA and total of every acta.

Each figure and each acta is equal; or explained, when what the source says against itself there gives exactly our
value; or unread, when something of it could not be read; or different.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from prep.dominio.comun.valores import MAXIMO
from prep.dominio.tabulacion.tabulacion import ESTADISTICA
from prep.reproduccion.campos import misma_cifra
from prep.reproduccion.contradicciones import (
    CONTABILIZADA,
    OBSERVACIONES,
    TOTAL,
    Conteo,
    Contradiccion,
    Lado,
    cifras_de_los_renglones,
    cifras_inciertas,
    como_dice,
    contradicciones,
)
from prep.reproduccion.derivar import BaseDerivada, Derivado
from prep.reproduccion.publicado import BasePublicada, NoLeido, Renglon


class Veredicto(StrEnum):
    """What became of something compared, from best to worst."""

    IGUAL = "igual"
    EXPLICADA = "explicada"
    NO_LEIDA = "no leída"
    DISTINTA = "distinta"


@dataclass(frozen=True, slots=True)
class ActaCalculada:
    """What was computed of one acta. `total` is `None` where there was nothing to add (no acta)."""

    contabilizada: int | None
    total: int | None
    inconsistente: bool = False


@dataclass(slots=True)
class EleccionCalculada:
    """One election as the last corte published it: the summary, by lower-case name, and its actas by key."""

    estadistica: Mapping[str, int | str]
    actas: Mapping[str, ActaCalculada]


@dataclass(frozen=True, slots=True)
class Cifra:
    """A header figure, published and computed."""

    nombre: str
    publicado: int | str
    calculado: int | str | None
    veredicto: Veredicto


@dataclass(frozen=True, slots=True)
class ActaDistinta:
    """One acta whose value differs."""

    linea: int
    clave_acta: str
    campo: str
    publicado: int | None
    calculado: int | None
    veredicto: Veredicto


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
    no_leidos: list[NoLeido] = field(default_factory=list)

    def cuantas(self, veredicto: Veredicto) -> int:
        """Figures of the header with that verdict."""
        return sum(c.veredicto is veredicto for c in self.cifras)

    @property
    def sin_explicar(self) -> int:
        """Differences that no contradiction of the source accounts for."""
        todos = [*(c.veredicto for c in self.cifras), *(a.veredicto for a in self.actas_distintas)]
        return sum(v not in (Veredicto.IGUAL, Veredicto.EXPLICADA) for v in todos)

    @property
    def en_una_linea(self) -> str:
        """The whole comparison in one line, for people."""
        de_cada = ", ".join(con_plural(v, self.cuantas(v)) for v in Veredicto)
        partes = [f"{len(self.cifras)} cifras del encabezado: {de_cada}"] if self.cifras else ["sin encabezado"]
        distintas = Counter(a.veredicto for a in {a.linea: a for a in self.actas_distintas}.values())
        de_actas = ", ".join(con_plural(v, distintas[v]) for v in Veredicto if distintas[v])
        partes.append(f"{self.actas:,} {'acta' if self.actas == 1 else 'actas'}: {de_actas or 'todas iguales'}")
        return f"{self.eleccion}. {'; '.join(partes)}."

    def escribir(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "eleccion": self.eleccion,
            "archivo": self.archivo,
            "actas_comparadas": self.actas,
            "cifras": [
                {"nombre": c.nombre, "publicado": c.publicado, "calculado": c.calculado, "veredicto": c.veredicto}
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
                    "veredicto": a.veredicto,
                }
                for a in self.actas_distintas
            ],
            "contradicciones": [
                {"linea": c.linea, "clave_acta": c.clave_acta, "campo": c.campo, "mensaje": c.mensaje}
                for c in self.contradicciones
            ],
            "no_leidos": [
                {"linea": n.linea, "clave_acta": n.clave_acta, "campo": n.campo, "texto": n.texto, "veces": n.veces}
                for n in self.no_leidos
            ],
        }


_PLURALES: Final = {
    Veredicto.IGUAL: "iguales",
    Veredicto.EXPLICADA: "explicadas",
    Veredicto.NO_LEIDA: "no leídas",
    Veredicto.DISTINTA: "distintas",
}


def con_plural(veredicto: Veredicto, cuantas: int) -> str:
    """`1 igual`, `12 explicadas`."""
    return f"{cuantas:,} {veredicto if cuantas == 1 else _PLURALES[veredicto]}"


def comparar(derivado: Derivado, calculadas: Mapping[str, EleccionCalculada]) -> list[ComparacionEleccion]:
    """Compare every base with what was computed of its election (by key)."""
    return [_comparar_eleccion(d, calculadas[d.eleccion.clave], derivado.cierre) for d in derivado.bases]


_SIN_LEER: Final = {
    CONTABILIZADA: frozenset({"votos", "contabilizada", "observaciones", "lista_nominal", "representantes"}),
    TOTAL: frozenset({"votos", "calculado"}),
}
"""Fields of a row without which what it says of another cannot be compared."""


def _comparar_eleccion(derivada: BaseDerivada, calculada: EleccionCalculada, cierre: bool) -> ComparacionEleccion:
    base = derivada.base
    halladas = contradicciones(derivada)
    comparacion = ComparacionEleccion(
        derivada.eleccion.clave, base.archivo, contradicciones=halladas, no_leidos=base.no_leidos
    )
    por_linea: dict[int, list[Contradiccion]] = {}
    for c in halladas:
        if c.clave_acta:
            por_linea.setdefault(c.linea, []).append(c)
    for n, r in enumerate(base.renglones):
        clave = derivada.actas.get(n)
        if clave is not None:
            comparacion.actas += 1
            nuestra = calculada.actas.get(clave, ActaCalculada(None, None))
            comparacion.actas_distintas += _comparar_acta(r, nuestra, base, por_linea.get(r.linea, ()))
    comparacion.sin_comparar = [n for n in base.resumen if n.lower() not in ESTADISTICA]
    comparacion.cifras = list(_comparar_cifras(derivada, calculada, comparacion, por_linea, cierre))
    return comparacion


def _comparar_acta(
    r: Renglon, nuestra: ActaCalculada, base: BasePublicada, suyas: Sequence[Contradiccion]
) -> Iterable[ActaDistinta]:
    def distinta(campo: str, publicado: int | None, calculado: int | None) -> ActaDistinta:
        veredicto = Veredicto.DISTINTA
        if r.no_leidas & _SIN_LEER[campo]:
            veredicto = Veredicto.NO_LEIDA
        elif any(campo in c.explica and c.explica[campo] == (calculado or 0) for c in suyas):
            veredicto = Veredicto.EXPLICADA
        return ActaDistinta(r.linea, r.clave_acta, campo, publicado, calculado, veredicto)

    dice = "contabilizada" in base.propios_campos and (r.contabilizada is not None or r.espera)
    if dice and r.contabilizada != nuestra.contabilizada:
        yield distinta(CONTABILIZADA, r.contabilizada, nuestra.contabilizada)
    # A total that the source leaves blank says nothing; without an acta some write 0 and some nothing.
    if isinstance(r.calculado, int) and r.calculado != (nuestra.total or 0):
        yield distinta(TOTAL, r.calculado, nuestra.total)


def _comparar_cifras(
    derivada: BaseDerivada,
    calculada: EleccionCalculada,
    comparacion: ComparacionEleccion,
    por_linea: Mapping[int, Sequence[Contradiccion]],
    cierre: bool,
) -> Iterable[Cifra]:
    base = derivada.base
    veredictos: dict[int, set[Veredicto]] = {}
    for a in comparacion.actas_distintas:
        veredictos.setdefault(a.linea, set()).add(a.veredicto)
    explicadas = {linea for linea, v in veredictos.items() if Veredicto.EXPLICADA in v}
    explicadas |= {n for n, suyas in por_linea.items() if any(OBSERVACIONES in c.explica for c in suyas)}
    explicadas |= {r.linea for n, r in enumerate(base.renglones) if n in derivada.repetidos}
    no_leidas = {r.linea for r in base.renglones if r.no_leidas}
    encabezado = {c.campo for c in comparacion.contradicciones if not c.clave_acta}
    de_renglones = {n: v for n, v in cifras_de_los_renglones(base).items() if n in encabezado}
    si_dice = _si_fuera_como_dice(derivada, calculada, explicadas - no_leidas, cierre)
    si_leyera = _si_fuera_como_dice(derivada, calculada, explicadas | no_leidas, cierre)
    inciertas = cifras_inciertas(base)
    for nombre, publicado in base.resumen.items():
        if nombre.lower() not in ESTADISTICA:
            continue
        suya = calculada.estadistica.get(nombre.lower())
        nada = suya is None and (publicado == 0 or misma_cifra(publicado, "0.0000"))
        if nada:
            suya = publicado
        if nada or misma_cifra(publicado, suya):
            veredicto = Veredicto.IGUAL
        elif not base.perdidos and any(
            misma_cifra(p, si_dice[nombre]) for p in (publicado, de_renglones.get(nombre)) if p is not None
        ):
            veredicto = Veredicto.EXPLICADA
        elif _cabe(nombre, publicado, si_leyera[nombre], inciertas[nombre]) or (
            no_leidas and misma_cifra(publicado, si_leyera[nombre])
        ):
            veredicto = Veredicto.NO_LEIDA
        else:
            veredicto = Veredicto.DISTINTA
        yield Cifra(nombre, publicado, suya, veredicto)
    for n in base.no_leidos:
        if n.linea == base.linea_resumen and n.campo.lower() in ESTADISTICA:
            yield Cifra(n.campo, n.texto, calculada.estadistica.get(n.campo.lower()), Veredicto.NO_LEIDA)


def _cabe(nombre: str, publicado: int | str, nuestra: int | str | None, renglones: int) -> bool:
    """Whether so many rows that could not be read can account for the difference: each is one acta of 9,999 at most."""
    if not renglones or not isinstance(publicado, int) or not isinstance(nuestra, int):
        return renglones > 0
    return abs(publicado - nuestra) <= renglones * (1 if nombre.startswith("ACTAS_") else MAXIMO)


def _si_fuera_como_dice(
    derivada: BaseDerivada, calculada: EleccionCalculada, lineas: set[int], cierre: bool
) -> dict[str, int | str | None]:
    """Our header if the actas of those lines were what the source says of them, and every other one ours.

    A difference that disappears with this is accounted for by those lines.
    """
    esperadas = {a.clave: a for a in derivada.eleccion.actas}
    conteo = Conteo(esperadas=len(esperadas))
    for n, r in enumerate(derivada.base.renglones):
        clave = derivada.actas.get(n)
        if r.fuera:
            conteo.fuera += 1
        elif clave is None:
            suya = como_dice(r) if r.linea in lineas else None
            if r.linea in lineas:
                conteo.esperadas += 1
            if suya is not None:
                conteo.poner(suya, r.lista_nominal or 0, r.clave_casilla[6] == "S")
        else:
            casilla = esperadas[clave].casilla
            lado = (como_dice(r) if r.linea in lineas else None) or _nuestro(calculada.actas.get(clave))
            if lado is not None:
                conteo.poner(lado, casilla.lista_nominal, casilla.especial)
    return conteo.encabezado(cierre)


def _nuestro(acta: ActaCalculada | None) -> Lado | None:
    if acta is None or acta.contabilizada is None:
        return None
    return Lado(acta.contabilizada == 1, acta.total or 0, acta.inconsistente)


def como_se_dice(n: NoLeido) -> str:
    """Something unread, for people."""
    donde = ", ".join([f"línea {n.linea}", *([n.clave_acta] if n.clave_acta else []), *([n.campo] if n.campo else [])])
    que = f"«{n.texto}»" if n.campo else n.texto
    return f"{donde}: {que}" + (f" ({n.veces:,} renglones)" if n.veces > 1 else "")
