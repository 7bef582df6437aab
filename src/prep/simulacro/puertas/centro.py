"""A collection centre: packages are read, actas are scanned, and whoever coordinates it reviews it, with the forms of
its pages."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID, uuid4

from prep.simulacro.puertas.navegador import Campos, Forma, Navegador, Pagina, PuertaCerrada

_RECIBIDO: Final = re.compile(r"Recibido(?!s)")
"""How the page says that a package came in now, and had not before."""
ACOPIO, SIN_ACTA, DIGITALIZACION = "/catd/acopio/", "/catd/sin-acta/", "/catd/digitalizacion/"


class Centro:
    def __init__(self, nav: Navegador) -> None:
        self.nav = nav
        self._pagina: Pagina | None = None
        """What is on the screen: the next is typed there."""

    def recibir(self, qr: str, juntas: set[str]) -> set[str]:
        """Read the code of a package; the others of its casilla that the page offers are received with one key when
        they are all of `juntas`. Which of those were."""
        dichos = {"q": qr, "orden": uuid4().hex}
        forma = _forma(self._en(ACOPIO), "leer")
        pagina = self._recibir([(n, dichos.get(n, v)) for n, v in forma.campos])
        otras = pagina.forma(con="clave")
        if otras is None or (ofrecidas := {v for n, v in otras.campos if n == "clave"}) != juntas:
            return set()
        self._recibir(otras.campos)
        return ofrecidas

    def _recibir(self, campos: Campos) -> Pagina:
        pagina = self._pagina = self.nav.enviar(ACOPIO, campos)
        if any(_RECIBIDO.match(p) for p in pagina.parrafos):
            self.nav.acuso(orden_en(campos))
        return pagina

    def _en(self, ruta: str) -> Pagina:
        if self._pagina is None or self._pagina.ruta != ruta:
            self._pagina = self.nav.ir(ruta)
        return self._pagina

    def sin_acta(self, clave: str, motivo: str) -> None:
        """Say that no acta came: it is looked for by its key, and marked."""
        forma = _forma(self._en(SIN_ACTA), con="q")
        pagina = self.nav.enviar(SIN_ACTA, [(n, clave if n == "q" else v) for n, v in forma.campos])
        campos = [*_forma(pagina, con="orden").campos, ("clave", clave), ("motivo", motivo)]
        self._pagina = self.nav.enviar(SIN_ACTA, campos)
        self.nav.acuso(orden_en(campos))

    def digitalizar(self, nombre: str, datos: bytes) -> None:
        """Scan a sheet."""
        forma = _forma(self._en(DIGITALIZACION), "digitaliza")
        campos = [(n, v) for n, v in forma.campos if n != "archivo"]
        pagina = self._pagina = self.nav.enviar_archivo(
            DIGITALIZACION, [*campos, ("documento", "Acta PREP")], nombre, datos
        )
        resultados = [(clase, dicho) for clase, dicho in pagina.renglones if clase.startswith("resultado")]
        if not resultados or any("mal" in clase for clase, _ in resultados):
            raise PuertaCerrada(f"No se tomó {nombre}: {' '.join(dicho for _, dicho in resultados) or 'sin respuesta'}")


class Habilitacion:
    """What whoever coordinates a centre says of what it has, point by point."""

    def __init__(self, nav: Navegador, catd: str) -> None:
        self.nav, self.ruta = nav, f"{de_centro(catd)}habilitacion/"

    def por_revisar(self) -> list[str]:
        """The points that nobody has found ready."""
        pagina = self.nav.ir(self.ruta)
        return [punto for punto, v in pagina.marcas if v == "si" and (punto, v) not in pagina.marcadas]

    def listo(self, punto: str) -> None:
        """Say that a point is ready."""
        pagina = self.nav.ir(self.ruta)
        marcas = [m for m in pagina.marcadas if m[0] != punto]
        campos = [*_forma(pagina, con="orden").campos, *marcas, (punto, "si")]
        if (punto, "si") not in self.nav.enviar(self.ruta, campos).marcadas:
            raise PuertaCerrada(f"{self.ruta} no guardó «{punto}».")
        self.nav.acuso(f"{orden_en(campos)}-{punto}")


def de_centro(catd: str) -> str:
    """The page of a centre."""
    return f"/catd/centros/{catd}/"


def orden_en(campos: Campos) -> str:
    """The id of the command that a form asks, as its fact bears it."""
    return str(UUID(dict(campos)["orden"]))


def _forma(pagina: Pagina, ident: str = "", con: str = "") -> Forma:
    forma = pagina.forma(ident, con)
    if forma is None:
        raise PuertaCerrada(f"{pagina.ruta} no ofrece en qué escribir.")
    return forma
