"""Pictures of the desks' pages, light and dark side by side, into docs/capturas/.

    PYTHONPATH=src:herramientas:tests/portal python herramientas/capturas_escritorios.py

Serves the real pages over an empty database of its own; uses the system's Chromium (`PREP_CHROMIUM` gives its path).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, make_server

from capturas_portal import DESTINO, guardar, tomar
from PIL import Image
from playwright.sync_api import sync_playwright

VISTAS: Final = {
    # name: (path, width, height)
    "diseno": ("/diseno/", 1280, 1500),
    "diseno_telefono": ("/diseno/telefono/", 360, 780),
}


class Callado(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None: ...


def juntar(claro: Image.Image, oscuro: Image.Image) -> Image.Image:
    ancho, alto = claro.size
    junta = Image.new("RGB", (ancho * 2 + 8, alto), "#888")
    junta.paste(claro, (0, 0))
    junta.paste(oscuro, (ancho + 8, 0))
    final = 1600 if ancho > 400 else junta.width
    return junta.resize((final, round(alto * final / junta.width)), Image.Resampling.LANCZOS)


def main() -> None:
    with tempfile.TemporaryDirectory() as carpeta:
        Path(carpeta).chmod(0o711)
        os.environ |= {"PREP_DATOS_DIR": carpeta, "PREP_SIN_TLS": "1"}
        from prep.plataforma.arranque import django_listo

        with django_listo():
            from prep.plataforma.wsgi import application

            servidor = make_server("127.0.0.1", 0, application, handler_class=Callado)
            threading.Thread(target=servidor.serve_forever, daemon=True).start()
            ruta = os.environ.get("PREP_CHROMIUM") or shutil.which("chromium")
            with sync_playwright() as p:
                navegador = p.chromium.launch(executable_path=ruta, args=["--no-sandbox", "--disable-gpu"])
                for nombre, (vista, ancho, alto) in VISTAS.items():
                    url = f"http://127.0.0.1:{servidor.server_port}{vista}"
                    claro, oscuro = (tomar(navegador, url, "", ancho, alto, tema) for tema in ("light", "dark"))
                    guardar(juntar(claro, oscuro), DESTINO / f"{nombre}.webp")
                navegador.close()
            servidor.shutdown()


if __name__ == "__main__":
    main()
