"""Style, modules and texts that every corte shares: one folder named by the hash of what is in it, immutable."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from prep.portal import tema
from prep.portal.textos import IDIOMAS, textos

Doc = dict[str, Any]
ESTATICOS = Path(__file__).parent / "estaticos"


def carpeta(proceso: Doc) -> tuple[str, dict[str, bytes]]:
    """Folder name `portal/<hash>/` and its files by name. The hash covers names and contents."""
    return _carpeta(tema.hoja(proceso), proceso.get("institucion", {}).get("logo", ""))


@lru_cache(maxsize=4)
def _carpeta(hoja: str, logo: str) -> tuple[str, dict[str, bytes]]:
    archivos = {p.name: p.read_bytes() for p in sorted(ESTATICOS.iterdir()) if p.suffix in (".js", ".css", ".svg")}
    archivos["portal.css"] += hoja.encode()
    for idioma in IDIOMAS:
        t = textos(idioma)
        frases = {**t["js"], **{k: t[k] for k in ("situacion", "situacion_nota", "observacion", "mecanismo")}}
        frases |= {k: t["eleccion"][k] for k in ("no_registradas", "nulos", "total_votos")}
        frases |= {"estados": t["estado"], "hora_corta": t["hora_corta"], "meses": t["meses"]}
        frases["idioma"] = idioma
        archivos[f"textos.{idioma}.js"] = b"export default " + orjson.dumps(frases) + b"\n"
    if logo:
        tipo, _, datos = logo.partition(";base64,")
        extension = "svg" if "svg" in tipo else "png"
        archivos[f"logo.{extension}"] = base64.b64decode(datos)
    huella = hashlib.sha256()
    for nombre, contenido in sorted(archivos.items()):
        huella.update(f"{nombre}\0{len(contenido)}\0".encode() + contenido)
    return f"portal/{huella.hexdigest()[:16]}/", archivos
