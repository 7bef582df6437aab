"""Pictures of each view of the results portal, light and dark side by side, into docs/capturas/.

    PYTHONPATH=src:tests/portal python herramientas/capturas_portal.py [VISTA…]

`docs/capturas/antes/` keeps those of the previous design. Uses the fictional state of tests/portal/fabrica_portal.py
and the system's Chromium (`PREP_CHROMIUM` gives its path).
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from fabrica_portal import Noche, escribir, imagenes, publicar
from PIL import Image
from playwright.sync_api import sync_playwright
from servidor_portal import servir

DESTINO: Final = Path(__file__).resolve().parents[1] / "docs" / "capturas"
MAXIMO: Final = 33_000
CORTE: Final = 14
CIERRE: Final = 40
BASE: Final = f"cortes/{CORTE:04d}/"
VISTAS: Final = {
    # name: (path, anchor to show, width, height)
    "inicio": (BASE + "index.html", "", 1440, 1250),
    "inicio_cierre": ("index.html", "", 2560, 1400),
    "eleccion": (BASE + "GUB/index.html", "", 1440, 1250),
    "mapa_distritos": (BASE + "GUB/index.html", "#mapa", 1440, 1000),
    "mapa_municipios": (BASE + "AYUN/index.html", "#mapa", 1440, 1000),
    "detalle": (BASE + "AYUN/index.html", "#detalle", 1440, 1000),
    "no_contabilizadas": (BASE + "GUB/no-contabilizadas.html", "details[open]", 1440, 1000),
    "insertar": (BASE + "AYUN/3.html", "#compartir", 1440, 700),
    "partidos": (BASE + "GUB/index.html", "#partidos", 1440, 1000),
    "lugar": (BASE + "GUB/1.html", "#secciones", 1440, 1000),
    "acta": (BASE + "GUB/1.html#{acta}", "", 1440, 1000),
    "especiales": (BASE + "GUB/especiales.html", "", 1440, 800),
    "casilla": (BASE + "casilla.html?seccion=24", "", 1440, 800),
    "noche": (BASE + "evolucion.html", "", 1440, 1600),
    "comparar": (BASE + "evolucion.html", "#comparar", 1440, 1000),
    "base_de_datos": (BASE + "base-de-datos.html", "", 1440, 1250),
    "verificar": (BASE + "verificar.html", "", 1440, 1100),
    "difusores": (BASE + "difusores.html", "", 1440, 700),
    "ayuda_ingles": (BASE + "en/ayuda.html", "", 1440, 1250),
    "muro": (BASE + "muro.html", "", 3840, 2160),
    "inicio_telefono": ("index.html", "", 360, 780),
    "inicio_tableta": (BASE + "index.html", "", 768, 1000),
    "eleccion_telefono": (BASE + "AYUN/index.html", "", 360, 780),
    "detalle_telefono": (BASE + "AYUN/index.html", "#detalle", 360, 780),
    "noche_telefono": (BASE + "evolucion.html", "", 360, 780),
    "comparar_telefono": (BASE + "evolucion.html", "#comparar", 360, 780),
    "no_contabilizadas_telefono": (BASE + "GUB/no-contabilizadas.html", "details[open]", 360, 780),
    "mapa_telefono": (BASE + "GUB/index.html", "#mapa", 360, 780),
    "lugar_telefono": (BASE + "GUB/1.html", "#secciones", 360, 780),
    "acta_telefono": (BASE + "GUB/1.html#{acta}", "", 360, 780),
    "widget": ("widget/GUB.html", "", 360, 640),
}

PLEGADAS: Final = {"details[open]": "details[data-lugar]", "#compartir": ".inserta"}
"""What has to be unfolded to show an anchor."""


def tomar(navegador: Any, url: str, ancla: str, ancho: int, alto: int, tema: str) -> Image.Image:
    contexto = navegador.new_context(
        viewport={"width": ancho, "height": alto}, color_scheme=tema, reduced_motion="reduce", device_scale_factor=1
    )
    pagina = contexto.new_page()
    pagina.goto(url)
    pagina.wait_for_load_state("networkidle")
    if ancla in PLEGADAS:
        pagina.evaluate("s => { document.querySelector(s).open = true }", PLEGADAS[ancla])
        pagina.wait_for_load_state("networkidle")
    if ancla:
        pagina.evaluate("a => document.querySelector(a).scrollIntoView()", ancla)
        pagina.wait_for_timeout(800)
    imagen = Image.open(io.BytesIO(pagina.screenshot())).convert("RGB")
    contexto.close()
    return imagen


def guardar(imagen: Image.Image, destino: Path) -> int:
    """As WebP, the best quality that fits."""
    for calidad in range(80, 10, -10):
        salida = io.BytesIO()
        imagen.save(salida, "WEBP", quality=calidad, method=6)
        if salida.tell() <= MAXIMO:
            break
    destino.write_bytes(salida.getvalue())
    return salida.tell()


def main() -> None:
    DESTINO.mkdir(parents=True, exist_ok=True)
    noche = Noche(casillas=900, semilla=3)
    ruta = os.environ.get("PREP_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as carpeta, sync_playwright() as p:
        raiz = Path(carpeta)
        docs = noche.corte(CORTE)
        publicar(docs, raiz)
        publicar(noche.corte(CIERRE, cierre=True), raiz)
        tarjeta = raiz / f"portal/corte-{CORTE:04d}.png"
        guardar(Image.open(tarjeta).convert("RGB"), DESTINO / "tarjeta.webp")
        escribir(raiz, imagenes(docs))
        secciones = docs["GUB/demarcacion/1.json"]["secciones"]
        actas = (a for s in secciones for c in s["casillas"] for a in c["actas"])
        acta = next(a["clave"] for a in actas if a.get("contabilizada") == 1)
        navegador = p.chromium.launch(executable_path=ruta, args=["--no-sandbox", "--disable-gpu"])
        with servir(raiz) as sitio:
            for nombre in sys.argv[1:] or VISTAS:
                vista, ancla, ancho, alto = VISTAS[nombre]
                url = sitio + vista.format(acta=acta)
                claro, oscuro = (tomar(navegador, url, ancla, ancho, alto, t) for t in ("light", "dark"))
                junta = Image.new("RGB", (ancho * 2 + 8, alto), "#888")
                junta.paste(claro, (0, 0))
                junta.paste(oscuro, (ancho + 8, 0))
                final = 1600 if ancho > 1000 else min(junta.width, 1000)
                junta = junta.resize((final, round(alto * final / junta.width)), Image.Resampling.LANCZOS)
                guardar(junta, DESTINO / f"{nombre}.webp")
        navegador.close()


if __name__ == "__main__":
    main()
