"""Load a stored process. Kept in memory by fingerprint: a second call costs one small query."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import Final

import orjson

from prep.catalogo.documento import FORMATO, de_documento, leer_operacion, leer_rutas
from prep.catalogo.informativo import Informativo, Practica, Publicacion, Rutas
from prep.catalogo.models import Proceso as Fila
from prep.catalogo.services.congelar import comprobar
from prep.catalogo.services.errores import ProcesoDesconocido
from prep.dominio.tabulacion.proceso import Modo, Proceso
from prep.plataforma.peticion import una_vez

_EN_MEMORIA: Final = 2
_cargados: OrderedDict[str, tuple[Proceso, Informativo]] = OrderedDict()
_candado = threading.Lock()


_CONGELADO: Final = (
    f"SELECT {','.join(c.attname for c in Fila._meta.concrete_fields if c.attname != 'catalogo')} "  # noqa: S608
    "FROM catalogo_proceso WHERE estado = %s"
)


@una_vez
def vigente(clave: str | None = None) -> Fila:
    """The row of `clave`; without it, the frozen process or the only one there is. Raises `ProcesoDesconocido`."""
    filas = Fila.objects.defer("catalogo")
    if clave is not None:
        fila = filas.filter(clave=clave).first()
        if fila is None:
            raise ProcesoDesconocido(f"No hay ningún proceso {clave}: impórtelo con «prep proceso importar».")
        return fila
    for congelado in Fila.objects.raw(_CONGELADO, [Fila.Estado.CONGELADO]):  # there is only one
        return congelado
    todas = list(filas.order_by("clave")[:10])
    if len(todas) == 1:
        return todas[0]
    if not todas:
        raise ProcesoDesconocido("No hay ningún proceso: importe uno con «prep proceso importar DIR».")
    raise ProcesoDesconocido(f"Hay varios procesos ({', '.join(f.clave for f in todas)}): diga cuál.")


def cargar(clave: str | None = None) -> Proceso:
    """The process, as puesta en ceros froze it or as last imported. Raises `ProcesoDesconocido`, `CatalogoAlterado`."""
    return _cargar(vigente(clave))[0]


def informativo(clave: str | None = None) -> Informativo:
    """Names, theme, window and people, with what may have changed since it was imported."""
    personas = vigente(clave).personas.values_list("persona", "rol", "lugar")
    return replace(sin_gente(clave), **leer_operacion({"personas": sorted(personas)}))


@una_vez
def sin_gente(clave: str | None = None) -> Informativo:
    """All of that but the people, of whom there are thousands and whom no page shows: what pages ask for."""
    fila = vigente(clave)
    return replace(
        _cargar(fila)[1],
        **leer_operacion(fila.operacion),
        publicacion=Publicacion(fila.inicio, fila.fin, fila.cada_minutos),
    )


def regla_de_practica(clave: str | None = None) -> Practica:
    """What is asked of whoever types, as it is now."""
    return Practica(**vigente(clave).operacion.get("practica", {}))


def rutas(clave: str | None = None) -> Rutas:
    """Which centres take what comes by a route of its own, as it is now."""
    return leer_rutas(vigente(clave).operacion.get("rutas", {}))


def modo(clave: str | None = None) -> Modo:
    """What the publication is worth."""
    return Modo(vigente(clave).modo)


def _cargar(fila: Fila) -> tuple[Proceso, Informativo]:
    with _candado:
        if fila.huella not in _cargados:
            comprobar(fila)
            catalogo = orjson.loads(fila.catalogo)
            _cargados[fila.huella] = de_documento(
                {"formato": FORMATO, "huella": fila.huella, "catalogo": catalogo, "operacion": {}}
            )
            while len(_cargados) > _EN_MEMORIA:
                _cargados.popitem(last=False)
        _cargados.move_to_end(fila.huella)
        return _cargados[fila.huella]


def olvidar() -> None:
    """Drop what is kept in memory."""
    with _candado:
        _cargados.clear()
