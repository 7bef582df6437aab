"""People at their desks, as browsers ask: `python -m prep.bench.sentados`, with an `Encargo` on its input, JSON.

It shares the cores with what it measures: sockets and no more. Each person has a connection of their own, kept open,
and does what the page's script does: sends what was typed, goes on with the acta that comes with the answer, or where
that says, and asks for the picture. Prints `listos` once all are at their desks and then a `Cuenta`, JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
import zlib
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypedDict
from urllib.parse import urlencode

from prep.bench.medidas import procesador

PIDEN: Final = {"captura": 1.0, "verificacion": 0.5, "diferencias": 0.05}
"""Turns of each desk for each capture: two people type an acta, one verifies it, few differ."""
MAL: Final = 0.02
"""Share of the captures in which a person types one field wrong."""
A_LA_VEZ: Final = 12
"""How many sit down at a time."""
_OTRA_VEZ: Final = 0.1
"""Seconds that a client waits when all its desks were empty."""
_ESPERE: Final = (429, 503)
_CAMPO: Final = re.compile(r'name="v\.([^"]+)"')
_FICHA: Final = re.compile(r'name="ficha" value="([^"]*)"')
_MOSTRADOR: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_IMAGEN: Final = re.compile(r'src="(/ccv/imagen/[^"]+)"')
_ORDEN: Final = re.compile(r'data-orden="([^"]+)"')


class Encargo(TypedDict):
    """What is asked of them. `personas`: (desk, cookies); `ritmo`: captures a second, 0 as many as they can; `actas`:
    verified ones after which they stop, 0 none."""

    puerto: int
    personas: list[tuple[str, dict[str, str]]]
    ritmo: float
    segundos: float
    actas: int


@dataclass
class Cuenta:
    """What came of it. `demoras`: seconds, by kind of request; `dichos`: answers by status; `hechas`: commands that the
    server said were done, by desk; `tarde`: turns for which nobody had an acta in hand; `cpu`: of the clients
    themselves."""

    demoras: dict[str, list[float]] = field(default_factory=dict)
    dichos: Counter[str] = field(default_factory=Counter)
    hechas: dict[str, list[str]] = field(default_factory=dict)
    tarde: Counter[str] = field(default_factory=Counter)
    segundos: float = 0.0
    cpu: float = 0.0

    @property
    def negadas(self) -> int:
        """Requests that the server had no time for."""
        return sum(self.dichos.get(str(codigo), 0) for codigo in _ESPERE)

    @property
    def verificadas(self) -> int:
        return len(self.hechas.get("verificacion", ()))


def dicho(campo: str) -> int:
    """What the paper says in that field: the same in every acta."""
    return zlib.crc32(campo.encode()) % 400


def _hallado(patron: re.Pattern[str], pagina: str) -> str:
    hallado = patron.search(pagina)
    return hallado[1] if hallado else ""


class Ocupado(Exception):
    """The server said to come back later. Nothing was done."""


class Persona:
    """Somebody at a desk. `orden`: the command of the acta in their hands, or none; `ficha`, `campos`: its slip and its
    fields."""

    def __init__(self, puerto: int, escritorio: str, galletas: dict[str, str], cuenta: Cuenta) -> None:
        self._puerto, self.escritorio, self._galletas, self._cuenta = puerto, escritorio, dict(galletas), cuenta
        self._canal: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.ruta = f"/ccv/{escritorio}/"
        self.orden = self.ficha = self._ficha_csrf = ""
        self.campos: list[str] = []

    async def mirar(self) -> None:
        """Go to the desk, and see the picture of what one has there."""
        _, cuerpo = await self._pedir("página", "GET", self.ruta)
        pagina = cuerpo.decode()
        self._ficha_csrf = self._ficha_csrf or _hallado(_MOSTRADOR, pagina)
        await self._ver(_hallado(_ORDEN, pagina), _hallado(_FICHA, pagina), _hallado(_IMAGEN, pagina), pagina)

    async def _ver(self, orden: str, ficha: str, imagen: str, renglones: str) -> None:
        self.orden, self.ficha, self.campos = orden, ficha, _CAMPO.findall(renglones)
        if imagen:
            await self._pedir("imagen", "GET", imagen)

    async def tomar(self) -> bool:
        """Ask for an acta; whether there was one."""
        await self._pedir("tomar", "POST", self.ruta, {"accion": "tomar"})
        await self.mirar()
        return bool(self.orden)

    async def hacer(self, azar: random.Random) -> None:
        """Finish the acta in one's hands and see the next: the server has it ready."""
        valores = {c: dicho(c) for c in self.campos}
        if self.escritorio == "captura" and azar.random() < MAL:
            valores[azar.choice(self.campos)] += 1
        orden, self.orden = self.orden, ""
        envio = {"accion": "enviar", "ficha": self.ficha, **{f"v.{c}": v for c, v in valores.items()}}
        codigo, cuerpo = await self._pedir(f"enviar {self.escritorio}", "POST", self.ruta, envio)
        if codigo == 200:
            self._cuenta.hechas.setdefault(self.escritorio, []).append(orden)
        respuesta = json.loads(cuerpo)
        if not respuesta.get("ir"):
            raise RuntimeError(f"{self.ruta}: {codigo} {cuerpo[:200]!r}")
        if sigue := respuesta.get("acta"):
            await self._ver(*(sigue[c] for c in ("orden", "ficha", "imagen", "renglones")))
        else:
            await self.mirar()

    async def _pedir(
        self, que: str, metodo: str, ruta: str, datos: dict[str, object] | None = None
    ) -> tuple[int, bytes]:
        cuerpo = urlencode({"csrfmiddlewaretoken": self._ficha_csrf, **datos}).encode() if datos else b""
        galletas = "; ".join(f"{n}={v}" for n, v in self._galletas.items())
        pedido = (
            f"{metodo} {ruta} HTTP/1.1\r\nHost: localhost:{self._puerto}\r\nAccept: application/json\r\n"
            f"Cookie: {galletas}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(cuerpo)}"
            "\r\n\r\n"
        )
        desde = time.perf_counter()
        primera, *lineas = await self._decir(pedido.encode() + cuerpo)
        largo = 0
        for linea in lineas:
            nombre, _, valor = linea.partition(": ")
            if nombre.lower() == "content-length":
                largo = int(valor)
            elif nombre.lower() == "set-cookie":
                nueva, _, dicha = valor.partition(";")[0].partition("=")
                self._galletas[nueva] = dicha
        assert self._canal is not None
        recibido = await self._canal[0].readexactly(largo)
        self._cuenta.demoras.setdefault(que, []).append(time.perf_counter() - desde)
        codigo = int(primera.split(" ")[1])
        self._cuenta.dichos[str(codigo)] += 1
        if codigo in _ESPERE:
            raise Ocupado
        if codigo >= 400 and codigo != 409:
            raise RuntimeError(f"{metodo} {ruta}: {codigo} {recibido[:200]!r}")
        return codigo, recibido

    async def _decir(self, pedido: bytes) -> list[str]:
        """Say it, and the lines of the answer's head. As a browser does, again on another connection when the one that
        was open had been closed for lack of use."""
        while True:
            reciente = self._canal is None
            if self._canal is None:
                self._canal = await asyncio.open_connection("127.0.0.1", self._puerto)
            lee, escribe = self._canal
            try:
                escribe.write(pedido)
                return (await lee.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            except (ConnectionError, asyncio.IncompleteReadError):
                escribe.close()
                self._canal = None
                if reciente:
                    raise


async def _a_ritmo(encargo: Encargo, gente: dict[str, deque[Persona]], cuenta: Cuenta, azar: random.Random) -> None:
    """So many a second: whoever waited longest at the desk takes the turn, and is back in line when they have the next
    page. Turns do not wait for one another."""
    inicio = time.monotonic()

    async def turno(fila: deque[Persona]) -> None:
        quien = fila.popleft()
        with suppress(Ocupado):
            if quien.orden or await quien.tomar():
                await quien.hacer(azar)
        fila.append(quien)

    async def escritorio(nombre: str, por_segundo: float) -> None:
        for i in range(int(por_segundo * encargo["segundos"])):
            await asyncio.sleep(inicio + i / por_segundo - time.monotonic())
            if not gente[nombre]:
                cuenta.tarde[nombre] += 1
                continue
            tareas.create_task(turno(gente[nombre]))

    async with asyncio.TaskGroup() as tareas:
        for nombre in gente:
            tareas.create_task(escritorio(nombre, encargo["ritmo"] * PIDEN[nombre]))


async def _sin_parar(encargo: Encargo, gente: dict[str, deque[Persona]], cuenta: Cuenta, azar: random.Random) -> None:
    """As fast as they can, until there are so many verified. Each client has an account for each desk, and goes to the
    next one when there is nothing at this."""
    hasta = time.monotonic() + encargo["segundos"]

    def falta() -> bool:
        return time.monotonic() < hasta and cuenta.verificadas < encargo["actas"]

    async def trabajar(suyas: tuple[Persona, ...]) -> None:
        while falta():
            for quien in suyas:
                with suppress(Ocupado):
                    while falta() and (quien.orden or await quien.tomar()):
                        await quien.hacer(azar)
            await asyncio.sleep(_OTRA_VEZ)

    await asyncio.gather(*(trabajar(suyas) for suyas in zip(*gente.values(), strict=True)))


async def _trabajar(encargo: Encargo) -> Cuenta:
    cuenta, azar = Cuenta(), random.Random(1)
    gente: dict[str, deque[Persona]] = {}
    for nombre, galletas in encargo["personas"]:
        gente.setdefault(nombre, deque()).append(Persona(encargo["puerto"], nombre, galletas, cuenta))
    puertas = asyncio.Semaphore(A_LA_VEZ)

    async def sentarse(quien: Persona) -> None:
        async with puertas:
            await quien.mirar()
            if encargo["ritmo"] and quien.escritorio == "captura":
                await quien.tomar()

    await asyncio.gather(*(sentarse(quien) for fila in gente.values() for quien in fila))  # which is not measured
    print("listos", flush=True)  # noqa: T201 - whoever started this waits for it
    cuenta.demoras.clear()
    cuenta.dichos.clear()
    inicio, cpu = time.perf_counter(), procesador()
    await (_a_ritmo if encargo["ritmo"] else _sin_parar)(encargo, gente, cuenta, azar)
    cuenta.segundos, cuenta.cpu = time.perf_counter() - inicio, procesador() - cpu
    return cuenta


if __name__ == "__main__":
    json.dump(vars(asyncio.run(_trabajar(json.load(sys.stdin)))), sys.stdout)
