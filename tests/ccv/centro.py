"""A capture centre to test: a process, actas with their pictures, and people who come in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
from django.test import Client

from gente import dentro, persona
from noche import DE_CAMPO, INICIO, PROCESO, Noche, carpeta_de_ejemplo, lectura, raiz
from prep.acceso.models import Cuenta
from prep.bitacora.actas import acta_de
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import anotar, fundar_instalacion
from prep.catalogo.services import cargar, importar
from prep.ccv import hoja
from prep.ccv.cola import Quien
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.facultades import Rol
from prep.dominio.comun.hecho import Hecho
from prep.plataforma.almacen import evidencia
from prep.plataforma.opencv import cv2
from prep.plataforma.reloj import RelojFijo

AHORA = INICIO + timedelta(hours=2)


@cache
def foto(semilla: int) -> bytes:
    """Any picture."""
    azar = np.random.default_rng(semilla).integers(0, 255, (60, 90, 3), np.uint8)
    return cv2.imencode(".jpg", cv2.resize(azar, (900, 600)))[1].tobytes()


class Centro:
    """`reloj`: the desk's; `noche`: writes facts of people who do not come in here."""

    def __init__(self, **reglas: Any) -> None:
        importar(carpeta_de_ejemplo(), INICIO)
        self.proceso = cargar()
        self.nodo = nodo_de_aqui()
        self.reloj = RelojFijo(AHORA)
        self.noche = Noche()
        de_fuera = [(p, r.value, "CCV") for p in ("campo", "ajena-1", "ajena-2") for r in DE_CAMPO]
        fundar_instalacion(PROCESO, "prueba", raiz(), self.nodo, de_fuera, INICIO, reglas=reglas)
        self.claves = [a.clave for e in self.proceso.elecciones for a in e.actas]

    def persona(self, *roles: Rol, lugar: str = "CCV") -> Cuenta:
        return persona(*roles, lugar=lugar)

    def entra(self, *roles: Rol, lugar: str = "CCV") -> tuple[Client, Quien]:
        cuenta = self.persona(*roles, lugar=lugar)
        return dentro(cuenta), Quien(cuenta.persona, lugar)

    def llega(self, clave: str, datos: bytes | None = None, huella: str = "", *, enderezada: bool = False) -> str:
        """An acta arrives with its picture; `huella`: one that is in the store already."""
        huella = huella or self.guarda(datos or foto(len(self.noche.ultimos)))
        self.anota(
            self.noche.hecho(Tipo.ACOPIADA, clave, "campo", hora=INICIO.isoformat()),
            self.noche.hecho(Tipo.DIGITALIZADA, clave, "campo", imagen=huella, enderezada=enderezada),
            self.noche.hecho(Tipo.IDENTIFICADA, clave, "campo", imagen=huella, por="qr"),
        )
        return huella

    def guarda(self, datos: bytes) -> str:
        """Keep a picture; its name."""
        huella = hashlib.sha256(datos).hexdigest()
        ruta = f"imagenes/{huella[:2]}/{huella}.jpg"
        if evidencia().leer(ruta) is None:
            evidencia().escribir(ruta, datos)
        return huella

    def anota(self, *hechos: Hecho) -> None:
        anotar(hechos, self.nodo, AHORA)

    def hace(self, tipo: Tipo, clave: str, quien: str, /, **contenido: Any) -> Hecho:
        """Somebody else does something of an acta, knowing all of it."""
        self.noche.conoce[clave] = list(acta_de(clave).cabezas)
        hecho = self.noche.hecho(tipo, clave, quien, **contenido)
        self.anota(hecho)
        return hecho

    def captura(self, clave: str, quien: str, *, conoce: Sequence[str] | None = None, **cambios: Any) -> Hecho:
        """Somebody else types it, from elsewhere; `conoce`: knowing only that of the acta."""
        imagen = acta_de(clave).imagen
        assert imagen is not None
        valores = hoja.asentar({**self.valores(clave), **cambios})
        self.noche.conoce[clave] = list(acta_de(clave).cabezas if conoce is None else conoce)
        hecho = self.noche.hecho(Tipo.CAPTURADA, clave, quien, imagen=imagen.sha256, valores=valores, lugar="OTRO")
        self.anota(hecho)
        return hecho

    def coinciden(self, clave: str, **cambios: Any) -> str:
        """Two people typed the same; the name of their reading."""
        self.captura(clave, "ajena-1", **cambios)
        return self.coinciden_con(clave, "ajena-2", **cambios)

    def coinciden_con(self, clave: str, quien: str, **cambios: Any) -> str:
        """Somebody types the same as who typed it before; the name of their reading."""
        return lectura(self.captura(clave, quien, **cambios))

    def campos(self, clave: str) -> list[str]:
        return [r.clave for r in hoja.renglones(clave)]

    def valores(self, clave: str) -> dict[str, Any]:
        return {c: 10 + i for i, c in enumerate(self.campos(clave))}

    def acta(self, clave: str) -> Acta:
        return acta_de(clave)


def envio(pagina: Any, dichos: Mapping[str, Any], **otros: str) -> dict[str, str]:
    """What the page's script sends."""
    return {"ficha": pagina.context["ficha"], **{f"v.{c}": str(v) for c, v in dichos.items()}, **otros}
