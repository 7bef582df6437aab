"""A collection centre to test: its actas on paper with their QR, and people who come in."""

from __future__ import annotations

import io
from datetime import timedelta
from functools import cache

import numpy as np
import zxingcpp
from django.test import Client
from PIL import Image

from gente import dentro, escribano, persona
from noche import INICIO, carpeta_de_ejemplo
from prep.acceso.models import Cuenta
from prep.acceso.roles import Rol
from prep.bitacora.actas import acta_de
from prep.bitacora.models import Hecho
from prep.catalogo.services import cargar, importar, informativo
from prep.catd.oficina import Quien
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import sujeto_de
from prep.laboratorio.fotografiar import fotografiar
from prep.laboratorio.llenar import LIMPIO, llenar, planear, votos_al_azar
from prep.papel.formas import Formas
from prep.papel.vigente import formas
from prep.plataforma.lugares import archivo_qr
from prep.plataforma.reloj import RelojFijo

AQUI, ALLA = "CATD-020", "CATD-012"
AHORA = INICIO + timedelta(hours=2)  # 21:00 of election day
LLAVE = "secreto de los qr de este centro"


class Centro:
    def __init__(self) -> None:
        archivo_qr().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        archivo_qr().write_text(LLAVE)
        importar(carpeta_de_ejemplo(), INICIO)
        escribano()
        self.reloj = RelojFijo(AHORA)
        self.claves = [a.clave for a in formas().actas(catd=AQUI)]
        self.de_otro = next(formas().actas(catd=ALLA)).clave

    def persona(self, *roles: Rol, lugar: str = AQUI) -> Cuenta:
        return persona(*roles, lugar=lugar)

    def quien(self, *roles: Rol, lugar: str = AQUI) -> Quien:
        return Quien(self.persona(*roles, lugar=lugar).persona, lugar)

    def entra(self, *roles: Rol, lugar: str = AQUI) -> Client:
        return dentro(self.persona(*roles, lugar=lugar))

    def qr(self, clave: str) -> str:
        """What the QR of an acta says."""
        return impresas().hoja(clave).qr

    def acta(self, clave: str) -> Acta:
        return acta_de(clave)


def impresas() -> Formas:
    """The actas as they were printed."""
    return Formas(cargar(), informativo(), LLAVE.encode())


def tipos(clave: str) -> list[str]:
    return list(Hecho.objects.filter(sujeto=sujeto_de(clave)).order_by("posicion").values_list("tipo", flat=True))


@cache
def hoja_digitalizada(clave: str) -> bytes:
    """An acta that was filled and scanned, as JPEG."""
    azar = np.random.default_rng(1)
    hoja = impresas().hoja(clave)
    papel = llenar(hoja, planear(hoja.plantilla, votos_al_azar(hoja.plantilla, azar), azar, LIMPIO), azar)
    return fotografiar(papel, "scan", azar).jpeg


def otra_vez(datos: bytes, menos: int = 6) -> bytes:
    """The same sheet scanned again: a little darker, other bytes."""
    salida = io.BytesIO()
    Image.open(io.BytesIO(datos)).convert("RGB").point(lambda v: max(0, v - menos)).save(salida, "JPEG", quality=88)
    return salida.getvalue()


def sin_qr(datos: bytes) -> bytes:
    """The same sheet with its QR torn off."""
    imagen = Image.open(io.BytesIO(datos)).convert("RGB")
    hallado = zxingcpp.read_barcodes(imagen)[0].position
    x = sorted(p.x for p in (hallado.top_left, hallado.top_right, hallado.bottom_left, hallado.bottom_right))
    y = sorted(p.y for p in (hallado.top_left, hallado.top_right, hallado.bottom_left, hallado.bottom_right))
    imagen.paste("white", (x[0] - 12, y[0] - 12, x[-1] + 12, y[-1] + 12))
    salida = io.BytesIO()
    imagen.save(salida, "JPEG", quality=90)
    return salida.getvalue()


def pdf(*hojas: bytes) -> bytes:
    """Sheets in one PDF."""
    imagenes = [Image.open(io.BytesIO(h)).convert("RGB") for h in hojas]
    salida = io.BytesIO()
    imagenes[0].save(salida, "PDF", save_all=True, append_images=imagenes[1:], resolution=200)
    return salida.getvalue()
