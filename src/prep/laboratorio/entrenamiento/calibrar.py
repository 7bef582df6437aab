"""Calibration: temperatures, failure rates, confidence, thresholds, on photographed actas filled with training digits.

    python -m prep.laboratorio.entrenamiento.calibrar tomar DATOS/digitos/mnist TIPOS recortes.npz --actas 60
    python -m prep.laboratorio.entrenamiento.calibrar ajustar recortes.npz ../pesos/calibracion.json

The actas fill as on a night (see `llenar.Costumbres`); three quarters with real digits and words of hands that trained
nothing (the last of MNIST's training digits, the typefaces for validation), the rest with our own hands. A threshold is
the lowest confidence above which the error measured keeps under the limit, per case.
"""

from __future__ import annotations

import argparse
import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from prep.evidencia.pagina import afinar, hallar_marcas, situar
from prep.evidencia.renglones import ajustar
from prep.laboratorio.entrenamiento.cosecha import boleta_al_azar
from prep.laboratorio.examen import PASOS, TENUES, tomas
from prep.laboratorio.llenar import Costumbres
from prep.laboratorio.otras_manos import OtrasManos
from prep.lectura.cajas import recortar
from prep.lectura.lector import descifrar
from prep.lectura.numeral import CASOS, Calibracion, juzgar
from prep.lectura.redes import CLASES, Redes, suavizar

LIMITE = 0.0005
"""Error among accepted: one in two thousand."""
MINIMO = 100
"""A case seen fewer times than this is never accepted."""


def tomar(mnist: Path, tipos: Path, salida: Path, actas: int, semilla: int) -> None:
    """Photograph, cut and keep: crops, truth of each box and each field."""
    otras = OtrasManos.de_calibracion(mnist, tipos)
    cifras, letras, cuantas, signos, valores, niveles = [], [], [], [], [], []
    rng = np.random.default_rng(semilla)
    frecuentes = Costumbres(
        sin_letra=0.06, sin_numero=0.02, vacio=0.03, rayas=0.02, ilegible=0.02, difieren=0.02, sobrescrito=0.03
    )
    for k in range(actas):
        conjunto = otras if k % 4 else None
        pasos = tuple(PASOS) if k % 5 == 0 else ("mild", "medium", TENUES[k % len(TENUES)])
        boleta = boleta_al_azar(rng)
        while len(boleta.recuadros) < 25:  # long forms give more fields per photograph
            boleta = boleta_al_azar(rng)
        for toma in tomas(semilla + k, range(1), conjunto, pasos, (boleta,), frecuentes):
            gris = descifrar(toma.foto.jpeg)
            pagina = situar(afinar(gris, hallar_marcas(gris)))
            if pagina is None:
                continue
            rect = pagina.rectificar(gris)
            ajustes = ajustar(rect, toma.hoja.plantilla, pagina.anclas)
            vistos = [c for c in toma.hoja.plantilla.campos if ajustes[c.clave].claridad > 0]
            for campo, r in zip(vistos, recortar(rect, vistos, ajustes)[0], strict=True):
                e = toma.plan[campo.clave]
                cifras.append((r.cifras * 255).astype(np.uint8))
                letras.append((r.letra * 255).astype(np.uint8))
                cuantas.append(len(r.cifras))
                signos += [CLASES.index("-" if s == "x" else s) for s in e.cifras]
                valores.append(e.valor if isinstance(e.valor, int) else -1 if e.caso == "vacio" else -2)
                niveles.append(list(PASOS).index(toma.nivel))
        if k % 5 == 4 or k == actas - 1:
            print(k + 1, len(valores), flush=True)
            np.savez_compressed(
                salida,
                cifras=np.concatenate(cifras),
                letras=np.stack(letras),
                cuantas=cuantas,
                signos=np.array(signos, np.uint8),
                valores=valores,
                niveles=niveles,
            )


def _nll_temperatura(puntos: np.ndarray, clases: np.ndarray) -> float:
    """Temperature that makes the truth likeliest; grid, so that it is the same everywhere."""
    opciones = np.round(np.arange(0.5, 3.01, 0.05), 2)
    perdidas = [
        -np.log(np.maximum(suavizar(puntos, t)[np.arange(len(clases)), clases], 1e-12)).mean() for t in opciones
    ]
    return float(opciones[int(np.argmin(perdidas))])


def _recta(conf: np.ndarray, bien: np.ndarray) -> list[float]:
    """Line (a, b) for the confidence's logit that makes what was right and wrong likeliest: a grid near (1, 0)."""
    c = np.clip(conf, 1e-6, 1 - 1e-6)
    x = np.log(c) - np.log(1 - c)
    mejor = (np.inf, 1.0, 0.0)
    for a in np.round(np.arange(0.3, 2.01, 0.05), 2):
        for b in np.round(np.arange(-6.0, 4.01, 0.1), 1):
            z = np.clip(a * x + b, -30, 30)
            perdida = np.log1p(np.exp(np.where(bien > 0, -z, z))).sum() + 2 * (a - 1) ** 2 + 0.5 * b * b
            mejor = min(mejor, (float(perdida), float(a), float(b)))
    return [mejor[1], mejor[2]]


def ajustar_a(recortes: list[Path], salida: Path) -> None:
    partes_de = [np.load(r) for r in recortes]
    d = {k: np.concatenate([p[k] for p in partes_de]) for k in partes_de[0].files}
    m = Redes()
    puntos = np.concatenate(
        [m.digitos(d["cifras"][i : i + 2000] / np.float32(255)) for i in range(0, len(d["cifras"]), 2000)]
    )
    letras = np.concatenate(
        [m.letras(d["letras"][i : i + 500] / np.float32(255)) for i in range(0, len(d["letras"]), 500)]
    )
    valores, cuantas = d["valores"], d["cuantas"]
    legibles = d["signos"] != 12  # what was spoilt on purpose may still be readable
    tc = _nll_temperatura(puntos[legibles], d["signos"][legibles].astype(int))
    texto = valores >= 0
    tl = float(
        np.mean(
            [
                _nll_temperatura(letras[texto][:, 10 * k : 10 * k + 10], valores[texto] // 10 ** (2 - k) % 10)
                for k in range(3)
            ]
        )
    )
    limites = np.cumsum(cuantas)
    partes = np.split(puntos, limites[:-1])
    # A field is right when it says what a person would capture; an empty one, when it is empty.
    neutra: dict[str, Any] = {"recta": dict.fromkeys(CASOS, (1.0, 0.0)), "umbral": dict.fromkeys(CASOS, 0.0)}
    mejor = None
    for fallo_cifra, fallo_letra in product((0.002, 0.005, 0.01, 0.02), (0.002, 0.005, 0.01, 0.02, 0.05)):
        k = Calibracion(tc, tl, fallo_cifra, fallo_letra, **neutra)
        juicios = [juzgar(p, le, k) for p, le in zip(partes, letras, strict=True)]
        bien = np.array(
            [(j.valor == v) if j.caso != "vacio" else (v == -1) for j, v in zip(juicios, valores, strict=True)]
        )
        conf = np.clip(np.array([j.confianza for j in juicios]), 1e-9, 1 - 1e-9)
        nll = -float(np.where(bien, np.log(conf), np.log(1 - conf)).mean())
        print(f"fallo {fallo_cifra} {fallo_letra}: NLL {nll:.5f}, bien {bien.mean():.5f}")
        if mejor is None or nll < mejor[0]:
            mejor = (nll, (fallo_cifra, fallo_letra), juicios, bien, conf)
    assert mejor is not None
    _, (fallo_cifra, fallo_letra), juicios, bien, conf = mejor
    casos = np.array([j.caso for j in juicios])
    limpio = np.array([not j.motivos for j in juicios])
    recta, umbral = {}, {}
    for caso in CASOS:
        este = (casos == caso) & limpio
        recta[caso] = _recta(conf[este], bien[este].astype(float)) if este.sum() > 30 else [1.0, 0.0]
        z = np.log(conf[este] / (1 - conf[este])) * recta[caso][0] + recta[caso][1]
        c = 1 / (1 + np.exp(-z))
        orden = np.argsort(-c, kind="stable")
        mal = np.cumsum(~bien[este][orden])
        umbral[caso] = 2.0
        if caso == "letra":  # nobody else's words have been tried: words alone are never accepted
            continue
        # The longest stretch of the most confident whose error keeps within the limit.
        for i in range(len(orden), 0, -max(1, len(orden) // 400)):
            if i >= MINIMO and mal[i - 1] <= i * LIMITE and c[orden[i - 1]] > 0.99:
                umbral[caso] = round(float(min(c[orden[i - 1]], 0.999999)), 6)
                print(
                    f"{caso}: {i} de {len(orden)} ({int(limpio.sum())}), mal {int(mal[i - 1])}, umbral {umbral[caso]}"
                )
                break
    datos = {
        "temperatura_cifra": tc,
        "temperatura_letra": round(tl, 3),
        "fallo_cifra": fallo_cifra,
        "fallo_letra": fallo_letra,
        "recta": recta,
        "umbral": umbral,
        "campos": len(valores),
    }
    salida.write_text(json.dumps(datos, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ordenes = ap.add_subparsers(dest="orden", required=True)
    t = ordenes.add_parser("tomar")
    t.add_argument("mnist", type=Path)
    t.add_argument("tipos", type=Path)
    t.add_argument("salida", type=Path)
    t.add_argument("--actas", type=int, default=60)
    t.add_argument("--semilla", type=int, default=5000)
    j = ordenes.add_parser("ajustar")
    j.add_argument("recortes", type=Path, nargs="+")
    j.add_argument("salida", type=Path)
    a = ap.parse_args()
    if a.orden == "tomar":
        tomar(a.mnist, a.tipos, a.salida, a.actas, a.semilla)
    else:
        ajustar_a(a.recortes, a.salida)


if __name__ == "__main__":
    main()
