"""One name, one machine: a node that was cloned or restored from a copy does not go on writing under a name in use.

Beside its key a node keeps how far another one has said, signed, that it holds its chain (`nodo-<name>.visto`). A
database that ends before that was restored from a copy: what it would write now, the others have already, otherwise.
Whoever finds at the centre facts of its own name that it never wrote stops too (`nodo-<name>.detenido`). What was
written stands and is still delivered, both branches of it; to go on, the installation takes another name and key.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from prep.plataforma.errores import Impedimento
from prep.plataforma.lugares import dir_llaves, para_escribir


class NodoDetenido(Impedimento):
    """This installation may not write under its name any more. Nothing was written."""

    codigo = 1

    def __init__(self, nodo: str, porque: str) -> None:
        super().__init__(
            f"Este equipo ya no escribe como «{nodo}»: {porque} Lo que tiene está guardado y se sigue enviando. Para "
            f"seguir trabajando necesita otro nombre y otra llave: {para_escribir('nodo preparar NOMBRE')}"
        )
        self.nodo, self.porque = nodo, porque


def _archivo(nodo: str, que: str) -> Path:
    return dir_llaves() / f"nodo-{nodo}.{que}"


def visto(nodo: str) -> tuple[int, str]:
    """(sequence, hash) up to which another node has said that it holds this one's chain; (0, "") when none has."""
    try:
        dicho = json.loads(_archivo(nodo, "visto").read_text())
        return int(dicho["secuencia"]), str(dicho["hoja"])
    except FileNotFoundError:
        return 0, ""


def anotar_visto(nodo: str, secuencia: int, hoja: str) -> None:
    """Another node holds this one's chain up to there. It only grows."""
    if secuencia > visto(nodo)[0]:
        _escribir(_archivo(nodo, "visto"), json.dumps({"secuencia": secuencia, "hoja": hoja}))


def detenido(nodo: str) -> str | None:
    """Why this installation does not write under that name; `None` when it does."""
    try:
        return _archivo(nodo, "detenido").read_text()
    except FileNotFoundError:
        return None


def detener(nodo: str, porque: str) -> None:
    _escribir(_archivo(nodo, "detenido"), porque)


def exigir_que_siga(nodo: str, ultima: int) -> None:
    """Raise `NodoDetenido` unless this installation may write as `nodo`, whose chain ends here at `ultima`."""
    if porque := detenido(nodo):
        raise NodoDetenido(nodo, porque)
    if (secuencia := visto(nodo)[0]) > ultima:
        raise NodoDetenido(
            nodo,
            f"ya había entregado hasta su hecho {secuencia} y aquí solo está hasta el {ultima}; esta base de datos se "
            "restauró de una copia.",
        )


def _escribir(archivo: Path, texto: str) -> None:
    aparte = archivo.with_name(f"{archivo.name}.{os.getpid()}")
    with os.fdopen(os.open(aparte, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
        f.write(texto)
        f.flush()
        os.fsync(f.fileno())
    aparte.replace(archivo)
