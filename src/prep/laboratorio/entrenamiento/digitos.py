"""Training of a digit network: MNIST's training writers, typefaces of other hands, boxes of photographed actas.

    P="python -m prep.laboratorio.entrenamiento.digitos DATOS/digitos/mnist TIPOS"
    $P a.pt --cosecha c1.npz c2.npz --epocas 35 --tasa 0.004
    $P b.pt --cosecha c1.npz c2.npz --epocas 6 --desde a.pt --fuerza 0.5

More than half of every batch is MNIST, so that what the boxes teach does not undo it. Nothing is learnt from the last
5,000 training digits, the typefaces for validation or the last twelfth of the boxes: they choose and calibrate. MNIST's
test digits are never read here.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from prep.laboratorio.entrenamiento.red import RedDigitos, deformar
from prep.laboratorio.idx import leer_idx
from prep.laboratorio.otras_manos import Manuscritas
from prep.lectura.cajas import encuadrar
from prep.lectura.redes import CLASES
from prep.plataforma.opencv import cv2

DE_MNIST, DE_TIPOS, DE_COSECHA = 88, 10, 30
"""Of each batch of 128; MNIST takes the place of a harvest that is not given."""
VALIDACION = 5000
Muestras = tuple[Tensor, Tensor]
"""Boxes (n, 1, 28, 28) of 0-255 and their classes (n)."""


def mnist(carpeta: Path) -> Muestras:
    """MNIST's training digits."""
    x = leer_idx(carpeta / "train-images-idx3-ubyte.gz").copy()
    y = leer_idx(carpeta / "train-labels-idx1-ubyte.gz").astype(np.int64)
    return torch.from_numpy(x)[:, None], torch.from_numpy(y)


def cosechados(rutas: list[Path]) -> Muestras:
    """Boxes of one or more harvests (`cosecha`), in order."""
    partes = [np.load(ruta) for ruta in rutas]
    x, y = (np.concatenate([p[k] for p in partes]) for k in ("cifras", "clases"))
    return torch.from_numpy(x)[:, None], torch.from_numpy(y.astype(np.int64))


def de_tipos(manos: Manuscritas, cuantas: int) -> Muestras:
    """Digits in typefaces drawn from people's hands, framed as the reader frames a box; always the same ones."""
    rng = np.random.default_rng(9)
    x: list[np.ndarray] = []
    y: list[int] = []
    while len(x) < cuantas:
        mano = manos.mano(rng)
        for d in rng.permutation(10):
            t: np.ndarray = mano.cifra(str(d), float(rng.uniform(28, 60)), rng).astype(np.float32) / 255
            t = cv2.copyMakeBorder(t, 6, 6, 6, 6, cv2.BORDER_CONSTANT, value=0)
            if rng.random() < 0.7:
                t = cv2.GaussianBlur(t, (0, 0), float(rng.uniform(0.5, 3)))
            x.append((encuadrar(t / max(t.max(), 0.01)) * 255).astype(np.uint8))
            y.append(int(d))
    return torch.from_numpy(np.stack(x))[:, None], torch.tensor(y)


def fallas(red: RedDigitos, muestras: Muestras) -> str:
    """Mistakes of a network, as wrong/all and the commonest confusions (true>read)."""
    x, y = muestras
    with torch.no_grad():
        leido = torch.cat([red(b.float() / 255).argmax(1) for b in x.split(500)])
    mal = leido != y
    pares, veces = torch.unique(torch.stack([y[mal], leido[mal]]), dim=1, return_counts=True)
    peores = [
        f"{CLASES[int(pares[0, k])]}>{CLASES[int(pares[1, k])]}:{int(veces[k])}"
        for k in veces.argsort(descending=True)[:4]
    ]
    return f"{int(mal.sum())}/{len(y)} [{' '.join(peores)}]"


def _al_azar(n: int, cuantos: int, g: torch.Generator) -> Iterator[Tensor]:
    """Indices below n, `cuantos` at a time, each once per round."""
    resto = torch.randperm(n, generator=g)
    while True:
        while len(resto) < cuantos:
            resto = torch.cat([resto, torch.randperm(n, generator=g)])
        yield resto[:cuantos]
        resto = resto[cuantos:]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("mnist", type=Path)
    ap.add_argument("tipos", type=Path, help="folder of handwriting typefaces")
    ap.add_argument("salida", type=Path)
    ap.add_argument("--desde", type=Path, help="weights to start from")
    ap.add_argument("--cosecha", type=Path, nargs="+", help="harvests of boxes; the last actas of the last validate")
    ap.add_argument("--epocas", type=float, default=2.4, help="times each digit of MNIST is seen")
    ap.add_argument("--tasa", type=float, default=1e-3)
    ap.add_argument("--fuerza", type=float, default=1.0, help="of the augmentation of MNIST; it ends at 0.6 of it")
    ap.add_argument("--semilla", type=int, default=1)
    a = ap.parse_args()
    torch.manual_seed(a.semilla)
    torch.set_num_threads(1)
    g = torch.Generator().manual_seed(a.semilla)

    x, y = mnist(a.mnist)
    validacion = {
        "mnist": (x[-VALIDACION:], y[-VALIDACION:]),
        "tipos": de_tipos(Manuscritas(a.tipos, "validacion"), 2400),
    }
    x, y = x[:-VALIDACION], y[:-VALIDACION]
    otras = [(DE_TIPOS, de_tipos(Manuscritas(a.tipos, "entrenamiento"), 24000))]
    de_mnist = DE_MNIST + DE_COSECHA
    if a.cosecha:
        xc, yc = cosechados(a.cosecha)
        n = len(xc) // 12  # the last actas
        validacion["recuadros"] = xc[-n:], yc[-n:]
        otras = [(DE_COSECHA, (xc[:-n], yc[:-n])), *otras]
        de_mnist = DE_MNIST
    turno = _al_azar(len(x), de_mnist, g)
    turnos = [_al_azar(len(m[0]), cuantos, g) for cuantos, m in otras]
    pasos = int(len(x) * a.epocas / de_mnist)

    red = RedDigitos()
    if a.desde:
        red.load_state_dict(torch.load(a.desde))
    red = red.to(memory_format=torch.channels_last).train()
    media = copy.deepcopy(red).eval()
    flotantes = [
        [t for t in r.state_dict().values() if t.dtype.is_floating_point] for r in (media, red)
    ]  # weights and statistics, of the average and of what is trained
    opt = torch.optim.AdamW(red.parameters(), lr=a.tasa, weight_decay=0.02, fused=True)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, a.tasa, total_steps=pasos + 1, pct_start=0.15)
    t0 = time.monotonic()
    for paso in range(1, pasos + 1):
        suave = 1 - 0.4 * max(0.0, paso / pasos - 0.7) / 0.3  # milder at the end, nearer to what will be read
        i = next(turno)
        trozos, clases = [deformar(x[i].float() / 255, g, a.fuerza * suave)], [y[i]]
        for otro, (_, (xo, yo)) in zip(turnos, otras, strict=True):
            j = next(otro)
            trozos.append(deformar(xo[j].float() / 255, g, 0.6))
            clases.append(yo[j])
        with torch.autocast("cpu", torch.bfloat16):
            logitos = red(torch.cat(trozos).to(memory_format=torch.channels_last))
        perdida = F.cross_entropy(logitos.float(), torch.cat(clases), label_smoothing=0.02)
        opt.zero_grad(set_to_none=True)
        perdida.backward()
        opt.step()
        plan.step()
        with torch.no_grad():  # exponential average of the weights
            torch._foreach_lerp_(*flotantes, 1 - min(0.998, paso / (paso + 20)))
        if paso % 400 == 0 or paso == pasos:
            if not math.isfinite(perdida.item()):
                raise SystemExit("el entrenamiento diverge")
            cuenta = ", ".join(f"{nombre} {fallas(media, m)}" for nombre, m in validacion.items())
            print(f"{paso}/{pasos} {time.monotonic() - t0:.0f}s perdida {perdida.item():.3f} {cuenta}", flush=True)
            torch.save(media.state_dict(), a.salida)


if __name__ == "__main__":
    main()
