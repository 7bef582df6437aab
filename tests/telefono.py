"""A phone as the protocol sees it: a key, a chain of its own, and requests that it signs."""

from __future__ import annotations

import base64
import io
import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.test import Client
from PIL import Image
from rfc8785 import dumps  # an outside oracle of what is signed

from noche import INICIO, PROCESO, raiz
from prep.bitacora.autoridad import ambito
from prep.bitacora.nodos import DispositivoLocal, NodoLocal, nodo_de_aqui
from prep.bitacora.services import anotar, fundar_instalacion
from prep.bitacora.services.altas import alta_de_telefono
from prep.dominio.acta.hechos import Tipo, sujeto_de
from prep.dominio.comun.autoridad import INSTITUTO
from prep.dominio.comun.hecho import Hecho, escribir_hecho, nuevo_hecho
from prep.intercambio.firmas import mensaje

AHORA = INICIO + timedelta(hours=1)
ACTAS = [f"14002{i}B0100G" for i in range(4)]


def fundar() -> NodoLocal:
    """A bitácora with this node, an administrator and a CAE of two casillas."""
    aqui = nodo_de_aqui()
    fundar_instalacion(PROCESO, "prueba", raiz(), aqui, [("admin-1", "administrador", "SEDE")], INICIO)
    casillas = sorted({a[:11] for a in ACTAS})
    for cae in ("cae-1", "cae-2"):
        alta = {"rol": "cae", "lugar": "CATD-1", "alcance": casillas}
        anotar([nuevo_hecho("alta", f"persona:{cae}", INSTITUTO, INICIO, alta)], raiz(), INICIO)
    return aqui


def foto(semilla: int = 1, **exif: Any) -> bytes:
    """A small JPEG of its own, of some eight thousand."""
    salida = io.BytesIO()
    color = (semilla * 7 % 256, semilla % 256, (90 + semilla // 256 * 40) % 256)
    Image.new("RGB", (400, 400), color).save(salida, "JPEG", **exif)
    return salida.getvalue()


class Telefono:
    """`hora`: what its clock says."""

    def __init__(self, persona: str = "cae-1", alta: bool = True, hora: datetime = AHORA) -> None:
        llave = Ed25519PrivateKey.generate()
        self.aparato = DispositivoLocal(f"tel-{secrets.token_hex(6)}", llave)
        self.persona, self.hora = persona, hora
        self.cliente = Client()
        self.ultimos: dict[str, str] = {}
        if alta:
            anotar([alta_de_telefono(self.aparato, persona, INICIO)], raiz(), INICIO)

    def pedir(self, metodo: str, ruta: str, cuerpo: bytes = b"", **cambios: Any) -> Any:
        """A signed request; `cambios`: what it says otherwise than it should."""
        huella = cambios.get("huella", sha256(cuerpo).hexdigest())
        hora = cambios.get("hora", self.hora).isoformat()
        firma = self.aparato.llave.sign(
            mensaje(ambito(), cambios.get("firma_metodo", metodo), cambios.get("firma_ruta", ruta), huella, hora)
        )
        dicha = f"PREP1 {self.aparato.id} {hora} {huella} {base64.b64encode(firma).decode()}"
        return self.cliente.generic(
            metodo, ruta, cuerpo, content_type=cambios.get("tipo", "image/jpeg"), headers={"Authorization": dicha}
        )

    def poner(self, datos: bytes, huella: str = "") -> Any:
        huella = huella or sha256(datos).hexdigest()
        return self.pedir("PUT", f"/v1/objetos/sha256/{huella}", datos, huella=huella)

    def hecho(self, tipo: Tipo, acta: str, **contenido: Any) -> Hecho:
        conoce = [self.ultimos[acta]] if acta in self.ultimos else []
        hecho = nuevo_hecho(tipo, sujeto_de(acta), self.persona, self.hora, contenido, conoce)
        self.ultimos[acta] = hecho.id
        return hecho

    def fotografiada(self, acta: str, datos: bytes) -> dict[str, Any]:
        huella = sha256(datos).hexdigest()
        return self.firmado(self.hecho(Tipo.FOTOGRAFIADA, acta, imagen=huella, hora=self.hora.isoformat()))

    def firmado(self, hecho: Hecho) -> dict[str, Any]:
        """The fact as it travels, at the next place of this phone's chain."""
        firma = self.aparato.firmar(hecho, ambito())
        return {"hecho": escribir_hecho(hecho), "dispositivo": firma.escribir()}

    def firmar_escrito(self, escrito: dict[str, Any]) -> dict[str, Any]:
        """The signature of a fact that another program wrote."""
        secuencia, previo = self.aparato.secuencia + 1, self.aparato.previo
        dicho = {"ambito": ambito(), "dispositivo": self.aparato.id, "secuencia": secuencia, "previo": previo}
        firma = base64.b64encode(self.aparato.llave.sign(dumps({**dicho, "hecho": escrito}))).decode()
        return {"id": self.aparato.id, "secuencia": secuencia, "previo": previo, "firma": firma}

    def entregar(self, lote: Sequence[Any], **cambios: Any) -> Any:
        return self.pedir("POST", "/v1/hechos", json.dumps(lote).encode(), tipo="application/json", **cambios)

    def estado(self) -> dict[str, Any]:
        r = self.pedir("GET", "/v1/dispositivo")
        assert r.status_code == 200, r.content
        return revisado(r.json()["cadena"])


def revisado(dicho: dict[str, Any]) -> dict[str, Any]:
    """What a receipt says, once its signature is this node's."""
    llave = Ed25519PublicKey.from_public_bytes(nodo_de_aqui().publica)
    llave.verify(base64.b64decode(dicho["firma"]), dumps(dicho["recibo"]))
    assert dicho["recibo"]["nodo"] == nodo_de_aqui().nodo and dicho["recibo"]["ambito"] == ambito()
    return dicho["recibo"]


def es_buena(dicho: dict[str, Any]) -> bool:
    try:
        return bool(revisado(dicho))
    except InvalidSignature:
        return False
