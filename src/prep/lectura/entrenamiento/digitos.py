"""Second stage of the digit model: boxes of photographed actas, mixed with MNIST's training writers.

python -m prep.lectura.entrenamiento.digitos DATOS/digitos/mnist digitos.pt --desde base.pt --cosecha cosecha.npz
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

from prep.lectura.entrenamiento.red import RedDigitos, deformar
from prep.lectura.idx import leer_idx


def fallas(red: RedDigitos, x: Tensor, y: Tensor) -> int:
    with torch.no_grad():
        return int(sum((red(x[i].float() / 255).argmax(1) != y[i]).sum() for i in torch.arange(len(x)).split(500)))


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("mnist", type=Path)
    ap.add_argument("salida", type=Path)
    ap.add_argument("--desde", type=Path)
    ap.add_argument("--cosecha", type=Path, nargs="+", required=True)
    ap.add_argument("--pasos", type=int, default=2500)
    ap.add_argument("--tasa", type=float, default=1.2e-3)
    ap.add_argument("--semilla", type=int, default=1)
    ap.add_argument("--mnist-por-lote", type=int, default=60, help="of 120")
    ap.add_argument("--fuerza", type=float, default=1.0, help="of the augmentation of MNIST")
    a = ap.parse_args()
    torch.manual_seed(a.semilla)
    torch.set_num_threads(1)
    g = torch.Generator().manual_seed(a.semilla)
    x = torch.from_numpy(leer_idx(a.mnist / "train-images-idx3-ubyte.gz").copy())[:, None]
    y = torch.from_numpy(leer_idx(a.mnist / "train-labels-idx1-ubyte.gz").astype(np.int64))
    cosechas = [np.load(ruta) for ruta in a.cosecha]
    xc = torch.from_numpy(np.concatenate([c["cifras"] for c in cosechas]))[:, None]
    yc = torch.from_numpy(np.concatenate([c["clases"] for c in cosechas]).astype(np.int64))
    n = len(xc) // 12  # the last actas: validation
    xv, yv, xc, yc = xc[-n:], yc[-n:], xc[:-n], yc[:-n]
    red = RedDigitos()
    if a.desde:
        red.load_state_dict(torch.load(a.desde))
    red = red.to(memory_format=torch.channels_last)
    media = copy.deepcopy(red).eval()
    opt = torch.optim.AdamW(red.parameters(), lr=a.tasa, weight_decay=0.02)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, a.tasa, total_steps=a.pasos + 1, pct_start=0.1)
    t0 = time.monotonic()
    for paso in range(1, a.pasos + 1):
        red.train()
        i = torch.randint(len(x), (a.mnist_por_lote,), generator=g)
        j = torch.randint(len(xc), (120 - a.mnist_por_lote,), generator=g)
        xb = torch.cat([deformar(x[i].float() / 255, g, a.fuerza), deformar(xc[j].float() / 255, g, 0.6)])
        with torch.autocast("cpu", torch.bfloat16):
            logitos = red(xb.to(memory_format=torch.channels_last))
        perdida = F.cross_entropy(logitos.float(), torch.cat([y[i], yc[j]]), label_smoothing=0.02)
        opt.zero_grad(set_to_none=True)
        perdida.backward()
        opt.step()
        plan.step()
        with torch.no_grad():
            d = min(0.998, paso / (paso + 20))
            for p, q in zip(media.state_dict().values(), red.state_dict().values(), strict=True):
                if p.dtype.is_floating_point:
                    p.lerp_(q, 1 - d)
        if paso % 500 == 0 or paso == a.pasos:
            print(
                f"{paso} {time.monotonic() - t0:.0f}s perdida {perdida.item():.3f} "
                f"recuadros {fallas(media, xv, yv)}/{len(xv)}",
                flush=True,
            )
            torch.save(media.state_dict(), a.salida)


if __name__ == "__main__":
    main()
