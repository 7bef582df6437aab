"""A hostile document opened in a process of its own, which the system ends when it takes too much.

    python -m prep.evidencia.aparte LADO_MINIMO SEGUNDOS SALIDA_MAXIMA < document > pages

A PDF of three kilobytes can ask for minutes of drawing, and a TIFF for gigabytes: no check made beforehand tells. What
is read there comes back as pages, each with its length in eight bytes; a document refused, as its reason. Beyond its
seconds, its memory or `SALIDA_MAXIMA` bytes of pages, the process ends badly and has said nothing.
"""

from __future__ import annotations

import os
import resource
import struct
import subprocess
import sys
from pathlib import Path
from typing import Final

SEGUNDOS: Final = 30
"""Of processor for one document; a hundred sheets at 200 dpi take ten."""
MEMORIA: Final = 3 * 2**30
SALIDA_MAXIMA: Final = 600 * 2**20
_RECHAZO: Final = b"RECHAZADO "


class Rechazo(ValueError):
    """Why the document was not taken; a text for whoever sent it."""


def paginas_aparte(datos: bytes, lado_minimo: int) -> list[bytes]:
    """Pages of a PDF or TIFF; raises `Rechazo`."""
    raiz = str(Path(__file__).resolve().parents[2])
    una = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # each thread would reserve memory
    entorno = {**os.environ, **una, "PYTHONPATH": raiz, "PYTHONDONTWRITEBYTECODE": "1"}
    orden = [sys.executable, "-m", "prep.evidencia.aparte", str(lado_minimo), str(SEGUNDOS), str(SALIDA_MAXIMA)]
    with subprocess.Popen(
        orden, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=entorno
    ) as proceso:
        try:
            salida, _ = proceso.communicate(datos, timeout=10 * SEGUNDOS)
        except subprocess.TimeoutExpired:
            proceso.kill()
            salida = b""
            proceso.wait()
    if proceso.returncode != 0:
        raise Rechazo("El archivo pide demasiado para abrirse: vuelva a digitalizar el acta a 200 puntos por pulgada.")
    if salida.startswith(_RECHAZO):
        raise Rechazo(salida[len(_RECHAZO) :].decode("utf-8", "replace"))
    hojas, i = [], 0
    while i < len(salida):
        (mide,) = struct.unpack_from(">Q", salida, i)
        hojas.append(salida[i + 8 : i + 8 + mide])
        i += 8 + mide
    return hojas


def principal() -> None:
    """The other process: bounded before it reads a byte."""
    segundos = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (segundos, segundos))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORIA, MEMORIA))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from prep.evidencia.imagenes import ArchivoRechazado, abrir_documento

    salida = sys.stdout.buffer
    hojas: list[bytes] = []
    caben = int(sys.argv[3])
    try:
        for hoja in abrir_documento(sys.stdin.buffer.read(), int(sys.argv[1])):
            hojas += struct.pack(">Q", len(hoja)), hoja
            caben -= 8 + len(hoja)
            if caben < 0:
                sys.exit(1)
    except ArchivoRechazado as error:
        salida.write(_RECHAZO + str(error).encode())
        return
    salida.writelines(hojas)


if __name__ == "__main__":
    principal()
