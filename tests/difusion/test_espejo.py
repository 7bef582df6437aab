"""The mirror: only what changed travels, nothing unchecked is shown, a bad source costs nothing already good."""

import json
import threading
import time
import urllib.error
import urllib.request

import pytest
from typer.testing import CliRunner

from emision_fabrica import AUDITOR, INSTITUTO, Noche
from prep.cli import app
from prep.comprobacion.verificar import Opciones, verificar
from prep.difusion.espejo import Espejo
from prep.difusion.servidor import atendiendo, servidor
from prep.transparencia.almacen import Carpeta
from prep.transparencia.nota import FIRMA, LlavePrivada
from prep.transparencia.politica import leer_politica

AJENA = LlavePrivada("otro.example", FIRMA, b"\7" * 32)
POLITICA = f"log {INSTITUTO.llave.vkey}\nwitness uni {AUDITOR.llave.vkey}\nquorum none\n".encode()


class Contada(Carpeta):
    """A source that counts what it is asked for and can die or lie."""

    def __init__(self, carpeta):
        super().__init__(carpeta)
        self.pedidos, self.vidas, self.mentir = [], None, None

    def leer(self, ruta, maximo=2**29):
        self.pedidos.append(ruta)
        if self.vidas is not None:
            self.vidas -= 1
            if self.vidas < 0:
                raise KeyboardInterrupt
        datos = super().leer(ruta, maximo)
        return self.mentir(ruta, datos) if self.mentir and datos else datos


@pytest.fixture
def noche(tmp_path):
    n = Noche(tmp_path / "fuente")
    n.publicar(0.5)
    return n


@pytest.fixture
def espejo(noche, tmp_path):
    return Espejo(Contada(noche.carpeta), tmp_path / "espejo", leer_politica(POLITICA), lambda: 1_717_380_000, AUDITOR)


def revisar(carpeta):
    return verificar(Carpeta(carpeta), Opciones(leer_politica(POLITICA), espera=0))


def test_it_holds_the_same_and_cosigns(noche, espejo):
    estado = espejo.sincronizar()
    assert (estado.problema, estado.corte, estado.modo) == (None, 2, "simulacro")
    informe = revisar(espejo.sitio.carpeta)
    assert informe.codigo == 0, informe.veredicto
    assert any(h.asunto == "cofirmas" and AUDITOR.llave.nombre in h.texto for h in informe.hallazgos)
    for ruta in Carpeta(noche.carpeta / "cortes").rutas():
        assert (noche.carpeta / "cortes" / ruta).read_bytes() == (espejo.sitio.carpeta / "cortes" / ruta).read_bytes()


def test_the_second_round_transfers_only_what_changed(noche, espejo):
    espejo.sincronizar()
    espejo.fuente.pedidos.clear()
    assert espejo.sincronizar().recibidos == 0
    assert not [p for p in espejo.fuente.pedidos if p.startswith(("imagenes", "cortes"))]
    antes = set(Carpeta(noche.carpeta / "imagenes").rutas())
    noche.publicar(0.2)
    espejo.fuente.pedidos.clear()
    assert espejo.sincronizar().problema is None
    nuevas = set(Carpeta(noche.carpeta / "imagenes").rutas()) - antes
    pedidas = [p for p in espejo.fuente.pedidos if p.startswith("imagenes/")]
    assert {p.removeprefix("imagenes/") for p in pedidas} == nuevas and len(pedidas) == len(nuevas) > 0
    assert "cortes/0003/proceso.json" not in espejo.fuente.pedidos  # the same bytes it had from corte 2
    assert not [p for p in espejo.fuente.pedidos if p.startswith("cortes/0001")]


def test_it_computes_only_what_changed_of_the_corte_that_follows(noche, espejo, monkeypatch):
    from prep.comprobacion import cifras

    espejo.sincronizar()
    leidas, leer = [], cifras.leer_base

    def contando(*dados):
        base = leer(*dados)
        leidas.append(len(base.filas))
        return base

    monkeypatch.setattr(cifras, "leer_base", contando)
    noche.publicar(0.1)
    assert espejo.sincronizar().corte == 3
    assert len(leidas) == 3 and 0 < sum(leidas) < sum(len(e.actas) for e in noche.elecciones) / 2
    assert revisar(espejo.sitio.carpeta).codigo == 0


def test_killed_anywhere_it_resumes(noche, espejo, tmp_path):
    espejo.sincronizar()
    noche.publicar(0.3)
    bueno = {r: (espejo.sitio.carpeta / r).read_bytes() for r in espejo.sitio.rutas()}
    for vidas in range(1, 400, 5):
        fuente = Contada(noche.carpeta)
        fuente.vidas = vidas
        otra_vida = Espejo(fuente, espejo.sitio.carpeta, espejo.politica, lambda: 1_717_380_000, AUDITOR)
        try:
            otra_vida.sincronizar()
            break
        except KeyboardInterrupt:
            # Served: still the old corte, whole, or already the new one.
            assert revisar(espejo.sitio.carpeta).codigo == 0
            assert bueno["cortes/0001/corte.json"] == (espejo.sitio.carpeta / "cortes/0001/corte.json").read_bytes()
    assert otra_vida.estado.problema is None and otra_vida.estado.corte == 3
    assert revisar(espejo.sitio.carpeta).codigo == 0
    assert not (espejo.sitio.carpeta / ".llegando").exists()


@pytest.mark.parametrize(
    "donde",
    ["checkpoint", "tile/entries/000.p/5", "cortes/0003/corte.json", "cortes/0003/GUB/resumen.json", "imagenes"],
)
def test_a_source_that_alters_anything_leaves_the_last_good_corte(noche, espejo, donde):
    espejo.sincronizar()
    noche.publicar(0.3)
    espejo.fuente.mentir = lambda r, d: d[:-1] + bytes([d[-1] ^ 1]) if r.startswith(donde) else d
    antes = {r: (espejo.sitio.carpeta / r).read_bytes() for r in espejo.sitio.rutas() if not r.startswith("imagenes")}
    estado = espejo.sincronizar()
    assert estado.problema and estado.corte == 2
    assert antes == {
        r: (espejo.sitio.carpeta / r).read_bytes() for r in espejo.sitio.rutas() if not r.startswith("imagenes")
    }
    espejo.fuente.mentir = None
    assert espejo.sincronizar().problema is None and espejo.estado.corte == 3


def test_well_signed_but_false_figures_are_not_shown(noche, espejo):
    espejo.sincronizar()
    noche.capturar(0.3)
    manifiesto, archivos = noche.preparar()
    resumen = json.loads(archivos["GUB/resumen.json"])
    resumen["total"] += 1
    archivos["GUB/resumen.json"] = json.dumps(resumen).encode()
    noche.emitir(noche.sellar(manifiesto, archivos), archivos)
    estado = espejo.sincronizar()
    assert "total: dice" in estado.problema and estado.corte == 2 and estado.corte_de_la_fuente == 3
    assert revisar(espejo.sitio.carpeta).codigo == 0 and not (espejo.sitio.carpeta / "cortes" / "0003").exists()


def test_a_source_that_goes_back_or_forks_is_refused(noche, espejo, tmp_path):
    otra = noche.copia(tmp_path / "ayer", semilla=55)
    noche.publicar(0.3)
    espejo.sincronizar()
    espejo.fuente = Contada(tmp_path / "ayer")
    assert "retrocedió" in espejo.sincronizar().problema
    otra.publicar(0.3)
    assert "reescrita" in espejo.sincronizar().problema
    assert espejo.estado.corte == 3 and revisar(espejo.sitio.carpeta).codigo == 0


def test_it_reports_its_lag(noche, tmp_path):
    reloj = [1000]
    espejo = Espejo(Contada(noche.carpeta), tmp_path / "e", leer_politica(POLITICA), lambda: reloj[0])
    espejo.sincronizar()
    (noche.carpeta / "checkpoint").rename(noche.carpeta / "fuera")
    reloj[0] = 1090
    espejo.sincronizar()
    dicho = espejo.como_dict()
    assert dicho["atraso"] == 90 and "checkpoint" in dicho["problema"] and dicho["corte"] == 2


def test_it_serves_the_site_and_nothing_hidden(espejo):
    espejo.sincronizar()
    (espejo.sitio.carpeta / ".llegando").mkdir()
    (espejo.sitio.carpeta / ".llegando" / "x").write_text("no")
    s = servidor("127.0.0.1", 0, carpeta=espejo.sitio.carpeta, estado=espejo.como_dict)
    url = f"http://127.0.0.1:{s.server_port}"
    with atendiendo(s):
        with urllib.request.urlopen(f"{url}/ultimo.json") as r:
            assert json.load(r)["corte"] == 2 and r.headers["Cache-Control"] == "no-cache"
            assert "default-src 'none'" in r.headers["Content-Security-Policy"] and "unsafe" not in str(r.headers)
            assert "camera=()" in r.headers["Permissions-Policy"] and "Python" not in r.headers["Server"]
        with urllib.request.urlopen(f"{url}/cortes/0001/corte.json") as r:
            assert "immutable" in r.headers["Cache-Control"]
        with urllib.request.urlopen(f"{url}/difusor.json") as r:
            assert json.load(r)["atraso"] == 0
        for ruta in (".llegando/x", "../fuente/ultimo.json", "%2e%2e/fuente/ultimo.json", "cortes", "nada", ""):
            with pytest.raises(urllib.error.HTTPError) as e:
                urllib.request.urlopen(f"{url}/{ruta}")
            assert e.value.code == 404
        assert CliRunner().invoke(app, ["verificar", url]).exit_code == 0


def test_pages_of_the_root_travel_too(noche, espejo):
    noche.paginas = {"index.html": b"uno", "portal/a1/estilo.css": b"p{}"}
    noche.publicar(0.1)
    assert espejo.sincronizar().problema is None
    assert (espejo.sitio.carpeta / "index.html").read_bytes() == b"uno"
    noche.paginas = {"index.html": b"dos", "portal/a1/estilo.css": b"p{}"}
    noche.publicar(0.1)
    espejo.fuente.pedidos.clear()
    assert espejo.sincronizar().problema is None
    assert (espejo.sitio.carpeta / "index.html").read_bytes() == b"dos"
    assert "portal/a1/estilo.css" not in espejo.fuente.pedidos
    assert revisar(espejo.sitio.carpeta).codigo == 0
    noche.publicar(0.1)
    (noche.carpeta / "index.html").write_bytes(b"tres")
    espejo.sincronizar()
    assert (espejo.sitio.carpeta / "index.html").read_bytes() == b"dos"


def test_a_page_that_the_source_could_not_rewrite_stops_nothing(noche, espejo):
    noche.paginas = {"index.html": b"uno"}
    noche.publicar(0.1)
    espejo.sincronizar()
    noche.paginas = {"index.html": b"dos"}
    noche.publicar(0.1)
    (noche.carpeta / "index.html").write_bytes(b"uno")
    assert espejo.sincronizar().problema is None and espejo.estado.corte == 4
    assert revisar(espejo.sitio.carpeta).codigo == 0
    (noche.carpeta / "index.html").write_bytes(b"dos")
    assert espejo.sincronizar().problema is None
    assert (espejo.sitio.carpeta / "index.html").read_bytes() == b"dos"


def test_what_the_acts_attest_travels_and_is_checked(noche, espejo):
    assert espejo.sincronizar().problema is None
    llegados = {d.name: d.read_bytes() for d in (espejo.sitio.carpeta / "documentos").iterdir()}
    assert llegados == {d.name: d.read_bytes() for d in (noche.carpeta / "documentos").iterdir()} != {}
    noche.acto("correccion", corte=2, corregido_por=9, motivo="Prueba", doc={})
    assert "nombra cortes que no hay" in espejo.sincronizar().problema


def test_a_round_never_ends_the_mirror(noche, espejo):
    """Whatever breaks, it is told, in words of ours, and the next round tries again."""
    espejo.sincronizar()

    def romper(ruta, datos):
        raise ZeroDivisionError("uno\nPROBLEMA: dos")

    espejo.fuente.mentir = romper
    assert espejo.sincronizar().problema == "la fuente ofrece algo que no se entiende (ZeroDivisionError)"
    espejo.fuente.mentir = None
    assert espejo.sincronizar().problema is None


def test_connections_have_a_cap_and_an_end(espejo, monkeypatch):
    import socket

    from prep.difusion import servidor as sala

    monkeypatch.setattr(sala, "CONEXIONES", 2)
    monkeypatch.setattr(sala, "SEGUNDOS_DE_DESCARGA", 2)
    s = servidor("127.0.0.1", 0, carpeta=espejo.sitio.carpeta)
    with atendiendo(s):
        lentas = [socket.create_connection(("127.0.0.1", s.server_port)) for _ in range(2)]
        for lenta in lentas:
            lenta.sendall(b"GET / HT")
        with socket.create_connection(("127.0.0.1", s.server_port)) as una_mas:
            una_mas.settimeout(20)
            assert una_mas.recv(100).startswith(b"HTTP/1.1 503")
        for lenta in lentas:
            lenta.settimeout(20)
            assert lenta.recv(100) == b""  # cut, though it never stopped
            lenta.close()


@pytest.mark.parametrize("clase", [threading.Thread, threading.Timer])
def test_a_place_is_given_back_whatever_happens(espejo, monkeypatch, clase):
    """No more threads in the machine: whoever came then is left, and takes nobody's place for ever."""
    import socket

    from prep.difusion import servidor as sala

    def falla(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(sala, "CONEXIONES", 1)
    s = servidor("127.0.0.1", 0, carpeta=espejo.sitio.carpeta)
    with atendiendo(s), monkeypatch.context() as sin_hilos:
        sin_hilos.setattr(clase, "start", falla, raising=False)
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", s.server_port)) as c:
                c.settimeout(20)
                c.recv(100)
        sin_hilos.undo()
        for _ in range(200):  # a place is free a little after its client is gone
            with pytest.raises(urllib.error.HTTPError) as nada:
                urllib.request.urlopen(f"http://127.0.0.1:{s.server_port}/no-existe")
            if nada.value.code != 503:
                break
            time.sleep(0.05)
        assert nada.value.code == 404


def test_a_foreign_policy_is_not_repeated(noche, espejo):
    noche.almacen.reemplazar("politica", f"log {AJENA.llave.vkey}\nquorum none\n".encode())
    assert espejo.sincronizar().problema is None
    assert espejo.sitio.leer("politica") is None
    assert espejo.sitio.leer("llaves/instituto.vkey").decode().strip() == INSTITUTO.llave.vkey


@pytest.mark.largo
def test_a_state_of_32700_actas_with_images(tmp_path):
    """Jalisco-size: the second round of a whole mirror transfers what changed and nothing else."""
    noche = Noche(tmp_path / "fuente", secciones=5190)
    noche.publicar(0.9)
    espejo = Espejo(Contada(noche.carpeta), tmp_path / "espejo", leer_politica(POLITICA), lambda: 1)
    assert espejo.sincronizar().problema is None and espejo.estado.recibidos > 25_000
    antes = len(noche.hashes)
    noche.publicar(0.5)
    nuevas = len(noche.hashes) - antes
    espejo.fuente.pedidos.clear()
    assert espejo.sincronizar().problema is None
    assert sum(p.startswith("imagenes/") for p in espejo.fuente.pedidos) == nuevas
    assert espejo.estado.recibidos < nuevas + 40
    assert revisar(tmp_path / "espejo").codigo == 0


def test_command_line(noche, tmp_path):
    (tmp_path / "politica").write_bytes(POLITICA)
    orden = ["difusor", str(noche.carpeta), str(tmp_path / "e"), "--politica", str(tmp_path / "politica"), "--una-vez"]
    r = CliRunner().invoke(app, orden)
    assert r.exit_code == 0 and "corte 2 de simulacro" in r.stdout
    (noche.carpeta / "checkpoint").write_bytes(b"nada")
    r = CliRunner().invoke(app, orden)
    assert r.exit_code == 1 and "se sigue sirviendo el corte 2" in r.stdout


def test_before_there_is_anything_the_entry_says_so(tmp_path):
    """Whoever comes early finds a page that opens by itself, not an error; nothing else answers."""
    with atendiendo(s := servidor("127.0.0.1", 0, carpeta=tmp_path)):
        with pytest.raises(urllib.error.HTTPError) as espera:
            urllib.request.urlopen(f"http://127.0.0.1:{s.server_port}/")
        assert espera.value.code == 503 and espera.value.headers["Retry-After"] == "3"
        assert "script-src" not in espera.value.headers["Content-Security-Policy"]
        assert 'http-equiv="refresh"' in espera.value.read().decode()
        with pytest.raises(urllib.error.HTTPError) as nada:
            urllib.request.urlopen(f"http://127.0.0.1:{s.server_port}/ultimo.json")
        assert nada.value.code == 404
        (tmp_path / "index.html").write_text("ya")
        with urllib.request.urlopen(f"http://127.0.0.1:{s.server_port}/") as r:
            assert r.read() == b"ya"
