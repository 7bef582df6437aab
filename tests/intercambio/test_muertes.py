"""kill -9, at any instant, of whoever works at a node, of what delivers, of the centre and of the databases of both:
what somebody was told that was written is at the centre, once, with its picture."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from prep.plataforma import postgres
from prep.plataforma.puertos import reservables
from prep.plataforma.servidor import orden_de_servidor
from telefono import foto

NODO = "catd-1"
CON_DJANGO = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from prep.plataforma.arranque import django_listo
with django_listo():
    from noche import Noche, enrolar, fundar, nodo_de, raiz, INICIO, PROCESO
    from prep.bitacora.models import Hecho
    from prep.bitacora.nodos import nodo_de_aqui
"""
CENTRO = f"""
    import orjson
    from prep.bitacora import entregas
    fundar()
    enrolar({NODO!r})
    todos = entregas.siguientes(dict.fromkeys(entregas.cadenas(), 0), 0, 1000, 2**24)
    open(sys.argv[1], "wb").write(orjson.dumps([s.escribir() for _, s in todos]))
"""
HABILITAR = """
    import orjson
    from prep.bitacora.autoridad import fundar as fundar_aqui
    from prep.bitacora.services import recibir
    fundar_aqui(PROCESO, "prueba", raiz().publica)
    assert not recibir(orjson.loads(open(sys.argv[1], "rb").read()), INICIO).rechazados
"""
TRABAJAR = """
    import time
    from hashlib import sha256
    from prep.bitacora.services import anotar
    from prep.dominio.acta.hechos import Tipo
    from prep.evidencia.imagenes import guardar_como_llego, guardar_original
    from prep.plataforma.almacen import evidencia
    from telefono import foto
    noche, hay = Noche(5), set(Hecho.objects.values_list("id", flat=True))
    for i in range(int(sys.argv[1])):
        acta, datos = f"14{i:04d}B0100G", foto(500 + i)
        imagen = sha256(datos).hexdigest()
        for hecho in (
            noche.hecho(Tipo.ACOPIADA, acta, "acopio-1", hora=noche.ahora.isoformat()),
            noche.hecho(Tipo.DIGITALIZADA, acta, "acopio-1", imagen=imagen),
        ):
            if hecho.id not in hay:
                guardar_original(evidencia(), datos)
                guardar_como_llego(evidencia(), datos)
                anotar([hecho], nodo_de_aqui(), noche.ahora)
            print(hecho.id, imagen, flush=True)
        time.sleep(0.02)
"""
ESTAN = """
    for hecho in Hecho.objects.filter(nodo="catd-1").order_by("secuencia"):
        print(hecho.id)
"""


class Maquina:
    """An installation with a PostgreSQL of its own, durable. `nodo`: who it is, with the key of `nodo_de`."""

    def __init__(self, datos: Path, nodo: str) -> None:
        (datos / "llaves").mkdir(mode=0o711, parents=True)
        datos.chmod(0o711)
        for nombre, dicho in ((f"nodo-{nodo}.llave", nodo), ("nodo", nodo)):
            (datos / "llaves" / nombre).write_text(dicho)
        self.datos, self.procesos = datos, dict[str, subprocess.Popen[bytes]]()
        self.base()

    @property
    def entorno(self) -> dict[str, str]:
        url = postgres.url_local((self.datos / "postgres").resolve())
        return os.environ | {"PREP_DATOS_DIR": str(self.datos), "DATABASE_URL": url, "PREP_SIN_TLS": "1"}

    def base(self) -> None:
        postgres.asegurar(self.datos / "postgres")

    def correr(self, *orden: str) -> str:
        r = subprocess.run([sys.executable, *orden], env=self.entorno, capture_output=True, text=True, check=False)
        assert r.returncode == 0, r.stdout + r.stderr
        return r.stdout

    def lanzar(self, nombre: str, orden: list[str]) -> None:
        """Start it, if it is not there."""
        if (suyo := self.procesos.get(nombre)) is None or suyo.poll() is not None:
            with (self.datos / f"{nombre}.log").open("ab") as salida:
                self.procesos[nombre] = subprocess.Popen(
                    orden, env=self.entorno, stdin=subprocess.DEVNULL, stdout=salida, stderr=salida,
                    start_new_session=True,
                )  # fmt: skip

    def matar(self, nombre: str) -> None:
        suyo = self.procesos[nombre]
        with suppress(ProcessLookupError):
            os.killpg(suyo.pid, signal.SIGKILL)
        suyo.wait()

    def matar_base(self) -> None:
        """The postmaster and each of its children."""
        maestro = int((self.datos / "postgres").resolve().joinpath("pg", "postmaster.pid").read_text().split()[0])
        hijos = Path(f"/proc/{maestro}/task/{maestro}/children").read_text().split()
        for pid in (maestro, *map(int, hijos)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def cerrar(self) -> None:
        for nombre in self.procesos:
            self.matar(nombre)
        postgres.parar(self.datos / "postgres")
        shutil.rmtree((self.datos / "postgres").resolve(), ignore_errors=True)


@pytest.fixture
def maquinas() -> Iterator[tuple[Maquina, Maquina]]:
    raiz, hechas = Path(tempfile.mkdtemp(prefix="prep-muertes-")), list[Maquina]()
    raiz.chmod(0o711)
    try:
        for nodo in ("central", NODO):
            hechas.append(Maquina(raiz / nodo, nodo))
        yield hechas[0], hechas[1]
    finally:
        for una in hechas:
            una.cerrar()
        shutil.rmtree(raiz, ignore_errors=True)


def habilitar(centro: Maquina, catd: Maquina) -> None:
    sobres = centro.datos / "sobres"
    centro.correr("-c", CON_DJANGO + CENTRO, str(sobres))
    catd.correr("-c", CON_DJANGO + HABILITAR, str(sobres))


def exigir_lo_dicho(centro: Maquina, catd: Maquina, actas: int) -> None:
    """What whoever works at the node was told that was written is at the centre, once, with its picture."""
    dichos = [linea.split() for linea in (catd.datos / "trabajar.log").read_text().splitlines()]
    reconocidos = {d[0] for d in dichos if len(d) == 2 and len(d[0]) == len(d[1]) == 64}
    assert len(reconocidos) == 2 * actas
    for maquina in (centro, catd):
        hay = maquina.correr("-c", CON_DJANGO + ESTAN).split()
        assert len(hay) == len(set(hay)) and set(hay) == reconocidos
        assert "La bitácora está íntegra" in maquina.correr("-m", "prep", "bitacora", "verificar")
    fotos = {p.name: sha256(p.read_bytes()).hexdigest() for p in centro.datos.glob("evidencia/originales/*/*")}
    assert len(fotos) == actas and all(nombre == huella for nombre, huella in fotos.items())


def castigar(centro: Maquina, catd: Maquina, muertes: int, actas: int) -> Counter[str]:
    """So many deaths while a node works and delivers; who died. What was acknowledged is looked for at the end."""
    habilitar(centro, catd)
    puerto = reservables(1)[0]
    enviar = ["-m", "prep", "nodo", "enviar", "--centro", f"http://127.0.0.1:{puerto}"]

    def todo_en_marcha() -> None:
        centro.base(), catd.base()
        centro.lanzar("servir", orden_de_servidor(puerto, cuantos=1))
        catd.lanzar("enviar", [sys.executable, *enviar, "--cada", "1"])
        if not (acabo := catd.procesos.get("trabajar")) or acabo.poll() != 0:
            catd.lanzar("trabajar", [sys.executable, "-c", CON_DJANGO + TRABAJAR, str(actas)])

    victimas: dict[str, Callable[[], None]] = {
        "el centro": lambda: centro.matar("servir"),
        "la base del centro": centro.matar_base,
        "lo que envía": lambda: catd.matar("enviar"),
        "quien trabaja": lambda: catd.matar("trabajar"),
        "la base del nodo": catd.matar_base,
    }
    azar, murieron = random.Random(11), Counter[str]()
    nombres = [n for _ in range(muertes // len(victimas) + 1) for n in azar.sample(list(victimas), len(victimas))]
    for victima in nombres[:muertes]:
        todo_en_marcha()
        time.sleep(azar.uniform(0.5, 6.0))
        victimas[victima]()
        murieron[victima] += 1
    while True:
        todo_en_marcha()
        if catd.procesos["trabajar"].poll() == 0:
            break
        time.sleep(0.2)
    catd.matar("enviar")
    catd.correr(*enviar)  # what is left, at once
    exigir_lo_dicho(centro, catd, actas)
    return murieron


def test_each_acta_of_its_centre_has_a_picture_of_its_own() -> None:
    assert len({foto(semilla) for semilla in range(0, 2_048, 64)}) == 32


@pytest.mark.largo
@pytest.mark.timeout(3600)
def test_sudden_death_of_anybody_at_a_node_and_at_the_centre(
    maquinas: tuple[Maquina, Maquina], capsys: pytest.CaptureFixture[str]
) -> None:
    muertes = int(os.environ.get("PREP_MUERTES", "50"))
    murieron = castigar(*maquinas, muertes, 8 * muertes)
    with capsys.disabled():
        print(f"\n{murieron.total()} muertes probadas y sobrevividas: {dict(murieron)}")
    assert murieron.total() == muertes
