"""A person's browser: pages, their forms and cookies. What gets no answer is sent again until there is one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from prep.intercambio.linea import Http, Respuesta, SeCorto

OTRA_VEZ: Final = frozenset({408, 429, 502, 503, 504, 507})
"""Answers after which whoever sits there waits and sends the same again."""
_MAXIMO_SALTOS: Final = 6
ENTRAR: Final = "/entrar/"
_DE_MAQUINAS: Final = "/v1/"
"""Where phones ask, who sign and have no session."""
REPETIDAS: Final = "repetidas"
SIN_RESPUESTA: Final = "sin respuesta"
MAS_TARDE: Final = "vuelva más tarde"
"""Of requests, those sent twice, those that got no answer and those told to come back."""
Campos = Sequence[tuple[str, str]]


class PuertaCerrada(Exception):
    """The answer is none that a person at that door should get. Says which."""


class SesionTerminada(PuertaCerrada):
    """Whoever asks was away for too long: they are asked to sign in."""


@dataclass(slots=True)
class Forma:
    """A form of a page: where it is sent and what it holds already."""

    ident: str
    accion: str
    campos: list[tuple[str, str]] = field(default_factory=list)


class Pagina(HTMLParser):
    """What a person finds on a page: forms, pictures, figures, boxes to mark."""

    def __init__(self, ruta: str, html: str) -> None:
        super().__init__()
        self.ruta = ruta
        self.formas: list[Forma] = []
        self.imagenes: list[str] = []
        self.enlaces: list[str] = []
        """Where its links lead, in order."""
        self.marcas: list[tuple[str, str]] = []
        """Boxes that may be marked: name and value."""
        self.marcadas: list[tuple[str, str]] = []
        """Those of them that are."""
        self.botones: list[tuple[str, str]] = []
        """What the buttons with a name send: name and value."""
        self.salidas: list[str] = []
        """Figures shown, in order."""
        self.codigos: list[str] = []
        self.parrafos: list[str] = []
        """Headings and paragraphs, in order."""
        self.renglones: list[tuple[str, str]] = []
        """Items of lists: their classes and what they say."""
        self.de: dict[str, Mapping[str, str]] = {}
        """Attributes of what has an id."""
        self._dentro: list[str] | None = None
        self._en_renglon = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {n: v or "" for n, v in attrs}
        if "id" in a:
            self.de[a["id"]] = a
        match tag:
            case "form":
                self.formas.append(Forma(a.get("id", ""), a.get("action") or self.ruta))
            case "a" if "href" in a:
                self.enlaces.append(a["href"])
            case "img":
                self.imagenes.append(a.get("src", ""))
            case "output" | "code":
                self._dentro = self.salidas if tag == "output" else self.codigos
                self._dentro.append("")
            case "h2" | "p" if not self._en_renglon:
                self._dentro = self.parrafos
                self._dentro.append("")
            case "li":
                self._en_renglon = True
                self.renglones.append((a.get("class", ""), ""))
            case "button" if "name" in a:
                self.botones.append((a["name"], a.get("value", "")))
            case "input" if "name" in a:
                if a.get("type") in ("checkbox", "radio"):
                    self.marcas.append((a["name"], a.get("value", "on")))
                    self.marcadas += self.marcas[-1:] if "checked" in a else []
                elif self.formas:
                    self.formas[-1].campos.append((a["name"], a.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("output", "code", "h2", "p"):
            self._dentro = None
        elif tag == "li":
            self._en_renglon = False

    def handle_data(self, data: str) -> None:
        if self._dentro is not None:
            self._dentro[-1] += data.strip()
        elif self._en_renglon and data.strip():
            clase, dicho = self.renglones[-1]
            self.renglones[-1] = clase, f"{dicho} {data.strip()}".strip()

    def forma(self, ident: str = "", con: str = "") -> Forma | None:
        """The form of that id, or the first that has a field `con`; without either, the first."""
        for forma in self.formas:
            if (ident and forma.ident == ident) or (not ident and (not con or any(n == con for n, _ in forma.campos))):
                return forma
        return None


@dataclass(slots=True)
class Navegador:
    """`base`: the server's address; `esperar`: what a person waits before sending again; `cuenta`: requests by door."""

    base: str
    esperar: Callable[[], None]
    cuenta: Callable[[str], None]
    puerta: str
    repetir: Callable[[], bool] = lambda: False
    """Whether to send this twice, as somebody does who presses twice or did not get the answer."""
    acuso: Callable[[str], None] = lambda _: None
    """Keep what an answer said that was done: a fact by its id, or by that of the command that wrote it."""
    _linea: Http = field(init=False)
    _galletas: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._linea = Http(self.base)

    def por(self, direccion: str) -> None:
        """Ask the same server by another line from now on."""
        self._linea = Http(direccion)

    def ir(self, ruta: str) -> Pagina:
        return self._pagina("GET", ruta)

    def cambio(self, ruta: str) -> Pagina | None:
        """What a page asks by itself, now and then: a piece of it, or None where nothing changed."""
        r = self.pedir("GET", ruta, otras={"HX-Request": "true", "X-Sondeo": "1"})
        if r.estado not in (200, 204):
            raise PuertaCerrada(f"GET {ruta} contestó {r.estado}.")
        return Pagina(ruta, r.cuerpo.decode()) if r.cuerpo else None

    def enviar(self, ruta: str, campos: Campos) -> Pagina:
        """Send a form and get the page that comes back."""
        return self._pagina("POST", ruta, urlencode(list(campos)).encode(), "application/x-www-form-urlencoded")

    def enviar_archivo(self, ruta: str, campos: Campos, nombre: str, datos: bytes) -> Pagina:
        """A form with a file."""
        raya = uuid4().hex
        partes = [f'--{raya}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in campos]
        cabeza = f'--{raya}\r\nContent-Disposition: form-data; name="archivo"; filename="{nombre}"\r\n'
        partes += [f"{cabeza}Content-Type: image/jpeg\r\n\r\n".encode(), datos, f"\r\n--{raya}--\r\n".encode()]
        return self._pagina("POST", ruta, b"".join(partes), f"multipart/form-data; boundary={raya}")

    def pedir_json(self, ruta: str, campos: Campos) -> tuple[int, dict[str, Any]]:
        """What a page's script sends, and the JSON that it gets."""
        cuerpo = urlencode(list(campos)).encode()
        r = self.pedir("POST", ruta, cuerpo, "application/x-www-form-urlencoded", "application/json")
        try:
            return r.estado, json.loads(r.cuerpo)
        except ValueError:
            raise PuertaCerrada(f"{ruta} contestó {r.estado}, y no como la página lo espera.") from None

    def imagen(self, ruta: str) -> bytes:
        r = self.pedir("GET", ruta, acepta="image/*")
        if r.estado != 200 or not r.cabeceras.get("content-type", "").startswith("image/"):
            raise PuertaCerrada(f"La imagen {ruta} no se ve: contestó {r.estado}.")
        return r.cuerpo

    def _pagina(self, metodo: str, ruta: str, cuerpo: bytes = b"", tipo: str = "") -> Pagina:
        r = self.pedir(metodo, ruta, cuerpo, tipo)
        for _ in range(_MAXIMO_SALTOS):
            if r.estado not in (301, 302, 303):
                break
            ruta = _camino(r.cabeceras.get("location", "/"))
            r = self.pedir("GET", ruta)
        if r.estado != 200:
            raise PuertaCerrada(f"{metodo} {ruta} contestó {r.estado}.")
        return Pagina(ruta, r.cuerpo.decode())

    def pedir(
        self,
        metodo: str,
        ruta: str,
        cuerpo: bytes = b"",
        tipo: str = "",
        acepta: str = "text/html",
        otras: Mapping[str, str] = MappingProxyType({}),
    ) -> Respuesta:
        """One request, until it is answered; `otras`: headers."""
        if metodo != "GET" and self.repetir():
            self.cuenta(REPETIDAS)
            self._hasta_que(metodo, ruta, cuerpo, tipo, acepta, otras)
        r = self._hasta_que(metodo, ruta, cuerpo, tipo, acepta, otras)
        if not ruta.startswith((ENTRAR, _DE_MAQUINAS)) and (
            r.estado == 401 or _camino(r.cabeceras.get("location", "")).startswith(ENTRAR)
        ):
            raise SesionTerminada(f"{metodo} {ruta} pide entrar otra vez.")
        return r

    def _hasta_que(
        self, metodo: str, ruta: str, cuerpo: bytes, tipo: str, acepta: str, otras: Mapping[str, str]
    ) -> Respuesta:
        while True:
            cabeceras = {"Accept": acepta, "Origin": self.base, **otras}
            if tipo:
                cabeceras["Content-Type"] = tipo
            if self._galletas:
                cabeceras["Cookie"] = "; ".join(f"{n}={v}" for n, v in self._galletas.items())
            self.cuenta(self.puerta)
            try:
                r = self._linea.pedir(metodo, ruta, cuerpo, cabeceras)
            except SeCorto:
                self.cuenta(SIN_RESPUESTA)
            else:
                self._recordar(r)
                if r.estado not in OTRA_VEZ:
                    return r
                self.cuenta(MAS_TARDE)
            self.esperar()

    def _recordar(self, r: Respuesta) -> None:
        for linea in r.cabeceras.get("set-cookie", "").splitlines():
            nombre, _, valor = linea.partition(";")[0].partition("=")
            if valor and "max-age=0" not in linea.lower():
                self._galletas[nombre.strip()] = valor
            else:
                self._galletas.pop(nombre.strip(), None)


def _camino(donde: str) -> str:
    partes = urlsplit(donde)
    return f"{partes.path}?{partes.query}" if partes.query else partes.path
