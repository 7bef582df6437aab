"""What each vote column stands for: a party, a combination, a joint box, an independent.

A name that splits into other columns joins them. One that splits in part names some party in another way: it is
resolved by evidence (the vocabulary, which column it could be, the rows, the candidaturas file) and said, or refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from prep.dominio.tabulacion.boleta import Recuadro, TipoRecuadro, clave_combinacion
from prep.reproduccion.boletas import agrupar
from prep.reproduccion.pegados import despegar
from prep.reproduccion.publicado import Anomalia, Candidato, ErrorDeLectura, Renglon
from prep.reproduccion.vocabulario import (
    ADORNOS,
    COALICION,
    COMUN,
    INDEPENDIENTE,
    mismo_partido,
    normalizar,
    parecidos,
    partido_conocido,
)

MAX_TROZOS: Final = 40
"""A name with more words than this joins nothing."""
_SIN_NOMBRE: Final = re.compile(r"COLUMNA_\d+")


def nombre_por_lugar(i: int) -> str:
    """What the column of this index is called when it has no name."""
    return f"COLUMNA_{i + 1}"


@dataclass(slots=True)
class Evidencia:
    """What the rows and the candidaturas file say of the columns. `votos[i]` of a row goes with `nombres[i]`."""

    renglones: Sequence[Renglon] = ()
    candidatos: Sequence[Candidato] = ()

    def juntos_y_solos(self, i: int, propios: Sequence[int]) -> tuple[int, int]:
        """Rows with votes in column `i`: those with votes too in one of its parties' own boxes, and those without."""
        juntos = solos = 0
        for r in self.renglones:
            if _votos(r, i):
                if any(_votos(r, p) for p in propios):
                    juntos += 1
                else:
                    solos += 1
        return juntos, solos

    def conviven(self, i: int, otro: int) -> bool:
        """In nine of ten rows with votes in column `i` the other has some too; so when no row has votes in `i`."""
        juntos, solos = self.juntos_y_solos(i, [otro])
        return juntos >= 9 * solos

    def mismas_personas(self, uno: str, otro: str) -> bool:
        """Somebody stands, in one place, for both names of the candidaturas file."""
        return bool(self._personas(uno) & self._personas(otro))

    def _personas(self, nombre: str) -> set[tuple[int | None, str]]:
        return {
            (c.demarcacion, normalizar(c.propietaria))
            for c in self.candidatos
            if c.propietaria and sin_prefijo(normalizar(c.partidos)) == nombre
        }


def _votos(r: Renglon, i: int) -> bool:
    v = r.votos[i]
    return type(v) is int and v > 0


def sin_prefijo(nombre: str) -> str:
    """The parties of a column's name, without what says that they go together."""
    comun, coalicion = COMUN.fullmatch(nombre), COALICION.fullmatch(nombre)
    if comun:
        return str(comun[1])
    # `C_X` may be a party: the prefix says something only before two or more.
    return str(coalicion[1]) if coalicion and "_" in coalicion[1] else nombre


def sin_adorno(nombres: Sequence[str]) -> list[str]:
    """The names of the boxes without the word that most begin or end with: `VOTOS_PAN`, `VOTOS_C_PAN_PRI`.

    With it no box would be of the parties that its name says.
    """
    for adorno in ADORNOS:
        for quitar, con in ((str.removeprefix, f"{adorno}_"), (str.removesuffix, f"_{adorno}")):
            pelados = [quitar(n, con) for n in nombres]
            cuantos = sum(p != n for p, n in zip(pelados, nombres, strict=True))
            if 2 * cuantos > len(nombres) and len(set(pelados)) == len(nombres) > 1:
                return pelados
    return list(nombres)


def se_conoce(nombre: str, otros: Collection[str] = ()) -> bool:
    """The name alone says that it is a vote box: of an independent, or of parties known, or named by `otros` boxes."""
    sin_mas = {nombre, *(nombre.removeprefix(f"{a}_").removesuffix(f"_{a}") for a in ADORNOS)}
    return any(INDEPENDIENTE.fullmatch(n) or _de_conocidos(sin_prefijo(n), otros) for n in sin_mas)


def _de_conocidos(texto: str, otros: Collection[str]) -> bool:
    trozos = texto.split("_")
    if len(trozos) > MAX_TROZOS:
        return False
    llega = [True, *[False] * len(trozos)]
    for desde, hasta in combinations(range(len(llega)), 2):
        if llega[desde]:
            uno = "_".join(trozos[desde:hasta])
            llega[hasta] |= uno in otros or partido_conocido(uno) != ""
    return llega[-1]


def _prefijo(nombre: str) -> str:
    return nombre.removesuffix(sin_prefijo(nombre))


def clasificar(
    nombres: Sequence[str], evidencia: Evidencia, archivo: str, linea: int, anomalias: list[Anomalia]
) -> list[Recuadro]:
    """What each vote column stands for. `nombres` are normalised. Raises `ErrorDeLectura` when it cannot be known."""
    nombres = despegar(nombres, archivo, linea, anomalias)
    siglas = _Siglas(nombres, evidencia, archivo, linea, anomalias)
    # One without a name that the combinations name is called so.
    hallados = {columna: texto for texto, columna in siglas.alias.items() if _SIN_NOMBRE.fullmatch(columna)}
    if hallados:
        nombres = [hallados.get(n, n) for n in nombres]
        siglas = _Siglas(nombres, evidencia, archivo, linea, [])
    recuadros: list[Recuadro] = []
    claves = {"NO_REGISTRADAS": "NO_REGISTRADAS", "NULOS": "NULOS"}
    for i, nombre in enumerate(nombres):
        recuadro = _clasificar_uno(nombre, i, siglas)
        otro = claves.get(recuadro.clave)
        if otro is not None:
            if nombre in claves or _prefijo(nombre) == _prefijo(otro):
                mensaje = f"es el mismo recuadro que «{otro}» y no se puede saber cuál vale. Quite o renombre uno."
                raise ErrorDeLectura(archivo, mensaje, linea, nombre)
            recuadro = Recuadro(nombre, recuadro.tipo, recuadro.partidos)
        claves[recuadro.clave] = nombre
        recuadros.append(recuadro)
    return recuadros


def _clasificar_uno(nombre: str, i: int, siglas: _Siglas) -> Recuadro:
    if siglas.es_independiente(nombre):
        return Recuadro(nombre, TipoRecuadro.INDEPENDIENTE)
    if nombre in siglas.simples:
        return Recuadro(nombre, TipoRecuadro.PARTIDO, (nombre,))
    partidos = siglas.partidos(nombre)
    ordenados = tuple(sorted(set(partidos), key=lambda p: siglas.orden[p]))
    if len(ordenados) < 2:
        return Recuadro(nombre, TipoRecuadro.COMUN)
    if COMUN.fullmatch(nombre) and not _reparte(nombre, i, ordenados, siglas):
        return Recuadro(nombre, TipoRecuadro.COMUN, ordenados)
    return Recuadro(clave_combinacion(ordenados), TipoRecuadro.COMBINACION, ordenados)


def _reparte(nombre: str, i: int, partidos: Sequence[str], siglas: _Siglas) -> bool:
    """A candidatura común whose parties keep a box each: its column holds the ballots that marked several of them.

    The rows say so; without votes, that the file has columns for parts of it.
    """
    juntos, solos = siglas.evidencia.juntos_y_solos(i, [siglas.orden[p] for p in partidos])
    if juntos or solos:
        return juntos >= solos
    suyos = set(partidos)
    otras = [set(siglas.partidos(n)) for n in siglas.orden if n != nombre and COMUN.fullmatch(n)]
    return any(o and (o < suyos or suyos < o) for o in otras)


@dataclass(slots=True)
class _Siglas:
    """Which columns are parties (`simples`) and which party each name used in the others is (`alias`).

    `textos`: the parties of each name, as it writes them.
    """

    nombres: Sequence[str]
    evidencia: Evidencia
    archivo: str
    linea: int
    anomalias: list[Anomalia]
    orden: dict[str, int] = field(init=False)
    simples: set[str] = field(default_factory=set)
    alias: dict[str, str] = field(default_factory=dict)
    textos: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.orden = {n: i for i, n in enumerate(self.nombres)}
        self.textos = {n: sin_prefijo(n) for n in self.nombres}
        propios = [n for n in self.nombres if not self.es_independiente(n)]
        self.simples = {n for n in propios if "_" not in n}
        pendientes = sorted((n for n in propios if "_" in n), key=lambda n: (n.count("_"), self.orden[n]))
        dudosos: list[str] = []
        for nombre in pendientes:
            cubierto, restos = self._cubrir(self.textos[nombre])
            if not _prefijo(nombre) and len(cubierto) + len(restos) < 2:
                self.simples.add(nombre)
            elif restos:
                dudosos.append(nombre)
        dudosos = self._sin_adorno(dudosos)
        for nombre in dudosos:
            self._resolver(nombre, dudosos)
        self._decir_alias()

    def _sin_adorno(self, dudosos: Sequence[str]) -> list[str]:
        """Take from the names a word that coalitions without a party in common have at one end: it is none of them.
        Those that are doubtful still."""
        partes = {n: self._cubrir(self.textos[n]) for n in dudosos}
        for resto in dict.fromkeys(r for _, restos in partes.values() for r in restos):
            usan = [n for n in dudosos if resto in partes[n][1]]
            if len(usan) < 2 or partido_conocido(resto) or any(mismo_partido(resto, s) for s in self.simples):
                continue
            if any(len(partes[n][0]) < 2 for n in usan) or not self._son_ajenas(usan):
                continue
            sin = (
                {n: self.textos[n].removeprefix(f"{resto}_") for n in usan},
                {n: self.textos[n].removesuffix(f"_{resto}") for n in usan},
            )
            limpios = next((s for s in sin if not any(self._cubrir(texto)[1] for texto in s.values())), None)
            if limpios:
                self.textos |= limpios
                self._decir(usan[0], f"«{resto}» va en coaliciones sin partidos en común: no se toma como uno.")
        return [n for n in dudosos if self._cubrir(self.textos[n])[1]]

    def _son_ajenas(self, nombres: Sequence[str]) -> bool:
        """These combinations are of coalitions that share no party, as far as the columns say."""
        suyos = [self._cubrir(self.textos[n])[0] for n in nombres]
        todos = (self._cubrir(texto)[0] for n, texto in self.textos.items() if n not in self.simples)
        return sum(any(g.issuperset(s) for s in suyos if s) for g in agrupar(todos)) > 1

    def es_independiente(self, nombre: str) -> bool:
        if nombre.startswith("C_I_") and "I" in self.orden:
            return False
        return INDEPENDIENTE.fullmatch(nombre) is not None

    def partidos(self, nombre: str) -> list[str]:
        """The columns that a name joins; empty when some part is none."""
        cubierto, resto = self._cubrir(self.textos[nombre])
        return [] if resto else cubierto

    def _cubrir(self, texto: str) -> tuple[list[str], list[str]]:
        """Columns found in `texto`, and what no column covers: the reading that leaves fewest words, longest first."""
        trozos = texto.split("_")
        if len(trozos) > MAX_TROZOS:
            return [], [texto]
        # Of reading the words from each one on: words left over, columns, what is left over, whether it begins so.
        mejor: list[tuple[int, list[str], list[str], bool]] = [(0, [], [], False)] * (len(trozos) + 1)
        for desde in range(len(trozos) - 1, -1, -1):
            sobran, columnas, restos, abierto = mejor[desde + 1]
            suelto = [f"{trozos[desde]}_{restos[0]}", *restos[1:]] if abierto else [trozos[desde], *restos]
            opcion = (sobran + 1, columnas, suelto, True)
            for hasta in range(len(trozos), desde, -1):
                partido = self._partido("_".join(trozos[desde:hasta]))
                if partido is not None and partido not in mejor[hasta][1] and mejor[hasta][0] < opcion[0]:
                    opcion = (mejor[hasta][0], [partido, *mejor[hasta][1]], mejor[hasta][2], False)
            mejor[desde] = opcion
        return mejor[0][1], mejor[0][2]

    def _partido(self, texto: str) -> str | None:
        if texto in self.simples:
            return texto
        if texto in self.alias:
            return self.alias[texto]
        conocido = partido_conocido(texto)
        hallados = [s for s in self.simples if conocido and partido_conocido(s) == conocido]
        if len(hallados) == 1:
            self.alias[texto] = hallados[0]
            return hallados[0]
        return None

    def _resolver(self, nombre: str, dudosos: Sequence[str]) -> None:
        """Find out which column is each part of `nombre` that no column covers, or what `nombre` is instead."""
        cubierto, restos = self._cubrir(self.textos[nombre])
        if not restos:
            return  # what was learnt from another name covers it
        for resto in restos:
            elegida = self._columna_de(resto, nombre, dudosos)
            if elegida is not None:
                self.alias[resto] = elegida
                continue
            if self._es_junto(nombre, cubierto):
                self._decir(nombre, "Combina partidos sin columna propia: se toma como candidatura común.")
            elif _prefijo(nombre) or len(cubierto) > 1 or self._es_partido(resto, nombre, dudosos):
                raise ErrorDeLectura(
                    self.archivo,
                    f"«{resto}» no es el nombre de ninguna columna de partido y no se puede saber cuál es: sin eso no "
                    "se sabe de qué candidatura son sus votos. Escríbalo como en su columna.",
                    self.linea,
                    nombre,
                )
            else:
                self.simples.add(nombre)
                self._decir(nombre, f"No se divide en otras columnas («{resto}» no es una): se toma como un partido.")
            return

    def _columna_de(self, resto: str, nombre: str, dudosos: Sequence[str]) -> str | None:
        """The one column that `resto` can be: by its name, by who stands for both, by the rows."""
        usan = [n for n in dudosos if resto in self._cubrir(self.textos[n])[1]]
        acompanan = {p for n in usan for p in self._cubrir(self.textos[n])[0]}
        libres = [s for s in self.simples if s not in acompanan]

        def en_los_renglones(columna: str) -> bool:
            return all(self.evidencia.conviven(self.orden[n], self.orden[columna]) for n in usan)

        posibles = [s for s in libres if mismo_partido(resto, s)]
        if not posibles:
            if not self._es_partido(resto, nombre, dudosos):
                return None
            # A known party is written in another way only if it looks like it.
            posibles = [
                s
                for s in libres
                if (not partido_conocido(s) or (not partido_conocido(resto) and parecidos(resto, s)))
                and en_los_renglones(s)
            ]
            posibles = (
                [s for s in posibles if parecidos(resto, s)]
                or [s for s in posibles if _SIN_NOMBRE.fullmatch(s)]
                or posibles
            )
            if self._son_ajenas(usan):
                # It would make one candidacy of coalitions that share nothing: their rows are not enough.
                posibles = [s for s in posibles if self.evidencia.mismas_personas(sin_prefijo(nombre), s)]
        if len(posibles) > 1:
            posibles = [s for s in posibles if self.evidencia.mismas_personas(sin_prefijo(nombre), s)] or posibles
        if len(posibles) > 1:
            posibles = [s for s in posibles if en_los_renglones(s)]
        return posibles[0] if len(posibles) == 1 else None

    def _es_partido(self, resto: str, nombre: str, dudosos: Sequence[str]) -> bool:
        """`resto` is certainly a party: a known one, or one that goes with different companions."""
        entero = f"_{self.textos[nombre]}_"
        return bool(partido_conocido(resto)) or any(
            f"_{resto}_" in f"_{self.textos[n]}_" and entero not in f"_{self.textos[n]}_" for n in dudosos
        )

    def _es_junto(self, nombre: str, cubierto: Sequence[str]) -> bool:
        """A joint box of parties of which some never stand alone: where it has votes, those that do have none."""
        if not cubierto:
            return True
        juntos, solos = self.evidencia.juntos_y_solos(self.orden[nombre], [self.orden[p] for p in cubierto])
        return solos > 9 * juntos if juntos or solos else COMUN.fullmatch(nombre) is not None

    def _decir_alias(self) -> None:
        for texto, columna in self.alias.items():
            if texto != columna:
                self._decir(columna, f"En las combinaciones se escribe «{texto}»: se toma como el mismo partido.")

    def _decir(self, campo: str, mensaje: str) -> None:
        self.anomalias.append(Anomalia(self.archivo, self.linea, campo, mensaje))
