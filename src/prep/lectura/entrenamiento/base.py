"""First stage of the digit model: digits of MNIST's training writers, with augmentation.

python -m prep.lectura.entrenamiento.base DATOS/digitos/mnist base.pt --minutos 15 --semilla 1
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from prep.lectura.entrenamiento.red import RedDigitos, deformar
from prep.lectura.idx import leer_idx


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("mnist", type=Path)
    ap.add_argument("salida", type=Path)
    ap.add_argument("--epocas", type=int, default=30)
    ap.add_argument("--semilla", type=int, default=1)
    ap.add_argument("--todo", action="store_true", help="train on the 5,000 validation digits too")
    a = ap.parse_args()
    torch.manual_seed(a.semilla)
    torch.set_num_threads(1)
    g = torch.Generator().manual_seed(a.semilla)
    x = torch.from_numpy(leer_idx(a.mnist / "train-images-idx3-ubyte.gz").astype(np.float32) / 255)[:, None]
    y = torch.from_numpy(leer_idx(a.mnist / "train-labels-idx1-ubyte.gz").astype(np.int64))
    xv, yv = x[55000:], y[55000:]  # the last writers: validation
    if not a.todo:
        x, y = x[:55000], y[:55000]
    red = RedDigitos().to(memory_format=torch.channels_last)
    media = copy.deepcopy(red)
    lote = 100
    pasos = len(x) // lote * a.epocas
    opt = torch.optim.AdamW(red.parameters(), lr=3e-3, weight_decay=0.02)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, 4e-3, total_steps=pasos + 1, pct_start=0.15)
    t0, paso = time.monotonic(), 0
    for epoca in range(a.epocas):
        red.train()
        for i in torch.randperm(len(x), generator=g).split(lote)[: len(x) // lote]:
            xb = deformar(x[i], g).to(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                logitos = red(xb)
            perdida = F.cross_entropy(logitos.float(), y[i], label_smoothing=0.03)
            opt.zero_grad(set_to_none=True)
            perdida.backward()
            opt.step()
            plan.step()
            paso += 1
            with torch.no_grad():  # exponential average of the weights
                d = min(0.998, paso / (paso + 20))
                for p, q in zip(media.state_dict().values(), red.state_dict().values(), strict=True):
                    if p.dtype.is_floating_point:
                        p.lerp_(q, 1 - d)
                    else:
                        p.copy_(q)
        media.eval()
        with torch.no_grad():
            fallas = int((torch.cat([media(b).argmax(1) for b in xv.split(500)]) != yv).sum())
        print(
            f"{epoca} {time.monotonic() - t0:.0f}s perdida {perdida.item():.3f} validación {fallas}/{len(xv)}",
            flush=True,
        )
        torch.save(media.state_dict(), a.salida)
        if not math.isfinite(perdida.item()):
            raise SystemExit("el entrenamiento diverge")


if __name__ == "__main__":
    main()
