"""Two links to one centre: what is asked goes by the other while the first fails or is slow, and it is taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from nodos_aparte import Cable, Pais, trabajar

from contesta import Contesta
from noche import INICIO
from prep.bitacora.models import Hecho
from prep.difusion.servidor import atendiendo
from prep.intercambio import contactos
from prep.intercambio.enviar import Envio, insistir
from prep.intercambio.estado import estado
from prep.intercambio.linea import Http, Respuesta, SeCorto
from prep.intercambio.vias import DESCANSO_S, LENTA_BYTES_S, ULTIMO_DESCANSO_S, Via, Vias
from prep.simulacro.enlace import Enlace
from telefono import ACTAS


class Mundo:
    """A clock, and two lines that take so many seconds to answer, or do not."""

    def __init__(self) -> None:
        self.ahora, self.tarda, self.pedidas = 0.0, {"uno": 1.0, "dos": 1.0}, list[str]()
        self.vias = Vias([Via(n, _Hilo(self, n)) for n in self.tarda], lambda: self.ahora)

    def pedir(self, bytes_: int = 0) -> str:
        self.pedidas.clear()
        return self.vias.pedir("GET", "/", b"x" * bytes_, {}).cuerpo.decode()

    def en_uso(self) -> list[bool]:
        return [v["en_uso"] for v in self.vias.estado()]


class _Hilo:
    def __init__(self, mundo: Mundo, nombre: str) -> None:
        self.mundo, self.nombre = mundo, nombre

    def pedir(self, metodo: str, ruta: str, cuerpo: bytes, cabeceras: Mapping[str, str]) -> Respuesta:
        self.mundo.pedidas.append(self.nombre)
        self.mundo.ahora += abs(self.mundo.tarda[self.nombre])
        if self.mundo.tarda[self.nombre] < 0:
            raise SeCorto("no contestó a tiempo")
        return Respuesta(200, {}, self.nombre.encode())


def test_a_request_that_failed_goes_by_the_other_and_the_first_is_taken_back_when_it_works() -> None:
    m = Mundo()
    assert (m.pedir(), m.en_uso()) == ("uno", [True, False])
    m.tarda["uno"] = -10.0
    assert (m.pedir(), m.pedidas, m.en_uso()) == ("dos", ["uno", "dos"], [False, True])
    assert m.vias.estado()[0]["desde"] and m.vias.estado()[1]["desde"] is None
    assert (m.pedir(), m.pedidas) == ("dos", ["dos"])  # the first rests
    m.ahora += DESCANSO_S
    assert (m.pedir(), m.pedidas) == ("dos", ["uno", "dos"])  # tried again, and it does not work
    m.ahora += DESCANSO_S
    assert (m.pedir(), m.pedidas) == ("dos", ["dos"])  # it rests twice as long
    m.tarda["uno"] = 1.0
    m.ahora += DESCANSO_S
    assert (m.pedir(), m.en_uso(), m.vias.estado()[0]["desde"]) == ("uno", [True, False], None)
    for _ in range(12):  # however long it is away, it is tried every ten minutes
        m.tarda["uno"] = -1.0
        m.ahora += ULTIMO_DESCANSO_S
        m.pedir()
        assert m.pedidas == ["uno", "dos"]


def test_a_slow_one_is_left_for_the_other_and_of_two_slow_ones_the_better_is_used() -> None:
    m = Mundo()
    m.tarda["uno"] = 20.0
    assert m.pedir() == "uno"  # it was answered: what comes next goes by the other
    assert (m.pedir(), m.en_uso()) == ("dos", [False, True])
    m.tarda["dos"] = 60.0
    assert (m.pedir(), m.pedir()) == ("dos", "uno")
    m.tarda["dos"] = 1.0
    assert m.pedir() == "uno"  # both rest: the first did better
    m.ahora += ULTIMO_DESCANSO_S
    m.tarda["uno"] = 20.0
    assert m.pedir(int(30 * LENTA_BYTES_S)) == "uno" and m.vias.estado()[0]["desde"] is None  # a large one takes long


def test_without_any_it_is_said_why() -> None:
    m = Mundo()
    m.tarda = {"uno": -1.0, "dos": -1.0}
    for _ in range(3):  # resting or not, both are tried
        with pytest.raises(SeCorto, match="a tiempo"):
            m.pedir()
        assert sorted(m.pedidas) == ["dos", "uno"]


@pytest.fixture
def pais(bitacora_nueva: Any, bases: Any, tmp_path: Path, reloj: Any) -> Iterator[Pais]:
    with ExitStack() as pila:
        yield Pais(bases, tmp_path, pila)


def test_a_node_whose_first_link_dies_in_the_middle_delivers_once_and_both_sides_say_by_which(pais: Pais) -> None:
    catd, muere = pais.nodo("catd-014"), {"en": 3}
    cables = [Cable(pais.centro, lambda n: "despues" if n >= muere["en"] else ""), Cable(pais.centro)]
    vias = Vias([Via(f"https://{n}.example", cable) for n, cable in zip(("uno", "dos"), cables, strict=True)])
    with catd():
        hechos = trabajar(ACTAS[:2])
        envio = Envio("https://uno.example", vias, vias=vias.estado)
        hecho = insistir(envio, None, lambda s: None, lambda que: None, intentos=1)
        assert len(cables[0].pedidas) == 4 and len(cables[1].pedidas) > 2
        (enlace,) = estado().enlaces
        assert enlace.por_respaldo and [v.desde is None for v in enlace.vias] == [False, True]
        assert (enlace.hechos, enlace.fotos) == (0, 0) and not hecho.apartados
        envio.ronda()
    with pais.centro():
        assert contactos.por_respaldo(INICIO - timedelta(hours=1)) == ["catd-014"]
        assert Hecho.objects.filter(nodo="catd-014").count() == len(hechos)
    with catd():
        muere["en"] = 1000
        vias.suyas[0].hasta = 0.0  # its rest is over
        envio.ronda(), envio.ronda()
        assert not estado().enlaces[0].por_respaldo
    with pais.centro():
        assert contactos.por_respaldo(INICIO - timedelta(hours=1)) == []


def test_over_two_networks_one_of_which_is_cut() -> None:
    with ExitStack() as pila:
        servidor = ThreadingHTTPServer(("127.0.0.1", 0), Contesta)
        pila.enter_context(atendiendo(servidor))
        uno, dos = (pila.enter_context(Enlace(servidor.server_port)) for _ in range(2))
        ahora = [0.0]
        suyas = [Via(n, Http(f"http://127.0.0.1:{e.puerto}", espera=5.0)) for n, e in (("uno", uno), ("dos", dos))]
        vias = Vias(suyas, lambda: ahora[0])

        def usada() -> str:
            assert vias.pedir("GET", "/", b"", {}).cuerpo == b"si"
            return str(next(v["url"] for v in vias.estado() if v["en_uso"]))

        assert usada() == "uno"
        uno.cortar()
        assert (usada(), usada()) == ("dos", "dos")
        uno.unir()
        dos.cortar()  # before the first is due: it is what there is
        assert usada() == "uno"
        dos.unir()
        ahora[0] += DESCANSO_S
        assert usada() == "uno"
