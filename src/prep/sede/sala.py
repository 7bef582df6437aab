"""The composition root: opens the process, the keys, the stores and the clock, once, for whoever publishes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.plataforma import lugares
from prep.plataforma.errores import Impedimento

if TYPE_CHECKING:
    from prep.bitacora.nodos import NodoLocal
    from prep.bitacora.sobres import Firmante as FirmanteDeHechos
    from prep.catalogo.informativo import Informativo
    from prep.dominio.tabulacion.proceso import Modo, Proceso
    from prep.plataforma.almacen import Almacen
    from prep.publicacion.corte import Corte
    from prep.publicacion.programador import Alarma
    from prep.publicacion.publicador import Parcial, Publicador
    from prep.transparencia.nota import Firmante


@dataclass(slots=True)
class Sala:
    """What a command needs to publish."""

    publicador: Publicador
    destino: str
    alarma: Alarma
    nodo: NodoLocal

    def ahora(self) -> datetime:
        from prep.plataforma.reloj import RelojSistema

        return RelojSistema().ahora()

    def hacer(self, hora: datetime) -> Corte:
        from django.db import connection

        from prep.publicacion.corte import hacer_corte
        from prep.publicacion.publicador import CorteImposible

        try:
            return hacer_corte(self.publicador, hora)
        except CorteImposible:
            connection.close()  # the next one begins with a new connection, in case the database went away
            raise


def publicador(
    proceso: Proceso,
    informativo: Informativo,
    almacen: Almacen,
    modo: Modo,
    firmante: Firmante,
    *,
    nodo: FirmanteDeHechos | None = None,
    evidencia: Almacen | None = None,
    mapa: dict[str, Any] | None = None,
    paginas: bool = True,
    con_libro: bool = True,
    reserva: Path | None = None,
    parcial: Parcial | None = None,
) -> Publicador:
    """Whoever publishes, with the institute's portal unless there are to be no `paginas`."""
    from prep import portal
    from prep.publicacion.publicador import Publicador

    return Publicador(
        proceso,
        informativo,
        almacen,
        modo,
        firmante,
        nodo=nodo,
        evidencia=evidencia,
        portal=portal if paginas else None,
        con_libro=con_libro,
        mapa=mapa,
        reserva=reserva,
        parcial=parcial,
    )


@contextmanager
def sala(modo: str | None, destino: str | None, llave: str | None, mapa: Path | None) -> Iterator[Sala]:
    """Open everything over the installation's database; `Impedimento` says what is missing and how to make it."""

    def institucion(_almacen: Almacen, _nodo: NodoLocal) -> tuple[Firmante, None]:
        from prep.plataforma.llaves import firmante_del_instituto

        return firmante_del_instituto(llave), None

    with _sala(modo, destino, mapa, institucion) as s:
        yield s


@contextmanager
def sala_de_nodo(destino: str | None, delegacion: Path | None, mapa: Path | None) -> Iterator[Sala]:
    """The same for a node that publishes by delegation of the institute."""

    def nodo(almacen: Almacen, aqui: NodoLocal) -> tuple[Firmante, Parcial]:
        from prep.sede.nodos import encargo

        archivo = None if delegacion is None else delegacion.read_bytes()
        return encargo(almacen, archivo, aqui)

    with _sala(None, destino, mapa, nodo) as s:
        yield s


@contextmanager
def _sala(
    modo: str | None,
    destino: str | None,
    mapa: Path | None,
    quien_firma: Callable[[Almacen, NodoLocal], tuple[Firmante, Parcial | None]],
) -> Iterator[Sala]:
    from prep.plataforma.arranque import django_listo

    logging.captureWarnings(True)
    with django_listo():
        from prep.bitacora.nodos import nodo_de_aqui
        from prep.catalogo.services import cargar, informativo, vigente
        from prep.dominio.tabulacion.proceso import Modo
        from prep.plataforma.almacen import abrir
        from prep.publicacion.programador import Alarma

        fila = vigente()
        if modo is not None and modo != fila.modo and fila.estado == fila.Estado.CONGELADO:
            raise Impedimento(f"La puesta en ceros congeló el proceso en modo {fila.modo}; no se publica como {modo}.")
        donde = destino or str(lugares.dir_publicacion())
        almacen = abrir(donde)
        evidencia, nodo = lugares.dir_evidencia(), nodo_de_aqui()
        firmante, parcial = quien_firma(almacen, nodo)
        quien_publica = publicador(
            cargar(fila.clave),
            informativo(fila.clave),
            almacen,
            Modo(modo or fila.modo),
            firmante,
            nodo=nodo,
            evidencia=abrir(str(evidencia), privado=True) if evidencia.is_dir() else None,
            mapa=_contornos(mapa),
            reserva=lugares.dir_reserva(),
            parcial=parcial,
        )
        yield Sala(quien_publica, donde, Alarma(lugares.archivo_alarma()), nodo)


def _contornos(mapa: Path | None) -> dict[str, Any] | None:
    import orjson

    if mapa is None:
        return None
    try:
        leido = orjson.loads(mapa.read_bytes())
    except orjson.JSONDecodeError:
        leido = None
    if not isinstance(leido, dict) or "capas" not in leido:
        raise Impedimento(f"{mapa} no es un mapa hecho con «prep portal mapa».")
    return leido
