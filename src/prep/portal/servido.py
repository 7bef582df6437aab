"""nginx as it must serve a publication: `nginx/`, with the folders of this machine."""

from __future__ import annotations

import re
from pathlib import Path

from prep.plataforma.errores import Impedimento


def configuracion(raiz: Path, escucha: str, temporal: Path, pid: Path) -> str:
    """The configuration for the publication in the folder `raiz`. `escucha`: port, or address and port."""
    for ruta in (raiz, temporal, pid):
        if re.search(r'["$\\\n\r]', str(ruta)):
            raise Impedimento(
                f"nginx no admite «{ruta}» en su configuración: use una carpeta sin comillas, «$» ni «\\»."
            )
    nginx = Path(__file__).parent / "nginx"
    plantilla, reglas, sitio = (
        (nginx / f"{cual}.conf").read_text("utf-8").rstrip() for cual in ("nginx", "reglas", "sitio")
    )
    return plantilla.format(raiz=raiz, escucha=escucha, temporal=temporal, pid=pid, reglas=reglas, sitio=sitio) + "\n"
