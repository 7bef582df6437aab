"""One bit at a time: whatever is flipped in what a night publishes is found, but where nothing is signed by design."""

import random
from collections import Counter

import pytest

from emision_fabrica import AUDITOR, INSTITUTO, Noche
from prep.comprobacion.verificar import Opciones, verificar
from prep.transparencia.almacen import Carpeta
from prep.transparencia.nota import Nota, firmar
from prep.transparencia.politica import leer_politica

POLITICA = f"log {INSTITUTO.llave.vkey}\nwitness auditor {AUDITOR.llave.vkey}\nquorum auditor\n".encode()
FLIPS = 10_000


class EnMemoria(Carpeta):
    """A folder held in memory, with the bytes of one of its files changed."""

    def __init__(self, carpeta):
        super().__init__(carpeta)
        self.archivos = {r: (carpeta / r).read_bytes() for r in Carpeta(carpeta).rutas()}
        self.cambiado = ("", b"")

    def leer(self, ruta, maximo=2**29):
        datos = self.cambiado[1] if ruta == self.cambiado[0] else self.archivos.get(ruta)
        assert datos is None or len(datos) <= maximo
        return datos

    def rutas(self, bajo=""):
        return iter([r for r in self.archivos if r.startswith(f"{bajo}/" if bajo else "")])

    def ajenos(self):
        return iter(())

    def con_un_bit(self, ruta, byte, bit):
        """The report of this folder with a bit flipped."""
        bueno = self.archivos[ruta]
        self.cambiado = ruta, bueno[:byte] + bytes([bueno[byte] ^ 1 << bit]) + bueno[byte + 1 :]
        return verificar(self, Opciones(leer_politica(POLITICA), espera=0))


@pytest.fixture(scope="module")
def sitio(tmp_path_factory):
    """Four cortes with their images, pages of the root and the cosignature of an auditor."""
    noche = Noche(tmp_path_factory.mktemp("bits"), secciones=4)
    noche.paginas = {"index.html": b"<h1>uno</h1>", "portal/a1/estilo.css": b"p{}"}
    noche.publicar(0.4)
    noche.publicar(0.4)
    noche.paginas["index.html"] = b"<h1>dos</h1>"
    noche.publicar(0.4, cierre=True)
    nota = Nota.leer((noche.carpeta / "checkpoint").read_bytes())
    tamano = int(nota.texto.split(b"\n")[1])
    noche.registro.agregar_firmas([firmar(nota.texto, AUDITOR, 1_717_380_000)], [AUDITOR.llave], tamano)
    memoria = EnMemoria(noche.carpeta)
    informe = verificar(memoria, Opciones(leer_politica(POLITICA), espera=0))
    assert informe.codigo == 0, informe.veredicto
    return memoria


def unsigned_by_design(ruta, datos, byte):
    """Why nothing signs this byte; None where something does."""
    if ruta == "politica":
        return "whoever checks brings another"
    if ruta == "llaves/instituto.vkey":
        return "it is only compared with the key that signs, and pointed out"
    if ruta.startswith("puntos/") and byte >= datos.index(b"\n", datos.index(b"\n\n") + 2):
        return "a past checkpoint stands by the institute's signature: those of witnesses may be missing"
    return None


def voltear(sitio, elegidos):
    """How many flips were found, and why the others were not; fails if one of them should have been."""
    cuenta = Counter()
    for ruta, byte, bit in elegidos:
        informe = sitio.con_un_bit(ruta, byte, bit)
        if informe.codigo == 0:
            por_que = unsigned_by_design(ruta, sitio.archivos[ruta], byte)
            assert por_que is not None, f"{ruta}, byte {byte}, bit {bit}: {informe.veredicto}"
            cuenta[por_que] += 1
        else:
            cuenta["found"] += 1
    return cuenta


def test_a_bit_of_every_file(sitio):
    rutas = [r for i, r in enumerate(sitio.archivos) if not r.startswith("imagenes/") or i % 7 == 0]
    cuenta = voltear(sitio, [(r, i * 7919 % len(sitio.archivos[r]), i % 8) for i, r in enumerate(rutas)])
    assert cuenta["found"] > 50


@pytest.mark.largo
def test_ten_thousand_bits(sitio):
    """Every file is as likely as any other: the shortest are those that decide most."""
    azar = random.Random(2024)
    rutas = list(sitio.archivos)
    elegidos = []
    for _ in range(FLIPS):
        ruta = azar.choice(rutas)
        elegidos.append((ruta, azar.randrange(len(sitio.archivos[ruta])), azar.randrange(8)))
    cuenta = voltear(sitio, elegidos)
    print(dict(cuenta))
    assert cuenta["found"] > 0.9 * FLIPS
