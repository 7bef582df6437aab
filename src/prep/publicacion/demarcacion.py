"""One demarcación of one election: its secciones put together into its document and its stretch of the database.

Only the actas that changed since the reserve was written are written again; the rest is what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
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
from prep.publicacion.seccion import COMA, Pauta, Pieza, Resumen, Seccion, hacer_pieza, por_escribir

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
    `valores`: those as values, a line of JSON each. `alarmas`: of what was kept; `escritas`: how many
    secciones had to be written."""

    resultado: Resultado
    documento: Archivo
    tabla: Trozo
    bloques: Trozo
    valores: Trozo
    suma: Suma
    alarmas: list[str]
    escritas: int


def hacer_lugar(
    pauta: Pauta, id_: int, secciones: Sequence[Seccion], fuera: int, vista: Vista, reserva: Reserva
) -> Lugar:
    """Write one demarcación in `reserva`. `fuera`: how many sheets out of catalogue say that they are of it."""
    nombre = f"{pauta.eleccion.clave}-{id_}"
    claves = claves_de(pauta, id_, secciones, fuera, vista)
    alarmas: list[str] = []
    previo = None
    try:
        previo = reserva.leer(nombre)
    except ReservaDanada:
        alarmas.append(f"Lo que se conservaba de {nombre} estaba dañado y se volvió a hacer; revise el disco.")
    if previo and previo.indice.get("contexto") != pauta.contexto:
        previo = None  # of another program, catalogue or way of writing: nothing in it serves
    escritas = 0
    if previo is None or previo.indice["clave"] != claves.entera:
        conservadas, bloques = _de(previo) if previo else ([], {})
        iguales = {p.clave: p for p in conservadas}
        # With the same catalogue they are the same secciones: of those that changed, some actas serve.
        del_lugar = previo is not None and previo.indice["catalogo"] == claves.catalogo
        antes = conservadas if del_lugar else [None] * len(secciones)
        cambiadas = [(s, c, p) for s, c, p in zip(secciones, claves.secciones, antes, strict=True) if c not in iguales]
        escritas = len(cambiadas)
        nuevas = [a.clave for s, _, p in cambiadas for a in por_escribir(s, claves.versiones, p)]
        estados = vista.fuente.leer(nuevas) if nuevas else {}
        hechas = iter([hacer_pieza(pauta, s, c, claves.versiones, estados, p) for s, c, p in cambiadas])
        piezas = [iguales.get(c) or next(hechas) for c in claves.secciones]
        suma = _sumar(pauta.eleccion, id_, secciones, piezas)
        suma.cuenta.fuera_catalogo = fuera
        resultado = resultado_demarcacion(pauta.eleccion, id_, suma.cuenta)
        alrededor = _documento(pauta, id_, resultado, fuera)
        desde, texto, partes = _juntar(alrededor, piezas, tandas(secciones), bloques)
        de_que = {"contexto": pauta.contexto, "clave": claves.entera, "catalogo": claves.catalogo}
        previo = reserva.guardar(nombre, {**de_que, "desde": desde, "suma": suma}, texto, partes)
    else:
        suma = _suma_de(previo.indice["suma"])
        resultado = resultado_demarcacion(pauta.eleccion, id_, suma.cuenta)
    documento, tabla, comprimida, valores, *_ = previo.trozos
    return Lugar(
        resultado,
        Archivo(f"{pauta.eleccion.clave}/demarcacion/{id_}.json", documento),
        tabla,
        comprimida,
        valores,
        suma,
        alarmas,
        escritas,
    )


def _sumar(eleccion: Eleccion, id_: int, secciones: Sequence[Seccion], piezas: Sequence[Pieza]) -> Suma:
    boleta = eleccion.boletas[id_]
    # There may be a place where no acta is expected.
    columnas = list(zip(*(p.resumen for p in piezas), strict=True)) or [()] * len(Resumen._fields)
    cuentas, conocidas, imagenes, especiales, alarmas = columnas
    por_municipio: dict[int, list[list[int]]] = {}
    if eleccion.cruza_municipios:
        for seccion, suya in zip(secciones, cuentas, strict=True):
            if seccion.municipio:
                por_municipio.setdefault(seccion.municipio, []).append(suya)
    con_alarma = list(chain.from_iterable(alarmas))
    return Suma(
        Cuenta.de_listas(boleta, cuentas),
        list(chain.from_iterable(especiales)),
        list(chain.from_iterable(imagenes)),
        sum(conocidas),
        [alarma for _, alarma in con_alarma],
        [clave for clave, _ in con_alarma],
        {m: Cuenta.de_listas(boleta, suyas) for m, suyas in por_municipio.items()},
    )


def _suma_de(d: dict[str, Any]) -> Suma:
    """From JSON, where the keys of an object are texts."""
    municipios = {int(id_): Cuenta(**c) for id_, c in d["municipios"].items()}
    return Suma(**{**d, "cuenta": Cuenta(**d["cuenta"]), "municipios": municipios})


def _de(previo: Guardado) -> tuple[list[Pieza], dict[str, Bytes]]:
    """The pieces that were kept, in order, and the compressed blocks by key."""
    documento, tabla, bloques, valores, actas, crudo = previo.partes
    detalle = orjson.loads(crudo)
    piezas, comprimidos = [], {}
    d, t, v, a, b = previo.indice["desde"], 0, 0, 0, 0
    for clave, cabeza, resumen, mide_d, mide_t, mide_v, mide_a in detalle["secciones"]:
        textos = documento[d : d + mide_d], tabla[t : t + mide_t], valores[v : v + mide_v], actas[a : a + mide_a]
        piezas.append(Pieza(clave, cabeza, Resumen._make(resumen), *textos))
        d, t, v, a = d + mide_d + len(COMA), t + mide_t, v + mide_v, a + mide_a
    for clave, mide in detalle["bloques"]:
        comprimidos[clave] = bloques[b : b + mide]
        b += mide
    return piezas, comprimidos


def _juntar(
    alrededor: tuple[bytes, bytes], piezas: Sequence[Pieza], tandas: Iterable[range], bloques: Mapping[str, Bytes]
) -> tuple[int, bytes, list[bytes]]:
    """Where in the document the secciones begin, the document, and the other parts of what is kept; the last is how
    the others are cut. `alrededor`: what goes before and after the secciones."""
    antes, despues = alrededor
    comprimidos = []
    for tanda in tandas:
        clave = huella(*(piezas[i].clave for i in tanda))
        comprimidos.append((clave, bloques.get(clave) or bloque(b"".join(piezas[i].tabla for i in tanda))))
    detalle = {
        "secciones": [(p.clave, p.cabeza, tuple(p.resumen), *map(len, p.textos)) for p in piezas],
        "bloques": [(clave, len(b)) for clave, b in comprimidos],
    }
    documento = b"".join([antes, COMA.join(p.documento for p in piezas), despues])
    partes = [
        b"".join(p.tabla for p in piezas),
        b"".join(b for _, b in comprimidos),
        b"".join(p.valores for p in piezas),
        b"".join(p.actas for p in piezas),
        orjson.dumps(detalle),
    ]
    return len(antes), documento, partes


def tandas(secciones: Sequence[Seccion]) -> Iterator[range]:
    """Which secciones go together in each block: a function of the catalogue alone."""
    desde = cuantas = 0
    for i, seccion in enumerate(secciones, 1):
        cuantas += len(seccion.actas)
        if cuantas >= ACTAS_POR_BLOQUE or i == len(secciones):
            yield range(desde, i)
            desde, cuantas = i, 0


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
