"""What a replay published, verified in a process of its own while its bitácora is put away and its figures compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from prep.comprobacion.verificar import Opciones, verificar
from prep.plataforma.procesos import buscar_menos_basura, obreros
from prep.transparencia.almacen import Carpeta


class PublicacionIncorrecta(RuntimeError):
    """What was published does not pass its own verification, or could not be verified."""


def comprobar(publicacion: Path) -> str:
    """Verify, as a stranger would, what a replay published; the verdict. Raises `PublicacionIncorrecta`."""
    informe = verificar(Carpeta(publicacion), Opciones(imagenes=False))
    if informe.codigo:
        raise PublicacionIncorrecta(
            f"Lo publicado en {publicacion} no pasa la comprobación y no debe usarse: {informe.veredicto}"
        )
    return informe.veredicto


@contextmanager
def comprobador() -> Iterator[Callable[[Path], Callable[[], str]]]:
    """Whoever does it: given a publication, it begins, and what it gives waits for the verdict, or raises what
    `comprobar` does; also where that process is killed."""
    with obreros(1, buscar_menos_basura) as proceso:

        def empezar(publicacion: Path) -> Callable[[], str]:
            connections.close_all()  # nobody shares a connection with whoever is born
            futuro = proceso.submit(comprobar, publicacion)

            def veredicto() -> str:
                try:
                    return futuro.result()
                except BrokenProcessPool as error:
                    raise PublicacionIncorrecta(
                        f"No se pudo comprobar lo publicado en {publicacion}: algo terminó el proceso que lo hacía. "
                        f"Vea si a esta máquina le falta memoria y compruébelo con «prep verificar {publicacion}»."
                    ) from error

            return veredicto

        yield empezar
