"""A node works cut off and gets everything to the centre, once, whatever the line does to it."""

from __future__ import annotations

import random
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.db import connection
from nodos_aparte import Cable, Instalacion, Muerte, Pais, al_azar, intentar, todos_los_sobres, trabajar

from noche import INICIO, PROCESO, lectura, nodo_de, raiz
from prep.bitacora import identidad
from prep.bitacora.actas import COLUMNAS, acta_de
from prep.bitacora.asientos import bifurcados
from prep.bitacora.autoridad import fundar
from prep.bitacora.identidad import NodoDetenido
from prep.bitacora.marcha import decir_revision, del_centro, servicio_de
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import SEDE, anotar, escribir, recibir
from prep.bitacora.verificacion import verificar
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Captura, Custodia
from prep.dominio.comun.autoridad import INSTITUTO
from prep.dominio.comun.hecho import nuevo_hecho
from prep.dominio.operacion import Punto
from prep.intercambio import entre_nodos, enviar, lotes_de_nodo, paquete
from prep.intercambio.enviar import Balance, Envio, Paciencia, insistir
from prep.intercambio.estado import estado
from prep.intercambio.linea import Espere, Http, NoQuiere, Otro, Respuesta, SeCorto
from prep.intercambio.models import Enlace, Objeto
from prep.plataforma import pases, portero
from prep.plataforma.errores import Impedimento
from prep.plataforma.lugares import dir_evidencia
from prep.plataforma.reloj import RelojFijo
from telefono import ACTAS, Telefono, foto


@pytest.fixture
def pais(
    bitacora_nueva: Any, bases: Any, tmp_path: Path, reloj: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pais]:
    monkeypatch.setattr(enviar, "HECHOS", 4)  # many deliveries of few facts: there is more to cut
    with ExitStack() as pila:
        yield Pais(bases, tmp_path, pila)


def todo(envio: Envio) -> Balance:
    """Until it is whole, without waiting."""
    return insistir(envio, None, lambda s: None, lambda que: None, intentos=1000)


def plegado(maquina: Instalacion) -> list[tuple[Any, ...]]:
    with maquina(), connection.cursor() as cursor:
        cursor.execute(f'SELECT {",".join(COLUMNAS)} FROM bitacora_acta ORDER BY clave COLLATE "C"')
        return cursor.fetchall()


def fotos(maquina: Instalacion) -> dict[str, str]:
    """Pictures stored, by what they are called: each hashed again."""
    with maquina():
        return {p.name: sha256(p.read_bytes()).hexdigest() for p in dir_evidencia().glob("originales/*/*")}


def exigir_una_vez(centro: Instalacion, *nodos: Instalacion) -> None:
    """Each fact and picture of the nodes is at the centre, once, whole."""
    todas = fotos(centro)
    assert all(nombre == huella for nombre, huella in todas.items())
    with centro():
        alla = Counter(Hecho.objects.values_list("nodo", "secuencia", "hoja"))
        assert list(verificar()) == []
    for nodo in nodos:
        with nodo():
            assert all(alla[h] == 1 for h in Hecho.objects.values_list("nodo", "secuencia", "hoja"))
        assert fotos(nodo).items() <= todas.items()


def test_what_a_node_did_cut_off_reaches_the_centre_and_what_the_centre_did_reaches_it(pais: Pais) -> None:
    with pais.centro():
        tel = Telefono()
    catd = pais.nodo("catd-014")
    with catd():
        hechos = trabajar(ACTAS[:2])
        decir_revision("lugar-uno", Punto.IMPRESORA, False, "Sin tinta.", "uno", INICIO, nodo_de_aqui(), "revisa")
        tel.poner(foto(90))  # a phone that met this node: its fact is carried
        assert tel.entregar([tel.fotografiada(ACTAS[2], foto(90))]).json()["nuevos"] == 1
        hecho = pais.envio().ronda()
    assert (hecho.hechos, hecho.fotos, hecho.apartados) == (len(hechos) + 2, 3, [])
    exigir_una_vez(pais.centro, catd)
    with pais.centro():
        assert acta_de(ACTAS[0]).captura is Captura.COINCIDE and acta_de(ACTAS[2]).custodia is Custodia.FOTOGRAFIADA
        assert {o.dispositivo for o in Objeto.objects.all()} == {"nodo:catd-014"} and tel.estado()["hasta"] == 1
        assert not servicio_de(del_centro("lugar-uno")).revisiones[Punto.IMPRESORA].listo  # followed from the centre
        trabajar([ACTAS[3]], 5, "tres")
    with catd():
        otra = pais.envio().ronda()
        assert (otra.hechos, otra.fotos, otra.bajados) == (0, 0, 5)
        assert acta_de(ACTAS[3]).captura is Captura.COINCIDE
        cable = Cable(pais.centro)
        assert Envio("http://centro", cable).ronda().bajados == 0 and len(cable.pedidas) == 3
        assert Enlace.objects.get().recibo["recibo"]["hasta"] == len(hechos) + 2
    assert plegado(catd) == plegado(pais.centro)


def test_what_is_written_while_much_comes_down_does_not_wait_for_all_of_it(
    pais: Pais, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that was cut for hours takes in a whole night: its people go on, and the centre waits for what they do."""
    monkeypatch.setattr(entre_nodos, "A_DAR_HECHOS", 2)
    catd = pais.nodo("catd-014")
    with pais.centro():
        trabajar(ACTAS[1:], 5, "tres")

    def falla(n: int) -> str:
        if cable.pedidas and [m for m, _ in cable.pedidas].count("GET") == 2 and not hechas:
            with catd():
                hechas.extend(trabajar(ACTAS[:1]))
        return ""

    hechas: list[Any] = []
    cable = Cable(pais.centro, falla)
    with catd():
        hecho = Envio("http://centro", cable).ronda()
    assert hecho.hechos == len(hechas) > 0
    subio = max(i for i, (metodo, _) in enumerate(cable.pedidas) if metodo != "GET")
    assert sum(metodo == "GET" for metodo, _ in cable.pedidas[subio:]) > 2  # there was much left to come down
    assert plegado(catd) == plegado(pais.centro)


@pytest.mark.parametrize("semilla", range(2))
def test_over_a_line_that_loses_a_third_of_everything(pais: Pais, semilla: int) -> None:
    catd, falla = pais.nodo("catd-014"), al_azar(semilla)
    with catd():
        trabajar(ACTAS)
        todo(pais.envio(falla))
    exigir_una_vez(pais.centro, catd)
    assert plegado(catd) == plegado(pais.centro)


class Estrecha(Cable):
    """A line by which deliveries of more than one fact never get through."""

    def pedir(self, metodo: str, ruta: str, cuerpo: bytes, cabeceras: Mapping[str, str]) -> Respuesta:
        if ruta == "/v1/nodo/hechos" and len(orjson.loads(cuerpo)) > 1:
            raise SeCorto("no contestó a tiempo")
        return super().pedir(metodo, ruta, cuerpo, cabeceras)


def test_what_is_too_much_for_the_line_goes_in_smaller_deliveries(pais: Pais) -> None:
    """And nobody gives up, nor waits longer each time, while something gets there."""
    catd, esperas = pais.nodo("catd-014"), list[float]()
    with catd():
        trabajar(ACTAS[:2])
        envio = Envio("http://centro", Estrecha(pais.centro))
        insistir(envio, None, esperas.append, lambda que: None, Paciencia(random.Random(1)), intentos=3)
    assert len(esperas) > 3 and max(esperas) < 6
    exigir_una_vez(pais.centro, catd)


class OtraHora(Cable):
    """A line between machines whose clocks are so far from each other."""

    def __init__(self, a: Instalacion, reloj: RelojFijo, corrido: timedelta) -> None:
        super().__init__(a)
        self.reloj, self.corrido = reloj, corrido

    def pedir(self, metodo: str, ruta: str, cuerpo: bytes, cabeceras: Mapping[str, str]) -> Respuesta:
        self.reloj.avanzar(-self.corrido)
        try:
            return super().pedir(metodo, ruta, cuerpo, cabeceras)
        finally:
            self.reloj.avanzar(self.corrido)


def test_a_node_whose_clock_is_an_hour_or_a_year_off_delivers_what_it_has_and_says_so(
    pais: Pais, reloj: RelojFijo
) -> None:
    corridos = [timedelta(hours=1), timedelta(hours=-1), timedelta(days=365), timedelta(days=-365)]
    nodos = []
    for i, corrido in enumerate(corridos):
        nodos.append(pais.nodo(f"catd-{i}"))
        with nodos[i]():
            reloj.avanzar(corrido)
            trabajar(ACTAS[i : i + 1], i + 1, desde=INICIO + corrido)
            todo(Envio("http://centro", OtraHora(pais.centro, reloj, corrido)))
            assert [(e.hechos, e.fotos, e.desfase) for e in estado().enlaces] == [(0, 0, corrido.total_seconds())]
            reloj.avanzar(-corrido)
    exigir_una_vez(pais.centro, *nodos)
    assert all(acta_de_en(pais.centro, a).captura is Captura.COINCIDE for a in ACTAS)


def test_killed_before_and_after_every_request_it_goes_on_where_it_was(pais: Pais) -> None:
    catd = pais.nodo("catd-014")
    muertes, acabo = 0, False
    with catd():
        trabajar(ACTAS)
        while not acabo:
            k = muertes // 2
            donde = "muere_despues" if muertes % 2 else "muere_antes"

            def falla(n: int, k: int = k, donde: str = donde) -> str:
                return donde if n == k else ""

            try:
                pais.envio(falla).ronda()
                acabo = True
            except Muerte:
                muertes += 1
    assert muertes >= 10
    exigir_una_vez(pais.centro, catd)
    assert plegado(catd) == plegado(pais.centro)


@pytest.mark.parametrize("semilla", range(2))
def test_in_any_order_of_partial_deliveries_of_three_nodes_the_fold_is_that_of_a_night_without_cuts(
    pais: Pais, semilla: int
) -> None:
    """Three nodes work on the same actas, each knowing what it knows, and deliver a bit now and then."""
    azar = random.Random(semilla)
    nodos = [pais.nodo(f"catd-{i}") for i in range(3)]
    for paso in range(8):
        i = azar.randrange(3)
        with nodos[i]():
            trabajar([azar.choice(ACTAS)], semilla * 40 + paso, ("uno", "tres", "cuatro")[i])
            if azar.random() < 0.7:
                corte = azar.randrange(1, 9)
                with suppress(Muerte):
                    pais.envio(lambda n, corte=corte: "muere_despues" if n >= corte else "").ronda()
    azar.shuffle(nodos)
    for nodo in nodos:
        with nodo():
            todo(pais.envio(al_azar(semilla)))
    exigir_una_vez(pais.centro, *nodos)
    espejo = pais.maquina("sin-cortes")
    with pais.centro():
        sobres = todos_los_sobres()
    sobres.sort(key=lambda s: (s["nodo"] != INSTITUTO, s["nodo"], s["secuencia"]))  # each node whole, one after another
    with espejo():
        fundar(PROCESO, "prueba", raiz().publica)
        assert not recibir(sobres, INICIO).rechazados
    assert plegado(espejo) == plegado(pais.centro)


def test_late_facts_take_nothing_back_that_was_published(pais: Pais) -> None:
    catd = pais.nodo("catd-014")
    with catd():
        capturada = trabajar(ACTAS[:1])[-1]
        todo(pais.envio())
        trabajar(ACTAS[:1], 3, "tres")  # beside what follows, and not delivered yet
    with pais.centro():
        aqui, base = nodo_de_aqui(), lectura(capturada)
        verificada, _ = escribir(Tipo.VERIFICADA, ACTAS[0], "cuatro", {"base": base}, INICIO, aqui)
        registro = {"corte": 1, "base": base, "hecho": verificada.id}
        _, antes = escribir(Tipo.PUBLICADA, ACTAS[0], SEDE, registro, INICIO, aqui)
        assert antes.publicada is not None
    with catd():
        todo(pais.envio())
    with pais.centro():
        assert acta_de(ACTAS[0]).publicada == antes.publicada
    exigir_una_vez(pais.centro, catd)


# --- one name, one machine ---


def test_of_two_machines_with_one_disk_the_second_to_come_stops_and_both_branches_are_kept(pais: Pais) -> None:
    uno = pais.nodo("catd-014")
    with uno():
        trabajar(ACTAS[:1])
        todo(pais.envio())
    otro = pais.copia(uno, "clonado")
    with uno():
        trabajar(ACTAS[1:2], 2)
        todo(pais.envio())
    with otro():
        trabajar(ACTAS[2:3], 3)
        todo(pais.envio())
        with pytest.raises(NodoDetenido, match=r"otro equipo usa ese nombre.*otro nombre y otra llave"):
            intentar(ACTAS[3])
    with uno():
        todo(pais.envio())
        trabajar(ACTAS[3:], 5)  # it came first: it goes on
        todo(pais.envio())
    with pais.centro():
        assert bifurcados() == {"catd-014": 2}
    exigir_una_vez(pais.centro, uno, otro)
    assert all(acta_de_en(pais.centro, a).captura is Captura.COINCIDE for a in ACTAS)


def acta_de_en(maquina: Instalacion, clave: str) -> Any:
    with maquina():
        return acta_de(clave)


def test_a_database_restored_from_a_copy_writes_nothing_under_its_old_name(pais: Pais) -> None:
    catd = pais.nodo("catd-014")
    with catd():
        trabajar(ACTAS[:1])
        todo(pais.envio())
    vieja = pais.copia(catd, "respaldo")
    with catd():
        trabajar(ACTAS[1:2], 2)
        todo(pais.envio())
    with pais.copia(vieja, "restaurada", llaves=catd)(), pytest.raises(NodoDetenido, match="se restauró de una copia"):
        intentar(ACTAS[2])  # its keys remember: with no centre to ask
    with vieja():
        todo(pais.envio())
        with pytest.raises(NodoDetenido):
            intentar(ACTAS[2])
    with pais.centro():
        assert bifurcados() == {}
    exigir_una_vez(pais.centro, vieja, catd)


# --- who asks, and what is refused ---


@pytest.mark.parametrize(
    "url", ["http://centro.example", "http://centro.local:8000", "http://8.8.8.8", "http://[2606::1]"]
)
def test_nothing_goes_in_clear_out_of_ones_own_network(url: str) -> None:
    with pytest.raises(Impedimento, match="con https://"):
        Http(url)
    Http(url.replace("http:", "https:"))
    for cerca in (
        "http://localhost:8000",
        "http://127.0.0.1",
        "http://192.168.1.10:8001",
        "http://[fe80::1]",
        "http://10.0.0.2",
    ):
        Http(cerca)


def test_only_an_enrolled_node_is_heard_and_a_revoked_one_no_more(pais: Pais, monkeypatch: pytest.MonkeyPatch) -> None:
    catd = pais.nodo("catd-014")
    with catd():
        trabajar(ACTAS[:1])
        de_aqui = nodo_de_aqui()
        ambito_ = pais.envio()._otro.ambito
    cable = Cable(pais.centro)
    monkeypatch.setattr(settings, "GALLETAS", "__Host-")  # a centre behind TLS
    for quien in (nodo_de("catd-014"), nodo_de("catd-9")):  # a key that is not its own; nobody
        with pytest.raises(NoQuiere):
            Otro(cable, quien, ambito_).pedir("POST", "/v1/nodo/hechos", b"[]")
    with pytest.raises(NoQuiere):
        Otro(cable, de_aqui, "otro/prueba/0123456789abcdef").pedir("POST", "/v1/nodo/hechos", b"[]")
    bueno = Otro(cable, de_aqui, ambito_, timedelta(hours=-7))  # its clock was thought to be far off: it is told
    assert bueno.pedir("POST", "/v1/nodo/fotos", b"[]") == {"faltan": []} and bueno.desfase == timedelta(0)
    assert bueno._pase.startswith("__Host-") and pases.leer(portero._galleta(bueno._pase))  # what the door knows it by
    for ruta, cuerpo in (
        ("/v1/nodo", b"{}"),
        ("/v1/nodo", b'{"cadenas":{"a b":[]},"dice":{}}'),
        ("/v1/nodo", b'{"cadenas":{"a":[[0,"x"]]},"dice":{}}'),
        ("/v1/nodo/hechos", b"[" + b"0," * 200_000 + b"0]"),
        ("/v1/nodo/fotos", b'["x"]'),
        ("/v1/nodo/fotos", b'{"a":1}'),
    ):
        with pytest.raises(NoQuiere) as no:
            bueno.pedir("POST", ruta, cuerpo)
        assert no.value.estado in (413, 422), ruta
    with pytest.raises(NoQuiere, match="JPEG"):
        basura = b"GIF89a"
        bueno.pedir("PUT", f"/v1/nodo/objetos/sha256/{sha256(basura).hexdigest()}", basura, "image/jpeg")
    with pais.centro():
        baja = nuevo_hecho("baja", "nodo:catd-014", INSTITUTO, INICIO, {"desde": 1, "motivo": "Se extravió."})
        anotar([baja], raiz(), INICIO)
        habia = Hecho.objects.count()
    with catd(), pytest.raises(Impedimento, match="se dio de baja"):
        todo(pais.envio())
    with pais.centro():
        assert Hecho.objects.count() == habia and Objeto.objects.count() == 0


def test_one_picture_that_is_not_taken_is_put_aside_and_the_rest_goes_on(pais: Pais) -> None:
    catd = pais.nodo("catd-014")
    with catd():
        trabajar(ACTAS)
        sana, danada, perdida, _ = sorted(dir_evidencia().glob("imagenes/*/*.jpg"))
        danada.chmod(0o600)
        danada.write_bytes(foto(77))
        perdida.unlink()
        (dir_evidencia() / "originales" / perdida.stem[:2] / perdida.stem).unlink()
        hecho = todo(pais.envio())
        assert sorted(a.rpartition(": ")[2] for a in hecho.apartados) == [
            "no está en este equipo.",
            "se dañó en este equipo.",
        ]
        assert Enlace.objects.get().apartados == hecho.apartados
    assert len(fotos(pais.centro)) == 2 and sana.stem in fotos(pais.centro)
    assert plegado(catd) == plegado(pais.centro)


def test_a_receipt_that_no_node_of_the_institute_signed_is_as_none(pais: Pais) -> None:
    catd = pais.nodo("catd-014")
    with pais.centro():
        bueno = nodo_de_aqui()
    impostor = nodo_de("central")
    with catd():
        trabajar(ACTAS[:1])
        envio = pais.envio()
    with pytest.MonkeyPatch.context() as cambio:
        cambio.setattr(entre_nodos, "nodo_de_aqui", lambda: impostor)
        with catd(), pytest.raises(Espere, match="no lo firmó"):
            envio.ronda()
    with catd():
        assert identidad.visto("catd-014") == (0, "") and bueno.nodo == "central"


class Contesta:
    """A line where somebody answers always the same."""

    def __init__(self, estado: int, **cabeceras: str) -> None:
        self.estado, self.cabeceras = estado, {n.replace("_", "-"): v for n, v in cabeceras.items()}

    def pedir(self, *_: Any) -> Any:
        return Respuesta(self.estado, self.cabeceras, b'{"codigo": "x", "detalle": "Ahora no."}')


def test_it_waits_at_least_what_it_is_told_and_longer_each_time_and_gives_up_saying_what_is_left(pais: Pais) -> None:
    catd = pais.nodo("catd-014")
    esperas: list[float] = []
    dichos: list[str] = []
    with catd():
        trabajar(ACTAS[:1])
        envio = Envio("http://centro", Contesta(503, retry_after="40"))
        with pytest.raises(Impedimento, match=r"Ahora no.*Faltan 5 hechos; nada se perdió"):
            insistir(envio, None, esperas.append, dichos.append, Paciencia(random.Random(1)), intentos=9)
    assert all(e >= 40 for e in esperas) and max(esperas) > 60 and len(set(esperas)) == 8
    assert all("nada se perdió" in d for d in dichos)
    solo = Paciencia(random.Random(2))
    crecen = [solo.tras(Espere("x")) for _ in range(12)]
    assert crecen[0] < 2 < crecen[4] and max(crecen) <= 90


# --- in a file ---


def test_a_bundle_is_as_the_network_and_the_network_goes_on_from_it(pais: Pais, tmp_path: Path) -> None:
    catd, vecino = pais.nodo("catd-014"), pais.nodo("catd-015")
    with catd():
        trabajar(ACTAS[:2])
        assert lotes_de_nodo.exportar(tmp_path / "uno") == (10, 2)
        with pytest.raises(Impedimento, match="ya existe"):
            lotes_de_nodo.exportar(tmp_path / "uno")
    with pais.centro():
        hecho = lotes_de_nodo.importar(tmp_path / "uno")
        assert (hecho.fotos, hecho.hechos, hecho.ya_estaban, hecho.problemas) == (2, 10, 0, [])
        otra = lotes_de_nodo.importar(tmp_path / "uno")
        assert (otra.fotos, otra.hechos, otra.ya_estaban, otra.problemas) == (0, 0, 10, [])
    with catd():
        trabajar(ACTAS[2:3], 2)
        hecho_ = todo(pais.envio())
        assert (hecho_.hechos, hecho_.fotos) == (5, 1)  # only what the file did not carry
        trabajar(ACTAS[3:], 3)
        assert lotes_de_nodo.exportar(tmp_path / "dos") == (5, 1)  # nor does the file carry what the network did
        assert lotes_de_nodo.exportar(tmp_path / "todo", todo=True)[1] == 4
    with vecino():  # the neighbour, which has a network, carries it
        hecho = lotes_de_nodo.importar(tmp_path / "dos")
        assert (hecho.hechos, len(hecho.problemas)) == (0, 5)  # it lacks what came before
        hecho = lotes_de_nodo.importar(tmp_path / "todo")
        assert (hecho.hechos, hecho.fotos, hecho.problemas) == (20, 3, [])
        trabajar(ACTAS[:1], 8, "tres")
        assert todo(pais.envio()).hechos == 10
    exigir_una_vez(pais.centro, catd, vecino)
    assert plegado(vecino) == plegado(pais.centro)


def test_a_picture_that_comes_after_its_fact_was_delivered_is_delivered_too(pais: Pais, tmp_path: Path) -> None:
    """A bundle with a picture that was damaged on its way is carried again, to a neighbour that goes on delivering."""
    catd, vecino = pais.nodo("catd-014"), pais.nodo("catd-015")
    with catd():
        trabajar(ACTAS)
        lotes_de_nodo.exportar(tmp_path / "sano")
    with zipfile.ZipFile(tmp_path / "sano") as sano, zipfile.ZipFile(tmp_path / "danado", "w") as otro:
        cual = next(n for n in sano.namelist() if n.startswith("fotos/"))
        for nombre in sano.namelist():
            datos = sano.read(nombre)
            otro.writestr(nombre, datos[:-3] + bytes(3) if nombre == cual else datos)
    with vecino():
        assert len(lotes_de_nodo.importar(tmp_path / "danado").problemas) == 1
        cable = Cable(pais.centro)
        envio = Envio("http://centro", cable)
        primera = envio.ronda()
        assert (primera.hechos, primera.fotos) == (20, 3)
        assert primera.apartados == Enlace.objects.get().apartados != []
        antes = len(cable.pedidas)
        assert envio.ronda() == Balance()
        assert len(cable.pedidas) == antes + 2  # one who asks for nothing of those that nobody has
        assert lotes_de_nodo.importar(tmp_path / "sano").fotos == 1
        assert envio.ronda() == Balance(fotos=1)
        assert Enlace.objects.get().apartados == []
        antes = len(cable.pedidas)
        assert envio.ronda() == Balance()
        assert len(cable.pedidas) == antes + 2
    exigir_una_vez(pais.centro, catd, vecino)
    assert len(fotos(pais.centro)) == 4


def test_a_bundle_that_was_cut_changed_or_is_of_nobody_leaves_nothing(pais: Pais, tmp_path: Path) -> None:
    catd = pais.nodo("catd-014")
    with catd():
        trabajar(ACTAS[:1])
        lotes_de_nodo.exportar(tmp_path / "lote")
        impostor = nodo_de("catd-014")
        with pytest.MonkeyPatch.context() as cambio:
            cambio.setattr(lotes_de_nodo, "nodo_de_aqui", lambda: impostor)
            lotes_de_nodo.exportar(tmp_path / "falso")
    datos = (tmp_path / "lote").read_bytes()
    azar = random.Random(3)
    malos = [datos[:n] for n in (5, len(datos) // 2, len(datos) - 1)]
    malos.append((tmp_path / "falso").read_bytes())
    for _ in range(30):
        lugar = azar.randrange(4, len(datos))
        malos.append(datos[:lugar] + bytes([datos[lugar] ^ (1 << azar.randrange(8))]) + datos[lugar + 1 :])
    with pais.centro():
        for malo in malos:
            habia = Hecho.objects.count()
            (tmp_path / "malo").write_bytes(malo)
            try:
                hecho = lotes_de_nodo.importar(tmp_path / "malo")
            except Impedimento:
                assert Hecho.objects.count() == habia
            else:  # what was changed was no part of what it says: a margin of the archive, or a picture
                assert all(p.startswith("Fotografía") for p in hecho.problemas)
        assert list(verificar()) == []
    assert all(nombre == huella for nombre, huella in fotos(pais.centro).items())


def test_killed_while_a_bundle_comes_in_it_is_imported_again(
    pais: Pais, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paquete, "HECHOS_POR_COSA", 3)
    catd = pais.nodo("catd-014")
    with catd():
        trabajar(ACTAS[:2])
        lotes_de_nodo.exportar(tmp_path / "lote")
    quedan = 0

    def hasta_morir(grupo: Any, ahora: Any) -> Any:
        nonlocal quedan
        if quedan == 0:
            raise Muerte
        quedan -= 1
        return recibir(grupo, ahora)

    with pais.centro():
        monkeypatch.setattr(lotes_de_nodo, "recibir", hasta_morir)
        for vivos in range(4):  # of four groups, none comes in, then one…
            quedan = vivos
            with pytest.raises(Muerte):
                lotes_de_nodo.importar(tmp_path / "lote")
            assert Hecho.objects.filter(nodo="catd-014").count() == 3 * vivos
        quedan = 4
        assert lotes_de_nodo.importar(tmp_path / "lote").problemas == []
    exigir_una_vez(pais.centro, catd)
    assert plegado(catd) == plegado(pais.centro)
