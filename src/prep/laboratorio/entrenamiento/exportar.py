"""Export trained weights to the ONNX files the product ships: stored as short integers, computed in 32 bits.

python -m prep.laboratorio.entrenamiento.exportar ../pesos --digitos a.pt b.pt c.pt --letras letras.pt
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

from prep.laboratorio.entrenamiento.red import RedDigitos, RedLetras

TOLERANCIA = 0.03  # of a probability, between what was trained and what is shipped


class Juntas(nn.Module):
    """Several digit networks side by side: logits (networks, boxes, classes)."""

    def __init__(self, redes: list[RedDigitos]) -> None:
        super().__init__()
        self.redes = nn.ModuleList(redes)

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([red(x) for red in self.redes])


def a_enteros(modelo: onnx.ModelProto, tipo: type[np.int8] | type[np.int16]) -> None:
    """Store each output channel's weights as integers and a scale; onnxruntime widens them once, when it loads."""
    grafo, tope = modelo.graph, np.float32(np.iinfo(tipo).max)
    for peso in list(grafo.initializer):
        if peso.data_type != TensorProto.FLOAT or len(peso.dims) < 2:
            continue
        nombre, valores = peso.name, numpy_helper.to_array(peso)
        escala = np.abs(valores).reshape(len(valores), -1).max(1).clip(1e-12) / tope
        escala = escala.reshape(-1, *[1] * (valores.ndim - 1))
        peso.CopyFrom(numpy_helper.from_array(np.rint(valores / escala).astype(tipo), f"{nombre}_entero"))
        grafo.initializer.append(numpy_helper.from_array(escala, f"{nombre}_escala"))
        grafo.node.insert(0, helper.make_node("Mul", [f"{nombre}_32", f"{nombre}_escala"], [nombre]))
        grafo.node.insert(0, helper.make_node("Cast", [f"{nombre}_entero"], [f"{nombre}_32"], to=TensorProto.FLOAT))


def _exportar(
    red: nn.Module,
    forma: tuple[int, int],
    grupos: tuple[int, ...],
    tipo: type[np.int8] | type[np.int16],
    salida: Path,
) -> None:
    """Write and check one file; `grupos` says how many of its outputs compete with each other."""
    memoria = io.BytesIO()
    torch.onnx.export(
        red.eval(),
        (torch.zeros(2, 1, *forma),),
        memoria,
        input_names=["tinta"],
        output_names=["logitos"],
        dynamic_axes={"tinta": {0: "n"}, "logitos": {red(torch.zeros(2, 1, *forma)).ndim - 2: "n"}},
        opset_version=17,
        dynamo=False,
    )
    modelo = onnx.load_from_string(memoria.getvalue())
    a_enteros(modelo, tipo)
    onnx.checker.check_model(modelo)
    del modelo.metadata_props[:]
    modelo.producer_name, modelo.producer_version, modelo.doc_string = "prep", "", ""
    salida.write_bytes(modelo.SerializeToString(deterministic=True))

    g = torch.Generator().manual_seed(1)
    manchas = F.interpolate(torch.rand(256, 1, 6, 10, generator=g), size=forma, mode="bicubic").sub(0.4).clamp(0, 1)
    sesion = onnxruntime.InferenceSession(salida, providers=["CPUExecutionProvider"])
    (leido,) = sesion.run(None, {"tinta": manchas.numpy()})
    with torch.no_grad():
        pares = zip(red(manchas).split(grupos, -1), torch.from_numpy(leido).split(grupos, -1), strict=True)
        diferencia = max(float((a.softmax(-1) - b.softmax(-1)).abs().max()) for a, b in pares)
    print(f"{salida.name}: {salida.stat().st_size:,} bytes; difiere de lo entrenado {diferencia:.5f} a lo más")
    if not diferencia <= TOLERANCIA:
        raise SystemExit(f"{salida} no dice lo mismo que la red entrenada: no la use.")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("carpeta", type=Path)
    ap.add_argument("--digitos", type=Path, nargs="+", default=[], help="the first two look at every box")
    ap.add_argument("--letras", type=Path)
    a = ap.parse_args()
    if a.digitos:
        redes = []
        for ruta in a.digitos:
            red = RedDigitos()
            red.load_state_dict(torch.load(ruta))
            redes.append(red)
        for nombre, suyas in (("digitos.onnx", redes[:2]), ("digitos-duda.onnx", redes[2:])):
            _exportar(Juntas(suyas), (28, 28), (13,), np.int8, a.carpeta / nombre)
    if a.letras:
        letras = RedLetras()
        letras.load_state_dict(torch.load(a.letras))
        _exportar(letras, (32, 272), (10, 10, 10, 3), np.int16, a.carpeta / "letras.onnx")


if __name__ == "__main__":
    main()
