"""Putting a corte out: its leaf in the log, then the pointer, then the signed checkpoint.

Everything the manifest names must be in the store before calling. Order seen by a reader: immutable files, leaf and
tiles, `ultimo.json`, `checkpoint`. Calling again after a crash, with the same manifest, changes nothing already said.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from prep.transparencia import arbol
from prep.transparencia.almacen import Almacen
from prep.transparencia.canonico import canonico, leer_canonico
from prep.transparencia.errores import FormatoInvalido, Inconsistente
from prep.transparencia.hojas import escribir_hoja, leer_hoja
from prep.transparencia.manifiesto import Manifiesto
from prep.transparencia.registro import Registro

PUNTERO = "ultimo.json"


@dataclass(frozen=True)
class CorteEmitido:
    """Where the corte ended up in the log. `posicion` counts leaves from 0."""

    corte: int
    ruta: str
    manifiesto: str
    posicion: int


def raiz_de_imagenes(hashes: Iterable[str]) -> str:
    """Merkle root, in hex, over the sorted distinct sha256 (hex) of the published images; leaves are the 32 bytes."""
    return arbol.raiz_de(arbol.hoja(bytes.fromhex(h)) for h in sorted(set(hashes))).hex()


def emitir_corte(registro: Registro, manifiesto_bytes: bytes, ruta: str) -> CorteEmitido:
    """Publish the manifest as `<ruta>/corte.json`, its leaf, the pointer and the checkpoint.

    Refuses (`Inconsistente`) another manifest for a corte already in the log, one that does not follow the last, or a
    change of process.
    """
    m = Manifiesto.leer(manifiesto_bytes)
    huella = sha256(manifiesto_bytes).hexdigest()
    hoja = escribir_hoja(
        "corte", proceso=m.proceso, modo=m.modo, hora=m.hora, corte=m.corte, manifiesto=huella, ruta=ruta
    )
    registro.terminar()
    historia = registro.historia()
    previas = [leer_hoja(h) for h in historia.hojas] if historia else []
    if historia is None or hoja not in historia.hojas:
        _debe_continuar(m, [h for h in previas if h["tipo"] == "corte"])
    registro.almacen.escribir(f"{ruta}/corte.json", manifiesto_bytes)
    puntero = canonico(
        {
            "proceso": m.proceso,
            "corte": m.corte,
            "hora": m.hora,
            "modo": m.modo,
            "ruta": ruta,
            "manifiesto": huella,
        }
    )
    posicion = registro.agregar(hoja, lambda: _apuntar(registro.almacen, m.corte, puntero))
    return CorteEmitido(m.corte, ruta, huella, posicion)


def _debe_continuar(m: Manifiesto, cortes: list[dict[str, Any]]) -> None:
    if any(c["corte"] == m.corte for c in cortes):
        raise Inconsistente(f"el corte {m.corte} ya está en el registro con otro manifiesto; emita el siguiente número")
    if not cortes:
        if m.anterior is not None:
            raise Inconsistente("el primer corte del registro no puede nombrar a un corte anterior")
        return
    ultimo = cortes[-1]
    if m.proceso != ultimo["proceso"]:
        raise Inconsistente(f"el registro es del proceso {ultimo['proceso']} y no de {m.proceso}")
    if m.corte < ultimo["corte"] or m.anterior != ultimo["manifiesto"]:
        raise Inconsistente(f"el corte {m.corte} no continúa al {ultimo['corte']}, que es el último del registro")


def _apuntar(almacen: Almacen, corte: int, puntero: bytes) -> None:
    """Switch the pointer, never backwards."""
    actual = almacen.leer(PUNTERO, 10_000)
    if actual is not None:
        try:
            numero = leer_canonico(actual)["corte"]
        except (ValueError, KeyError, TypeError) as e:
            raise FormatoInvalido(f"{PUNTERO} está dañado; bórrelo y repita la emisión") from e
        if numero > corte or actual == puntero:
            return
    almacen.reemplazar(PUNTERO, puntero)
