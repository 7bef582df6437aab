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
DE_ACUERDO: Final = 0.95
"""The probability that each of the two first networks must give to one sign for the others not to be asked. They were
trained not to be surer than some 0.98."""
_MINIMO: Final = 1e-12


class Redes:
    """Digit and word networks. `huella`: SHA-256 over their files, stored with every reading.

    Digits are read by seven. Two look at every box; where they do not agree, the other five do too."""

    def __init__(self, carpeta: Path = PESOS) -> None:
        opciones = onnxruntime.SessionOptions()
        opciones.intra_op_num_threads = opciones.inter_op_num_threads = 1
        opciones.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        opciones.add_session_config_entry("session.intra_op.allow_spinning", "0")
        resumen = sha256()
        sesiones = []
        for nombre in ("digitos.onnx", "digitos-duda.onnx", "letras.onnx"):
            datos = (carpeta / nombre).read_bytes()
            resumen.update(sha256(datos).digest())
            sesiones.append(onnxruntime.InferenceSession(datos, opciones, providers=["CPUExecutionProvider"]))
        self._digitos, self._duda, self._letras = sesiones
        self.huella = resumen.hexdigest()

    def digitos(self, tinta: Tinta) -> npt.NDArray[Any]:
        """Log-scores (n, 13) of boxes (n, 28, 28), ink 0-1, white on black as collections of digits have it."""
        if not len(tinta):
            return np.zeros((0, len(CLASES)))
        cajas = tinta[:, None].astype(np.float32)
        llenas = cajas.any((1, 2, 3))
        vacia = cajas[~llenas][:1]  # all those without any ink are one
        puntos = np.empty((len(tinta), len(CLASES)))
        puntos[llenas] = self._mirar(cajas[llenas])
        puntos[~llenas] = self._mirar(vacia)
        return puntos

    def _mirar(self, cajas: Tinta) -> npt.NDArray[Any]:
        """Logarithm of the mean of what those that looked at each box say."""
        dicen = _dicen(self._digitos, cajas)
        media = dicen.mean(0)
        una, otra = dicen.argmax(2)
        dudan = np.flatnonzero((una != otra) | (dicen.max(2).min(0) < DE_ACUERDO))
        if len(dudan):
            media[dudan] = np.concatenate([dicen[:, dudan], _dicen(self._duda, cajas[dudan])]).mean(0)
        resultado: npt.NDArray[Any] = np.log(media.clip(_MINIMO))
        return resultado

    def letras(self, tinta: Tinta) -> npt.NDArray[Any]:
        """Log-scores (n, 33) of lines (n, 32, 272): hundreds, tens and units (10 each); text, blank, illegible."""
        if not len(tinta):
            return np.zeros((0, 33))
        return self._letras.run(None, {"tinta": tinta[:, None].astype(np.float32)})[0].astype(np.float64)


def _dicen(varias: onnxruntime.InferenceSession, cajas: Tinta) -> npt.NDArray[Any]:
    """Probabilities (networks, n, 13) that each gives to what a box may hold."""
    return suavizar(varias.run(None, {"tinta": cajas})[0].astype(np.float64))


def suavizar(puntos: npt.NDArray[Any], temperatura: float = 1.0) -> npt.NDArray[Any]:
    """Softmax along the last axis."""
    z = puntos / temperatura
    z = np.exp(z - z.max(-1, keepdims=True))
    resultado: npt.NDArray[Any] = z / z.sum(-1, keepdims=True)
    return resultado


@cache
def redes() -> Redes:
    """The shipped model, loaded once per process."""
    return Redes()
