"""What came of computing a corte, so that of a later one only what changed is read and computed.

A sección is said twice: in its lines of the CSV and in its stretch of a JSON document. While both are the bytes that
they were when they were found to agree, they agree still, and add up to the same. So what is remembered goes by
sección: the SHA-256 of both, its figures, and what else of it is needed for the rest.

It can only ever say that all is right. Where anything differs, or is not laid out as it was, everything is computed,
and only that accuses (`cifras`). Whoever throws it away loses time and nothing else.
"""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cache
from hashlib import sha256
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

from prep.comprobacion.recalculo import CONTEO, Base, Cifras, Fila
from prep.transparencia.canonico import NoCanonico, leer_json

Doc = dict[str, Any]
Miradas = Mapping[tuple[int, int], Cifras]
"""By demarcación and sección, in the order of the table: what the actas that were read add up to."""
DEL_CATALOGO = ("CLAVE_ACTA", "UBICACION_CASILLA", "LISTA_NOMINAL", "REPRESENTANTES_PP_CI")
"""The cells of a line that no corte changes."""
_BOM = b"\xef\xbb\xbf"
_COLUMNAS = b"CLAVE_CASILLA,"
_ABRE = b'"secciones":['
_SECCION = b'{"seccion":'
_CIERRA = b'],"fuera_de_catalogo":'


class OtraForma(Exception):
    """What is published is not laid out as what is remembered."""


@dataclass(frozen=True, slots=True)
class Sabida:
    """A sección that was right. `filas`: how many actas; `huella`: SHA-256 of its lines and its JSON; `fijas`: of what
    the catalogue says in those lines. With blanks between them, `cifras`: those of `CONTEO` and the votes in the order
    of the columns; `imagenes`, `ofrecidas`: those that it names and those that are published."""

    lugar: int
    seccion: int
    filas: int
    huella: str
    fijas: str
    cifras: str
    imagenes: str
    ofrecidas: str
    especiales: list[Doc]


@dataclass(frozen=True, slots=True)
class Tabla:
    """An election that was right: its columns, which of them are votes, what it shows of an acta that is not captured,
    and its secciones in order."""

    columnas: list[str]
    de_votos: list[str]
    pendiente: str
    secciones: list[Sabida]


@dataclass(frozen=True, slots=True)
class Origen:
    """What all that is remembered follows from, besides the actas: `proceso` and `secciones`, SHA-256 of the documents
    that the catalogue is published in; `programa`, of whoever computed."""

    programa: str
    proceso: str
    secciones: str
    cierre: bool


@dataclass(frozen=True, slots=True)
class Comprobado:
    """A corte that was right. `imagenes`: its images were looked at too."""

    corte: int
    manifiesto: str
    origen: Origen
    elecciones: dict[str, Tabla]
    imagenes: bool = False

    @property
    def revisadas(self) -> set[str]:
        """SHA-256 of each published image that was looked at."""
        if not self.imagenes:
            return set()
        return set().union(*(s.ofrecidas.split() for t in self.elecciones.values() for s in t.secciones))

    def escribir(self, archivo: Path) -> None:
        """Keep it. Raises `OSError`."""
        elecciones = {
            c: [t.columnas, t.de_votos, t.pendiente, [_en_lista(s) for s in t.secciones]]
            for c, t in self.elecciones.items()
        }
        o = self.origen
        origen = [o.programa, o.proceso, o.secciones, o.cierre]
        datos = [self.corte, self.manifiesto, origen, elecciones, self.imagenes]
        crudo = json.dumps(datos, ensure_ascii=False, separators=(",", ":"), check_circular=False).encode()
        temporal = archivo.with_name(archivo.name + ".nuevo")
        temporal.write_bytes(b"%b\n%b" % (sha256(crudo).hexdigest().encode(), crudo))
        os.replace(temporal, archivo)  # noqa: PTH105

    @classmethod
    def leer(cls, archivo: Path) -> "Comprobado | None":
        """What was kept there; None where nothing was, or it is not what was written."""
        try:
            huella, _, crudo = archivo.read_bytes().partition(b"\n")
            if sha256(crudo).hexdigest().encode() != huella:
                return None
            corte, manifiesto, origen, suyas, imagenes = json.loads(crudo)
            elecciones = {
                clave: Tabla(columnas, de_votos, pendiente, [Sabida(*s) for s in secciones])
                for clave, (columnas, de_votos, pendiente, secciones) in suyas.items()
            }
            return cls(corte, manifiesto, Origen(*origen), elecciones, imagenes)
        except (OSError, ValueError, TypeError, AttributeError):
            return None


_en_lista = attrgetter(*(f.name for f in fields(Sabida)))


@cache
def este_programa() -> str:
    """SHA-256 of the program that checks: another one takes nobody's word."""
    aqui = Path(__file__).parent
    archivos = sorted([*aqui.glob("*.py"), *(aqui.parent / "transparencia").glob("*.py")])
    return sha256(b"".join(sha256(a.read_bytes()).digest() for a in archivos)).hexdigest()


# --- what there is to look at -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Vista:
    """What is looked at of an election: everything, or the secciones that are not as they were.

    `tabla`: its CSV, with their lines; `detalles`: its documents by demarcación, with them; `orden`: every sección,
    None where it is one of them; `antes`: how they were. `renglones`, `trozos`: the bytes of each line of `tabla` below
    its columns, and of each sección of `detalles`, in order; none where they cannot be told apart.
    """

    tabla: bytes
    detalles: dict[int, Doc]
    orden: list[Sabida | None]
    renglones: list[bytes]
    trozos: list[bytes]
    de_votos: list[str]
    antes: Sequence[Sabida] = ()

    @property
    def iguales(self) -> Iterator[Sabida]:
        return (s for s in self.orden if s is not None)

    @property
    def miradas(self) -> Iterator[tuple[int, Doc]]:
        """Those looked at, as published, each with its demarcación."""
        return ((lugar, s) for lugar, d in self.detalles.items() for s in d["secciones"])

    def exigir(self, base: Base) -> None:
        """Raise `OtraForma` unless each line looked at is a row, `base` has them, and they are the actas remembered."""
        if len(base.filas) != len(self.renglones):
            raise OtraForma
        filas = iter(base.filas)
        if any(_fijas(islice(filas, s.filas)) != s.fijas for s in self.antes):
            raise OtraForma

    def partes(self, miradas: Miradas, municipio: Callable[[int], int]) -> Iterator[tuple[int, int, Cifras]]:
        """The figures of everything, in parts that are each of one demarcación and one municipio. `miradas`: those of
        the secciones looked at; `municipio`: of a sección, 0 where it does not matter."""
        juntas: dict[tuple[int, int], list[Sabida]] = defaultdict(list)
        for s in self.iguales:
            juntas[s.lugar, municipio(s.seccion)].append(s)
        for (lugar, cual), suyas in juntas.items():
            sumas = list(map(sum, zip(*(map(int, s.cifras.split()) for s in suyas), strict=True)))
            conteo, votos = sumas[: len(CONTEO)], sumas[len(CONTEO) :]
            suyos = zip(CONTEO, conteo, strict=True), zip(self.de_votos, votos, strict=True)
            yield lugar, cual, Cifras(*(Counter(dict(c)) for c in suyos))
        for (lugar, seccion), cifras in miradas.items():
            yield lugar, municipio(seccion), cifras

    def especiales(self) -> list[Doc]:
        """Every casilla especial, in order."""
        nuevas = self.miradas
        return [c for s in self.orden for c in (s.especiales if s is not None else especiales_de(*next(nuevas)))]

    def recordar(self, base: Base, miradas: Miradas, pendiente: str, ofrecidas: Collection[str]) -> Tabla | None:
        """What to remember, now that all of it is right; None where its bytes cannot be told apart."""
        if len(self.trozos) != self.orden.count(None) or len(self.renglones) != len(base.filas):
            return None
        nuevas, desde = zip(self.miradas, self.trozos, strict=True), 0
        secciones = []
        for sabida in self.orden:
            if sabida is None:
                (lugar, s), trozo = next(nuevas)
                hasta = desde + len(s["casillas"])
                filas, cifras = base.filas[desde:hasta], miradas[lugar, s["seccion"]]
                imagenes = [f.imagen for f in filas if f.imagen]
                sumas = [*(cifras.conteo[c] for c in CONTEO), *(cifras.votos[c] for c in self.de_votos)]
                sabida = Sabida(
                    lugar,
                    s["seccion"],
                    len(filas),
                    _huella(self.renglones[desde:hasta], trozo),
                    _fijas(filas),
                    " ".join(map(str, sumas)),
                    " ".join(imagenes),
                    " ".join(i for i in imagenes if i in ofrecidas),
                    especiales_de(lugar, s),
                )
                desde = hasta
            secciones.append(sabida)
        return Tabla(base.columnas, self.de_votos, pendiente, secciones)


def ver_todo(tabla: bytes, documentos: Mapping[int, bytes], de_votos: list[str], leer: Callable[[int], Doc]) -> Vista:
    """Everything of an election. `tabla`, `documentos`: as published, these by demarcación; `de_votos`: its columns
    that are votes; `leer`: a document that is not of the usual form."""
    detalles: dict[int, Doc] = {}
    trozos: list[bytes] | None = []
    for lugar, datos in documentos.items():
        try:
            antes, suyos, despues = _partir(datos)
            detalles[lugar] = _con_secciones(antes + despues, suyos)
            trozos = None if trozos is None else trozos + suyos
        except (OtraForma, NoCanonico, TypeError, KeyError):
            detalles[lugar], trozos = leer(lugar), None
    orden: list[Sabida | None] = [None for d in detalles.values() for _ in d["secciones"]]
    renglones: list[bytes] = []
    with suppress(OtraForma):
        lineas, inicio = _lineas(tabla)
        renglones = lineas[inicio:]
    return Vista(tabla, detalles, orden, renglones, trozos or [], de_votos)


def ver_cambios(tabla: Tabla, datos: bytes, documentos: Mapping[int, bytes]) -> Vista:
    """What is not as it was of an election, of which `tabla` is remembered. `datos`: its CSV, as published. Raises
    `OtraForma` or `NoCanonico`."""
    lineas, desde = _lineas(datos)
    cabeza = lineas[:desde]
    de_cada_lugar: dict[int, list[Sabida]] = {lugar: [] for lugar in documentos}
    for s in tabla.secciones:
        de_cada_lugar[s.lugar].append(s)
    detalles: dict[int, Doc] = {}
    orden: list[Sabida | None] = []
    antes: list[Sabida] = []
    renglones: list[bytes] = []
    trozos: list[bytes] = []
    for id_, documento in documentos.items():
        alrededor, partes, despues = _partir(documento)
        secciones, distintas = de_cada_lugar[id_], []
        if len(partes) != len(secciones):
            raise OtraForma
        for s, trozo in zip(secciones, partes, strict=True):
            suyos = lineas[desde : desde + s.filas]
            desde += s.filas
            igual = _huella(suyos, trozo) == s.huella
            orden.append(s if igual else None)
            if not igual:
                antes.append(s)
                renglones += suyos
                distintas.append(trozo)
        detalles[id_] = _con_secciones(alrededor + despues, distintas)
        trozos += distintas
    renglones += lineas[desde:]  # sheets out of catalogue, which go last
    reducida = b"\r\n".join([*cabeza, *renglones, b""])
    return Vista(reducida, detalles, orden, renglones, trozos, tabla.de_votos, antes)


def especiales_de(lugar: int, seccion: Doc) -> list[Doc]:
    """Its casillas especiales, as `especiales.json` lists them."""
    return [{"demarcacion": lugar, "seccion": seccion["seccion"], **c} for c in seccion["casillas"] if c["tipo"] == "S"]


def _partir(documento: bytes) -> tuple[bytes, list[bytes], bytes]:
    """A document of a demarcación: what goes before its secciones, each of them, and what goes after. No text of a
    JSON document can hold what it is cut at, in which there are quotation marks."""
    antes, *trozos = documento.split(_SECCION)
    if not trozos:  # a place where no acta is expected
        antes, _, despues = antes.partition(_CIERRA)
    else:
        trozos[-1], _, despues = trozos[-1].rpartition(_CIERRA)
    if not despues or not antes.endswith(_ABRE) or not all(t.endswith(b",") for t in trozos[:-1]):
        raise OtraForma
    return antes, [_SECCION + t.removesuffix(b",") for t in trozos], _CIERRA + despues


def _con_secciones(alrededor: bytes, trozos: Iterable[bytes]) -> Doc:
    """A document with these secciones, each of which is JSON by itself. Put together they are what was published."""
    documento = leer_json(alrededor)
    if documento["secciones"] != []:
        raise OtraForma
    return {**documento, "secciones": [leer_json(t) for t in trozos]}


def _lineas(tabla: bytes) -> tuple[list[bytes], int]:
    """The lines of a CSV of which each is a row, and how many go before the actas."""
    cuerpo = tabla.removeprefix(_BOM)
    lineas = cuerpo.split(b"\r\n")
    inicio = next((i for i, linea in enumerate(lineas[:20], 1) if linea.startswith(_COLUMNAS)), 0)
    if lineas.pop() or not inicio or not cuerpo.count(b"\n") == cuerpo.count(b"\r") == len(lineas):
        raise OtraForma
    return lineas, inicio


def _huella(renglones: Sequence[bytes], trozo: bytes) -> str:
    tabla = b"\n".join(renglones)
    return sha256(b"%d\n%b%b" % (len(tabla), tabla, trozo)).hexdigest()


def _fijas(filas: Iterable[Fila]) -> str:
    return sha256(repr([[f.celdas[c] for c in DEL_CATALOGO] for f in filas]).encode()).hexdigest()
