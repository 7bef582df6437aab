"""A tramo: a run of demarcaciones of one election, small enough to be one process's share of a corte."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from prep.catalogo.informativo import Parametros
from prep.dominio.tabulacion.proceso import ActaEsperada, Eleccion, Proceso
from prep.dominio.tabulacion.tabulacion import Cuenta, Resultado, por_candidatura, resultado_demarcacion
from prep.publicacion.documentos import cifras
from prep.publicacion.esquemas import validar
from prep.publicacion.filas import Redactor, claves, demarcacion_de
from prep.publicacion.fuente import Fuente


@dataclass(frozen=True, slots=True)
class Archivo:
    """A file made by a corte and not yet in the store. `ruta` is relative to the corte; `origen` holds its bytes."""

    ruta: str
    sha256: str
    bytes: int
    origen: Path


@dataclass(slots=True)
class Tramo:
    """What a tramo gives back: results by demarcation, files, its lines of the database, special casillas."""

    resultados: dict[int, Resultado] = field(default_factory=dict)
    archivos: list[Archivo] = field(default_factory=list)
    lineas: Path | None = None
    especiales: list[dict[str, Any]] = field(default_factory=list)
    imagenes: list[str] = field(default_factory=list)
    conocidas: int = 0
    alarmas: list[str] = field(default_factory=list)
    retenidas: list[str] = field(default_factory=list)


def guardar(carpeta: Path, ruta: str, datos: bytes) -> Archivo:
    """Put a finished file aside in `carpeta`."""
    origen = carpeta / ruta
    origen.parent.mkdir(parents=True, exist_ok=True)
    origen.write_bytes(datos)
    return Archivo(ruta, hashlib.sha256(datos).hexdigest(), len(datos), origen)


def hacer_tramo(
    proceso: Proceso,
    eleccion: Eleccion,
    actas: Sequence[tuple[int, Sequence[ActaEsperada]]],
    fuera: Sequence[dict[str, str]],
    fuente: Fuente,
    carpeta: Path,
    nombre: str,
    parametros: Parametros,
    cierre: bool,
    en_ceros: bool,
    con_imagenes: bool,
) -> Tramo:
    """Compute and write one tramo. `actas`: (demarcation, its actas in the order of the database)."""
    tramo = Tramo()
    redactor = Redactor(proceso, eleccion, parametros, en_ceros)
    texto = io.StringIO()
    escritor = csv.writer(texto, lineterminator="\r\n")
    for demarcacion, esperadas in actas:
        documento = _demarcacion(
            eleccion, demarcacion, esperadas, fuera, fuente, redactor, escritor, tramo, con_imagenes, cierre
        )
        resultado = tramo.resultados[demarcacion]
        completo = {
            "formato": "prep/demarcacion/1",
            "eleccion": eleccion.clave,
            "nivel": "demarcacion",
            "id": demarcacion,
            "nombre": eleccion.demarcaciones[demarcacion].nombre,
            **cifras(resultado, cierre),
            **documento,
        }
        ruta = f"{eleccion.clave}/demarcacion/{demarcacion}.json"
        validar("demarcacion", completo, ruta)
        tramo.archivos.append(guardar(carpeta, ruta, orjson.dumps(completo)))
    tramo.lineas = carpeta / f"{nombre}.lineas"
    tramo.lineas.write_text(texto.getvalue(), encoding="utf-8", newline="")
    return tramo


def _demarcacion(
    eleccion: Eleccion,
    demarcacion: int,
    esperadas: Sequence[ActaEsperada],
    fuera: Sequence[dict[str, str]],
    fuente: Fuente,
    redactor: Redactor,
    escritor: Any,
    tramo: Tramo,
    con_imagenes: bool,
    cierre: bool,
) -> dict[str, Any]:
    boleta = eleccion.boletas[demarcacion]
    cuenta = Cuenta.vacia(boleta)
    estados = fuente.leer(claves(esperadas))
    tramo.conocidas += len(estados)
    lista: list[dict[str, Any]] = []
    seccion_actual, cuenta_seccion = -1, Cuenta.vacia(boleta)
    casillas: list[dict[str, Any]] = []

    def cerrar_seccion() -> None:
        if seccion_actual < 0:
            return
        votos = cuenta_seccion.votos
        resultado = Resultado(cuenta_seccion, por_candidatura(boleta, votos), [], votos[-2], votos[-1])
        lista.append({"seccion": seccion_actual, **cifras(resultado, cierre, con_partidos=False), "casillas": casillas})
        cuenta.agregar(cuenta_seccion)

    for esperada in esperadas:
        casilla = esperada.casilla
        clave = casilla.clave
        if clave.seccion != seccion_actual:
            cerrar_seccion()
            seccion_actual, cuenta_seccion, casillas = clave.seccion, Cuenta.vacia(boleta), []
        estado = estados.get(esperada.clave)
        try:
            dictamen, publicada = redactor.leer(esperada, boleta, estado)
            documento = redactor.acta_json(esperada, boleta, estado, dictamen, publicada, con_imagenes)
            linea = redactor.linea(esperada, estado, dictamen, publicada)
        except Exception as error:  # one acta never stops the rest: it is withheld and somebody is told
            tramo.alarmas.append(f"El acta {esperada.clave} no se publica: {error}")
            tramo.retenidas.append(esperada.clave)
            dictamen = publicada = None
            documento = redactor.acta_json(esperada, boleta, None, None, None, con_imagenes)
            linea = redactor.linea(esperada, None, None, None)
        if publicada is not None:
            tramo.imagenes.append(publicada.imagen.sha256)
        cuenta_seccion.agregar_acta(esperada, dictamen)
        descrita: dict[str, Any] = {
            "clave": str(clave),
            "nombre": clave.nombre,
            "tipo": clave.tipo,
            "id": clave.id,
            "extension": clave.extension,
            "ubicacion": casilla.ubicacion,
            "lista_nominal": casilla.lista_nominal,
            "actas": [documento],
        }
        casillas.append(descrita)
        if casilla.especial:
            tramo.especiales.append({"demarcacion": demarcacion, "seccion": clave.seccion, **descrita})
        escritor.writerow(linea)
    cerrar_seccion()
    propias = [h for h in fuera if demarcacion_de(h) == demarcacion]
    cuenta.fuera_catalogo = len(propias)
    tramo.resultados[demarcacion] = resultado_demarcacion(eleccion, demarcacion, cuenta)
    return {
        "secciones": lista,
        "fuera_de_catalogo": [
            {"clave": "-", "estado": "fuera_de_catalogo", "contabilizada": 2, "observaciones": ["Fuera de Catálogo"]}
            for _ in propias
        ],
    }
