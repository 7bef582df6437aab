"""The start page of a demonstration: how it goes, where everything is and with which accounts one comes in."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Final

from prep.simulacro.informe_html import pagina
from prep.simulacro.puertas.codigos import codigo_de

_CADA_S: Final = 5
TITULO: Final = "Demostración de PREP Abierto"
_COMO: Final = (
    "<p>Cada renglón abre la página en que se da de alta un navegador, con el código de equipo de ese renglón, que "
    "sirve una vez; después se entra con el usuario y la contraseña. Para estar a la vez en otro escritorio, o en el "
    "centro de acopio, use otro navegador u otra ventana privada.</p>"
)
_CABEZAS: Final = ("Para", "Código de equipo", "Usuario", "Contraseña", "Segundo factor")


@dataclass(frozen=True, slots=True)
class Lugar:
    """Somewhere to go: address, its name, and what is there."""

    direccion: str
    nombre: str
    que: str


@dataclass(frozen=True, slots=True)
class Cuenta:
    """With what somebody comes in. `donde`: at which address; `equipo`: code that enrols a browser there, once;
    `secreto`: of its second factor, or empty."""

    para: str
    donde: str
    equipo: str
    usuario: str
    clave: str
    secreto: str = ""


@dataclass(slots=True)
class Inicio:
    """Written in a folder again and again, so that what it says is of now."""

    carpeta: Path
    va: str = "Preparando la noche…"
    fallo: tuple[str, bool] | None = None
    """What came of it, and whether it was good."""
    lugares: list[Lugar] = field(default_factory=list)
    cuentas: list[Cuenta] = field(default_factory=list)
    _fin: threading.Event = field(default_factory=threading.Event)
    _hilo: threading.Thread = field(init=False)

    def __enter__(self) -> Inicio:
        self.carpeta.mkdir(mode=0o700, exist_ok=True)
        self._hilo = threading.Thread(target=self._escribir_siempre, name="inicio", daemon=True)
        self._hilo.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._fin.set()
        self._hilo.join()

    def _escribir_siempre(self) -> None:
        while True:
            nuevo = self.carpeta / "index.nuevo"
            with os.fdopen(os.open(nuevo, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as archivo:
                archivo.write(pagina(TITULO, self._cuerpo(), f'<meta http-equiv="refresh" content="{_CADA_S}">'))
            nuevo.replace(self.carpeta / "index.html")
            if self._fin.wait(_CADA_S):
                return

    def _cuerpo(self) -> str:
        dicho = f'<p class="dicho">{escape(self.va)}</p>'
        if self.fallo is not None:
            dicho = f'<p class="fallo {"bien" if self.fallo[1] else "mal"}">{escape(self.fallo[0])}</p>{dicho}'
        lugares = "".join(
            f'<li><a href="{escape(x.direccion)}">{escape(x.nombre)}</a><br>{escape(x.que)}</li>' for x in self.lugares
        )
        adentro = f"<h2>Siéntese en un escritorio</h2>{_COMO}{_tabla(self.cuentas)}" if self.cuentas else ""
        return (
            f'<h1>{TITULO}</h1>{dicho}<ul class="lugares">{lugares}</ul>{adentro}<p class="tenue">Todo está en este '
            "equipo, con datos inventados; al terminar con Ctrl-C deja de servirse.</p>"
        )


def _tabla(cuentas: Sequence[Cuenta]) -> str:
    filas = "".join(
        f'<tr><th scope="row"><a href="{escape(c.donde)}entrar/terminal/">{escape(c.para)}</a></th>'
        f"<td>{escape(c.equipo)}</td><td>{escape(c.usuario)}</td><td>{escape(c.clave)}</td><td>{_segundo(c)}</td></tr>"
        for c in cuentas
    )
    titulos = "".join(f'<th scope="col">{t}</th>' for t in _CABEZAS)
    tabla = f"<table><thead><tr>{titulos}</tr></thead><tbody>{filas}</tbody></table>"
    return f'<div class="rueda" tabindex="0" role="group" aria-label="Con qué entrar">{tabla}</div>'


def _segundo(c: Cuenta) -> str:
    if not c.secreto:
        return "no pide"
    return f"ahora es <b>{codigo_de(c.secreto)}</b>; secreto {escape(c.secreto)}"
