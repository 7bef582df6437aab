"""Pictures by their SHA-256: received once, never written over, never given back to whoever asks.

Only a JPEG that holds its pixels and nothing else comes in, as PREP Casilla makes them: where and with what it was
taken never leaves the phone. What is kept, byte by byte, is the original and the published picture: the bytes that the
phone signed.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from django.db.models import Count, Sum

from prep.bitacora.nodos import nodo_de_aqui
from prep.evidencia.imagenes import (
    ArchivoRechazado,
    admitir_foto,
    guardar_como_llego,
    guardar_original,
    hay_original,
    leer_nombrada,
)
from prep.intercambio import nodo
from prep.intercambio.errores import DE_NUEVO, Negado
from prep.intercambio.models import Objeto
from prep.intercambio.recibos import recibo
from prep.plataforma.almacen import ErrorAlmacen, evidencia, hay_lugar

MAXIMO_BYTES: Final = 2 * 2**20
"""Of one picture: phones send 600 kB at most."""
CUOTA_BYTES: Final = 500 * 2**20
CUOTA_OBJETOS: Final = 600
"""Of one phone."""
_TROZO: Final = 64 * 2**10
_LLENO: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Cuota:
    """What one of those who deliver may: so many pictures, so many bytes. `de`: how a refusal calls it."""

    objetos: int
    bytes: int
    de: str


DE_NODO: Final = Cuota(60_000, 60 * 2**30, "nodo")
"""Of one node: it may carry what several others could not send."""


@dataclass(frozen=True, slots=True)
class Recibido:
    """`nuevo`: it was not here. `recibo`: signed."""

    nuevo: bool
    recibo: dict[str, Any]


def recibir(
    dispositivo: str, huella: str, mide: int, leer: Callable[[int], bytes], cuota: Cuota | None = None
) -> Recibido:
    """Take a picture in, of a phone or within another `cuota`. `mide`: what the request says it is; `leer`: reads so
    many bytes more of it, none at the end.

    Nothing is read of one that is too large, nor when there is no room; no more than a piece, of what is no picture.
    """
    if mide > MAXIMO_BYTES:
        raise Negado(413, "grande", f"Una fotografía mide hasta {MAXIMO_BYTES >> 20} MiB: tómela otra vez.")
    conocido = Objeto.objects.filter(dispositivo=dispositivo, sha256=huella).exists()
    if not conocido:
        _revisar_cuota(dispositivo, cuota or Cuota(CUOTA_OBJETOS, CUOTA_BYTES, "teléfono"))
        if not hay_lugar(mide):
            raise _lleno()
    datos = _leer(leer)
    if sha256(datos).hexdigest() != huella:
        raise Negado(422, "huella", f"La fotografía llegó incompleta o cambiada en el camino. {DE_NUEVO}")
    try:
        admitir_foto(datos)
    except ArchivoRechazado as error:
        raise Negado(415, "no_es_foto", str(error)) from None
    try:
        estaba = hay_original(evidencia(), huella)
        guardar_original(evidencia(), datos)
        guardar_como_llego(evidencia(), datos)
    except ErrorAlmacen as error:
        if getattr(error.__cause__, "errno", None) in _LLENO:
            raise _lleno() from None
        raise
    ahora = nodo.reloj.ahora()
    Objeto.objects.get_or_create(
        dispositivo=dispositivo, sha256=huella, defaults={"bytes": len(datos), "recibido": ahora}
    )
    return Recibido(not estaba, _de(dispositivo, huella, len(datos)))


def otra_vez(dispositivo: str, huella: str) -> dict[str, Any]:
    """The receipt of a picture that this device delivered: it may have been lost on the way, and the picture weighs."""
    fila = Objeto.objects.filter(dispositivo=dispositivo, sha256=huella).first()
    if fila is None or not hay_original(evidencia(), huella):
        raise Negado(404, "no_esta", "Esta fotografía todavía no llega.")
    return _de(dispositivo, huella, fila.bytes)


def hay(huella: str) -> bool:
    return hay_original(evidencia(), huella)


def faltan(huellas: Iterable[str]) -> list[str]:
    """Which of these pictures are not here."""
    almacen = evidencia()
    return [h for h in dict.fromkeys(huellas) if not hay_original(almacen, h)]


def leer(huella: str) -> bytes | None:
    """A picture that facts name, to be delivered to another node."""
    return leer_nombrada(evidencia(), huella)


def _de(dispositivo: str, huella: str, mide: int) -> dict[str, Any]:
    return recibo(nodo_de_aqui(), dispositivo, nodo.reloj.ahora(), "objeto", sha256=huella, bytes=mide)


def _leer(leer: Callable[[int], bytes]) -> bytes:
    """The body to its end, whatever its length was said to be; a first piece that is no picture is enough to refuse."""
    partes: list[bytes] = []
    mide = 0
    while trozo := leer(min(_TROZO, MAXIMO_BYTES + 1 - mide)):
        if not partes and not trozo.startswith(b"\xff\xd8\xff"):
            raise Negado(415, "no_es_foto", "El archivo no es una fotografía JPEG.")
        partes.append(trozo)
        mide += len(trozo)
        if mide > MAXIMO_BYTES:
            raise Negado(413, "grande", f"Una fotografía mide hasta {MAXIMO_BYTES >> 20} MiB: tómela otra vez.")
    return b"".join(partes)


def _revisar_cuota(dispositivo: str, cuota: Cuota) -> None:
    lleva = Objeto.objects.filter(dispositivo=dispositivo).aggregate(n=Count("id"), bytes=Sum("bytes"))
    if lleva["n"] >= cuota.objetos or (lleva["bytes"] or 0) >= cuota.bytes:
        detalle = f"Este {cuota.de} ya envió todas las fotografías que puede. Avise a su coordinación."
        raise Negado(429, "cuota", detalle, espere=300)


def _lleno() -> Negado:
    return Negado(507, "lleno", f"El servidor no tiene espacio. {DE_NUEVO} No se perdió nada.", espere=60)
