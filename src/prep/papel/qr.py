"""What the QR of an acta says, and reading it back.

Content: `PREP1:<process>:<clave_acta>:<template>:<MAC>` in the QR alphanumeric alphabet, at most 61 characters so that
it fits version 3 with correction M. The MAC is HMAC-SHA256 with the process's key over everything before it, cut to 40
bits in base 32: it stops whoever has no key from making a valid sticker, it does not stop moving a sticker from one
acta to another (the corner marks do, see `plantilla`).
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import numpy.typing as npt
import zxingcpp

from prep.plataforma.opencv import cv2

PREFIJO: Final = "PREP1"
LARGO_MAXIMO: Final = 61
_PROCESO: Final = re.compile(r"[0-9A-Z$%*+./-]{1,24}")
_ACTA: Final = re.compile(r"[0-9A-Z]{11,16}")


class QRInvalido(ValueError):
    """A QR that cannot be trusted; `motivo` is one of the reasons of `lector.MOTIVOS`."""

    def __init__(self, motivo: str, mensaje: str) -> None:
        super().__init__(mensaje)
        self.motivo = motivo


@dataclass(frozen=True, slots=True)
class Etiqueta:
    """What a QR identifies: `proceso` upper-cased key, `acta` its clave_acta, `plantilla` four hexadecimal digits."""

    proceso: str
    acta: str
    plantilla: str


def clave_proceso(clave: str) -> str:
    """Key of a process as a QR can carry it: upper case, `_` and blanks as `-`."""
    return re.sub(r"[ _]", "-", clave.upper())


def _mac(llave: bytes, texto: str) -> str:
    return base64.b32encode(hmac.digest(llave, texto.encode("ascii"), sha256)[:5]).decode("ascii")


def codificar(etiqueta: Etiqueta, llave: bytes) -> str:
    """Content of the QR; raise `ValueError` when a part does not fit the alphabet or the symbol."""
    if len(llave) < 16:
        raise ValueError("La llave de los QR debe tener al menos 16 bytes.")
    if not _PROCESO.fullmatch(etiqueta.proceso):
        raise ValueError(
            f"La clave del proceso «{etiqueta.proceso}» no cabe en un QR: use hasta 24 letras, dígitos o -."
        )
    if not _ACTA.fullmatch(etiqueta.acta):
        raise ValueError(f"«{etiqueta.acta}» no es una clave de acta.")
    cuerpo = f"{PREFIJO}:{etiqueta.proceso}:{etiqueta.acta}:{etiqueta.plantilla}"
    contenido = f"{cuerpo}:{_mac(llave, cuerpo)}"
    if len(contenido) > LARGO_MAXIMO:
        raise ValueError(
            f"El QR tendría {len(contenido)} caracteres y caben {LARGO_MAXIMO}: acorte la clave del proceso."
        )
    return contenido


def descodificar(contenido: str, proceso: str, llave: bytes) -> Etiqueta:
    """Check and read the content of a QR; raise `QRInvalido`. `proceso` is the key of tonight's process."""
    cuerpo, _, mac = contenido.rpartition(":")
    partes = cuerpo.split(":") if cuerpo.isascii() else []
    if len(partes) != 4 or partes[0] != PREFIJO or not _PROCESO.fullmatch(partes[1]) or not _ACTA.fullmatch(partes[2]):
        raise QRInvalido("qr_ajeno", "El código QR de la imagen no es de un acta de este sistema.")
    if partes[1] != proceso:
        raise QRInvalido(
            "qr_otro_proceso", f"El código QR es de otro proceso («{partes[1]}»); el de esta noche es «{proceso}»."
        )
    if not hmac.compare_digest(_mac(llave, cuerpo).encode(), mac.encode("utf-8", "replace")):
        raise QRInvalido(
            "qr_falso",
            "El código QR no lleva la autenticación de este proceso: la etiqueta pudo ser alterada o falsificada.",
        )
    return Etiqueta(partes[1], partes[2], partes[3])


def hallar(gris: npt.NDArray[Any]) -> list[str]:
    """Distinct QR contents in a grey image, sorted. Retries sharpened when nothing is found. Micro QR, which has one
    eye, is not looked for: now and then it is seen in an eye of ours."""
    formatos = zxingcpp.barcode_formats_from_str("QRCodeModel2")

    def leer(imagen: npt.NDArray[Any]) -> list[str]:
        hallados = zxingcpp.read_barcodes(imagen, formats=formatos, try_invert=False)
        return sorted({h.text for h in hallados if h.text})

    textos = leer(gris)
    if textos:
        return textos
    borrosa = cv2.GaussianBlur(gris, (0, 0), 2.0)
    return leer(cv2.addWeighted(gris, 2.5, borrosa, -1.5, 0))
