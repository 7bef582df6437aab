"""A phone with PREP Casilla: its key, its chain, what it keeps until it has receipts, the requests that it signs."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from prep.bitacora.nodos import DispositivoLocal
from prep.bitacora.sobres import abrir, revisar_firma
from prep.dominio.acta.hechos import Tipo, sujeto_de
from prep.dominio.comun.hecho import escribir_hecho, nuevo_hecho
from prep.intercambio.firmas import DE_DISPOSITIVO, cabecera
from prep.plataforma.reloj import Reloj, RelojSistema
from prep.simulacro.puertas.navegador import Navegador, PuertaCerrada
from prep.transparencia.canonico import canonico

_JPEG: Final = "image/jpeg"
_POR_ENTREGA: Final = 20
"""Of what it keeps, how many facts go in one delivery: the application sends each as soon as its picture is there."""


@dataclass(slots=True)
class _Guardada:
    """A picture and its signed fact, until both have a receipt. `tomada`: the picture has its."""

    foto: bytes
    hecho: str
    escrito: dict[str, Any]
    tomada: bool = False


@dataclass(slots=True)
class Telefono:
    """`desfase`: what its clock is ahead."""

    nav: Navegador
    desfase: timedelta = field(default_factory=timedelta)
    reloj: Reloj = field(default_factory=RelojSistema)
    corrige: timedelta = field(default_factory=timedelta)
    """What it learnt that its clock is ahead of the node's."""
    _llave: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    _aparato: DispositivoLocal = field(init=False)
    _persona: str = ""
    _ambito: str = ""
    _nodo: Ed25519PublicKey = field(init=False)
    _guardadas: list[_Guardada] = field(default_factory=list)

    def alta(self, codigo: str, instituto: bytes) -> None:
        """Enrol with the printed code. `instituto`: the institute's key, which the paper of the code says."""
        from prep.intercambio.altas import mensaje

        llave = self._llave.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        firma = base64.b64encode(self._llave.sign(mensaje(codigo, llave))).decode()
        pedida = json.dumps({"codigo": codigo, "llave": llave, "firma": firma}).encode()
        dicho = self._json("POST", "/v1/altas", pedida, firmada=False)
        self._aparato = DispositivoLocal(dicho["dispositivo"], self._llave)
        self._persona, self._ambito = dicho["persona"], dicho["ambito"]
        sobre = abrir(dicho["nodo"], self._ambito)
        revisar_firma(sobre, Ed25519PublicKey.from_public_bytes(instituto))
        self._nodo = Ed25519PublicKey.from_public_bytes(bytes.fromhex(sobre.hecho.contenido["llave"]))

    def fotografiar(self, acta: str, foto: bytes) -> None:
        """Take a picture and keep it, signed, at the hour that the phone believes."""
        hora = self.reloj.ahora() + self.desfase
        contenido = {"imagen": sha256(foto).hexdigest(), "hora": hora.isoformat()}
        hecho = nuevo_hecho(Tipo.FOTOGRAFIADA, sujeto_de(acta), self._persona, hora, contenido, [])
        firma = self._aparato.firmar(hecho, self._ambito)
        escrito = {"hecho": escribir_hecho(hecho), "dispositivo": firma.escribir()}
        self._guardadas.append(_Guardada(foto, hecho.id, escrito))

    @property
    def por_enviar(self) -> int:
        return len(self._guardadas)

    def entregar(self) -> int:
        """Send the first that it keeps; what has its receipts is no longer waiting. How many were."""
        suyas = self._guardadas[:_POR_ENTREGA]
        for g in suyas:
            if not g.tomada:
                huella = sha256(g.foto).hexdigest()
                recibo = self._recibo(self._json("PUT", f"/v1/objetos/sha256/{huella}", g.foto, _JPEG))
                if recibo["sha256"] != huella:
                    raise PuertaCerrada("El recibo es de otra fotografía.")
                g.tomada = True
        dicho = self._json("POST", "/v1/hechos", json.dumps([g.escrito for g in suyas]).encode())
        if dicho["rechazados"]:
            raise PuertaCerrada(f"El nodo no tomó un hecho de un teléfono: {dicho['rechazados'][0]['motivo']}")
        recibidos = {self._recibo(r)["id"] for r in dicho["recibos"]}
        if recibidos != {g.hecho for g in suyas}:
            raise PuertaCerrada("Faltan recibos de lo que un teléfono entregó.")
        for hecho in recibidos:
            self.nav.acuso(hecho)
        del self._guardadas[: len(suyas)]
        return len(suyas)

    def _recibo(self, dicho: dict[str, Any]) -> dict[str, Any]:
        """What a receipt says, once the node's signature was verified."""
        self._nodo.verify(base64.b64decode(dicho["firma"]), canonico(dicho["recibo"]))
        recibo: dict[str, Any] = dicho["recibo"]
        return recibo

    def _json(self, metodo: str, ruta: str, cuerpo: bytes, tipo: str = "application/json", firmada: bool = True) -> Any:
        for _ in range(2):
            cabeceras = {"Authorization": self._firma(metodo, ruta, cuerpo)} if firmada else {}
            r = self.nav.pedir(metodo, ruta, cuerpo, tipo, "application/json", cabeceras)
            dicho = json.loads(r.cuerpo)
            if r.estado < 300:
                return dicho
            if dicho.get("codigo") != "reloj":
                break
            self.corrige = self.reloj.ahora() + self.desfase - datetime.fromisoformat(dicho["hora"])
        raise PuertaCerrada(f"{metodo} {ruta} no se admitió: {r.estado} {dicho.get('detalle', '')}")

    def _firma(self, metodo: str, ruta: str, cuerpo: bytes) -> str:
        hora = (self.reloj.ahora() + self.desfase - self.corrige).isoformat()
        huella, quien = sha256(cuerpo).hexdigest(), self._aparato
        return cabecera(DE_DISPOSITIVO, quien.id, self._llave.sign, metodo, ruta, self._ambito, huella, hora)
