"""One demarcación of one election: its secciones put together into its document and its stretch of the database.

Only the secciones that changed since the reserve was written are written again; the rest is what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from prep.dominio.tabulacion.proceso import Eleccion
from prep.dominio.tabulacion.tabulacion import Cuenta, Resultado, resultado_demarcacion
from prep.publicacion.archivos import Archivo, Bytes, Trozo
from prep.publicacion.claves import claves_de, huella
from prep.publicacion.documentos import cifras
from prep.publicacion.esquemas import validar
from prep.publicacion.instantanea import Vista
from prep.publicacion.paquete import bloque
from prep.publicacion.reserva import Guardado, Reserva, ReservaDanada
from prep.publicacion.seccion import Pauta, Pieza, Seccion, hacer_pieza

ACTAS_POR_BLOQUE: Final = 24
"""Of about so many actas is a compressed block. Smaller ones are reused more and compress less: with 24 the zip is 8 %
larger than compressed whole, with 64 it is 4 %."""


@dataclass(frozen=True, slots=True)
class Suma:
    """What the secciones of a demarcación add up to. `municipios`: what each adds here, in an election that crosses
    them."""

    cuenta: Cuenta
    especiales: list[dict[str, Any]]
    imagenes: list[str]
    conocidas: int
    alarmas: list[str]
    retenidas: list[str]
    municipios: dict[int, Cuenta]


@dataclass(frozen=True, slots=True)
class Lugar:
    """What a demarcación gives to the corte. `tabla`: its lines of the database, in CSV; `bloques`: those, compressed;
    `filas`: those as values, one JSON list per sección, a line each. `alarmas`: of what was kept; `escritas`: how many
    secciones had to be written."""

    resultado: Resultado
    documento: Archivo
    tabla: Trozo
    bloques: Trozo
    filas: Trozo
    suma: Suma
    alarmas: list[str]
    escritas: int


def hacer_lugar(
    pauta: Pauta, id_: int, secciones: Sequence[Seccion], fuera: int, vista: Vista, reserva: Reserva
) -> Lugar:
    """Write one demarcación in `reserva`. `fuera`: how many sheets out of catalogue say that they are of it."""
    nombre = f"{pauta.eleccion.clave}-{id_}"
    entera, claves = claves_de(pauta, id_, secciones, fuera, vista)
    alarmas: list[str] = []
    previo = None
    try:
        previo = reserva.leer(nombre)
    except ReservaDanada:
        alarmas.append(f"Lo que se conservaba de {nombre} estaba dañado y se volvió a hacer; revise el disco.")
    if previo and previo.indice.get("contexto") != pauta.contexto:
        previo = None  # of another program, catalogue or way of writing: nothing in it serves
    escritas = 0
    if previo is None or previo.indice["clave"] != entera:
        conservadas, bloques = _de(previo) if previo else ({}, {})
        cambiadas = [s for s, c in zip(secciones, claves, strict=True) if c not in conservadas]
        escritas = len(cambiadas)
        estados = vista.fuente.leer([a.clave for s in cambiadas for a in s.actas]) if cambiadas else {}
        piezas = [
            conservadas[c] if c in conservadas else hacer_pieza(pauta, s, estados)
            for s, c in zip(secciones, claves, strict=True)
        ]
        suma = _sumar(pauta.eleccion, id_, secciones, piezas)
        suma.cuenta.fuera_catalogo = fuera
        alrededor = _documento(pauta, id_, resultado_demarcacion(pauta.eleccion, id_, suma.cuenta), fuera)
        desde, partes = _juntar(alrededor, piezas, claves, tandas(secciones), bloques)
        indice = {"contexto": pauta.contexto, "clave": entera, "desde": desde, "suma": suma}
        previo = reserva.guardar(nombre, indice, partes)
    else:
        suma = _suma_de(previo.indice["suma"])
    documento, tabla, comprimida, filas, _ = previo.trozos
    return Lugar(
        resultado_demarcacion(pauta.eleccion, id_, suma.cuenta),
        Archivo(f"{pauta.eleccion.clave}/demarcacion/{id_}.json", documento),
        tabla,
        comprimida,
        filas,
        suma,
        alarmas,
        escritas,
    )


def _sumar(eleccion: Eleccion, id_: int, secciones: Sequence[Seccion], piezas: Sequence[Pieza]) -> Suma:
    boleta = eleccion.boletas[id_]
    cuenta = Cuenta.vacia(boleta)
    municipios: dict[int, Cuenta] = {}
    for seccion, pieza in zip(secciones, piezas, strict=True):
        cuenta.agregar(pieza.cuenta)
        if eleccion.cruza_municipios and seccion.municipio:
            municipios.setdefault(seccion.municipio, Cuenta.vacia(boleta)).agregar(pieza.cuenta)
    return Suma(
        cuenta,
        [c for p in piezas for c in p.especiales],
        [i for p in piezas for i in p.imagenes],
        sum(p.conocidas for p in piezas),
        [a for p in piezas for a in p.alarmas],
        [c for p in piezas for c in p.retenidas],
        municipios,
    )


def _suma_de(d: dict[str, Any]) -> Suma:
    """From JSON, where the keys of an object are texts."""
    municipios = {int(id_): Cuenta(**c) for id_, c in d["municipios"].items()}
    return Suma(**{**d, "cuenta": Cuenta(**d["cuenta"]), "municipios": municipios})


def _de(previo: Guardado) -> tuple[dict[str, Pieza], dict[str, Bytes]]:
    """The pieces and the compressed blocks that were kept, by key."""
    documento, tabla, bloques, filas, crudo = previo.partes
    detalle = orjson.loads(crudo)
    piezas, comprimidos = {}, {}
    d, t, f, b = previo.indice["desde"], 0, 0, 0
    for clave, mide_d, mide_t, mide_f, cuenta, *resto in detalle["secciones"]:
        textos = documento[d : d + mide_d], tabla[t : t + mide_t], filas[f : f + mide_f]
        piezas[clave] = Pieza(*textos, Cuenta(**cuenta), *resto)
        d, t, f = d + mide_d + len(_COMA), t + mide_t, f + mide_f
    for clave, mide in detalle["bloques"]:
        comprimidos[clave] = bloques[b : b + mide]
        b += mide
    return piezas, comprimidos


def _juntar(
    alrededor: tuple[bytes, bytes],
    piezas: Sequence[Pieza],
    claves: Sequence[str],
    tandas: Iterable[range],
    bloques: Mapping[str, Bytes],
) -> tuple[int, list[bytes]]:
    """The parts of what is kept, and where in the first the secciones begin; the last is how the others are cut.
    `alrededor`: what goes before and after the secciones."""
    antes, despues = alrededor
    comprimidos = []
    for tanda in tandas:
        clave = huella(*claves[tanda.start : tanda.stop])
        comprimidos.append((clave, bloques.get(clave) or bloque(b"".join(piezas[i].tabla for i in tanda))))
    detalle = {
        "secciones": [
            (clave, *map(len, p.textos), p.cuenta, p.especiales, p.imagenes, p.conocidas, p.alarmas, p.retenidas)
            for clave, p in zip(claves, piezas, strict=True)
        ],
        "bloques": [(clave, len(b)) for clave, b in comprimidos],
    }
    partes = [
        b"".join([antes, _COMA.join(p.documento for p in piezas), despues]),
        b"".join(p.tabla for p in piezas),
        b"".join(b for _, b in comprimidos),
        b"".join(p.filas for p in piezas),
        orjson.dumps(detalle),
    ]
    return len(antes), partes


def tandas(secciones: Sequence[Seccion]) -> Iterator[range]:
    """Which secciones go together in each block: a function of the catalogue alone."""
    desde = cuantas = 0
    for i, seccion in enumerate(secciones, 1):
        cuantas += len(seccion.actas)
        if cuantas >= ACTAS_POR_BLOQUE or i == len(secciones):
            yield range(desde, i)
            desde, cuantas = i, 0


_COMA: Final = b","


def _documento(pauta: Pauta, id_: int, resultado: Resultado, fuera: int) -> tuple[bytes, bytes]:
    """`demarcacion/<id>.json`: what goes before its secciones and what goes after."""
    cabeza = {
        "formato": "prep/demarcacion/1",
        "eleccion": pauta.eleccion.clave,
        "nivel": "demarcacion",
        "id": id_,
        "nombre": pauta.eleccion.demarcaciones[id_].nombre,
        **cifras(resultado, pauta.cierre),
    }
    ajenas = [
        {"clave": "-", "estado": "fuera_de_catalogo", "contabilizada": 2, "observaciones": ["Fuera de Catálogo"]}
    ] * fuera
    donde = f"{pauta.eleccion.clave}/demarcacion/{id_}.json"
    validar("demarcacion", {**cabeza, "secciones": [], "fuera_de_catalogo": ajenas}, donde)
    return (
        orjson.dumps(cabeza)[:-1] + b',"secciones":[',
        b'],"fuera_de_catalogo":' + orjson.dumps(ajenas) + b"}",
    )
