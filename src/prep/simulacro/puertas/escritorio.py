"""A desk of the CCV: take the next acta, look at its picture, send what one did; as its page's script does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from prep.simulacro.puertas.navegador import Forma, Navegador, Pagina, PuertaCerrada

_IMAGEN: Final = re.compile(r"/ccv/imagen/([^/]+)/")


@dataclass(frozen=True, slots=True)
class EnManos:
    """What a person has before them. `acta`: what the address of the picture calls it, none without one; `pedidos`:
    fields to type; `mostrados`: field → figure that is shown."""

    forma: Forma
    acta: str
    imagen: bytes
    pedidos: tuple[str, ...]
    mostrados: Mapping[str, str]


class Escritorio:
    """Where somebody sits: their page is that of one desk, and goes to another of theirs when that one says that
    something waits there."""

    def __init__(self, nav: Navegador, nombres: Sequence[str]) -> None:
        self.nav, self.nombres, self.nombre = nav, nombres, nombres[0]
        self._pagina: Pagina | None = None

    @property
    def ruta(self) -> str:
        return f"/ccv/{self.nombre}/"

    def mirar(self) -> bool:
        """Whether the page says that something waits, once it has asked again as it does by itself."""
        if self._pagina is not None and (fila := self._pagina.de.get("fila")) is not None:
            otra = self.nav.cambio(self.ruta + fila["hx-get"])
            if otra is not None:
                self._pagina.de["fila"] = otra.de["fila"]
        return bool(self._donde_hay(self._mia()))

    def tomar(self) -> EnManos | None:
        """The acta in one's hands, or the next; None when none waits."""
        pagina = self._mia()
        if (forma := pagina.forma("hoja")) is None:
            donde = self._donde_hay(pagina)
            if not donde:
                return None
            if self.nombre not in donde:
                self.nombre, self._pagina = donde[0], None
                pagina = self._mia()
            if (forma := pagina.forma("hoja")) is None:
                pide = next((f for f in pagina.formas if ("accion", "tomar") in f.campos), None)
                if pide is None:
                    raise PuertaCerrada(f"{pagina.ruta} no ofrece tomar un acta.")
                pagina = self._pagina = self.nav.enviar(self.ruta, pide.campos)
                forma = pagina.forma("hoja")
        if forma is None:
            return None
        self._pagina = None
        ruta = next((i for i in pagina.imagenes if _IMAGEN.match(i)), "")
        pedidos = tuple(n.removeprefix("v.") for n, _ in forma.campos if n.startswith("v."))
        mostrados = dict(zip((v for n, v in pagina.marcas if n == "campo"), pagina.salidas, strict=False))
        acta = _IMAGEN.match(ruta)
        return EnManos(forma, acta[1] if acta else "", self.nav.imagen(ruta) if ruta else b"", pedidos, mostrados)

    def _mia(self) -> Pagina:
        if self._pagina is None:
            self._pagina = self.nav.ir(self.ruta)
        return self._pagina

    def _donde_hay(self, pagina: Pagina) -> list[str]:
        """Desks of one's own at which the page says that something waits."""
        if pagina.forma("hoja") is not None:
            return [self.nombre]
        hay = pagina.de.get("fila", {}).get("data-hay", "").split(",")
        return [n for n in self.nombres if n in hay]

    def enviar(self, suya: EnManos, accion: str, *otros: tuple[str, str]) -> str:
        """Do it. Empty, or why it was not: somebody else did it before, or the acta changed meanwhile."""
        campos = [(n, v) for n, v in suya.forma.campos if not n.startswith("v.")]
        estado, dicho = self.nav.pedir_json(self.ruta, [*campos, ("accion", accion), *otros])
        if estado == 200 and "ir" in dicho:
            return ""
        if estado == 409:
            return str(dicho.get("frase", "")) or "ya no tocaba"
        raise PuertaCerrada(f"{self.ruta} no aceptó «{accion}»: {estado} {dicho}")
