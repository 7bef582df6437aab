"""A desk of the CCV: take the next acta, look at its picture, send what one did; as its page's script does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any, Final

from prep.simulacro.puertas.navegador import Forma, Navegador, Pagina, PuertaCerrada

_IMAGEN: Final = re.compile(r"/ccv/imagen/([^/]+)/")


@dataclass(frozen=True, slots=True)
class EnManos:
    """What a person has before them. `acta`: what the address of the picture calls it, none without one; `pedidos`:
    fields to type; `mostrados`: field → figure that is shown; `cifras`: those shown, in the order of the paper;
    `encabezado`: casilla and election, as the heading of the page says them; `orden`: the command that ends it."""

    forma: Forma
    orden: str
    acta: str
    imagen: bytes
    pedidos: tuple[str, ...]
    mostrados: Mapping[str, str]
    cifras: Sequence[str]
    encabezado: tuple[str, str]


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
        acta, imagen = _IMAGEN.match(ruta), self.nav.imagen(ruta) if ruta else b""
        dichos = next(pairwise(pagina.parrafos), ("", ""))
        encabezado = dichos[0].partition(" ")[2], dichos[1].partition(" · ")[0]
        return EnManos(
            forma, _orden(pagina), acta[1] if acta else "", imagen, pedidos, mostrados, pagina.salidas, encabezado
        )

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
        """Do it. Empty, or why it was not: somebody else did it before, or the acta changed meanwhile. The next acta,
        where it comes with the answer, is before them already."""
        porque, sigue = _mandar(self.nav, self.ruta, suya.forma, ("accion", accion), *otros)
        if not porque:
            self.nav.acuso(suya.orden)
        if sigue is not None:
            self._pagina = _con(self.ruta, suya.forma, sigue)
        return porque


def pedir_reapertura(nav: Navegador, clave: str, motivo: str) -> str:
    """Ask to open a published acta again, at its own page. Empty, or why it was not: somebody asked before."""
    ruta = f"/ccv/reapertura/{clave}/"
    if (forma := nav.ir(ruta).forma("hoja")) is None:
        raise PuertaCerrada(f"{ruta} no ofrece pedir que se abra otra vez.")
    return _mandar(nav, ruta, forma, ("motivo", motivo))[0]


def _con(ruta: str, forma: Forma, acta: Mapping[str, str]) -> Pagina:
    """The page that a form was sent from, once its script has put the next acta in the place of that one."""
    campos = {n: v for n, v in forma.campos if not n.startswith("v.")} | {"ficha": acta["ficha"]}
    ocultos = "".join(f'<input name="{escape(n)}" value="{escape(v)}">' for n, v in campos.items())
    hoja = f'<form id="hoja">{ocultos}{acta["renglones"]}</form>'
    dejar = f'<form><input name="accion" value="dejar"><input name="orden" value="{escape(acta["orden"])}"></form>'
    return Pagina(ruta, f'<img src="{escape(acta["imagen"])}">{acta["quien"]}{hoja}{dejar}')


def _orden(pagina: Pagina) -> str:
    """The command that ends what is in one's hands: what giving it back names."""
    for forma in pagina.formas:
        if ("accion", "dejar") in forma.campos:
            return dict(forma.campos)["orden"]
    raise PuertaCerrada(f"{pagina.ruta} no ofrece dejar lo que dio.")


def _mandar(nav: Navegador, ruta: str, forma: Forma, *otros: tuple[str, str]) -> tuple[str, Mapping[str, Any] | None]:
    """Why it was not done, if it was not; and the acta that follows on the same page, if one does."""
    campos = [(n, v) for n, v in forma.campos if not n.startswith("v.")]
    estado, dicho = nav.pedir_json(ruta, [*campos, *otros])
    if estado == 200 and "ir" in dicho:
        return "", dicho.get("acta")
    if estado == 409:
        return str(dicho.get("frase", "")) or "ya no tocaba", None
    raise PuertaCerrada(f"{ruta} no aceptó {dict(otros)}: {estado} {dicho}")
