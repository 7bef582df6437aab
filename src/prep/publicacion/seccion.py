"""A sección of one election as a corte publishes it: the piece from which everything larger is put together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from prep.dominio.tabulacion.proceso import ActaEsperada, Eleccion
from prep.dominio.tabulacion.tabulacion import Cuenta, Resultado, por_candidatura
from prep.publicacion.archivos import Bytes
from prep.publicacion.base_datos import en_csv
from prep.publicacion.documentos import cifras
from prep.publicacion.esquemas import validar_elemento
from prep.publicacion.filas import Redactor
from prep.publicacion.fuente import Estado


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


@dataclass(frozen=True, slots=True)
class Pieza:
    """A sección written. `documento`: as `demarcacion/<id>.json` has it. `tabla`: its lines of the database, as CSV;
    `filas`: the same as values, a line of JSON. `conocidas`: how many of its actas have any fact.
    `retenidas`: keys of those that cannot be published as they are."""

    documento: Bytes
    tabla: Bytes
    filas: Bytes
    cuenta: Cuenta
    especiales: list[dict[str, Any]] = field(default_factory=list)
    imagenes: list[str] = field(default_factory=list)
    conocidas: int = 0
    alarmas: list[str] = field(default_factory=list)
    retenidas: list[str] = field(default_factory=list)

    @property
    def textos(self) -> tuple[Bytes, Bytes, Bytes]:
        return self.documento, self.tabla, self.filas


def hacer_pieza(pauta: Pauta, seccion: Seccion, estados: Mapping[str, Estado]) -> Pieza:
    """Write a sección from the states of its actas; those absent from `estados` have no fact."""
    boleta = pauta.eleccion.boletas[seccion.demarcacion]
    redactor = pauta.redactor
    cuenta = Cuenta.vacia(boleta)
    casillas: list[dict[str, Any]] = []
    filas: list[list[Any]] = []
    especiales: list[dict[str, Any]] = []
    imagenes: list[str] = []
    alarmas: list[str] = []
    retenidas: list[str] = []
    for esperada in seccion.actas:
        estado = estados.get(esperada.clave)
        try:
            veredicto, publicada = redactor.leer(esperada, boleta, estado)
            acta = redactor.acta_json(esperada, boleta, estado, veredicto, publicada, pauta.con_imagenes)
            fila = redactor.linea(esperada, estado, veredicto, publicada)
        except Exception as error:  # one acta never stops the rest: it is withheld and somebody is told
            alarmas.append(f"El acta {esperada.clave} no se publica: {error}")
            retenidas.append(esperada.clave)
            veredicto = publicada = None
            acta = redactor.acta_json(esperada, boleta, None, None, None, pauta.con_imagenes)
            fila = redactor.linea(esperada, None, None, None)
        if publicada is not None:
            imagenes.append(publicada.imagen.sha256)
        cuenta.agregar_acta(esperada, veredicto)
        casilla = esperada.casilla
        clave = casilla.clave
        descrita: dict[str, Any] = {
            "clave": str(clave),
            "nombre": clave.nombre,
            "tipo": clave.tipo,
            "id": clave.id,
            "extension": clave.extension,
            "ubicacion": casilla.ubicacion,
            "lista_nominal": casilla.lista_nominal,
            "actas": [acta],
        }
        casillas.append(descrita)
        filas.append(fila)
        if casilla.especial:
            especiales.append({"demarcacion": seccion.demarcacion, "seccion": seccion.numero, **descrita})
    resultado = Resultado(cuenta, por_candidatura(boleta, cuenta.votos), [], cuenta.votos[-2], cuenta.votos[-1])
    documento = {
        "seccion": seccion.numero,
        **cifras(resultado, pauta.cierre, con_partidos=False),
        "casillas": casillas,
    }
    donde = f"{pauta.eleccion.clave}/demarcacion/{seccion.demarcacion}.json, sección {seccion.numero}"
    validar_elemento("demarcacion", "secciones", documento, donde)
    return Pieza(
        orjson.dumps(documento),
        en_csv(filas),
        orjson.dumps(filas, option=orjson.OPT_APPEND_NEWLINE) if pauta.con_filas else b"",
        cuenta,
        especiales,
        imagenes,
        sum(1 for a in seccion.actas if a.clave in estados),
        alarmas,
        retenidas,
    )
