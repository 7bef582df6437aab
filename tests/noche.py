"""Facts of small nights, for tests of every room."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from prep.bitacora.nodos import DispositivoLocal, NodoInstituto, NodoLocal
from prep.dominio.acta.hechos import Tipo, huella_lectura, sujeto_de
from prep.dominio.comun.facultades import Rol
from prep.dominio.comun.hecho import Hecho, nuevo_hecho
from prep.transparencia.nota import FIRMA, LlavePrivada

INICIO = datetime(2027, 6, 7, 1, 0, tzinfo=UTC)
PROCESO = "pruebas-2027"
INSTITUTO = LlavePrivada("instituto.example/prep", FIRMA, b"\1" * 32)
DE_CAMPO = (Rol.ACOPIADOR, Rol.DIGITALIZADOR, Rol.CAPTURISTA, Rol.VERIFICADOR, Rol.SUPERVISOR, Rol.COORDINADOR)
"""Roles of whoever does everything in a test."""
PERSONAS = (
    *(f"{quien}-{i}" for quien in ("acopio", "digital", "captura", "verifica", "supervisa") for i in (1, 2, 3, 4)),
    *(f"persona-{i}" for i in range(4)),
    *("captura-5", "captura-6"),
)
TELEFONO = DispositivoLocal("tel-cae-1", Ed25519PrivateKey.from_private_bytes(b"\5" * 32))


@cache
def carpeta_de_ejemplo() -> Path:
    """The folder of a process of 60 casillas, written once."""
    from prep.catalogo.ejemplo import ejemplo
    from prep.catalogo.escritor import escribir_proceso

    carpeta = Path(mkdtemp(prefix="prep-ejemplo-")) / "proceso"
    escribir_proceso(carpeta, *ejemplo(60))
    return carpeta


def raiz() -> NodoInstituto:
    """The institute, which enrols everybody."""
    return NodoInstituto(INSTITUTO, INSTITUTO.llave.publica)


def nodo_de(nombre: str) -> NodoLocal:
    """A node whose key follows from its name."""
    return NodoLocal(nombre, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(nombre.encode()).digest()))


def fundar(nombre: str = "central", personas: Iterable[str] = PERSONAS, **reglas: Any) -> NodoLocal:
    """Found the current bitácora and enrol a node and people who may do everything; the node."""
    from prep.bitacora.services import fundar_instalacion

    nodo = nodo_de(nombre)
    cargos = [(p, rol.value, f"lugar-{p}") for p in personas for rol in DE_CAMPO] + [("cae-1", "cae", "CCV")]
    telefonos = {"cae-1": DispositivoLocal(TELEFONO.id, TELEFONO.llave)}
    fundar_instalacion(PROCESO, "prueba", raiz(), nodo, cargos, INICIO, telefonos=telefonos, reglas=reglas)
    return nodo


def enrolar(nombre: str) -> NodoLocal:
    """Enrol one node more in a bitácora already founded."""
    from prep.bitacora.services import anotar
    from prep.bitacora.services.altas import alta_de_nodo
    from prep.dominio.comun.facultades import ClaseNodo

    nodo = nodo_de(nombre)
    anotar([alta_de_nodo(nodo, ClaseNodo.CATD, f"Nodo {nombre}", INICIO)], raiz(), INICIO)
    return nodo


def firmada(nodo: NodoLocal, metodo: str, ruta: str, cuerpo: bytes, cuando: datetime | None = None) -> dict[str, str]:
    """The header with which a node signs a request; now, unless it is said when."""
    from prep.bitacora.sobres import ambito_de
    from prep.intercambio.firmas import DE_NODO, cabecera

    ambito, hora = ambito_de(PROCESO, "prueba", INSTITUTO.llave.publica), (cuando or datetime.now(UTC)).isoformat()
    huella = hashlib.sha256(cuerpo).hexdigest()
    return {"Authorization": cabecera(DE_NODO, nodo.nodo, nodo.firmar, metodo, ruta, ambito, huella, hora)}


def imagen(texto: str) -> str:
    return hashlib.sha256(texto.encode()).hexdigest()


def lectura(hecho: Hecho) -> str:
    """Name of what a capture or a ruling says."""
    return huella_lectura(hecho.contenido["imagen"], hecho.contenido["valores"])


class Noche:
    """Writes facts one after another, each a second later; each knows the one before of its acta."""

    def __init__(self, semilla: int = 1, inicio: datetime = INICIO) -> None:
        self.azar = random.Random(semilla)
        self.ahora = inicio
        self.ultimos: dict[str, str] = {}
        self.conoce: dict[str, list[str]] = {}
        """What whoever writes next of an acta knows, when it is more than the fact before."""

    def hecho(self, tipo: Tipo, acta: str, persona: str, /, **contenido: Any) -> Hecho:
        self.ahora += timedelta(seconds=1)
        ultimo = [self.ultimos[acta]] if acta in self.ultimos else []
        conocidos = self.conoce.pop(acta, None) or ultimo
        hecho = nuevo_hecho(tipo, sujeto_de(acta), persona, self.ahora, contenido, conocidos)
        self.ultimos[acta] = hecho.id
        return hecho

    def valores(self, votos: Mapping[str, Any], **totales: Any) -> dict[str, Any]:
        return {"votos": dict(votos), **totales}

    def completa(self, acta: str, votos: Mapping[str, Any], **totales: Any) -> list[Hecho]:
        """Every fact of an acta that goes well: from the sobre to the verification."""
        foto = imagen(acta)
        valores = self.valores(votos, **totales)
        hechos = [
            self.hecho(Tipo.ACOPIADA, acta, "acopio-1", hora=self.ahora.isoformat()),
            self.hecho(Tipo.DIGITALIZADA, acta, "digital-1", imagen=foto),
            self.hecho(Tipo.IDENTIFICADA, acta, "digital-1", imagen=foto, por="qr"),
            self.hecho(Tipo.CAPTURADA, acta, "captura-1", imagen=foto, valores=valores),
            self.hecho(Tipo.CAPTURADA, acta, "captura-2", imagen=foto, valores=valores),
        ]
        hechos.append(self.hecho(Tipo.VERIFICADA, acta, "verifica-1", base=lectura(hechos[-1])))
        return hechos

    def sin_acta(self, acta: str, motivo: str = "3") -> list[Hecho]:
        """Said by whoever receives, confirmed by a coordinator."""
        dicha = self.hecho(Tipo.SIN_ACTA, acta, "acopio-1", motivo=motivo)
        return [dicha, self.hecho(Tipo.SIN_ACTA_CONFIRMADA, acta, "supervisa-1", peticion=dicha.id)]
