"""Pictures of PREP Casilla on a phone, light and dark, into docs/capturas/.

    PYTHONPATH=src:herramientas:tests:tests/casilla:tests/portal python herramientas/capturas_casilla.py

The real page over an empty database of its own, in the system's Chromium (`PREP_CHROMIUM` gives its path), whose camera
sees a photograph of a drill.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server

from capturas_escritorios import Callado
from capturas_portal import DESTINO, guardar
from PIL import Image
from playwright.sync_api import sync_playwright

ANCHO, ALTO = 360, 740


class Servidor(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def tira(imagenes: list[Image.Image]) -> Image.Image:
    ancho = sum(i.width for i in imagenes) + 12 * (len(imagenes) - 1)
    junta = Image.new("RGB", (ancho, max(i.height for i in imagenes)), "#888")
    x = 0
    for imagen in imagenes:
        junta.paste(imagen, (x, 0))
        x += imagen.width + 12
    return junta


def tomar(pagina: Any, carpeta: Path, *temas: str) -> list[Image.Image]:
    """What is on the phone, in each theme."""
    hechas = []
    for tema in temas:
        pagina.emulate_media(color_scheme=tema)
        pagina.wait_for_timeout(400)
        archivo = carpeta / "pantalla.png"
        pagina.screenshot(path=str(archivo))
        hechas.append(Image.open(archivo).convert("RGB"))
    return hechas


def recorrer(pagina: Any, oficina: Any, url: str, contexto: Any, carpeta: Path) -> None:
    pagina.goto(f"{url}/casilla/{oficina.papel()}")
    pagina.reload()
    pagina.wait_for_selector("#codigo")
    alta = tomar(pagina, carpeta, "light")
    pagina.click("button:has-text('Dar de alta')")
    pagina.wait_for_selector("h1:has-text('Mis casillas')")

    def ir(que: str) -> None:
        pagina.evaluate("a => { location.hash = a }", que)

    def fotografiar(acta: str) -> None:
        ir(f"#/camara/{acta}")
        pagina.click("button:text-is('Tomar'):not([disabled])")
        pagina.wait_for_selector("h1:has-text('¿Se lee bien?')")

    ir(f"#/camara/{oficina.actas[0]}")
    pagina.wait_for_selector("button:text-is('Tomar'):not([disabled])")
    pagina.wait_for_timeout(1500)
    toma = tomar(pagina, carpeta, "light")
    fotografiar(oficina.actas[0])
    toma += tomar(pagina, carpeta, "light")
    pagina.click("button:has-text('Guardar')")
    pagina.wait_for_selector(".estado.bien")
    toma += tomar(pagina, carpeta, "light")
    guardar(tira(toma), DESTINO / "casilla_toma.webp")
    contexto.set_offline(True)
    fotografiar(oficina.actas[1])
    pagina.click("button:has-text('Guardar')")
    pagina.wait_for_selector("text=1 por enviar")
    ir(f"#/sin-acta/{oficina.actas[2]}")
    pagina.check("input[value='3']")
    sin_acta = tomar(pagina, carpeta, "light")
    pagina.click("button:has-text('Avisar')")
    pagina.wait_for_selector("text=2 por enviar")
    ir("#/")
    pagina.wait_for_selector("h1:has-text('Mis casillas')")
    guardar(tira(alta + tomar(pagina, carpeta, "light", "dark")), DESTINO / "casilla_lista.webp")
    ir("#/envios")
    pagina.wait_for_selector("h1:has-text('Envíos')")
    pagina.click("summary:has-text('No hay señal')")
    guardar(tira(sin_acta + tomar(pagina, carpeta, "light", "dark")), DESTINO / "casilla_envios.webp")


def main() -> None:
    with tempfile.TemporaryDirectory() as nombre:
        carpeta = Path(nombre)
        carpeta.chmod(0o711)
        os.environ |= {"PREP_DATOS_DIR": nombre, "PREP_SIN_TLS": "1", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        from prep.plataforma.arranque import django_listo

        with django_listo():
            from oficina_casilla import Oficina, pelicula, telefono

            from prep.plataforma.wsgi import application

            oficina = Oficina()
            servidor = make_server("127.0.0.1", 0, application, server_class=Servidor, handler_class=Callado)
            threading.Thread(target=servidor.serve_forever, daemon=True).start()
            url = f"http://localhost:{servidor.server_port}"
            ruta = os.environ.get("PREP_CHROMIUM") or shutil.which("chromium") or ""
            camara = pelicula(carpeta)
            with sync_playwright() as api, telefono(api, ruta, url, carpeta / "perfil", camara) as contexto:
                recorrer(contexto.pages[0], oficina, url, contexto, carpeta)
            servidor.shutdown()


if __name__ == "__main__":
    main()
