"""What an election official fears most, tried on a drill: the death of its databases, their standby, no power, a full
disk, pictures that cannot be read, a corte that fails, a flood, a mirror gone bad."""

from __future__ import annotations

import resource
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Final

from prep.plataforma.idioma import cuantos
from prep.plataforma.lugares import dir_publicacion
from prep.plataforma.reloj import RelojSistema
from prep.simulacro import maquinas
from prep.simulacro.confabulados import confabulados
from prep.simulacro.plan import BASE, hora_de

if TYPE_CHECKING:
    from prep.simulacro.fallas import Fallas, Probada
    from prep.simulacro.maquinas import Bases, Maquina
    from prep.simulacro.plan import Falla

_CABE: Final = 1024
"""Bytes of each file of a corte that fit before the disk is full."""


def matar_base(fallas: Fallas, falla: Falla) -> None:
    """Of every machine at once that shares the centre's server of databases."""
    bases, suyas = _de_la_base(fallas)
    probada = fallas.probar(falla, "kill -9 a PostgreSQL, del centro y de los nodos")
    sin, desde = fallas.sin_servicio(), time.monotonic()
    bases.matar()
    bases.arrancar()
    maquinas.usar(bases)
    fallas.hasta_que_contesten(probada, suyas, sin, desde)


def _de_la_base(fallas: Fallas) -> tuple[Bases, list[Maquina]]:
    """The centre's server of databases, and the machines that have theirs in it."""
    bases = fallas.noche.centro.bases
    return bases, [m for m in (fallas.noche.centro, *fallas.noche.nodos) if m.bases is bases]


def _relevo(fallas: Fallas, falla: Falla) -> None:
    """A standby has all that is acknowledged; the principal is lost, and everything goes on with the standby."""
    bases, suyas = _de_la_base(fallas)
    bases.acompanar()

    def se_pierde() -> None:
        probada = fallas.probar(falla, "se pierde la base principal, con todo su servidor; sigue la reserva")
        sin, desde = fallas.sin_servicio(), time.monotonic()
        bases.matar()
        bases.relevar()
        maquinas.usar(bases)
        for m in suyas:
            m.apagar()
            m.encender()
        fallas.hasta_que_contesten(probada, suyas, sin, desde)

    fallas.poner(falla.de, se_pierde)


def _sin_luz(fallas: Fallas, falla: Falla) -> None:
    """A centre's server and its databases die at once, and are off until that hour."""

    def luz(nodo: Maquina, falta: bool) -> None:
        if falta:
            nodo.apagar()
            nodo.bases.matar()
        else:
            nodo.bases.arrancar()
            nodo.encender()

    for nodo in fallas.maquinas(falla.donde):
        _un_rato(fallas, falla, "{} sin luz, servidor y base,", luz, [nodo])


def _mudanza(fallas: Fallas, falla: Falla) -> None:
    """A centre's machine is turned off, carried to another place and turned on there. Its people wait."""

    def llevar(nodo: Maquina, se_va: bool) -> None:
        (nodo.apagar if se_va else nodo.encender)()

    for nodo in fallas.maquinas(falla.donde):
        _un_rato(fallas, falla, "{} se muda de local", llevar, [nodo])


def _lleno(fallas: Fallas, falla: Falla) -> None:
    """Nothing that those machines write in a file goes in, from one hour to another."""
    if falla.donde == BASE:
        fallas.poner(falla.de, lambda: _base_llena(fallas, falla))
        return
    _un_rato(fallas, falla, "disco lleno en {}", maquinas.Maquina.llenar, fallas.maquinas(falla.donde))


def _evidencia(fallas: Fallas, falla: Falla) -> None:
    """The pictures of those machines cannot be read, nor others kept, from one hour to another."""
    que, romper = "no se puede leer la evidencia en {}", maquinas.Maquina.perder_evidencia
    _un_rato(fallas, falla, que, romper, fallas.maquinas(falla.donde))


def _un_rato(
    fallas: Fallas, falla: Falla, que: str, romper: Callable[[Maquina, bool], None], suyas: Sequence[Maquina]
) -> None:
    """Something of these machines is broken from one hour to another. `que`: in words, with their names in it."""
    de_esta: list[tuple[Probada, int]] = []

    def empieza() -> None:
        dicho = que.format(", ".join(m.nombre for m in suyas))
        probada = fallas.probar(falla, f"{dicho} de {hora_de(falla.de)} a {hora_de(falla.a)}")
        de_esta.append((probada, fallas.sin_servicio()))
        for m in suyas:
            romper(m, True)

    def termina() -> None:
        (probada, sin), desde = de_esta[0], time.monotonic()
        for m in suyas:
            romper(m, False)
        fallas.hasta_que_contesten(probada, suyas, sin, desde)

    fallas.poner(falla.de, empieza)
    fallas.poner(falla.a, termina)


def _base_llena(fallas: Fallas, falla: Falla) -> None:
    """PostgreSQL ends when it cannot write what it is about to acknowledge. Whoever conducts the night has no database
    either, and waits with everybody."""
    bases, suyas = _de_la_base(fallas)
    que = f"disco lleno bajo PostgreSQL, del centro y de los nodos, de {hora_de(falla.de)} a {hora_de(falla.a)}"
    probada, sin = fallas.probar(falla, que), fallas.sin_servicio()
    bases.llenar(True)
    fallas.noche.mundo.reloj.esperar_el(falla.a)
    desde, vio = time.monotonic(), "PostgreSQL siguió en pie; " if bases.pid else "PostgreSQL se detuvo; "
    bases.llenar(False)
    bases.arrancar()
    maquinas.usar(bases)
    fallas.hasta_que_contesten(probada, suyas, sin, desde, vio)


def _corte(fallas: Fallas, falla: Falla) -> None:
    """One that finds the disk full half way: the one before stays published, and the next is whole."""
    from prep.publicacion.corte import hacer_corte
    from prep.publicacion.publicador import CorteImposible

    def falla_el_corte() -> None:
        publicador = fallas.noche.sede.publicador
        probada = fallas.probar(falla, "el disco se llena a la mitad de un corte")
        ultimo = dir_publicacion() / "ultimo.json"
        antes, desde = ultimo.read_bytes() if ultimo.exists() else b"", time.monotonic()
        try:
            with _cabe(_CABE):
                hacer_corte(publicador, RelojSistema().ahora())
        except CorteImposible:
            quedo = (ultimo.read_bytes() if ultimo.exists() else b"") == antes
            dicho = "no se publicó y quedó el anterior" if quedo else "no se publicó, y CAMBIÓ LO PUBLICADO"
        else:
            quedo, dicho = False, "el corte salió con el disco lleno"
        if not quedo:
            fallas.noche.mundo.problemas.append(f"{probada.que}: {dicho}")
        siguiente = fallas.corte()
        despues = "después salió el corte {0.numero}" if siguiente else "DESPUÉS NO SALIÓ NINGUNO"
        fallas.midio(probada, f"{dicho}; {despues.format(siguiente)}", time.monotonic() - desde)

    fallas.poner(falla.de, falla_el_corte)


@contextmanager
def _cabe(bytes_: int) -> Iterator[None]:
    """Nothing that this process, or one that it starts meanwhile, writes is longer."""
    antes = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, antes[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, antes)


def _inundacion(fallas: Fallas, falla: Falla) -> None:
    """Somebody asks the portal and the desks so many times a second, from where people ask."""
    from prep.difusion.servidor import atendiendo, servidor

    noche = fallas.noche
    dichos: Counter[str] = Counter()
    fin = threading.Event()
    de_esta: list[tuple[Probada, int, threading.Thread]] = []

    def inundar() -> None:
        with atendiendo(sitio := servidor("127.0.0.1", 0, dir_publicacion())):
            puertas = ((noche.centro.puerto, "/entrar/"), (sitio.server_port, "/"))
            hilos = [threading.Thread(target=_pedir_sin_parar, args=(*p, falla, fin, dichos)) for p in puertas]
            for hilo in hilos:
                hilo.start()
            for hilo in hilos:
                hilo.join()

    def empieza() -> None:
        que = f"{falla.por_segundo} peticiones por segundo al portal y a los escritorios, de {hora_de(falla.de)} a "
        hilo = threading.Thread(target=inundar, name="inundacion", daemon=True)
        de_esta.append((fallas.probar(falla, que + hora_de(falla.a)), noche.centro.hechos(), hilo))
        hilo.start()

    def termina() -> None:
        fin.set()
        probada, tenia, hilo = de_esta[0]
        hilo.join()
        desde = time.monotonic()

        def aun_no() -> bool:
            if not noche.centro.contesta():
                return True
            fueron = ", ".join(f"{que} {n:,}" for que, n in sorted(dichos.items()))
            hechos = cuantos(noche.centro.hechos() - tenia, "hecho nuevo", "hechos nuevos")
            fallas.midio(probada, f"{fueron or 'ninguna llegó'}; mientras tanto, {hechos}", time.monotonic() - desde)
            return False

        fallas.ver(aun_no)

    fallas.poner(falla.de, empieza)
    fallas.poner(falla.a, termina)


def _pedir_sin_parar(puerto: int, ruta: str, falla: Falla, fin: threading.Event, dichos: Counter[str]) -> None:
    """Half of the flood, a connection each, at a door."""
    while not fin.wait(2 / falla.por_segundo):
        c = HTTPConnection("127.0.0.1", puerto, timeout=5)
        try:
            c.request("GET", ruta)
            estado = c.getresponse().status
            que = "atendidas" if estado < 400 else "rechazadas" if estado in (429, 503) else f"con {estado}"
        except (OSError, HTTPException):
            que = "sin respuesta"
        finally:
            c.close()
        dichos[que] += 1


def _espejo(fallas: Fallas, falla: Falla) -> None:
    """Somebody changes a vote of what a mirror copies: it must go on showing the corte before, and say why."""
    from prep.plataforma.almacen import AlmacenCarpeta
    from prep.publicacion.continuidad import ultimo_corte
    from prep.simulacro.espejo import EspejoDeDemostracion

    publicacion, carpeta = dir_publicacion(), fallas.noche.centro.datos

    def copia() -> None:
        probada = fallas.probar(falla, "alguien altera un voto de lo que copia un espejo")
        espejo = EspejoDeDemostracion(str(publicacion), carpeta / "espejo", fallas.noche.sede.llave.llave.vkey)
        espejo.espejo.sincronizar()
        tiene, desde = espejo.espejo.estado.corte, time.monotonic()

        def aun_no() -> bool:
            if sum(1 for _ in (publicacion / "cortes").iterdir()) < 2 or ultimo() == tiene:
                return True
            dicho = espejo.probar(publicacion, carpeta / "alterada")
            if not dicho:
                fallas.noche.mundo.problemas.append("El espejo mostró un voto alterado, o no volvió a lo verdadero.")
            que = f"no lo mostró: {dicho}" if dicho else "NO LO NOTÓ"
            fallas.midio(probada, que, time.monotonic() - desde)
            return False

        fallas.ver(aun_no)

    def ultimo() -> int | None:
        puesto = ultimo_corte(AlmacenCarpeta(publicacion))
        return int(puesto[0]["corte"]) if puesto else None

    fallas.poner(falla.de, copia)


HACER: Final[dict[str, Callable[[Fallas, Falla], None]]] = {
    "relevo": _relevo,
    "sin_luz": _sin_luz,
    "mudanza": _mudanza,
    "lleno": _lleno,
    "evidencia": _evidencia,
    "corte": _corte,
    "inundacion": _inundacion,
    "confabulados": confabulados,
    "espejo": _espejo,
}
