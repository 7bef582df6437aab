"""`verifica.html`: the checker as one page to save, built from `verifica/`. Same sources, same bytes, same hash."""

import base64
from hashlib import sha256
from importlib.resources import files

_PARTES = ("1_nucleo.js", "2_fuente.js", "3_recalculo.js", "4_actos.js", "5_verificar.js", "6_pantalla.js")


def _leer(nombre: str) -> str:
    return (files("prep.comprobacion") / "verifica" / nombre).read_text(encoding="utf-8")


def _csp(texto: str) -> str:
    return "'sha256-" + base64.b64encode(sha256(texto.encode()).digest()).decode() + "'"


def verifica_html() -> bytes:
    """The page: nothing outside it is loaded, and its policy allows no script but its own.

    It may read (never send) over http(s), for whoever types an address instead of giving a folder.
    """
    guion = '"use strict";\n(() => {\n' + "\n".join(map(_leer, _PARTES)) + "})();\n"
    estilo = _leer("estilo.css")
    csp = (
        f"default-src 'none'; script-src {_csp(guion)}; style-src {_csp(estilo)}; img-src blob:; "
        "connect-src http: https:; base-uri 'none'; form-action 'none'"
    )
    pagina = _leer("pagina.html")
    for marca, texto in (("{{csp}}", csp), ("{{estilo}}", estilo), ("{{guion}}", guion)):
        pagina = pagina.replace(marca, texto)
    return pagina.encode()
