"""Bring the handwriting typefaces of `tipos.txt` from the npm registry, checked by SHA-256.

python -m prep.laboratorio.entrenamiento.tipos CARPETA
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

from prep.laboratorio.otras_manos import TIPOS


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("carpeta", type=Path)
    carpeta: Path = ap.parse_args().carpeta
    carpeta.mkdir(parents=True, exist_ok=True)
    for linea in TIPOS.read_text().splitlines():
        if linea.startswith("#"):
            continue
        _, nombre, version, suma = linea.split()
        destino = carpeta / f"{nombre}.woff2"
        if not destino.exists():
            print(nombre, flush=True)
            datos = _paquete(f"@fontsource/{nombre}@{version}", f"package/files/{nombre}-latin-400-normal.woff2")
            if hashlib.sha256(datos).hexdigest() != suma:
                raise SystemExit(f"{nombre} {version}: no es el archivo con que se entrenó.")
            destino.write_bytes(datos)


def _paquete(paquete: str, ruta: str) -> bytes:
    with tempfile.TemporaryDirectory() as aparte:
        subprocess.run(["npm", "pack", "--silent", "--pack-destination", aparte, paquete], check=True)
        with tarfile.open(next(Path(aparte).glob("*.tgz"))) as tar:
            archivo = tar.extractfile(ruta)
            assert archivo is not None
            return archivo.read()


if __name__ == "__main__":
    main()
