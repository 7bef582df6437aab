"""Drawing again what a corte drew from its documents: pages, exports, the workbook, the LEEME.

Whoever has the product at hand gives a `Redibujar` (`prep verificar` does); whoever has not is told what was not drawn.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from prep.comprobacion.cifras import Archivos, es_documento, leer_documento
from prep.comprobacion.informe import Informe
from prep.comprobacion.recalculo import NoCuadra
from prep.comprobacion.sitio import leer_sitio
from prep.transparencia.canonico import canonico
from prep.transparencia.errores import ErrorEmision
from prep.transparencia.manifiesto import Manifiesto

Redibujar = Callable[[Mapping[str, Any]], Mapping[str, bytes] | str]
"""From the documents of a corte by path (`corte.json` among them, as it was before the pages) to what is drawn from
them, by path in the corte, `/` before those of the publication's root; or why it cannot be drawn here."""


_QUE_NO_DIBUJAN = ("sitio.json", "cabecera.json")


def revisar_paginas(archivos: Archivos, m: Manifiesto, redibujar: Redibujar | None, informe: Informe) -> None:
    """Compare each page with the one that these documents make, or name that nobody did."""
    asunto = "páginas"
    firmadas = {a.ruta: a.sha256 for a in m.archivos if not es_documento(a.ruta)}
    propias = bool(firmadas)
    try:
        lista = leer_sitio(archivos["sitio.json"]) if "sitio.json" in archivos else ()
        firmadas |= {f"/{a.ruta}": a.sha256 for a in lista}
        if not firmadas:
            return
        hechas: Mapping[str, bytes] | str = "aquí no está el programa que las dibuja"
        if not propias:
            hechas = "son las de un corte anterior"
        elif redibujar is not None:
            antes = [a for a in m.todo["archivos"] if es_documento(a["ruta"]) and a["ruta"] not in _QUE_NO_DIBUJAN]
            documentos = {
                a["ruta"]: leer_documento(archivos, a["ruta"])
                for a in antes
                if a["ruta"].endswith(".json") and "/demarcacion/" not in a["ruta"]
            }
            hechas = redibujar({**documentos, "corte.json": canonico({**m.todo, "archivos": antes})})
    except (ErrorEmision, NoCuadra):
        return  # said elsewhere
    if isinstance(hechas, str):
        que = f"{len(firmadas)} páginas y exportaciones son las firmadas, sin redibujar: {hechas}"
        informe.no_recalculado(asunto, que)
        return
    # A picture depends on the version of the drawing library too.
    texto = {r: h for r, h in firmadas.items() if not r.endswith(".png")}
    distintas = sorted(r for r, h in texto.items() if r not in hechas or sha256(hechas[r]).hexdigest() != h)
    for r in distintas:
        informe.mal(asunto, f"{r.removeprefix('/')} no es la página que las cifras de este corte dan")
    if dibujos := len(firmadas) - len(texto):
        informe.no_recalculado(
            "dibujos", f"{dibujos} dibujos (.png) son los firmados: cada equipo los hace un poco distintos"
        )
    if not distintas:
        informe.bien(asunto, f"{len(texto)} páginas son las que estas cifras dan, dibujadas de nuevo")
