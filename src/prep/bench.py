"""`prep bench`: measures on this machine what the product promises, and prints it with the machine's size.

Figures are of this machine at this moment: close everything else before believing them. `docs/benchmarks.md` keeps the
ones measured for each release, with the bar of each.
"""

from __future__ import annotations

import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from prep.plataforma.consola import fallar, salida, tabla

if TYPE_CHECKING:
    from prep.catalogo.informativo import Informativo
    from prep.dominio.tabulacion.proceso import Proceso

_HIJO = "PREP_BENCH_HIJO"
NOCHE = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo("America/Mexico_City"))


@dataclass(frozen=True, slots=True)
class Medida:
    """One figure and its bar. `razon`: measured over bar, so that 1.0 is just met; `mayor`: more is better."""

    que: str
    medido: float
    unidad: str
    meta: float | None = None
    mayor: bool = False

    @property
    def razon(self) -> str:
        if self.meta is None:
            return ""
        veces = self.medido / self.meta if self.mayor else self.meta / self.medido
        return f"{veces:.2f}×{'' if veces >= 1 else '  NO CUMPLE'}"


def bench(
    partes: Annotated[
        list[str] | None,
        typer.Argument(help="Qué medir; sin nada, todo. Con una parte que no exista se dice cuáles hay."),
    ] = None,
) -> None:
    """Mide hechos por segundo, cortes, reproducción, verificación, portal y lectura, e imprime una tabla."""
    elegidas = partes or list(PARTES)
    desconocidas = [p for p in elegidas if p not in PARTES]
    if desconocidas:
        fallar(f"No hay parte {', '.join(desconocidas)}. Las hay: {', '.join(PARTES)}.")
    if _HIJO not in os.environ:
        _decir_maquina()
    for parte in elegidas:
        salida.print(f"\n[bold]{parte}[/]")
        if len(elegidas) == 1:
            PARTES[parte]()
        else:  # each part loads Django over a database of its own
            subprocess.run([sys.executable, "-m", "prep", "bench", parte], check=True, env={**os.environ, _HIJO: "1"})


def _decir_maquina() -> None:
    salida.print(
        f"{platform.machine()}, {os.cpu_count()} núcleos, {_memoria_gib():.0f} GiB, "
        f"Python {platform.python_version()}. Carga al empezar: {os.getloadavg()[0]:.2f}."
    )


def mostrar(medidas: list[Medida]) -> None:
    lista = tabla("Medida", ">Valor", ">Meta", ">Holgura")
    for m in medidas:
        meta = "" if m.meta is None else f"{'≥' if m.mayor else '≤'} {m.meta:,.0f} {m.unidad}"
        lista.add_row(
            m.que, f"{m.medido:,.2f} {m.unidad}" if m.medido < 100 else f"{m.medido:,.0f} {m.unidad}", meta, m.razon
        )
    salida.print(lista)


# --- parts ------------------------------------------------------------------------------------------------------------


def _hechos() -> None:
    from prep.catalogo.ejemplo import ejemplo

    proceso, info = ejemplo(1500)
    with _instalacion() as carpeta:
        from prep.bitacora.autoridad import ambito
        from prep.bitacora.nodos import NodoInstituto, nodo_local
        from prep.bitacora.services import anotar, fundar_instalacion, recibir
        from prep.bitacora.services.altas import alta_de_nodo
        from prep.bitacora.sobres import SIN_PREVIO, sellar
        from prep.dominio.comun.facultades import ClaseNodo
        from prep.simulacro.noche import Noche
        from prep.transparencia.nota import LlavePrivada

        nodo, otro = nodo_local(carpeta / "llaves"), nodo_local(carpeta / "llaves", "catd-1")
        noche = Noche(proceso, info, NOCHE, 1)
        llave = LlavePrivada.nueva("bench.example")
        raiz = NodoInstituto(llave, llave.llave.publica)
        fundar_instalacion(proceso.clave, "prueba", raiz, nodo, noche.cargos, NOCHE, telefonos=noche.telefonos)
        anotar([alta_de_nodo(otro, ClaseNodo.CATD, "catd-1", NOCHE)], raiz, NOCHE)
        hechos = sorted((h for a in noche.actas() for h in a.hechos), key=lambda h: h.hora)
        uno, lotes, ajenos = hechos[:500], hechos[500:14_500], hechos[14_500:20_500]
        inicio = time.perf_counter()
        for h in uno:
            anotar([h], nodo, NOCHE, noche.telefonos)
        sueltos = len(uno) / (time.perf_counter() - inicio)
        inicio = time.perf_counter()
        for i in range(0, len(lotes), 1000):
            anotar(lotes[i : i + 1000], nodo, NOCHE, noche.telefonos)
        por_lote = len(lotes) / (time.perf_counter() - inicio)

        previo, sobres = SIN_PREVIO, []
        for i, h in enumerate(ajenos, 1):
            telefono = noche.telefonos.get(h.persona)
            sobre = sellar(h, otro, ambito(), i, previo, telefono.firmar(h, ambito()) if telefono else None)
            previo = sobre.hoja.hex()
            sobres.append(sobre.escribir())
        inicio = time.perf_counter()
        for i in range(0, len(sobres), 1000):
            recibir(sobres[i : i + 1000], NOCHE)
        de_otro = len(sobres) / (time.perf_counter() - inicio)
    mostrar(
        [
            Medida("hechos propios, uno por transacción", sueltos, "por s"),
            Medida("hechos propios, lotes de 1,000", por_lote, "por s", 5000, mayor=True),
            Medida("hechos de otro nodo, firma comprobada, lotes de 1,000", de_otro, "por s", 5000, mayor=True),
        ]
    )


def _corte() -> None:
    from prep.catalogo.ejemplo import ejemplo

    _medir_cortes(*ejemplo(10_900), entero=3, con_poco_nuevo=1)


def _nacional() -> None:
    from prep.catalogo.ejemplo import ejemplo
    from prep.catalogo.ejemplo.generador import NACIONAL

    _medir_cortes(*ejemplo(NACIONAL, nacional=True), entero=40, con_poco_nuevo=10)


def _de_tamano(casillas: int) -> None:
    """Between `corte` and `nacional`, to see how the cost grows."""
    from prep.catalogo.ejemplo import ejemplo

    _medir_cortes(*ejemplo(casillas, nacional=casillas > 10_900))


def _poblar(proceso: Proceso, info: Informativo, hasta: int | None = None, apartar: int = 0) -> list[tuple[Any, ...]]:
    """The facts of a simulated night, already folded; of its first `hasta` actas only, if given. One of each `apartar`
    is not stored but given back."""
    from prep.bitacora.actas import fila_de, guardar_filas
    from prep.dominio.acta.pliegue import estado
    from prep.dominio.comun.autoridad import INSTITUTO, Autoridad
    from prep.dominio.comun.hecho import Escrito
    from prep.simulacro.noche import Noche

    filas: list[tuple[Any, ...]] = []
    aparte: list[tuple[Any, ...]] = []
    for i, acta in enumerate(islice(Noche(proceso, info, NOCHE, 1).actas(), hasta)):
        escritos = [Escrito(h, INSTITUTO) for h in acta.hechos]
        fila = fila_de(acta.esperada.clave, len(escritos), estado(escritos, Autoridad()))
        (aparte if apartar and i % apartar == 0 else filas).append(fila)
        if len(filas) == 5000:
            guardar_filas(filas)
            filas = []
    guardar_filas(filas)
    return aparte


def _verificar() -> None:
    """A stranger checks one corte of 32,700 actas, without its images."""
    from prep.catalogo.ejemplo import ejemplo
    from prep.comprobacion.verificar import Opciones, verificar
    from prep.dominio.tabulacion.proceso import Modo
    from prep.plataforma.almacen import AlmacenCarpeta
    from prep.transparencia.almacen import Carpeta
    from prep.transparencia.nota import LlavePrivada

    proceso, info = ejemplo(10_900)
    with _instalacion() as carpeta:
        from prep.publicacion.corte import hacer_corte
        from prep.sede.sala import publicador

        _poblar(proceso, info)
        firmante = LlavePrivada.nueva("instituto.example/prep")
        almacen = AlmacenCarpeta(carpeta / "publicacion")
        hacer_corte(publicador(proceso, info, almacen, Modo.PRUEBA, firmante, paginas=False), NOCHE)
        inicio, cpu = time.perf_counter(), time.process_time()
        informe = verificar(Carpeta(carpeta / "publicacion"), Opciones(imagenes=False))
        total, cpu = time.perf_counter() - inicio, time.process_time() - cpu
    actas = sum(len(e.actas) for e in proceso.elecciones)
    salida.print(informe.veredicto)
    mostrar([Medida(f"verificar {actas:,} actas, sin imágenes", total, "s", 10), Medida("   de procesador", cpu, "s")])


def _medir_cortes(
    proceso: Proceso, info: Informativo, entero: float | None = None, con_poco_nuevo: float | None = None
) -> None:
    """Cortes of a whole night, signed and switched, pages included: from nothing, with nothing new, with 2 % of the
    actas new wherever they are, and with the workbook; beside them, compressing the same tables with zip's own code."""
    from prep.dominio.tabulacion.proceso import Modo
    from prep.plataforma.almacen import AlmacenCarpeta
    from prep.transparencia.nota import LlavePrivada

    esperadas = sum(len(e.actas) for e in proceso.elecciones)
    medidas: list[Medida] = []
    with _instalacion() as carpeta:
        from prep.bitacora.actas import guardar_filas
        from prep.publicacion.corte import hacer_corte
        from prep.sede.sala import publicador

        ultimas = _poblar(proceso, info, apartar=50)
        quien = publicador(
            proceso,
            info,
            AlmacenCarpeta(carpeta / "publicacion"),
            Modo.SIMULACRO,
            LlavePrivada.nueva("instituto.example/prep"),
            con_libro=False,
            reserva=carpeta / "reserva",
        )

        def medir(que: str, minutos: int, meta: float | None, a_la_vista: float | None = None) -> None:
            inicio, cpu = time.perf_counter(), _procesador()
            hecho = hacer_corte(quien, NOCHE + timedelta(hours=14, minutes=minutos))
            total, cpu = time.perf_counter() - inicio, _procesador() - cpu
            medidas.append(Medida(f"corte de {esperadas:,} actas, {que}", total, "s", meta))
            medidas.append(Medida("   de procesador", cpu, "s"))
            if a_la_vista:
                medidas.append(Medida("   de procesador, entre el de zip -6", cpu / zip_6, "veces", a_la_vista))
            medidas.extend(Medida(f"   {paso}", s, "s") for paso, s in hecho.tiempos.items() if s >= 0.01)

        with _memoria_maxima() as memoria:
            medir("desde nada", 0, entero)
            zip_6 = _zip_6(carpeta / "publicacion")
            medidas.append(Medida("zip -6 de las mismas tablas, de procesador", zip_6, "s"))
            medir("nada nuevo", 5, None)
            guardar_filas(ultimas)
            medir("2 % nuevo", 10, con_poco_nuevo, 1)
            shutil.rmtree(carpeta / "reserva")
            medir("entero, desde nada", 15, entero, 3)
            if esperadas < 100_000:  # no workbook at national size
                quien.con_libro = True
                medir("con libro de Excel, desde nada", 25, None)
        medidas.append(Medida("memoria máxima de todos los procesos", memoria(), "MiB", 2048))
    mostrar(medidas)


def _procesador() -> float:
    """Seconds of processor of this process and of those it has waited for."""
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def _zip_6(publicacion: Path) -> float:
    """Seconds of processor that zlib, at the level of `zip -6`, takes for the tables of the first corte."""
    import io
    import zipfile
    import zlib

    total = 0.0
    with zipfile.ZipFile(next(publicacion.glob("cortes/0001/bd/*.zip"))) as afuera:
        for nombre in afuera.namelist():
            adentro = zipfile.ZipFile(io.BytesIO(afuera.read(nombre)))
            for tabla in adentro.namelist():
                texto = adentro.read(tabla)
                inicio = time.process_time()
                zlib.compress(texto, 6)
                total += time.process_time() - inicio
    return total


def _frescura() -> None:
    """From verified to visible, at state size: 15 actas a second with all their facts (30 captures), a corte every 10 s
    on the same cores."""
    from prep.catalogo.ejemplo import ejemplo

    _medir_frescura(*ejemplo(10_900), cada=10, cortes=8, meta=15)


def _frescura_nacional() -> None:
    """The same at national size, with a corte every minute."""
    from prep.catalogo.ejemplo import ejemplo
    from prep.catalogo.ejemplo.generador import NACIONAL

    _medir_frescura(*ejemplo(NACIONAL, nacional=True), cada=60, cortes=4, meta=60)


def _medir_frescura(proceso: Proceso, info: Informativo, cada: int, cortes: int, meta: float) -> None:
    from prep.dominio.tabulacion.proceso import Modo
    from prep.plataforma.almacen import AlmacenCarpeta
    from prep.simulacro.noche import Noche
    from prep.transparencia.nota import LlavePrivada

    esperadas = sum(len(e.actas) for e in proceso.elecciones)
    with _instalacion() as carpeta:
        from prep.bitacora.nodos import NodoInstituto, nodo_local
        from prep.bitacora.services import fundar_instalacion
        from prep.publicacion.corte import hacer_corte
        from prep.sede.sala import publicador

        llave, nodo = LlavePrivada.nueva("instituto.example/prep"), nodo_local(carpeta / "llaves")
        noche = Noche(proceso, info, NOCHE, 1)
        raiz = NodoInstituto(llave, llave.llave.publica)
        fundar_instalacion(proceso.clave, "simulacro", raiz, nodo, noche.cargos, NOCHE, telefonos=noche.telefonos)
        _poblar(proceso, info, esperadas // 2)
        quien = publicador(
            proceso,
            info,
            AlmacenCarpeta(carpeta / "publicacion"),
            Modo.SIMULACRO,
            llave,
            con_libro=False,
            reserva=carpeta / "reserva",
        )
        hacer_corte(quien, NOCHE + timedelta(hours=5))
        faltan = [a.hechos for a in islice(noche.actas(), esperadas // 2, esperadas // 2 + 20 * cada * cortes)]
        visibles: list[tuple[int, float]] = []
        with _capturando(faltan, nodo, noche.telefonos, carpeta / "verificadas") as verificadas:
            for i in range(1, cortes + 1):
                fin = time.monotonic() + cada
                hecho = hacer_corte(quien, NOCHE + timedelta(hours=5, seconds=cada * i))
                visibles.append((hecho.posicion, time.monotonic()))
                time.sleep(max(0.0, fin - time.monotonic()))
        demoras = sorted(
            next(hora for posicion, hora in visibles if posicion >= suya) - verificada
            for suya, verificada in verificadas
            if suya <= visibles[-1][0]
        )
    salida.print(f"{len(demoras):,} actas verificadas mientras se hacían {cortes} cortes.")
    que = f"de verificada a visible, {esperadas:,} actas, un corte cada {cada} s"
    mostrar(
        [
            Medida(f"{que}: mitad", demoras[len(demoras) // 2], "s", meta),
            Medida("   19 de cada 20", demoras[len(demoras) * 19 // 20], "s", meta),
            Medida("   actas por segundo que se alcanzó a asentar", len(verificadas) / (cada * cortes), "por s"),
        ]
    )


@contextmanager
def _capturando(actas: list[list[Any]], nodo: Any, telefonos: Any, apuntes: Path) -> Iterator[list[tuple[int, float]]]:
    """Another process writes the facts of these actas, each by itself, 15 actas a second, until the block ends.

    Then the list has, of each: how many facts there were, and the time, just after it was verified.
    """
    from django.db import connection

    connection.close()
    hijo = os.fork()
    if hijo == 0:
        try:
            _capturar(actas, nodo, telefonos, apuntes)
        finally:
            os._exit(0)
    verificadas: list[tuple[int, float]] = []
    try:
        yield verificadas
    finally:
        os.kill(hijo, signal.SIGKILL)
        os.waitpid(hijo, 0)
        for linea in apuntes.read_text().splitlines():
            posicion, hora = linea.split()
            verificadas.append((int(posicion), float(hora)))


def _capturar(actas: list[list[Any]], nodo: Any, telefonos: Any, apuntes: Path) -> None:
    from prep.bitacora.asientos import cabeza
    from prep.bitacora.services import anotar

    inicio = time.monotonic()
    with apuntes.open("w", buffering=1) as libreta:
        for i, hechos in enumerate(actas):
            time.sleep(max(0.0, inicio + i / 15 - time.monotonic()))
            for hecho in hechos:
                anotar([hecho], nodo, NOCHE, telefonos)
            libreta.write(f"{cabeza().tamano} {time.monotonic()}\n")


def _reproducir() -> None:
    puebla = _datos("pue2018_prep")
    if puebla is None:
        salida.print("Sin la base publicada de Puebla 2018 (PREP_DATOS) no se mide la reproducción.")
        return
    with tempfile.TemporaryDirectory(prefix="prep-bench-") as carpeta:
        inicio = time.perf_counter()
        orden = [sys.executable, "-m", "prep", "reproducir", str(puebla), "--salida", f"{carpeta}/r"]
        subprocess.run(orden, check=True, stdout=subprocess.DEVNULL)
        tardo = time.perf_counter() - inicio
        mostrar([Medida("reproducir Puebla 2018, tres elecciones, un corte por hora", tardo, "s", 120)])


def _portal() -> None:
    """The site of a Jalisco-size night: what a visit downloads, what each corte changes, requests per second."""
    from prep.catalogo.ejemplo import ejemplo
    from prep.dominio.tabulacion.proceso import Modo
    from prep.plataforma.almacen import AlmacenCarpeta
    from prep.portal import bench as medidas
    from prep.transparencia.nota import LlavePrivada

    proceso, info = ejemplo(10_900)
    with _instalacion() as carpeta:
        from prep.publicacion.corte import hacer_corte
        from prep.sede.sala import publicador

        raiz = carpeta / "publicacion"
        firmante = LlavePrivada.nueva("instituto.example/prep")
        quien = publicador(proceso, info, AlmacenCarpeta(raiz), Modo.SIMULACRO, firmante, con_libro=False)
        actas = sum(len(e.actas) for e in proceso.elecciones)
        for i, hasta in enumerate((actas // 2, actas // 2 + 500, actas)):
            _poblar(proceso, info, hasta)
            hacer_corte(quien, NOCHE + timedelta(hours=5, minutes=5 * i))
        for una in medidas.tabla(raiz):
            salida.print(una)
        if shutil.which("nginx") and shutil.which("wrk"):
            salida.print(medidas.carga(raiz))
        else:
            salida.print("Sin nginx y wrk no se mide la carga.")


TELEFONOS: Final = 200
FOTOS: Final = 3
A_LA_VEZ: Final = 60


def _telefonos() -> None:
    """Phones that deliver at once, over HTTP to the server as it is run: each its pictures and then its facts, until it
    has every receipt. Whoever asks takes its part of the same cores."""
    from prep.catalogo.ejemplo import ejemplo

    proceso, info = ejemplo(1000)
    os.environ["PREP_SIN_TLS"] = "1"
    with _instalacion():
        from prep.bitacora.autoridad import ambito
        from prep.bitacora.models import Hecho
        from prep.bitacora.nodos import NodoInstituto, nodo_de_aqui
        from prep.bitacora.services import fundar_instalacion
        from prep.intercambio.models import Objeto
        from prep.plataforma.arranque import entorno_de
        from prep.plataforma.puertos import libre
        from prep.plataforma.roles import WEB
        from prep.plataforma.servidor import orden_de_servidor, sirviendo
        from prep.simulacro.noche import Noche
        from prep.transparencia.nota import LlavePrivada

        noche = Noche(proceso, info, NOCHE, 1)
        llave = LlavePrivada.nueva("bench.example")
        raiz = NodoInstituto(llave, llave.llave.publica)
        fundar_instalacion(
            proceso.clave, "prueba", raiz, nodo_de_aqui(), noche.cargos, NOCHE, telefonos=noche.telefonos
        )
        suyos = list(noche.telefonos.items())[:TELEFONOS]
        actas = [a.clave for e in proceso.elecciones for a in e.actas]
        fotos = [_foto(i) for i in range(FOTOS * len(suyos))]
        puerto = libre(8590, salida.print)
        with sirviendo(orden_de_servidor(puerto), entorno_de(WEB)), ThreadPoolExecutor(A_LA_VEZ) as hilos:
            inicio = time.perf_counter()
            entregas = []
            for i, (quien, tel) in enumerate(suyos):
                suyas = actas[i :: len(suyos)][:FOTOS], fotos[i :: len(suyos)]
                entregas.append(hilos.submit(_entregar, puerto, ambito(), quien, tel, *suyas))
            demoras = sorted(d for e in entregas for d in e.result())
            duro = time.perf_counter() - inicio
        hay = Objeto.objects.count(), Hecho.objects.exclude(dispositivo="").count()
    if hay != (len(fotos), len(fotos)):
        fallar(f"Se entregaron {len(fotos)} fotografías y hay {hay[0]}, con {hay[1]} hechos.")
    mide = sum(map(len, fotos)) // len(fotos) >> 10
    mostrar(
        [
            Medida(
                f"fotografías de {mide} KiB recibidas, con recibo, {len(suyos)} teléfonos",
                len(fotos) / duro,
                "por s",
                20,
                True,
            ),
            Medida("   de pedirlo a su recibo: mitad", demoras[len(demoras) // 2], "s"),
            Medida("   19 de cada 20", demoras[len(demoras) * 19 // 20], "s"),
        ]
    )


def _foto(semilla: int) -> bytes:
    """A JPEG of its pixels alone, of the size of one that a phone takes."""
    import io

    import numpy as np
    from PIL import Image

    trama = np.random.default_rng(semilla).integers(96, 256, (300, 400), np.uint8)
    salida_ = io.BytesIO()
    Image.fromarray(trama).resize((2000, 1500)).save(salida_, "JPEG", quality=80)
    return salida_.getvalue()


def _entregar(puerto: int, de: str, quien: str, aparato: Any, actas: list[str], fotos: list[bytes]) -> list[float]:
    """What one phone does; how long each picture waited for its receipt, in seconds."""
    import base64
    import http.client
    import json
    from hashlib import sha256

    from prep.bitacora.nodos import DispositivoLocal
    from prep.dominio.acta.hechos import Tipo
    from prep.dominio.comun.hecho import escribir_hecho, nuevo_hecho
    from prep.intercambio.firmas import mensaje

    tel: DispositivoLocal = aparato
    conexion, galleta, demoras = http.client.HTTPConnection("127.0.0.1", puerto, timeout=60), "", []

    def pedir(metodo: str, ruta: str, cuerpo: bytes) -> dict[str, Any]:
        nonlocal galleta
        while True:
            huella, hora = sha256(cuerpo).hexdigest(), datetime.now().astimezone().isoformat()
            firma = base64.b64encode(tel.llave.sign(mensaje(de, metodo, ruta, huella, hora))).decode()
            quien_soy = {"Authorization": f"PREP1 {tel.id} {hora} {huella} {firma}", "Cookie": galleta}
            conexion.request(metodo, ruta, cuerpo, quien_soy)
            r = conexion.getresponse()
            dicho = r.read()
            galleta = (r.headers.get("Set-Cookie") or galleta).split(";")[0]
            if r.status < 300:
                return dict(json.loads(dicho))
            if r.status not in (429, 503):
                raise RuntimeError(f"{metodo} {ruta}: {r.status} {dicho[:200]!r}")
            time.sleep(1)

    firmados = []
    for clave, datos in zip(actas, fotos, strict=True):
        desde, huella = time.perf_counter(), sha256(datos).hexdigest()
        pedir("PUT", f"/v1/objetos/sha256/{huella}", datos)
        demoras.append(time.perf_counter() - desde)
        contenido = {"imagen": huella, "hora": NOCHE.isoformat()}
        hecho = nuevo_hecho(Tipo.FOTOGRAFIADA, f"acta:{clave}", quien, NOCHE, contenido)
        firmados.append({"hecho": escribir_hecho(hecho), "dispositivo": tel.firmar(hecho, de).escribir()})
    entrega = pedir("POST", "/v1/hechos", json.dumps(firmados).encode())
    if len(entrega["recibos"]) != len(firmados):
        raise RuntimeError(str(entrega["rechazados"]))
    conexion.close()
    return demoras


def _lectura() -> None:
    from prep.laboratorio.examen import bench as examinar

    digitos, tipos = _datos("digitos", "mnist"), os.environ.get("PREP_TIPOS")
    if digitos is None:
        salida.print("Sin los dígitos de MNIST (PREP_DATOS) sólo se examina la lectura de la mano propia.")
    elif tipos is None:
        salida.print("Sin los tipos manuscritos (PREP_TIPOS, vea docs/lectura.md) las letras son de la mano propia.")
    examinar(digitos, Path(tipos) if tipos else None, escribir=lambda t: salida.print(t, markup=False))


PARTES: dict[str, Callable[[], None]] = {
    "hechos": _hechos,
    "corte": _corte,
    "nacional": _nacional,
    "corte-1000": partial(_de_tamano, 1_000),
    "corte-40000": partial(_de_tamano, 40_000),
    "frescura": _frescura,
    "frescura-nacional": _frescura_nacional,
    "reproducir": _reproducir,
    "verificar": _verificar,
    "portal": _portal,
    "telefonos": _telefonos,
    "lectura": _lectura,
}


# --- the machine ------------------------------------------------------------------------------------------------------


@contextmanager
def _instalacion() -> Iterator[Path]:
    """A throw-away installation: its own database, durable as in production."""
    from prep.reproduccion.base_aparte import bitacora_aparte

    with bitacora_aparte(duradero=True):
        carpeta = Path(tempfile.mkdtemp(prefix="prep-bench-"))
        try:
            yield carpeta
        finally:
            shutil.rmtree(carpeta, ignore_errors=True)


@contextmanager
def _memoria_maxima() -> Iterator[Callable[[], float]]:
    """MiB at the peak: this process plus, for each worker, the largest of them."""

    def medida() -> float:
        propia = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        hijos = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        return (propia + 2 * hijos) / 1024

    yield medida


def _datos(*partes: str) -> Path | None:
    """A folder of published data: under ``PREP_DATOS``, or in ``shared/datos`` beside the checkout."""
    raiz = Path(os.environ.get("PREP_DATOS") or Path(__file__).resolve().parents[3] / "shared" / "datos")
    carpeta = raiz.joinpath(*partes)
    return carpeta if carpeta.is_dir() else None


def _memoria_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
