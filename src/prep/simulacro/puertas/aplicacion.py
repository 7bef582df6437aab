"""A phone that is the app itself: PREP Casilla in Chromium, with a camera that sees what it is held before.

One browser for all, each phone with its own profile of it. Playwright, with which it is driven, is of whoever develops
and drills: no server opens a browser, so what is installed there does not bring it.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from prep.plataforma.errores import Impedimento
from prep.simulacro.puertas.navegador import Navegador, PuertaCerrada

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page, Playwright

T = TypeVar("T")
_PLAZO_MS: Final = 120_000
"""For whatever is waited for on a machine that many ask for."""
_ENTREGA_MS: Final = 20_000
_INTENTOS: Final = 6
_ADIOS_S: Final = 1.0
_OPCIONES: Final = ("--disable-gpu", "--disable-background-networking", "--disable-component-update")
_COMO_INSTALADA: Final = """
Object.defineProperty(navigator, 'standalone', { value: true })
const papel = document.createElement('canvas')
let foto = null
const pintar = () => foto && papel.getContext('2d').drawImage(foto, 0, 0, papel.width, papel.height)
globalThis.ponerDelante = async base64 => {
  const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0))
  foto = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }))
  const f = Math.min(1, 2600 / Math.max(foto.width, foto.height))
  papel.width = Math.round(foto.width * f)
  papel.height = Math.round(foto.height * f)
  pintar()
}
if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => {
  const corriente = papel.captureStream(5)
  const [pista] = corriente.getVideoTracks()
  const cada = setInterval(() => pista.readyState === 'live' ? pintar() : clearInterval(cada), 200)
  return corriente
}
"""
"""As if it were on the phone's screen, which a page in a tab is not, and with what is held before it for a camera."""


def exigir() -> str:
    """Where Chromium is; raise `Impedimento` where a phone cannot be the app itself."""
    ruta = os.environ.get("PREP_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    falta = "Chromium" if ruta is None else "playwright" if find_spec("playwright") is None else ""
    if ruta is None or falta:
        raise Impedimento(
            f"El plan pide teléfonos con la aplicación de veras y en este equipo falta {falta}. Instale Chromium (o "
            "diga dónde está con PREP_CHROMIUM) y use el entorno de «make entorno», que trae playwright; o escriba "
            "telefonos_reales = 0."
        )
    return ruta


class Chromium:
    """The browser, in a thread of its own."""

    def __init__(self) -> None:
        self._ruta = exigir()
        self.turno = asyncio.Semaphore()
        """Of whoever is enrolled: in life they are not at once."""
        self._bucle = asyncio.new_event_loop()
        self._hilo = threading.Thread(target=self._bucle.run_forever, name="chromium", daemon=True)
        self._api: Playwright
        self._navegador: Browser

    def __enter__(self) -> Chromium:
        self._hilo.start()
        self.hacer(self._abrir())
        return self

    def __exit__(self, tipo: type[BaseException] | None, error: BaseException | None, de: TracebackType | None) -> None:
        with suppress(Exception):  # it goes with its pages, whatever they were at
            asyncio.run_coroutine_threadsafe(self._cerrar(), self._bucle).result(_ADIOS_S)
        self._bucle.call_soon_threadsafe(self._bucle.stop)
        self._hilo.join(_ADIOS_S)

    def hacer(self, que: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(que, self._bucle).result()

    async def _abrir(self) -> None:
        from playwright.async_api import async_playwright

        self._api = await async_playwright().start()
        opciones = [*_OPCIONES, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        self._navegador = await self._api.chromium.launch(
            executable_path=self._ruta, args=opciones, handle_sigint=False, handle_sigterm=False, handle_sighup=False
        )

    async def _cerrar(self) -> None:
        await self._navegador.close()
        await self._api.stop()

    async def perfil(self) -> BrowserContext:
        contexto = await self._navegador.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
        contexto.set_default_timeout(_PLAZO_MS)
        await contexto.add_init_script(_COMO_INSTALADA)
        return contexto


@dataclass(slots=True)
class Aplicacion:
    """What somebody does with a phone in their hand, as `Telefono` does without it. `huella`: of the institute's key,
    which the paper of the code says."""

    chromium: Chromium
    nav: Navegador
    huella: str
    _pagina: Page = field(init=False)
    _guardadas: int = 0

    def alta(self, codigo: str, instituto: bytes) -> None:
        """Enrol with the printed code."""
        self._hacer(self._alta(codigo))

    def fotografiar(self, acta: str, foto: bytes) -> None:
        """Hold the acta before the camera, and keep what it takes."""
        self._hacer(self._fotografiar(acta, base64.b64encode(foto).decode()))
        self._guardadas += 1

    @property
    def por_enviar(self) -> int:
        return self._guardadas

    def entregar(self) -> int:
        """The app sends by itself: see whether it says that all was delivered. How many were."""
        if not self._hacer(self._todo_entregado()):
            return 0
        entregadas, self._guardadas = self._guardadas, 0
        return entregadas

    def _hacer(self, que: Coroutine[Any, Any, T]) -> T:
        from playwright.async_api import Error

        try:
            return self.chromium.hacer(que)
        except Error as error:
            raise PuertaCerrada(f"La aplicación de un teléfono no siguió: {error.message.splitlines()[0]}") from None

    async def _alta(self, codigo: str) -> None:
        async with self.chromium.turno:
            await self._entrar(codigo)

    async def _entrar(self, codigo: str) -> None:
        from playwright.async_api import TimeoutError as Tarda

        contexto = await self.chromium.perfil()
        contexto.on("request", lambda pedida: self.nav.cuenta(self.nav.puerta) if "/v1/" in pedida.url else None)
        self._pagina = pagina = await contexto.new_page()
        await pagina.goto(f"{self.nav.base}/casilla/#alta={codigo.replace('-', '')}.{self.huella}")
        lista = pagina.locator("h1:has-text('Mis casillas')")
        for _ in range(_INTENTOS):
            try:
                await pagina.locator("button:has-text('Dar de alta')").or_(lista).first.wait_for(timeout=_ENTREGA_MS)
                if not await lista.count():
                    await pagina.click("button:has-text('Dar de alta')", timeout=_ENTREGA_MS)
                    await lista.wait_for(timeout=_ENTREGA_MS)
                return
            except Tarda:  # the server told it to come back, or was slow: the person loads the page again
                await pagina.reload()
        raise PuertaCerrada(f"Un teléfono no se pudo dar de alta; dice: {await pagina.inner_text('main')}")

    async def _fotografiar(self, acta: str, foto: str) -> None:
        pagina = self._pagina
        await pagina.evaluate("foto => ponerDelante(foto)", foto)
        await pagina.evaluate("acta => { location.hash = `#/camara/${acta}` }", acta)
        await pagina.click("button:text-is('Tomar'):not([disabled])")
        asi = pagina.locator("button:has-text('enviarla así')")
        await pagina.locator("button:text-is('Guardar')").or_(asi).first.wait_for()
        if await asi.count():  # it doubts that it can be read, or finds no code: the person says why it is kept
            await asi.click()
            await pagina.locator("input[type=radio]").first.check()
        await pagina.click("button:text-is('Guardar')")
        await pagina.wait_for_selector("ul.tomas")

    async def _todo_entregado(self) -> bool:
        from playwright.async_api import TimeoutError as Tarda

        await self._pagina.evaluate("dispatchEvent(new Event('online'))")
        try:
            await self._pagina.locator("#por-enviar:text-is('Todo entregado')").wait_for(timeout=_ENTREGA_MS)
        except Tarda:
            return False
        return True
