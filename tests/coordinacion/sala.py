"""A night to coordinate: a process, actas in every state, people, and a clock."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from django.test import Client

from gente import dentro, persona
from noche import DE_CAMPO, INICIO, PROCESO, Noche, carpeta_de_ejemplo, lectura, raiz
from prep.acceso.models import Cuenta
from prep.acceso.roles import Rol
from prep.bitacora.actas import acta_de
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import anotar, fundar_instalacion
from prep.catalogo.services import importar
from prep.coordinacion.padron import padron
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.hecho import Hecho
from prep.plataforma.almacen import evidencia
from prep.plataforma.opencv import cv2
from prep.plataforma.reloj import RelojFijo

AHORA = INICIO + timedelta(hours=2)
GENTE = ("campo", "otro", "ana", "beto", "caro", "dora", "sistema.sede")


@cache
def foto(semilla: int) -> bytes:
    """Any picture."""
    azar = np.random.default_rng(semilla).integers(0, 255, (60, 90, 3), np.uint8)
    return cv2.imencode(".jpg", cv2.resize(azar, (900, 600)))[1].tobytes()


class Sala:
    """`ana` and `beto` type, `caro` verifies, `dora` rules, `campo` receives and `otro` supervises."""

    def __init__(self) -> None:
        importar(carpeta_de_ejemplo(), INICIO)
        self.padron = padron()
        self.nodo = nodo_de_aqui()
        self.reloj = RelojFijo(AHORA)
        self.noche = Noche()
        cargos = [(p, r.value, "CCV") for p in GENTE[:-1] for r in DE_CAMPO]
        fundar_instalacion(PROCESO, "prueba", raiz(), self.nodo, cargos, INICIO)
        self.claves = list(self.padron.actas)

    def entra(self, *roles: Rol, lugar: str = "CCV", alcance: tuple[str, ...] = ("*",)) -> Client:
        return dentro(self.persona(*roles, lugar=lugar, alcance=alcance))

    def persona(self, *roles: Rol, lugar: str = "CCV", alcance: tuple[str, ...] = ("*",), nombre: str = "") -> Cuenta:
        cuenta = persona(*roles, lugar=lugar, alcance=alcance)
        if nombre:
            cuenta.nombre = nombre
            cuenta.save(update_fields=["nombre"])
        return cuenta

    def anota(self, *hechos: Hecho, a: datetime = AHORA) -> None:
        anotar(hechos, self.nodo, a)

    def hecho(self, tipo: Tipo, clave: str, quien: str, *, a: datetime = AHORA, **contenido: Any) -> Hecho:
        """One fact by somebody who knows all of the acta."""
        self.noche.conoce[clave] = list(acta_de(clave).cabezas)
        hecho = self.noche.hecho(tipo, clave, quien, **contenido)
        self.anota(hecho, a=a)
        return hecho

    def llega(self, clave: str, a: datetime = AHORA) -> str:
        """An acta arrives with its picture."""
        datos = foto(len(self.noche.ultimos))
        huella = hashlib.sha256(datos).hexdigest()
        if evidencia().leer(ruta := f"imagenes/{huella[:2]}/{huella}.jpg") is None:
            evidencia().escribir(ruta, datos)
        self.hecho(Tipo.ACOPIADA, clave, "campo", hora=INICIO.isoformat(), catd="CATD-001", a=a)
        self.hecho(Tipo.DIGITALIZADA, clave, "campo", imagen=huella, a=a)
        self.hecho(Tipo.IDENTIFICADA, clave, "campo", imagen=huella, por="qr", a=a)
        return huella

    def valores(self, clave: str, **cambios: Any) -> dict[str, Any]:
        """Ten votes a box and the totals that go with them, but for what is said."""
        votos = dict.fromkeys(self.padron.actas[clave].boleta.claves, 10)
        votos |= {c: v for c, v in cambios.items() if c in votos}
        suma = sum(v for v in votos.values() if isinstance(v, int))
        totales = {"boletas_sobrantes": 5, "personas_votaron": suma, "representantes_votaron": 0}
        totales |= {"votos_sacados": suma, "total_asentado": suma}
        return {"votos": votos, **totales, **{c: v for c, v in cambios.items() if c in totales}}

    def captura(self, clave: str, quien: str, *, a: datetime = AHORA, **cambios: Any) -> Hecho:
        imagen = acta_de(clave).imagen
        assert imagen is not None
        valores = self.valores(clave, **cambios)
        return self.hecho(Tipo.CAPTURADA, clave, quien, imagen=imagen.sha256, valores=valores, lugar="CCV", a=a)

    def verifica(self, clave: str, *, a: datetime = AHORA, **cambios: Any) -> Hecho:
        """From its picture to its verification."""
        if acta_de(clave).imagen is None:
            self.llega(clave, a=a)
        self.captura(clave, "ana", a=a, **cambios)
        base = lectura(self.captura(clave, "beto", a=a, **cambios))
        return self.hecho(Tipo.VERIFICADA, clave, "caro", base=base, lugar="CCV", a=a)

    def acta(self, clave: str) -> Acta:
        return acta_de(clave)
