"""The networks and the augmentation they are trained with. Needs torch; the shipped reader does not."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def _bloque(entra: int, sale: int, paso: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(entra, sale, 3, paso, 1, bias=False), nn.BatchNorm2d(sale), nn.ReLU(inplace=True))


class RedDigitos(nn.Module):
    """A box of 28x28 (ink = 1) to 13 logits: digits 0-9, blank, cross or dash, illegible."""

    def __init__(self, clases: int = 13) -> None:
        super().__init__()
        self.cuerpo = nn.Sequential(
            _bloque(1, 16), _bloque(16, 48, 2), _bloque(48, 48), _bloque(48, 96, 2), _bloque(96, 96), _bloque(96, 96)
        )
        self.espacial = nn.Conv2d(96, 96, 7, groups=96)  # one learnt spatial weighting per channel
        self.salida = nn.Linear(96, clases)
        self.gota = nn.Dropout(0.2)

    def forward(self, x: Tensor) -> Tensor:
        return self.salida(self.gota(F.relu(self.espacial(self.cuerpo(x)).flatten(1))))


def deformar(x: Tensor, g: torch.Generator, fuerza: float = 1.0) -> Tensor:
    """Random affine map plus an elastic field for each 28x28 image of a batch, then stroke width and contrast."""
    n = x.shape[0]

    def azar(*forma: int) -> Tensor:
        return torch.rand(*forma, generator=g) * 2 - 1

    giro, inclina = azar(n) * 0.22 * fuerza, azar(n) * 0.30 * fuerza
    ex, ey = 1 + azar(n) * 0.14 * fuerza, 1 + azar(n) * 0.14 * fuerza
    cos, sen = torch.cos(giro), torch.sin(giro)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = cos * ex, (-sen + inclina) * ey
    theta[:, 1, 0], theta[:, 1, 1] = sen * ex, cos * ey
    theta[:, :, 2] = azar(n, 2) * 0.12 * fuerza
    malla = F.affine_grid(theta, [n, 1, *x.shape[2:]], align_corners=False)
    onda = F.interpolate(azar(n, 2, 5, 5) * 0.13 * fuerza, size=x.shape[2:], mode="bicubic", align_corners=True)
    y = F.grid_sample(x, malla + onda.permute(0, 2, 3, 1), align_corners=False)
    # Stroke width: blend with a 3x3 dilation or erosion; then contrast.
    grosor = azar(n, 1, 1, 1) * 0.7 * fuerza
    ancho = F.max_pool2d(y, 3, 1, 1)
    fino = -F.max_pool2d(-y, 3, 1, 1)
    y = torch.where(grosor > 0, y + grosor * (ancho - y), y - grosor * 0.6 * (fino - y))
    return (y * (1 + azar(n, 1, 1, 1) * 0.25 * fuerza)).clamp(0, 1)


class RedLetras(nn.Module):
    """A line of words of 32x272 (ink = 1) to 33 logits: 10 for hundreds, 10 tens, 10 units, and text, blank, illegible.

    The three digits of a number are read by three attentions over the line; together they score the 1,000 phrases.
    """

    def __init__(self) -> None:
        super().__init__()

        def bloque(entra: int, sale: int, lado: int, paso: tuple[int, int]) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv2d(entra, sale, lado, paso, lado // 2, bias=False), nn.BatchNorm2d(sale), nn.ReLU(inplace=True)
            )

        def temporal(dilata: int) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv2d(128, 128, (1, 5), 1, (0, 2 * dilata), (1, dilata), bias=False),
                nn.BatchNorm2d(128),
                nn.ReLU(inplace=True),
            )

        self.cuerpo = nn.Sequential(
            bloque(1, 24, 5, (2, 2)), bloque(24, 48, 3, (2, 2)), bloque(48, 64, 3, (2, 1)), bloque(64, 88, 3, (2, 1))
        )
        self.altura = nn.Sequential(nn.Conv2d(88, 128, (2, 1), bias=False), nn.BatchNorm2d(128), nn.ReLU(inplace=True))
        self.tiempo = nn.ModuleList([temporal(1), temporal(2), temporal(4)])
        self.atencion = nn.Conv2d(128, 4, 1)
        self.gota = nn.Dropout(0.15)
        self.cabezas = nn.ModuleList([nn.Linear(128, 10), nn.Linear(128, 10), nn.Linear(128, 10), nn.Linear(128, 3)])

    def forward(self, x: Tensor) -> Tensor:
        t = self.altura(self.cuerpo(x))
        for capa in self.tiempo:
            t = t + capa(t)
        peso = self.atencion(t).flatten(2).softmax(2)
        visto = torch.matmul(peso, t.flatten(2).transpose(1, 2))  # lines x 4 x 128
        visto = self.gota(visto)
        return torch.cat([cabeza(visto[:, i]) for i, cabeza in enumerate(self.cabezas)], 1)


def deformar_linea(x: Tensor, g: torch.Generator) -> Tensor:
    """Random shift, stretch, slant, waviness and contrast of each 32x272 line of a batch."""
    n = x.shape[0]

    def azar(*forma: int) -> Tensor:
        return torch.rand(*forma, generator=g) * 2 - 1

    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = 1 + azar(n) * 0.12, 1 + azar(n) * 0.12
    theta[:, 0, 1], theta[:, 1, 0] = azar(n) * 0.03, azar(n) * 0.08
    theta[:, 0, 2], theta[:, 1, 2] = azar(n) * 0.06, azar(n) * 0.10
    malla = F.affine_grid(theta, [n, 1, *x.shape[2:]], align_corners=False)
    onda = F.interpolate(azar(n, 2, 3, 18), size=x.shape[2:], mode="bicubic", align_corners=True)
    malla = malla + onda.permute(0, 2, 3, 1) * torch.tensor([0.006, 0.05])
    y = F.grid_sample(x, malla, align_corners=False)
    borroso = F.avg_pool2d(y, 3, 1, 1)
    y = y + torch.rand(n, 1, 1, 1, generator=g) * 0.8 * (borroso - y)
    return (y * (1 + azar(n, 1, 1, 1) * 0.3)).clamp(0, 1)
