"""The reader, over actas that it never saw."""

from __future__ import annotations

import os
from pathlib import Path

from prep.bench.instalacion import datos
from prep.laboratorio.examen import bench as examinar
from prep.plataforma.consola import salida


def medir() -> None:
    digitos, tipos = datos("digitos", "mnist"), os.environ.get("PREP_TIPOS")
    if digitos is None:
        salida.print("Sin los dígitos de MNIST (PREP_DATOS) sólo se examina la lectura de la mano propia.")
    elif tipos is None:
        salida.print("Sin los tipos manuscritos (PREP_TIPOS, vea docs/lectura.md) las letras son de la mano propia.")
    examinar(digitos, Path(tipos) if tipos else None, escribir=lambda t: salida.print(t, markup=False))
