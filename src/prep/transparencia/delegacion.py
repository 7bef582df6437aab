"""A node that may emit cortes parciales: the leaf of the institute's log that says so, and the proof of that leaf.

What a node emits is a publication like any other, with a log of its own. It begins with the very leaf by which the
institute delegated, and carries the proof of it (`delegacion.tlog-proof`, whose extra is the leaf), so that with the
institute's key alone anybody can tell whose the log is, of what and until when.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from prep.transparencia import arbol
from prep.transparencia.errores import FormatoInvalido
from prep.transparencia.hojas import instante, leer_hoja, origen_de_nodo
from prep.transparencia.nota import FIRMA, LlavePublica, Nota
from prep.transparencia.politica import Politica
from prep.transparencia.pruebas import PruebaDeInclusion
from prep.transparencia.punto import Punto
from prep.transparencia.registro import Historia

RUTA_PRUEBA = "delegacion.tlog-proof"
LLAVE_NODO = "llaves/nodo.vkey"
MAXIMO_PRUEBA = 200_000
TODO = "todo"
"""Reach of a delegation that is not limited to some casillas."""


@dataclass(frozen=True)
class Delegacion:
    """A delegation whose proof was checked. `hoja`: its leaf, byte by byte; `llave`: with which the node signs its log;
    `punto`: the institute's head that held it."""

    hoja: bytes
    campos: Mapping[str, Any]
    llave: LlavePublica
    punto: Punto

    @property
    def nodo(self) -> str:
        return str(self.campos["nodo"])

    @property
    def documento(self) -> str:
        return str(self.campos["documento"])

    def cubre(self, hora: str) -> bool:
        """Whether it was in force at that time."""
        return instante(self.campos["desde"]) <= instante(hora) <= instante(self.campos["hasta"])


def probar_delegacion(historia: Historia, posicion: int) -> bytes:
    """The proof, for the node, that the leaf at `posicion` is in the institute's log."""
    hashes = arbol.prueba_inclusion(historia.arbol.nodos, posicion, historia.punto.tamano)
    punto = historia.firmado.nota.escribir()
    return PruebaDeInclusion(posicion, hashes, punto, historia.hojas[posicion]).escribir()


def origen_de_prueba(prueba: bytes) -> str:
    """Which log a proof says it is of; nobody has checked it yet."""
    return Punto.leer(Nota.leer(PruebaDeInclusion.leer(prueba).punto).texto).origen


def leer_delegacion(prueba: bytes, instituto: Iterable[LlavePublica]) -> Delegacion:
    """The delegation that a proof carries, if a log of one of those keys holds it; raises `ErrorEmision`."""
    dicha = PruebaDeInclusion.leer(prueba)
    if dicha.extra is None:
        raise FormatoInvalido("la prueba de la delegación no trae la hoja que prueba")
    punto = dicha.verificar(dicha.extra, Politica(tuple(instituto))).punto
    campos = leer_hoja(dicha.extra)
    if campos["tipo"] != "delegacion":
        raise FormatoInvalido(f"la prueba es de una hoja de tipo {campos['tipo']}, no de una delegación")
    llave = LlavePublica(origen_de_nodo(punto.origen, campos["nodo"]), FIRMA, bytes.fromhex(campos["llave"]))
    return Delegacion(dicha.extra, campos, llave, punto)


def alcance_de(documento: Mapping[str, Any]) -> frozenset[str] | None:
    """The casillas that the document of a delegation names; None where it is of all of them."""
    alcance = documento.get("alcance")
    if alcance == TODO:
        return None
    if not isinstance(alcance, list) or not alcance or not all(isinstance(c, str) for c in alcance):
        raise FormatoInvalido("el documento de la delegación no dice bien de qué casillas es")
    return frozenset(alcance)
