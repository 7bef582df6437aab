"""Strangers who would stop a server: `python -m prep.bench.extranos PUERTO SEGUNDOS CLIENTES`. Prints what they were
told and the processor that they took themselves (`procesador`, seconds), JSON.

Each client has an address of its own (127.x.y.z), so that none is stopped by what another one did. A third deliver
facts in the name of a node that is not enrolled, as fast as they are let; a third ask for a page that takes the server
some work; the others open connections and say nothing, or a byte now and then.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

SOBRE = b'[{"id": "01890a5d-ac96-774b-bcce-b302099a8057", "firma": "' + b"A" * 300 + b'"}]'
FIRMA = b"PREP1-NODO intruso 2027-06-07T02:00:00+00:00 " + b"0" * 64 + b" " + b"A" * 86 + b"=="
ENTREGA = (
    b"POST /v1/nodo/hechos HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n"
    % (FIRMA, len(SOBRE))
    + SOBRE
)
PAGINA = b"GET /admin/login/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
LENTO = b"POST /v1/altas HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n["


async def insistir(puerto: int, origen: str, pedido: bytes, fin: float, dichos: Counter[str]) -> None:
    while time.monotonic() < fin:
        try:
            lee, escribe = await asyncio.open_connection("127.0.0.1", puerto, local_addr=(origen, 0))
            try:
                while time.monotonic() < fin:
                    escribe.write(pedido)
                    cabecera = await lee.readuntil(b"\r\n\r\n")
                    dichos[cabecera[9:12].decode()] += 1
                    largo = int(cabecera.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                    await lee.readexactly(largo)
                    if b"connection: close" in cabecera.lower():
                        break
            finally:
                escribe.close()
        except (OSError, asyncio.IncompleteReadError):
            dichos["cortada"] += 1
            await asyncio.sleep(0.01)


async def estorbar(puerto: int, origen: str, fin: float, dichos: Counter[str]) -> None:
    while time.monotonic() < fin:
        try:
            lee, escribe = await asyncio.open_connection("127.0.0.1", puerto, local_addr=(origen, 0))
            try:
                escribe.write(LENTO)
                while time.monotonic() < fin and not lee.at_eof():
                    escribe.write(b"x")
                    await escribe.drain()
                    await asyncio.sleep(0.5)
                dichos["lenta terminada"] += 1
            finally:
                escribe.close()
        except OSError:
            dichos["cortada"] += 1
            await asyncio.sleep(0.01)


async def inundar(puerto: int, segundos: float, clientes: int) -> Counter[str]:
    dichos: Counter[str] = Counter()
    fin = time.monotonic() + segundos
    tareas = []
    for i in range(clientes):
        origen = f"127.{1 + i // 250}.{7}.{1 + i % 250}"
        if i % 3 == 2:
            tareas.append(estorbar(puerto, origen, fin, dichos))
        else:
            tareas.append(insistir(puerto, origen, (ENTREGA, PAGINA)[i % 3], fin, dichos))
    await asyncio.wait([asyncio.create_task(t) for t in tareas], timeout=segundos + 5)
    return dichos


if __name__ == "__main__":
    dichos = asyncio.run(inundar(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
    json.dump({"dichos": dichos, "procesador": time.process_time()}, sys.stdout)
