"""The forms of the process in course, as the desks use them: looked up by fingerprint, made once."""

from __future__ import annotations

from functools import lru_cache

from prep.catalogo.services import cargar, sin_gente
from prep.papel.formas import Formas


def formas() -> Formas:
    """Forms of the process in course; nothing is printed here, so the secret of the QR codes is not asked for."""
    proceso = cargar()
    return _formas(proceso.huella, proceso.clave)


@lru_cache(maxsize=2)
def _formas(huella: str, clave: str) -> Formas:
    return Formas(cargar(clave), sin_gente(clave), b"")


def casillas_de(lugar: str) -> frozenset[str]:
    """Keys of the casillas whose package goes to a CATD."""
    return _casillas(cargar().huella, lugar)


def centros_de(casillas: frozenset[str]) -> frozenset[str]:
    """The CATDs to which the package of any of these goes."""
    suyas = formas()
    return frozenset(a.casilla.catd for c in casillas for a in suyas.actas(casilla=c)) - {""}


@lru_cache(maxsize=1024)
def _casillas(huella: str, lugar: str) -> frozenset[str]:
    return frozenset(str(a.casilla.clave) for a in formas().actas(catd=lugar)) if lugar else frozenset()
