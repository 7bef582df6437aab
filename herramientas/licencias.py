"""Write TERCEROS.txt: what the program is installed with, under which licence, and the notices that come with it.

From the metadata of what is installed, which `requirements.lock` pins: run it in the project's environment, after each
`make lock`. The file goes in the built package, beside our own licence. `--textos ARCHIVO` writes every licence in full
too, for whoever hands out the packages themselves (an image, a disk).
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

RAIZ = Path(__file__).resolve().parents[1]
DESTINO = RAIZ / "TERCEROS.txt"
_FIJADA = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\]+)", re.MULTILINE)
_TEXTO = re.compile(r"(?i)(licen[cs]e|copying|notice)")
_ABREVIADAS = {
    "Apache License 2.0": "Apache-2.0", "Apache 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0",
    "MIT License": "MIT", "3-Clause BSD License": "BSD-3-Clause", "ISC License": "ISC",
}  # fmt: skip
_LEIDAS = {  # whose metadata says it loosely: read in their own licence files
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "qrcode": "BSD-3-Clause AND MIT",
    "reportlab": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "sqlparse": "BSD-3-Clause",
}
RAYA = "=" * 100


def fijadas() -> dict[str, str]:
    """Name and version of each package of `requirements.lock`."""
    return dict(_FIJADA.findall((RAIZ / "requirements.lock").read_text()))


def licencia(nombre: str, d: Distribution) -> str:
    """What its metadata says, as an SPDX expression where it can be told."""
    if nombre in _LEIDAS:
        return _LEIDAS[nombre]
    dicha = d.metadata.get("License-Expression") or (d.metadata.get("License") or "").partition("\n")[0].strip()
    clasificadas = [
        c.split("::")[-1].strip() for c in d.metadata.get_all("Classifier") or [] if c.startswith("License")
    ]
    dicha = dicha or " OR ".join(_ABREVIADAS.get(c, c) for c in clasificadas)
    return _ABREVIADAS.get(dicha, dicha)


def textos(d: Distribution) -> list[tuple[str, str]]:
    """(file, text) of each licence and notice that comes with a package."""
    dentro = [f for f in d.files or [] if ".dist-info" in f.parts[0] and _TEXTO.search(f.name)]
    dentro += [f for f in d.files or [] if ".dist-info" not in f.parts[0] and f.name in ("LICENSE", "NOTICE")]
    return [("/".join(f.parts[1:]), Path(str(d.locate_file(f))).read_text(errors="replace").strip()) for f in dentro]


def escribir(todo: bool = False) -> str:
    faltan: list[str] = []
    renglones: list[str] = []
    por_texto: dict[str, list[str]] = {}
    for nombre, version in sorted(fijadas().items()):
        try:
            d = distribution(nombre)
        except PackageNotFoundError:
            faltan.append(f"{nombre} {version}")
            continue
        if d.version != version:
            faltan.append(f"{nombre} {version} (hay {d.version})")
        renglones.append(f"{nombre:28} {version:16} {licencia(nombre, d)}")
        for archivo, texto in textos(d):
            if todo or "NOTICE" in archivo.upper():
                por_texto.setdefault(texto, []).append(f"{nombre}: {archivo}")
    if faltan:
        sys.exit(f"El entorno no es el de requirements.lock; ejecute «make entorno». Faltan: {', '.join(faltan)}.")
    partes = [
        "PREP Abierto se instala con estos paquetes, de otros autores. Cada uno trae su licencia y la conserva; abajo\n"
        "van los avisos que piden acompañarlos.",
        "\n".join(renglones),
        *(f"{RAYA}\n" + "\n".join(de) + f"\n{RAYA}\n\n{texto}" for texto, de in por_texto.items()),
    ]
    return "\n\n".join(partes) + "\n"


if __name__ == "__main__":
    destino = Path(sys.argv[2]) if sys.argv[1:2] == ["--textos"] else DESTINO
    destino.write_text(escribir(todo=destino is not DESTINO))
    print(f"• {destino.name}: {len(fijadas())} paquetes.")  # noqa: T201
