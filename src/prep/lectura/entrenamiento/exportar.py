"""Export trained weights to the ONNX files the product ships.

python -m prep.lectura.entrenamiento.exportar --digitos a.pt b.pt --letras letras.pt ../pesos
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from prep.lectura.entrenamiento.red import RedDigitos, RedLetras


class Juntas(nn.Module):
    """Mean of the probabilities of several digit networks, as log-probabilities."""

    def __init__(self, redes: list[RedDigitos]) -> None:
        super().__init__()
        self.redes = nn.ModuleList(redes)

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([red(x).softmax(1) for red in self.redes]).mean(0).clamp_min(1e-12).log()


def _exportar(red: nn.Module, forma: tuple[int, int], salida: Path) -> None:
    memoria = io.BytesIO()
    torch.onnx.export(
        red.eval(),
        (torch.zeros(2, 1, *forma),),
        memoria,
        input_names=["tinta"],
        output_names=["logitos"],
        dynamic_axes={"tinta": {0: "n"}, "logitos": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    modelo = onnx.load_from_string(memoria.getvalue())
    onnx.checker.check_model(modelo)
    del modelo.metadata_props[:]
    modelo.producer_name, modelo.producer_version, modelo.doc_string = "prep", "", ""
    salida.write_bytes(modelo.SerializeToString(deterministic=True))


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--digitos", type=Path, nargs="+", required=True)
    ap.add_argument("--letras", type=Path, required=True)
    ap.add_argument("carpeta", type=Path)
    a = ap.parse_args()
    redes = []
    for ruta in a.digitos:
        red = RedDigitos()
        red.load_state_dict(torch.load(ruta))
        redes.append(red.eval())
    _exportar(Juntas(redes), (28, 28), a.carpeta / "digitos.onnx")
    letras = RedLetras()
    letras.load_state_dict(torch.load(a.letras))
    _exportar(letras, (32, 272), a.carpeta / "letras.onnx")


if __name__ == "__main__":
    main()
