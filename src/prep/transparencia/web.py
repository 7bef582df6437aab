"""A published site read over HTTP, within limits of size and time, from whatever host.

Hosts differ in what they answer for what is not there: 404, 403, the front page with 200, a redirection. Before
anything is called missing or altered, this one is asked for something that surely does not exist, and what it says then
is what "it is not there" looks like.
"""

import contextlib
import functools
import http.client
import re
import secrets
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from prep.transparencia.almacen import MAXIMO_BYTES, ruta_segura
from prep.transparencia.errores import FormatoInvalido, NoDisponible, causa
from prep.transparencia.red import Conexion, ConexionTls

ESPERA = 20.0
POR_ARCHIVO = 60.0
"""Seconds for one file, and one more for every 100 kB received: a host that drips cannot hold anybody for ever."""
RITMO = 100_000
_HTML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype|html)", re.IGNORECASE)
_TEXTO_DE_PAGINA = (".html", ".xml", ".svg")
_AUSENTE = (404, 410)
_QUIZA_AUSENTE = (0, 400, 401, 403)


class _Redirige(Exception):
    """The host sends elsewhere, where nobody follows it."""


class _SinSeguir(urllib.request.HTTPRedirectHandler):
    """Redirections are followed only inside the same site (scheme, host and port)."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urllib.parse.urlsplit(newurl)[:2] != urllib.parse.urlsplit(req.full_url)[:2]:
            raise _Redirige
        nuevo = super().redirect_request(req, fp, code, msg, headers, newurl)
        if nuevo is not None:
            nuevo.reloj = req.reloj  # type: ignore[attr-defined]
        return nuevo


class _Reloj:
    """Cuts the connection when time is up, wherever it is: connecting, in the headers or in the body."""

    def __init__(self, segundos: float) -> None:
        self.limite = time.monotonic() + segundos
        self.vencido = False
        self._enchufe: socket.socket | None = None
        self._alarma = threading.Timer(segundos, self._cortar)
        self._alarma.daemon = True
        self._alarma.start()

    def vigilar(self, enchufe: socket.socket) -> None:
        self._enchufe = enchufe
        if self.vencido:  # time ran out while there was no connection to cut
            self._cortar()

    def mas(self, segundos: float) -> None:
        """Postpone the end: what arrives pays for its own time."""
        if segundos <= 0:
            return
        self._alarma.cancel()
        self.limite += segundos
        self._alarma = threading.Timer(max(0.0, self.limite - time.monotonic()), self._cortar)
        self._alarma.daemon = True
        self._alarma.start()

    def parar(self) -> None:
        self._alarma.cancel()

    def _cortar(self) -> None:
        self.vencido = True
        if self._enchufe is not None:
            with contextlib.suppress(OSError):
                self._enchufe.shutdown(socket.SHUT_RDWR)


class _ConReloj(Conexion):
    def __init__(self, *args: Any, reloj: _Reloj, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._reloj = reloj

    def connect(self) -> None:
        super().connect()
        self._reloj.vigilar(self.sock)


class _ConRelojTls(_ConReloj, ConexionTls):
    """The same, over TLS."""


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: Any) -> Any:
        return self.do_open(functools.partial(_ConReloj, reloj=req.reloj), req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: Any) -> Any:
        return self.do_open(functools.partial(_ConRelojTls, reloj=req.reloj), req)


_abridor = urllib.request.build_opener(_Http, _Https, _SinSeguir)


def enviar(url: str, cuerpo: bytes, tipos: dict[str, str], maximo: int, espera: float) -> tuple[int, bytes]:
    """POST, within `espera` seconds in all and without leaving the host. Status and body."""
    pedido = urllib.request.Request(url, data=cuerpo, headers=tipos, method="POST")  # noqa: S310
    reloj = _Reloj(espera)
    pedido.reloj = reloj  # type: ignore[attr-defined]
    try:
        with _respuesta(pedido, espera) as r:
            codigo, datos = r.status, r.read(maximo)
    except _Redirige:
        raise NoDisponible(f"{url} manda a otro sitio; no se sigue") from None
    except (OSError, http.client.HTTPException, ValueError) as e:
        raise NoDisponible(f"no se pudo hablar con {url}: {_motivo(e, reloj)}") from e
    finally:
        reloj.parar()
    if reloj.vencido:
        raise NoDisponible(f"no se pudo hablar con {url}: tardó demasiado")
    return codigo, datos


def _respuesta(pedido: urllib.request.Request, espera: float) -> Any:
    """What the host answers, be it an error: its body is read, and can fail, like any other."""
    try:
        return _abridor.open(pedido, timeout=espera)
    except urllib.error.HTTPError as e:
        return e


def _motivo(e: Exception, reloj: _Reloj) -> str:
    """What happened, in our words: never in those of the host."""
    if reloj.vencido or isinstance(e, TimeoutError):
        return "tardó demasiado"
    dentro = e.reason if isinstance(e, urllib.error.URLError) and isinstance(e.reason, OSError) else e
    if isinstance(dentro, TimeoutError):
        return "tardó demasiado"
    return causa(dentro) if isinstance(dentro, OSError) and dentro.errno else "la respuesta no se entiende"


class Web:
    """A published site. `plazo`: seconds for everything that is read through this object."""

    def __init__(self, direccion: str, espera: float = ESPERA, plazo: float | None = None) -> None:
        try:
            partes = urllib.parse.urlsplit(direccion)
            bien = partes.scheme in ("http", "https") and bool(partes.hostname) and partes.port != 0
        except ValueError:
            bien = False
        if not bien or re.search(r"[\x00-\x20\x7f]", direccion):
            raise FormatoInvalido(f"no es una dirección http(s): {direccion[:80]!r}")
        self.direccion = direccion.split("#")[0].split("?")[0].rstrip("/") + "/"
        self._espera = espera
        self._limite = None if plazo is None else time.monotonic() + plazo
        self._sondeo = threading.Lock()
        self._ausente: tuple[int, bytes] | None = None

    def leer(self, ruta: str, maximo: int = MAXIMO_BYTES) -> bytes | None:
        codigo, datos = self._pedir(ruta_segura(ruta), maximo)
        if codigo in _AUSENTE:
            return None
        if codigo != 200:
            if codigo in _QUIZA_AUSENTE and self._como_ausente()[0] == codigo:
                return None
            que = "manda a otro sitio, y no se sigue" if codigo == 0 else f"respondió {codigo}"
            raise NoDisponible(f"{self.direccion}{ruta} {que}")
        if _HTML.match(datos[:200]) and not ruta.endswith(_TEXTO_DE_PAGINA) and self._como_ausente()[0] == 200:
            return None  # this host answers a page for whatever it does not have
        if len(datos) > maximo:
            raise FormatoInvalido(f"{ruta} mide más de {maximo} bytes")
        return datos

    def _como_ausente(self) -> tuple[int, bytes]:
        """How this host answers for what surely is not there."""
        with self._sondeo:
            if self._ausente is None:
                codigo, datos = self._pedir(f"cortes/no-existe-{secrets.token_hex(8)}.json", 200_000)
                self._ausente = codigo, datos[:200]
            return self._ausente

    def _pedir(self, ruta: str, maximo: int) -> tuple[int, bytes]:
        """Status (0: it sends elsewhere) and body, of which at most one byte beyond `maximo`."""
        url = self.direccion + ruta
        pedido = urllib.request.Request(url, headers={"Cache-Control": "no-cache"})  # noqa: S310
        reloj = _Reloj(self._queda(url))
        pedido.reloj = reloj  # type: ignore[attr-defined]
        try:
            with _abridor.open(pedido, timeout=self._espera) as r:
                datos = b"".join(_trozos(r, maximo + 1, self._cobrar(reloj)))
                dicho = r.headers.get("Content-Length") or ""
        except urllib.error.HTTPError as e:
            e.close()
            return (0 if 300 <= e.code < 400 else e.code), b""
        except _Redirige:
            return 0, b""
        except (OSError, http.client.HTTPException, ValueError) as e:
            raise NoDisponible(f"no se pudo leer {url}: {_motivo(e, reloj)}") from e
        finally:
            reloj.parar()
        if reloj.vencido:
            raise NoDisponible(f"no se pudo leer {url}: tardó demasiado")
        if dicho and not re.fullmatch(r"[0-9]{1,18}", dicho):
            raise NoDisponible(f"no se pudo leer {url}: la respuesta no se entiende")
        if dicho and len(datos) <= maximo and int(dicho) != len(datos):
            raise NoDisponible(f"{url} llegó a medias: {len(datos)} de {int(dicho)} bytes")
        return 200, datos

    def _queda(self, url: str) -> float:
        if self._limite is None:
            return POR_ARCHIVO
        queda = self._limite - time.monotonic()
        if queda <= 0:
            _sin_plazo(url)
        return min(POR_ARCHIVO, queda)

    def _cobrar(self, reloj: _Reloj) -> Callable[[int], None]:
        def cobrar(bytes_: int) -> None:
            segundos = bytes_ / RITMO
            if self._limite is not None:
                segundos = min(segundos, self._limite - reloj.limite)
            reloj.mas(segundos)

        return cobrar


def _trozos(r: Any, maximo: int, cobrar: Callable[[int], None]) -> Iterator[bytes]:
    falta, pagado = maximo, 0
    while falta > 0:
        trozo = r.read1(min(falta, 1 << 20))
        if not trozo:
            return
        falta -= len(trozo)
        pagado += len(trozo)
        if pagado >= 10 * RITMO:
            cobrar(pagado)
            pagado = 0
        yield trozo


def _sin_plazo(url: str) -> NoReturn:
    raise NoDisponible(f"se acabó el tiempo para comprobar; faltó leer {url}. Dé más con --plazo")
