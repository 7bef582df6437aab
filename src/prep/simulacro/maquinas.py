"""The machines of a drill: each an installation of its own, with its folder, its database and its processes."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http.client import HTTPConnection, HTTPException
from math import ceil, log
from pathlib import Path
from typing import Final, LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from prep.plataforma import postgres, roles
from prep.plataforma.errores import Impedimento
from prep.plataforma.lugares import dir_datos, dir_postgres, dir_practica
from prep.plataforma.procesos import en_su_sesion
from prep.plataforma.puertos import reservables
from prep.practica.ejercicio import ARCHIVO
from prep.transparencia.arbol import Frontera

_ARRANQUE_S: Final = 120.0
_SIN_LIMITE: Final = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
_RESERVA: Final = "reserva"
_UNA_CORTESIA: Final = 1.25
"""By so many times Linux gives less to whoever yields one more."""
_DESPEDIDA_S: Final = 1.5
"""For all of them, when everything ends: what is written is written, and nobody waits for an answer any more."""


@dataclass(slots=True)
class Bases:
    """A server of databases. `reserva`: the folder of its standby, which has all that it acknowledges."""

    carpeta: Path
    reserva: Path | None = None

    @property
    def pid(self) -> int | None:
        return postgres.estado(self.carpeta).pid

    def procesos(self) -> list[int]:
        return [] if (pid := self.pid) is None else [pid, *descendientes(pid)]

    def matar(self) -> None:
        """With all its processes."""
        for uno in self.procesos():
            with suppress(ProcessLookupError):
                os.kill(uno, signal.SIGKILL)

    def arrancar(self) -> None:
        """It recovers by itself what it had acknowledged."""
        postgres.asegurar(self.carpeta)

    def llenar(self, lleno: bool) -> None:
        """As if its disk were full: nothing that it writes goes in. It ends by itself as soon as it tries."""
        dueno = (self.carpeta / "pg").stat()  # only they may
        for pid in self.procesos():
            orden = ["prlimit", f"--pid={pid}", f"--fsize={0 if lleno else 'unlimited'}:"]
            dicho = subprocess.run(orden, user=dueno.st_uid, group=dueno.st_gid, capture_output=True, check=False)
            if dicho.returncode and Path(f"/proc/{pid}").exists():
                raise Impedimento(f"No se pudo llenar el disco de PostgreSQL: {dicho.stderr.decode().strip()}")

    def acompanar(self) -> None:
        """Make a standby: from now on nothing is acknowledged before it is on both disks."""
        self.reserva = self.carpeta.with_name(f"{self.carpeta.name}-reserva")
        postgres.copiar(self.carpeta, self.reserva, sigue=_RESERVA)
        with self._superior(self.carpeta) as c:
            c.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{_RESERVA}'")
            c.execute("SELECT pg_reload_conf()")
            limite = time.monotonic() + _ARRANQUE_S
            while c.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").fetchone() is None:
                if time.monotonic() > limite:
                    raise Impedimento(
                        "La base de reserva no siguió a la principal; lo que dijo está en su servidor.log."
                    )
                time.sleep(0.1)

    def relevar(self) -> None:
        """The standby goes on, and is the one from now on."""
        assert self.reserva is not None
        with self._superior(self.reserva) as c:
            c.execute("SELECT pg_promote(true, 60)")
        self.carpeta = self.reserva

    def parar(self) -> None:
        """End what the drill started."""
        for carpeta in {self.carpeta, self.reserva} - {None, dir_postgres()}:
            assert carpeta is not None
            postgres.parar(carpeta)

    @staticmethod
    def _superior(carpeta: Path) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(postgres.url_local(carpeta, "postgres", postgres.SUPERUSUARIO), autocommit=True)


@dataclass(slots=True)
class Maquina:
    """`base`: its database, in one of `bases`; `cede`: how much its web server and its deliveries yield to the centre
    and to the people of the drill, with whom no node shares its cores in life; `apagada`: it has no power. Processes
    are started from the thread that lives as long as they."""

    nombre: str
    datos: Path
    base: str
    puerto: int
    bases: Bases
    cede: int = 0
    apagada: bool = False
    _servidor: subprocess.Popen[bytes] | None = None
    _otros: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _ordenes: list[tuple[list[str], int]] = field(default_factory=list)
    """Of those others, what was typed and how much they yield."""
    _de_paso: list[subprocess.Popen[bytes]] = field(default_factory=list)
    """Those that end by themselves."""

    @property
    def direccion(self) -> str:
        return f"http://127.0.0.1:{self.puerto}"

    def url(self, rol: str) -> str:
        return postgres.url_local(self.bases.carpeta, self.base, rol)

    def orden(self, *dicha: str) -> str:
        """What a command says here, as somebody types it; raise `Impedimento` where it does not go well."""
        hecho = subprocess.run(
            [sys.executable, "-m", "prep", *dicha],
            env=self._entorno(roles.SEDE),
            cwd=self.datos,
            capture_output=True,
            text=True,
            check=False,
        )
        if hecho.returncode:
            raise Impedimento(f"En «{self.nombre}», «prep {' '.join(dicha)}» no pudo: {hecho.stderr.strip()}")
        return hecho.stdout

    def servir(self) -> None:
        """Start its web server; whoever asks before it answers, asks again."""
        orden = ["servir", "--puerto", str(self.puerto), "--procesos", "1"]
        self._servidor = self._empezar(orden, self._entorno(roles.WEB), self.cede)

    def revivir(self) -> None:
        """Start again what ended by itself, as what keeps services on does."""
        if self._servidor is not None and self._servidor.poll() is not None:
            self.servir()
        for i, otro in enumerate(self._otros):
            if otro.poll() is not None:
                orden, cede = self._ordenes[i]
                self._otros[i] = self._empezar(orden, self._entorno(roles.SEDE), cede)

    def enviar(self, a: int, cada: int) -> None:
        """Deliver to the centre through the port `a`, every so many seconds, for ever."""
        self._ordenes.append((["nodo", "enviar", "--centro", f"http://127.0.0.1:{a}", "--cada", str(cada)], self.cede))
        self._empezar_otra(*self._ordenes[-1])

    def leer(self) -> None:
        """Read the actas that two people typed alike, after everything else that this machine has to do."""
        self._ordenes.append((["lectura", "trabajar", "--procesos", "1"], 19))
        self._empezar_otra(*self._ordenes[-1])

    def preparar_practica(self, cede: int = 10) -> None:
        """Leave actas to practise with at the desks; it yields so much to everything else that this machine has to
        do."""
        orden = ["actas", "practica", str(self.datos / "proceso")]
        self._de_paso.append(self._empezar(orden, self._entorno(roles.SEDE), cede))

    def compartir_practica(self, con: Iterable[Maquina]) -> None:
        """Take that exercise, once it is ready, to the machines that have none, as in a stick."""
        suyo = self.datos / dir_practica().name
        if not (suyo / ARCHIVO).exists():
            return
        for otra in con:
            if not (destino := otra.datos / suyo.name).exists():
                aparte = otra.datos / f"{suyo.name}.nueva"
                shutil.copytree(suyo, aparte)
                aparte.rename(destino)

    def apagar(self) -> None:
        """All its processes die at once."""
        self.apagada = True
        for proceso in self.procesos():
            _matar(proceso)
        self._servidor, self._otros, self._de_paso = None, [], []

    def encender(self) -> None:
        """All of them again."""
        self.servir()
        for orden, cede in self._ordenes:
            self._empezar_otra(orden, cede)
        self.apagada = False

    def contesta(self) -> bool:
        """Whether it gives the page of coming in, for which it asks its database."""
        c = HTTPConnection("127.0.0.1", self.puerto, timeout=5)
        try:
            c.request("GET", "/entrar/")
            return c.getresponse().status < 500
        except (OSError, HTTPException):
            return False
        finally:
            c.close()

    def esperar(self) -> None:
        """Until its server answers."""
        desde = time.monotonic()
        while time.monotonic() - desde < _ARRANQUE_S:
            if self._servidor is not None and self._servidor.poll() is not None:
                break
            if self.contesta():
                return
            time.sleep(0.2)
        raise Impedimento(f"El servidor de «{self.nombre}» no arrancó; lo que dijo está en {self._registro()}.")

    def matar(self) -> None:
        """Kill its web server, with all its processes: nobody says goodbye."""
        if self._servidor is not None:
            _matar(self._servidor)

    def llenar(self, lleno: bool) -> None:
        """As if its disk were full: nothing that it writes in a file goes in, until told otherwise."""
        for proceso in self.procesos():
            for pid in (proceso.pid, *descendientes(proceso.pid)):
                with suppress(ProcessLookupError):
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0 if lleno else _SIN_LIMITE, _SIN_LIMITE))

    def perder_evidencia(self, perdida: bool) -> None:
        """Its store of pictures cannot be read nor written, until told otherwise: each name there leads to itself, for
        root too."""
        carpeta, aparte = self.datos / "evidencia", self.datos / "evidencia-aparte"
        if perdida:
            carpeta.mkdir(mode=0o700, exist_ok=True)  # before any picture came there is none
            carpeta.rename(aparte)
            carpeta.symlink_to(carpeta.name)
        elif aparte.exists():
            carpeta.unlink()
            aparte.rename(carpeta)

    def procesos(self) -> list[subprocess.Popen[bytes]]:
        """Those that it started."""
        return [p for p in (*self._otros, *self._de_paso, self._servidor) if p is not None]

    def hechos(self) -> int:
        """How many facts there are here."""
        return self._contar("SELECT count(*) FROM bitacora_hecho")

    def tienen(self, cuales: Sequence[str]) -> set[str]:
        """Which of these facts there are here, each by its id or by that of the command that wrote it."""
        consulta = (
            "SELECT id FROM bitacora_hecho WHERE id = ANY(%(c)s) "
            "UNION SELECT orden FROM bitacora_hecho WHERE orden = ANY(%(c)s) AND orden <> ''"
        )
        with psycopg.connect(self.url(roles.SEDE)) as c:
            return {cual for (cual,) in c.execute(consulta, {"c": list(cuales)})}

    def cabeza(self) -> tuple[int, bytes]:
        """How many facts there are here, and the root of the tree over them, as whoever writes keeps them."""
        with psycopg.connect(self.url(roles.SEDE)) as c:
            fila = c.execute("SELECT tamano, frontera FROM bitacora_cabeza").fetchone()
        assert fila is not None
        tamano, hashes = fila
        return tamano, Frontera(tamano, [hashes[i : i + 32] for i in range(0, len(hashes), 32)]).raiz()

    def los_primeros(self, cuantos: int) -> Frontera:
        """The frontier of so many facts, the first, out of each as it is now; of fewer, where there are no more."""
        frontera = Frontera()
        consulta = "SELECT hoja FROM bitacora_hecho WHERE posicion <= %s ORDER BY posicion"
        with psycopg.connect(self.url(roles.SEDE)) as c:
            frontera.extender(hoja for (hoja,) in c.execute(consulta, [cuantos]))
        return frontera

    def cadenas(self) -> Counter[str]:
        """How many facts of each node there are here: where its chain ends, since nothing before is missing. They are
        not counted one by one: who asks does so every few seconds of a night."""
        with psycopg.connect(self.url(roles.SEDE)) as c:
            consulta = "SELECT nodo, max(secuencia) FROM bitacora_cabezanodo GROUP BY nodo"
            return Counter(dict(c.execute(consulta)))

    def esperan(self, paso: str) -> int:
        """How many actas wait for that step here."""
        return self._contar("SELECT count(*) FROM ccv_espera WHERE paso = %s AND NOT a_pedido", paso)

    def en_manos(self) -> list[tuple[str, str, datetime]]:
        """What people hold at its desks: who, at which step and until when; what was taken first, first."""
        consulta = "SELECT persona, paso, vence FROM ccv_turno WHERE vence > now() ORDER BY vence, acta"
        with psycopg.connect(self.url(roles.SEDE)) as c:
            return c.execute(consulta).fetchall()

    def _contar(self, consulta: LiteralString, *datos: str) -> int:
        with psycopg.connect(self.url(roles.SEDE)) as c:
            fila = c.execute(consulta, datos).fetchone()
        return int(fila[0]) if fila else 0

    def _empezar_otra(self, orden: list[str], cede: int) -> None:
        self._otros.append(self._empezar(orden, self._entorno(roles.SEDE), cede))

    def _empezar(self, orden: list[str], entorno: Mapping[str, str], cede: int = 0) -> subprocess.Popen[bytes]:
        with self._registro().open("ab") as registro:
            return subprocess.Popen(
                [sys.executable, "-m", "prep", *orden],
                env=entorno,
                cwd=self.datos,
                stdin=subprocess.DEVNULL,
                stdout=registro,
                stderr=registro,
                start_new_session=True,
                preexec_fn=partial(en_su_sesion, os.getpid(), cede),
            )

    def _registro(self) -> Path:
        return self.datos / "simulacro.log"

    def _entorno(self, rol: str) -> dict[str, str]:
        return os.environ | {"PREP_DATOS_DIR": str(self.datos), "DATABASE_URL": self.url(rol), "PREP_SIN_TLS": "1"}


@contextmanager
def maquinas(carpeta: Path, nodos: list[str], aparte: frozenset[str]) -> Iterator[tuple[Maquina, list[Maquina]]]:
    """The centre, of which one is, and a new machine for each node, with an empty database: those of `aparte` in a
    server of their own, the rest in the centre's. Every process that they start ends with the block."""
    from django.db import connections

    connections.close_all()  # nobody else may be in a database that is copied
    de_todos, puertos = Bases(dir_postgres()), iter(reservables(1 + len(nodos)))
    todas = [Maquina("central", dir_datos(), postgres.BASE, next(puertos), de_todos)]
    cede = ceil(log(max(1, len(nodos)), _UNA_CORTESIA))  # all nodes together weigh as the centre
    try:
        for nombre in nodos:
            datos = carpeta / nombre
            datos.mkdir()
            if nombre in aparte:
                suya, base = Bases(datos / "postgres"), postgres.BASE
                todas.append(Maquina(nombre, datos, base, next(puertos), suya, cede))
                postgres.copiar(de_todos.carpeta, suya.carpeta)
            else:
                todas.append(Maquina(nombre, datos, _base(nombre), next(puertos), de_todos, cede))
        yield todas[0], todas[1:]
    finally:
        _despedir([proceso for maquina in todas for proceso in maquina.procesos()])
        for maquina in todas:
            maquina.perder_evidencia(False)
        for bases in {id(m.bases): m.bases for m in todas}.values():
            bases.parar()


def usar(bases: Bases) -> None:
    """This process, which is the centre, asks there from now on."""
    from django.db import connections

    connections.close_all()
    url = postgres.url_local(bases.carpeta, rol=roles.SEDE)
    os.environ["DATABASE_URL"] = url
    connections["default"].settings_dict["HOST"] = conninfo_to_dict(url)["host"]


def _despedir(procesos: list[subprocess.Popen[bytes]]) -> None:
    """End them all at once; whoever does not go when asked is killed."""
    for proceso in procesos:
        with suppress(ProcessLookupError):
            proceso.terminate()
    limite = time.monotonic() + _DESPEDIDA_S
    for proceso in procesos:
        try:
            proceso.wait(max(0.0, limite - time.monotonic()))
        except subprocess.TimeoutExpired:
            _matar(proceso)


def _matar(proceso: subprocess.Popen[bytes]) -> None:
    """With all its processes."""
    for pid in [*descendientes(proceso.pid), proceso.pid]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    proceso.wait()


def _base(nombre: str) -> str:
    """A database like the centre's, which nothing was written in yet."""
    base = f"nodo_{nombre.replace('-', '_')}"
    superior = postgres.url_local(dir_postgres(), rol=postgres.SUPERUSUARIO)
    with psycopg.connect(_otra_base(superior, "postgres"), autocommit=True) as c:
        c.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                *map(sql.Identifier, (base, roles.DUENO, postgres.BASE))
            )
        )
    with psycopg.connect(_otra_base(superior, base), autocommit=True) as c:
        roles.cerrar_base(c)
    return base


def _otra_base(url: str, base: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{base}"))


def descendientes(pid: int) -> list[int]:
    """Every process under another; none where it ended, be it while it was looked at."""
    hijos: list[int] = []
    with suppress(OSError):
        for tarea in list(Path(f"/proc/{pid}/task").iterdir()):
            with suppress(OSError):
                hijos += [int(p) for p in (tarea / "children").read_text().split()]
    return [d for h in hijos for d in (h, *descendientes(h))]
