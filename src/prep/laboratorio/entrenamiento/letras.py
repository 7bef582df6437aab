"""Training of the model that scores lines of words.

    python -m prep.laboratorio.entrenamiento.letras TIPOS letras.pt --sinteticas 60000 --cosecha cosecha.npz --epocas 8

Lines are written by the product's own hands and in typefaces drawn from other people's, in part through real cuts of
photographed actas (`cosecha`). What it prints is measured on hands of which it learns nothing.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from prep.laboratorio.entrenamiento.cosecha import LETRA_ILEGIBLE, LETRA_VACIA
from prep.laboratorio.entrenamiento.red import RedLetras, deformar_linea
from prep.laboratorio.mano import escribir_texto, escritor, garabatear
from prep.laboratorio.otras_manos import Manuscritas
from prep.lectura.cajas import ALTO_LETRA, ANCHO_LETRA
from prep.papel.numeros import FRASES
from prep.plataforma.opencv import cv2


def _numero(rng: np.random.Generator) -> int:
    """Small numbers abound on an acta, and short phrases (cero, cien, diez, seis) are the ones that look alike."""
    u = rng.random()
    if u < 0.25:
        return int(rng.integers(11)) * int(rng.choice([10, 100, 1])) % 1000
    return int(rng.integers(1000 if u < 0.65 else 100 if u < 0.82 else 31))


def sinteticas(cuantas: int, semilla: int, manos: Manuscritas, propias: float = 0.25) -> tuple[np.ndarray, np.ndarray]:
    """Clean lines of words, as `cajas` would cut them: (n, 32, 272) of 0-255 and their numbers; a fraction in our own
    hand."""
    rng = np.random.default_rng(semilla)
    lineas, numeros = np.zeros((cuantas, ALTO_LETRA, ANCHO_LETRA), np.uint8), np.zeros(cuantas, np.int16)
    for i in range(cuantas):
        if i % 4 == 0:
            e, mano = escritor(rng), manos.mano(rng) if rng.random() >= propias else None
        v = _numero(rng)
        alto, ancho, px = rng.uniform(7, 9), rng.uniform(64, 84), rng.uniform(6, 9)
        forma = (round((alto + 1.4) * px), round((ancho + 1) * px))
        blanca = rng.random() < 0.04
        tinta: np.ndarray = np.zeros(forma, np.uint8)
        if not blanca and mano is None:
            tinta = garabatear(escribir_texto(FRASES[v], (1.0, 0.5, ancho, alto), e, rng), forma, px)
        elif not blanca and mano is not None:
            t = mano.frase(FRASES[v], ancho * px, alto * px, rng)[: forma[0], : forma[1]]
            y = int(np.clip(rng.normal(0.7, 0.3), 0, 1) * (forma[0] - t.shape[0]))
            x = int((rng.uniform(0, 0.08) if rng.random() < 0.8 else rng.random()) * (forma[1] - t.shape[1]))
            tinta[y : y + t.shape[0], x : x + t.shape[1]] = t
        if rng.random() < (0.7 if blanca else 0.2):  # what is left of the printed line
            alturas = rng.uniform(0.8, 1.0) * tinta.shape[0] + rng.normal(0, 2, 2)
            lados = np.sort(rng.uniform(0, tinta.shape[1], 2)) if rng.random() < 0.4 else np.array([0, tinta.shape[1]])
            (x0, x1), (y0, y1) = lados.astype(int).tolist(), alturas.astype(int).tolist()
            cv2.line(tinta, (x0, y0), (x1, y1), int(rng.integers(80, 255)), 2, cv2.LINE_AA)
        tinta = cv2.GaussianBlur(tinta, (0, 0), float(rng.uniform(0.4, 2.2)))
        f = ALTO_LETRA / tinta.shape[0]
        tinta = cv2.resize(
            tinta, (min(ANCHO_LETRA, round(tinta.shape[1] * f)), ALTO_LETRA), interpolation=cv2.INTER_AREA
        )
        lineas[i, :, : tinta.shape[1]] = np.clip(tinta.astype(np.float32) * rng.uniform(1, 1.5), 0, 255)
        numeros[i] = LETRA_VACIA if blanca else v
    return lineas, numeros


def perdida_de(logitos: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of the kind of line, and of its three digits where it is text."""
    tipo = torch.where(y < 1000, 0, torch.where(y == LETRA_VACIA, 1, 2))
    total = F.cross_entropy(logitos[:, 30:], tipo, label_smoothing=0.02)
    texto = y < 1000
    if texto.any():
        for i, divisor in enumerate((100, 10, 1)):
            total = total + F.cross_entropy(
                logitos[texto, 10 * i : 10 * i + 10], y[texto] // divisor % 10, label_smoothing=0.02
            )
    return total


def acierto(red: RedLetras, x: Tensor, y: Tensor) -> float:
    """Fraction of lines of text whose number is read whole."""
    bien = []
    with torch.no_grad():
        for i in torch.arange(len(x)).split(250):
            o = red(x[i].float() / 255)
            n = o[:, :10].argmax(1) * 100 + o[:, 10:20].argmax(1) * 10 + o[:, 20:30].argmax(1)
            bien.append((n == y[i])[y[i] < 1000])
    return float(torch.cat(bien).float().mean())


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("tipos", type=Path, help="folder of handwriting typefaces")
    ap.add_argument("salida", type=Path)
    ap.add_argument("--desde", type=Path)
    ap.add_argument("--sinteticas", type=int, default=60000)
    ap.add_argument("--cosecha", type=Path, nargs="*", default=[])
    ap.add_argument("--epocas", type=int, default=8)
    ap.add_argument("--semilla", type=int, default=1)
    ap.add_argument("--tasa", type=float, default=3e-3)
    a = ap.parse_args()
    torch.manual_seed(a.semilla)
    torch.set_num_threads(1)
    g = torch.Generator().manual_seed(a.semilla)
    x, y = sinteticas(a.sinteticas, a.semilla, Manuscritas(a.tipos, "entrenamiento"))
    for ruta in a.cosecha:
        c = np.load(ruta)
        for _ in range(3):  # what was photographed counts three times
            x, y = np.concatenate([x, c["letras"]]), np.concatenate([y, c["frases"]])
    assert y.max() <= LETRA_ILEGIBLE
    x, y = torch.from_numpy(x)[:, None], torch.from_numpy(y.astype(np.int64))
    xv, yv = sinteticas(2000, 10_000 + a.semilla, Manuscritas(a.tipos, "validacion"), 0.0)
    xv, yv = torch.from_numpy(xv)[:, None], torch.from_numpy(yv.astype(np.int64))
    red = RedLetras()
    if a.desde:
        red.load_state_dict(torch.load(a.desde))
    red = red.to(memory_format=torch.channels_last)
    media = copy.deepcopy(red).eval()
    lote = 64
    pasos = len(x) // lote * a.epocas
    opt = torch.optim.AdamW(red.parameters(), lr=a.tasa, weight_decay=0.02)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, a.tasa, total_steps=pasos + 1, pct_start=0.15)
    t0, paso = time.monotonic(), 0
    for epoca in range(a.epocas):
        red.train()
        for i in torch.randperm(len(x), generator=g).split(lote)[: len(x) // lote]:
            xb = deformar_linea(x[i].float() / 255, g).to(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                logitos = red(xb)
            perdida = perdida_de(logitos.float(), y[i])
            opt.zero_grad(set_to_none=True)
            perdida.backward()
            opt.step()
            plan.step()
            paso += 1
            with torch.no_grad():
                d = min(0.998, paso / (paso + 20))
                for p, q in zip(media.state_dict().values(), red.state_dict().values(), strict=True):
                    if p.dtype.is_floating_point:
                        p.lerp_(q, 1 - d)
        print(
            f"{epoca} {time.monotonic() - t0:.0f}s perdida {perdida.item():.3f} "
            f"validación {acierto(media, xv, yv):.4f} de {len(xv)}",
            flush=True,
        )
        torch.save(media.state_dict(), a.salida)


if __name__ == "__main__":
    main()
