"""The demonstration's night with everything that varies injected, to see that a change keeps every published byte.

    .venv/bin/python herramientas/noche_de_oro.py antes.txt      # on the code before
    .venv/bin/python herramientas/noche_de_oro.py despues.txt    # on the code after
    cmp antes.txt despues.txt

Writes one line `SHA-256  path` per published file. Injected: keys, the QR's secret, the random part of ids, the clock
(the night's own) and the fingerprint of the code, which a moved file changes by itself.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

azar = random.Random(2027)


def inyectar() -> None:
    from prep import demo
    from prep.bitacora import identificadores
    from prep.plataforma import huella
    from prep.transparencia.nota import LlavePrivada

    demo.secrets = SimpleNamespace(token_bytes=azar.randbytes)  # type: ignore[assignment]
    identificadores.nuevo_id.__defaults__ = (None, azar.getrandbits)
    LlavePrivada.nueva = classmethod(lambda cls, nombre, tipo=1: cls(nombre, tipo, azar.randbytes(32)))  # type: ignore
    huella.archivos = lambda: [("producto", "0" * 64)]  # type: ignore[assignment]
    huella.huella.cache_clear()


def main(salida: Path) -> int:
    os.environ["PREP_DATOS_DIR"] = tempfile.mkdtemp()
    from prep import demo

    inyectar()
    carpeta = demo._carpeta_limpia()
    (carpeta / "llaves").mkdir()
    llave = carpeta / "llaves" / "nodo-central.llave"
    llave.write_text("noche de oro")
    llave.chmod(0o600)
    from prep.plataforma.arranque import django_listo

    with django_listo():
        publicacion = carpeta / "publicacion"
        igual = demo._noche(carpeta, publicacion, 60, 2027, 0)
        archivos = sorted(a for a in publicacion.rglob("*") if a.is_file())
        salida.write_text(
            "".join(f"{hashlib.sha256(a.read_bytes()).hexdigest()}  {a.relative_to(publicacion)}\n" for a in archivos)
        )
    return 0 if igual else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
