"""Recompute a past corte from the facts, on any machine, and compare every byte with what was published.

The auditor imports the process and the exported bitácora in an installation of their own and points at a copy of the
publication. Two things are read from it: `avance.json` of the previous corte, since a corte's curve is that one and one
point more (whoever recomputes every corte has recomputed it all), and `mapa.json`, which no fact gives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from prep.bitacora.asientos import frontera_en
from prep.catalogo.informativo import Informativo
from prep.dominio.tabulacion.proceso import Modo, Proceso
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.errores import Impedimento
from prep.plataforma.huella import huella
from prep.plataforma.procesos import carpeta_aparte
from prep.publicacion.corte import ruta_de
from prep.publicacion.fuente import Acotada, Plegado
from prep.publicacion.instantanea import Instantanea
from prep.publicacion.publicador import Parcial, Portal, Publicador
from prep.publicacion.taller import Cronometro, Encargo, componer
from prep.transparencia.errores import ErrorEmision
from prep.transparencia.manifiesto import Manifiesto


class RehacerImposible(Impedimento):
    """The corte cannot be recomputed here; says why and what is missing."""


@dataclass(slots=True)
class Rehecho:
    """What came out. `diferencias`: what is not equal, in Spanish. `mismo_programa`: the code here made that corte."""

    corte: int
    hora: str
    posicion: int
    archivos: int
    mismo_programa: bool
    diferencias: list[str] = field(default_factory=list)


def rehacer(carpeta: Path, proceso: Proceso, informativo: Informativo, portal: Portal | None) -> Rehecho:
    """Recompute the corte published in `carpeta` (`…/cortes/0007`). Raises `RehacerImposible`."""
    carpeta = carpeta.resolve()
    almacen = AlmacenCarpeta(carpeta.parent.parent)
    crudo, m = _manifiesto(almacen, f"cortes/{carpeta.name}")
    if ruta_de(m["corte"]) != f"cortes/{carpeta.name}":
        raise RehacerImposible(f"La carpeta {carpeta.name} tiene el corte {m['corte']}: su nombre debe ser el suyo.")
    if (m["proceso"], m["catalogo"]) != (proceso.clave, proceso.huella):
        raise RehacerImposible(
            f"El corte es del proceso {m['proceso']} con huella {m['catalogo'][:16]}… y aquí está {proceso.clave} con "
            f"{proceso.huella[:16]}…: importe el mismo catálogo con «prep proceso importar»."
        )
    posicion = m["bitacora"]["posicion"]
    frontera = frontera_en(posicion)
    if frontera is None or frontera.raiz().hex() != m["bitacora"]["raiz"]:
        raise RehacerImposible(
            f"Los primeros {posicion:,} hechos de esta bitácora no dan la raíz que dice el corte: importe, con «prep "
            "bitacora importar», la bitácora de la que salió."
        )
    anterior = None
    if m["corte"] > 1:
        ruta = ruta_de(m["corte"] - 1)
        previo, _ = _manifiesto(almacen, ruta)
        anterior = {"ruta": ruta, "manifiesto": hashlib.sha256(previo).hexdigest()}
    publicador = Publicador(
        proceso,
        informativo,
        almacen,
        Modo(m["modo"]),
        None,
        software=m["software"],
        procesos=1,
        evidencia=almacen if _con_imagenes(almacen, carpeta.name, m) else None,
        portal=portal if any(a["ruta"] == "index.html" for a in m["archivos"]) else None,
        mapa=_mapa(almacen, carpeta.name),
        parcial=_parcial(almacen, m),
    )
    hora = datetime.fromisoformat(m["hora"]).astimezone(ZoneInfo(proceso.zona_horaria))
    hechos = Plegado(posicion)
    fuente = hechos if publicador.alcance is None else Acotada(hechos, publicador.alcance)
    foto = Instantanea(posicion, m["bitacora"]["raiz"], fuente)
    con_libro = any(a["ruta"].endswith(".xlsx") for a in m["archivos"])
    resultado = Rehecho(m["corte"], m["hora"], posicion, len(m["archivos"]), m["software"] == huella())
    with carpeta_aparte("prep-rehacer-") as aparte:
        encargo = Encargo(publicador, foto, m["corte"], hora, m["cierre"], anterior, con_libro, aparte)
        compuesto = componer(encargo, Cronometro())
    calculados = {a.ruta: a.trozo.sha256 for a in compuesto.archivos}
    publicados = {a["ruta"]: a["sha256"] for a in m["archivos"]}
    if causa := compuesto.paginas.causa:
        resultado.diferencias.append(f"páginas: aquí no se pudieron dibujar. Causa: {causa}")
        calculados.pop("sitio.json", None)
        publicados = {ruta: sha256 for ruta, sha256 in publicados.items() if ruta in calculados}
    resultado.diferencias += _comparar(calculados, publicados)
    for a in m["archivos"]:
        datos = almacen.leer(f"cortes/{carpeta.name}/{a['ruta']}")
        if datos is None or hashlib.sha256(datos).hexdigest() != a["sha256"]:
            resultado.diferencias.append(f"{a['ruta']}: el archivo de la copia no es el que dice su manifiesto")
    if not resultado.diferencias and compuesto.manifiesto != crudo:
        resultado.diferencias.append("corte.json: el manifiesto dice algo que los hechos no dan")
    return resultado


def _comparar(calculados: dict[str, str], publicados: dict[str, str]) -> list[str]:
    diferencias = []
    for ruta in sorted(calculados.keys() | publicados.keys()):
        if ruta not in calculados:
            diferencias.append(f"{ruta}: se publicó y los hechos no lo dan")
        elif ruta not in publicados:
            diferencias.append(f"{ruta}: los hechos lo dan y no se publicó")
        elif calculados[ruta] != publicados[ruta]:
            diferencias.append(f"{ruta}: se publicó {publicados[ruta][:16]}… y los hechos dan {calculados[ruta][:16]}…")
    return diferencias


def _manifiesto(almacen: AlmacenCarpeta, ruta: str) -> tuple[bytes, dict[str, Any]]:
    crudo = almacen.leer(f"{ruta}/corte.json")
    if crudo is None:
        raise RehacerImposible(
            f"Falta {ruta}/corte.json: indique la carpeta de un corte, como publicacion/cortes/0007."
        )
    try:
        return crudo, dict(Manifiesto.leer(crudo).todo)
    except ErrorEmision as error:
        raise RehacerImposible(f"{ruta}/corte.json: {error}") from None


def _parcial(almacen: AlmacenCarpeta, m: Mapping[str, Any]) -> Parcial | None:
    """Under which delegation a node published it, if a node did."""
    if "parcial" not in m:
        return None
    ruta = f"documentos/{m['parcial']['delegacion']}.json"
    crudo = almacen.leer(ruta)
    if crudo is None or hashlib.sha256(crudo).hexdigest() != m["parcial"]["delegacion"]:
        raise RehacerImposible(f"Falta {ruta}, o está alterado: es la delegación con que se publicó.")
    try:
        return Parcial.leer(crudo)
    except ErrorEmision as error:
        raise RehacerImposible(f"{ruta}: {error}") from None


def _mapa(almacen: AlmacenCarpeta, corte: str) -> dict[str, Any] | None:
    """The institution's outlines: no fact gives them, so those of the publication are taken."""
    crudo = almacen.leer(f"cortes/{corte}/mapa.json")
    return orjson.loads(crudo) if crudo else None


def _con_imagenes(almacen: AlmacenCarpeta, corte: str, m: dict[str, Any]) -> bool:
    """Whether that publication carried images: its actas say where they are."""
    return any(
        b'"ruta":"imagenes/' in (almacen.leer(f"cortes/{corte}/{a['ruta']}") or b"")
        for a in m["archivos"]
        if "/demarcacion/" in a["ruta"] and a["ruta"].endswith(".json")
    )
