"""From what each box and each line of words look like to a distribution over numbers, and to a calibrated confidence.

Everything here is arithmetic on probabilities: no image, no network.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from prep.lectura.redes import PESOS, suavizar

Vector = npt.NDArray[Any]

BLANCO, RAYA, BORRON = 10, 11, 12
CASOS: Final = ("ambos", "difieren", "numero", "letra", "vacio")
"""What a reading rests on: digits and words alike, digits and words that seem to differ, digits alone, words alone,
nothing written in either."""


@dataclass(frozen=True)
class Calibracion:
    """Fitted on photographed actas by `entrenamiento/calibrar.py`; never on the examination set.

    Temperatures divide the networks' scores. `fallo_*`: how often a network is plainly wrong about what it says; it
    keeps one source from overruling the other. Per case: `recta` (a, b) of the confidence's logit, and the `umbral` of
    confidence from which a reading is accepted (above 1: never).
    """

    temperatura_cifra: float
    temperatura_letra: float
    fallo_cifra: float
    fallo_letra: float
    recta: dict[str, tuple[float, float]]
    umbral: dict[str, float]

    @classmethod
    def abrir(cls, ruta: Path = PESOS / "calibracion.json") -> Calibracion:
        d = json.loads(ruta.read_text(encoding="utf-8"))
        return cls(
            d["temperatura_cifra"],
            d["temperatura_letra"],
            d["fallo_cifra"],
            d["fallo_letra"],
            {k: (v[0], v[1]) for k, v in d["recta"].items()},
            d["umbral"],
        )


@cache
def calibracion() -> Calibracion:
    """The shipped calibration."""
    return Calibracion.abrir()


def por_cifras(p: Vector) -> tuple[Vector, float, float]:
    """Distribution over 0 … 10^n - 1 from probabilities (n, 13) of n boxes; probability of all blank; of all crossed.

    Leading boxes may hold zeros, nothing, or a dash or cross. What is left is what no number explains.
    """
    n = len(p)

    def producto(cajas: Vector) -> Vector:
        total = np.ones(1)
        for caja in cajas:
            total = np.multiply.outer(total, caja[:10]).ravel()
        return total

    numeros = producto(p)
    for j in range(1, n):
        resto = producto(p[j:])
        for relleno in (BLANCO, RAYA):
            numeros[: len(resto)] += float(p[:j, relleno].prod()) * resto
    return numeros, float(p[:, BLANCO].prod()), float(p[:, RAYA].prod())


def por_letras(puntos: Vector, temperatura: float) -> tuple[Vector, Vector]:
    """Distribution over 0 … 999 from the scores (33) of a line of words; probabilities of text, blank, illegible."""
    c, d, u, tipo = (suavizar(v, temperatura) for v in np.split(puntos, [10, 20, 30]))
    return np.multiply.outer(np.multiply.outer(c, d), u).ravel(), tipo


@dataclass(frozen=True)
class Juicio:
    """What a field seems to say. `valor`: a number, or None when nothing is written or nothing can be made of it.

    `caso` one of `CASOS`; `confianza` calibrated probability that `valor` is right (for `vacio`, that it is empty);
    `motivos`: why it is not accepted; `mejores`: the likeliest numbers with their probability, best first.
    """

    valor: int | None
    caso: str
    confianza: float
    motivos: tuple[str, ...]
    mejores: tuple[tuple[int, float], ...]
    numero: int | None
    letra: int | None


def _recta(conf: float, recta: tuple[float, float]) -> float:
    c = min(max(conf, 1e-9), 1 - 1e-9)
    return float(1 / (1 + np.exp(-(recta[0] * np.log(c / (1 - c)) + recta[1]))))


def juzgar(cifras: Vector, letra: Vector, k: Calibracion) -> Juicio:
    """Join the scores of the boxes (n, 13) and of the words (33) of one field."""
    p = suavizar(cifras, k.temperatura_cifra)
    numeros, vacias, rayadas = por_cifras(p)
    frases, tipo = por_letras(letra, k.temperatura_letra)
    legible = float(numeros.sum())
    n = len(numeros)
    d = (1 - k.fallo_cifra) * numeros + k.fallo_cifra * (1 - vacias - rayadas) / n
    de_letra = np.zeros(n)
    de_letra[: min(n, 1000)] = frases[:n]
    # Numbers over 999 have words this model does not score: leave them as they are.
    m = (1 - k.fallo_letra) * de_letra + k.fallo_letra / n
    if n > 1000:
        m[1000:] = m[:1000].max() * 0.2
    numero = int(numeros.argmax()) if legible > 0.5 else None
    frase = int(frases.argmax()) if tipo[0] > 0.5 and float(frases.max()) > 0.5 else None
    motivos: list[str] = []
    hay_letra, hay_numero = tipo[0] > 0.5, vacias + rayadas < 0.5

    if not hay_numero and not hay_letra:
        vacio = vacias * float(tipo[1])
        if rayadas > vacias:
            motivos.append("rayado")
        elif tipo[2] > 0.5:
            motivos.append("ilegible")
        conf = _recta(vacio, k.recta["vacio"])
        return _cerrar(None, "vacio", conf, motivos, np.zeros(0), None, None, k)
    if hay_letra and hay_numero:
        caso, junta = "ambos", d * m
        total = float(junta.sum())
        junta = junta / max(total, 1e-300)
        if legible <= 0.5:
            motivos.append("numero_ilegible")
        if numero is not None and frase is not None and numero != frase:
            caso = "difieren"
    elif hay_numero:
        caso, junta = "numero", d
        motivos += ["letra_ilegible"] if tipo[2] > 0.5 else []
        motivos += ["numero_ilegible"] if legible <= 0.5 else []
    else:
        caso, junta = "letra", m / m.sum()
    mejor = int(junta.argmax())
    conf = _recta(float(junta[mejor]), k.recta[caso])
    return _cerrar(mejor, caso, conf, motivos, junta, numero, frase, k)


def _cerrar(
    valor: int | None,
    caso: str,
    conf: float,
    motivos: list[str],
    junta: Vector,
    numero: int | None,
    frase: int | None,
    k: Calibracion,
) -> Juicio:
    if conf < k.umbral[caso]:
        motivos = [*motivos, "letra_y_numero_difieren" if caso == "difieren" else "confianza_baja"]
    posibles = np.flatnonzero(junta > 1e-6)
    orden = posibles[np.argsort(-junta[posibles], kind="stable")[:5]]
    mejores = tuple((int(i), round(float(junta[i]), 6)) for i in orden)
    return Juicio(valor, caso, round(conf, 6), tuple(motivos), mejores, numero, frase)
