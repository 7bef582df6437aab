"""A small night with a node that published by itself, cut off: the institute's emission and the node's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from emision_fabrica import INSTITUTO, Noche
from prep.transparencia.delegacion import LLAVE_NODO, RUTA_PRUEBA, TODO, leer_delegacion, probar_delegacion
from prep.transparencia.hojas import leer_hoja, origen_de_nodo
from prep.transparencia.nota import FIRMA, LlavePrivada
from prep.transparencia.registro import LLAVE_INSTITUTO, Registro, leer_historia

NODO = LlavePrivada(origen_de_nodo(INSTITUTO.llave.nombre, "catd-1"), FIRMA, b"\7" * 32)
AJENO = LlavePrivada(NODO.llave.nombre, FIRMA, b"\x08" * 32)
"""Another machine's key, under the name of the node's log."""


@dataclass
class DeNodo(Noche):
    """A node's cortes parciales: no puesta en ceros, and the log begins with its delegation."""

    prueba: bytes = b""
    documento: bytes = b""
    llave: LlavePrivada = NODO
    dice: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.registro = Registro(self.almacen, self.llave, llave_en=LLAVE_NODO)
        (self.carpeta / "politica").unlink()

    def comenzar(self) -> None:
        hoja = leer_delegacion(self.prueba, [INSTITUTO.llave]).hoja
        huella = sha256(self.documento).hexdigest()
        self.almacen.escribir(f"documentos/{huella}.json", self.documento)
        self.almacen.escribir(RUTA_PRUEBA, self.prueba)
        self.almacen.escribir(LLAVE_INSTITUTO, f"{INSTITUTO.llave.vkey}\n".encode())
        self.registro.agregar(hoja)
        self.dice = {"parcial": {"nodo": "catd-1", "nombre": "CATD 1", "delegacion": huella}}

    def publicar(self, fraccion: float = 0.3, cierre: bool = False, **cambios: Any) -> Path:
        self.capturar(fraccion)
        manifiesto, archivos = self.preparar()
        return self.emitir(manifiesto | self.dice | cambios, archivos)


def delegar(centro: Noche, alcance: Any = TODO, horas: float = 24, **cambios: Any) -> tuple[bytes, bytes]:
    """(proof, document) of a delegation that the institute signs now."""
    desde = centro.hora(centro.corte)
    campos: dict[str, Any] = {"nodo": "catd-1", "llave": NODO.llave.publica.hex(), "desde": desde.isoformat()}
    campos |= {"hasta": (desde + timedelta(hours=horas)).isoformat()} | cambios
    posicion = centro.acto("delegacion", doc={"nombre": "CATD 1", "alcance": alcance}, **campos)
    historia = leer_historia(centro.almacen, [INSTITUTO.llave])
    documento = centro.almacen.leer(f"documentos/{leer_hoja(historia.hojas[posicion])['documento']}.json")
    assert documento is not None
    return probar_delegacion(historia, posicion), documento


def reconocer(centro: Noche, nodo: DeNodo, otras: dict[str, str] | None = None, **cambios: Any) -> None:
    historia = leer_historia(nodo.almacen, [nodo.llave.llave])
    campos = {"nodo": "catd-1", "delegacion": sha256(nodo.documento).hexdigest()}
    campos |= {"hojas": historia.punto.tamano, "raiz": historia.punto.raiz.hex()} | cambios
    lista = [{"acta": c, "porque": p} for c, p in (otras or {}).items()]
    centro.acto("punto_de_nodo", doc={"punto": historia.firmado.nota.escribir().decode(), "otras": lista}, **campos)


def traer(centro: Noche, nodo: DeNodo) -> None:
    """The node's facts get to the centre."""
    centro.asentados |= nodo.asentados
    centro.hashes |= nodo.hashes
    for imagen in (nodo.carpeta / "imagenes").glob("*/*"):
        centro.almacen.escribir(f"imagenes/{imagen.parent.name}/{imagen.name}", imagen.read_bytes())


@dataclass
class Escenario:
    centro: Noche
    nodo: DeNodo

    def copia(self, a: Path) -> Escenario:
        return Escenario(self.centro.copia(a / "centro"), self.nodo.copia(a / "nodo"))

    def reconectar(self, otras: dict[str, str] | None = None) -> None:
        traer(self.centro, self.nodo)
        self.centro.publicar(0.5)
        reconocer(self.centro, self.nodo, otras)


def escenario(raiz: Path) -> Escenario:
    """The institute delegated before the night; cut off, the node published twice; nothing has reached the centre."""
    centro = Noche(raiz / "centro", secciones=6)
    centro.poner_en_ceros()
    prueba, documento = delegar(centro)
    nodo = DeNodo(raiz / "nodo", secciones=6, semilla=3, prueba=prueba, documento=documento)
    nodo.comenzar()
    for _ in range(2):
        nodo.publicar(0.2)
    return Escenario(centro, nodo)
