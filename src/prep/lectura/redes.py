"""The shipped networks, run by onnxruntime on one thread: the same input gives the same bits."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnxruntime

from prep.lectura.cajas import Tinta

PESOS: Final = Path(__file__).parent / "pesos"
CLASES: Final = "0123456789 -?"
"""What a box may hold: a digit, nothing, a cross or dash, something illegible."""


class Redes:
    """Digit and word networks. `huella`: SHA-256 over both files, stored with every reading."""

    def __init__(self, carpeta: Path = PESOS) -> None:
        opciones = onnxruntime.SessionOptions()
        opciones.intra_op_num_threads = opciones.inter_op_num_threads = 1
        opciones.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        opciones.add_session_config_entry("session.intra_op.allow_spinning", "0")
        resumen = sha256()
        sesiones = []
        for nombre in ("digitos.onnx", "letras.onnx"):
            datos = (carpeta / nombre).read_bytes()
            resumen.update(sha256(datos).digest())
            sesiones.append(onnxruntime.InferenceSession(datos, opciones, providers=["CPUExecutionProvider"]))
        self._digitos, self._letras = sesiones
        self.huella = resumen.hexdigest()

    def digitos(self, tinta: Tinta) -> npt.NDArray[Any]:
        """Log-scores (n, 13) of boxes (n, 28, 28), ink 0-1, white on black as collections of digits have it."""
        if not len(tinta):
            return np.zeros((0, len(CLASES)))
        return self._digitos.run(None, {"tinta": tinta[:, None].astype(np.float32)})[0].astype(np.float64)

    def letras(self, tinta: Tinta) -> npt.NDArray[Any]:
        """Log-scores (n, 33) of lines (n, 32, 272): hundreds, tens and units (10 each); text, blank, illegible."""
        if not len(tinta):
            return np.zeros((0, 33))
        return self._letras.run(None, {"tinta": tinta[:, None].astype(np.float32)})[0].astype(np.float64)


@cache
def redes() -> Redes:
    """The shipped model, loaded once per process."""
    return Redes()
