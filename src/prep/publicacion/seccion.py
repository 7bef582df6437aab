"""A sección of one election as a corte publishes it: the piece from which everything larger is put together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Final, NamedTuple

import orjson

from prep.dominio.tabulacion.boleta import Boleta
from prep.dominio.tabulacion.proceso import ActaEsperada, Eleccion
from prep.dominio.tabulacion.tabulacion import Cuenta, Resultado, por_candidatura
from prep.publicacion.archivos import Bytes
from prep.publicacion.base_datos import renglones_csv
from prep.publicacion.documentos import cifras
from prep.publicacion.esquemas import validar_elemento
from prep.publicacion.filas import Redactor
from prep.publicacion.fuente import Estado

SIN_HECHOS: Final = ""
"""The version of an acta of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Seccion:
    """The expected actas of one sección, in the order of the database. `huella`: of what the catalogue says of them."""

    numero: int
    demarcacion: int
    actas: tuple[ActaEsperada, ...]
    huella: str

    @property
    def municipio(self) -> int:
        """0: of none, or the process does not say."""
        return self.actas[0].casilla.municipio if self.numero else 0

    @classmethod
    def de(cls, numero: int, demarcacion: int, actas: tuple[ActaEsperada, ...]) -> Seccion:
        return cls(numero, demarcacion, actas, hashlib.sha256(repr(actas).encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Pauta:
    """What every acta of one election is written with in one corte. `contexto`: key of all this. `con_filas`: keep the
    lines as values too, for the workbook."""

    contexto: str
    eleccion: Eleccion
    redactor: Redactor
    cierre: bool
    con_imagenes: bool
    con_filas: bool


class Hecha(NamedTuple):
    """An acta written. `version`: what of it; how long it is as its casilla in the JSON, as a line of the CSV and as
    its values; `cuenta`: `Cuenta.en_lista`. `conocida`: it has some fact. `especial`: its casilla, where it is one, as
    `especiales.json` has it. `alarma`: why it could not be published as it is, and was withheld."""

    version: str
    mide_casilla: int
    mide_linea: int
    mide_valores: int
    cuenta: list[int]
    conocida: bool
    imagen: str | None
    especial: dict[str, Any] | None
    alarma: str | None


class Resumen(NamedTuple):
    """What the actas of a sección add up to. `cuenta`: `Cuenta.en_lista`; `conocidas`: how many have some fact;
    `especiales`: as `especiales.json` has them; `alarmas`: of each acta that was withheld, its key and why."""

    cuenta: list[int]
    conocidas: int
    imagenes: list[str]
    especiales: list[dict[str, Any]]
    alarmas: list[tuple[str, str]]

    @classmethod
    def de(cls, boleta: Boleta, seccion: Seccion, actas: Sequence[Hecha]) -> Resumen:
        return cls(
            Cuenta.de_listas(boleta, (a.cuenta for a in actas)).en_lista(),
            sum(a.conocida for a in actas),
            [a.imagen for a in actas if a.imagen is not None],
            [a.especial for a in actas if a.especial is not None],
            [(e.clave, a.alarma) for e, a in zip(seccion.actas, actas, strict=True) if a.alarma is not None],
        )


class Pieza(NamedTuple):
    """A sección written. `documento`: as `demarcacion/<id>.json` has it, of which the first `cabeza` bytes go before
    its casillas. `tabla`: its lines of the database, as CSV; `valores`: the same as values, each a line of JSON.
    `actas`: each `Hecha`, as JSON: nearly all are kept from one corte to the next and never looked at."""

    clave: str
    cabeza: int
    resumen: Resumen
    documento: Bytes
    tabla: Bytes
    valores: Bytes
    actas: Bytes

    @property
    def textos(self) -> tuple[Bytes, Bytes, Bytes, Bytes]:
        return self.documento, self.tabla, self.valores, self.actas

    def hechas(self) -> list[Hecha]:
        return [Hecha._make(campos) for campos in orjson.loads(self.actas)]

    def por_acta(self) -> Iterator[tuple[Hecha, Textos]]:
        """Each acta, with its bytes."""
        d, t, v = self.cabeza, 0, 0
        for a in self.hechas():
            hasta_d, hasta_t, hasta_v = d + a.mide_casilla, t + a.mide_linea, v + a.mide_valores
            yield a, (self.documento[d:hasta_d], self.tabla[t:hasta_t], self.valores[v:hasta_v])
            d, t, v = hasta_d + len(COMA), hasta_t, hasta_v


Textos = tuple[Bytes, Bytes, Bytes]
"""Of an acta: its casilla in the JSON, its line of the CSV, and its line of values."""
COMA: Final = b","


def por_escribir(seccion: Seccion, versiones: Mapping[str, str], antes: Pieza | None) -> list[ActaEsperada]:
    """Its actas that are not as they were in `antes`: all, where nothing is kept."""
    if antes is None:
        return list(seccion.actas)
    con_antes = zip(seccion.actas, antes.hechas(), strict=True)
    return [e for e, a in con_antes if versiones.get(e.clave, SIN_HECHOS) != a.version]


def hacer_pieza(
    pauta: Pauta,
    seccion: Seccion,
    clave: str,
    versiones: Mapping[str, str],
    estados: Mapping[str, Estado],
    antes: Pieza | None,
) -> Pieza:
    """Write a sección. `estados`: of its actas that are to be written and have any fact; `antes`: the same sección as
    it was written before, with the same catalogue, of which the actas of the same version are used again."""
    boleta = pauta.eleccion.boletas[seccion.demarcacion]
    nuevas = por_escribir(seccion, versiones, antes)
    redactadas = [_redactar(pauta, seccion, e, estados.get(e.clave)) for e in nuevas]
    renglones = renglones_csv([linea for _, linea, _ in redactadas])
    escritas: dict[str, tuple[Hecha, Textos]] = {}
    for e, (descrita, linea, resto), renglon in zip(nuevas, redactadas, renglones, strict=True):
        casilla = orjson.dumps(descrita)
        valores = orjson.dumps(linea, option=orjson.OPT_APPEND_NEWLINE) if pauta.con_filas else b""
        version = versiones.get(e.clave, SIN_HECHOS)
        hecha = Hecha(version, len(casilla), len(renglon), len(valores), *resto)
        escritas[e.clave] = hecha, (casilla, renglon, valores)
    viejas = antes.por_acta() if antes is not None else repeat(None)
    con_antes = zip(seccion.actas, viejas, strict=antes is not None)
    actas, textos = zip(*(escritas.get(e.clave) or vieja for e, vieja in con_antes), strict=True)
    casillas, lineas, valores_de_todas = zip(*textos, strict=True)
    resumen = Resumen.de(boleta, seccion, actas)
    cuenta = Cuenta.de_listas(boleta, [resumen.cuenta])
    resultado = Resultado(cuenta, por_candidatura(boleta, cuenta.votos), [], cuenta.votos[-2], cuenta.votos[-1])
    documento = {"seccion": seccion.numero, **cifras(resultado, pauta.cierre, con_partidos=False)}
    donde = f"{pauta.eleccion.clave}/demarcacion/{seccion.demarcacion}.json, sección {seccion.numero}"
    validar_elemento(
        "demarcacion", "secciones", {**documento, "casillas": [descrita for descrita, _, _ in redactadas]}, donde
    )
    cabeza = orjson.dumps(documento)[:-1] + b',"casillas":['
    return Pieza(
        clave,
        len(cabeza),
        resumen,
        b"".join([cabeza, COMA.join(casillas), b"]}"]),
        b"".join(lineas),
        b"".join(valores_de_todas),
        orjson.dumps([tuple(a) for a in actas]),
    )


def _redactar(
    pauta: Pauta, seccion: Seccion, esperada: ActaEsperada, estado: Estado | None
) -> tuple[dict[str, Any], list[Any], tuple[list[int], bool, str | None, dict[str, Any] | None, str | None]]:
    """One acta: its casilla in the JSON, its line, and the fields of its `Hecha` from `cuenta` on."""
    boleta = pauta.eleccion.boletas[seccion.demarcacion]
    redactor, alarma = pauta.redactor, None
    try:
        veredicto, publicada = redactor.leer(esperada, boleta, estado)
        horas = redactor.horas(publicada)
        acta = redactor.acta_json(esperada, boleta, estado, veredicto, publicada, pauta.con_imagenes, horas)
        linea = redactor.linea(esperada, estado, veredicto, publicada, horas)
    except Exception as error:  # one acta never stops the rest: it is withheld and somebody is told
        alarma = f"El acta {esperada.clave} no se publica: {error}"
        veredicto = publicada = None
        acta = redactor.acta_json(esperada, boleta, None, None, None, pauta.con_imagenes, {})
        linea = redactor.linea(esperada, None, None, None, {})
    cuenta = Cuenta.vacia(boleta)
    cuenta.agregar_acta(esperada, veredicto)
    de = esperada.casilla
    clave = de.clave
    casilla: dict[str, Any] = {
        "clave": linea[0],
        "nombre": clave.nombre,
        "tipo": clave.tipo,
        "id": clave.id,
        "extension": clave.extension,
        "ubicacion": de.ubicacion,
        "lista_nominal": de.lista_nominal,
        "actas": [acta],
    }
    imagen = publicada.imagen.sha256 if publicada is not None else None
    especial = {"demarcacion": seccion.demarcacion, "seccion": seccion.numero, **casilla} if de.especial else None
    return casilla, linea, (cuenta.en_lista(), estado is not None, imagen, especial, alarma)
