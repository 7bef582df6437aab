"""The witness by its protocol: what it signs, what it refuses, and that it never goes back."""

import socket
import urllib.error
import urllib.request

import pytest

from prep.difusion import testigo as sala
from prep.difusion.cofirmas import pedir_cofirmas
from prep.difusion.servidor import atendiendo, servidor
from prep.transparencia.almacen import Carpeta
from prep.transparencia.errores import FormatoInvalido
from prep.transparencia.nota import COFIRMA, FIRMA, LlavePrivada, Nota, nota_firmada
from prep.transparencia.politica import leer_politica
from prep.transparencia.pruebas import PeticionDeCofirma, peticion_de
from prep.transparencia.punto import abrir_punto
from prep.transparencia.registro import Registro

INSTITUTO = LlavePrivada("ople.example/prep", FIRMA, b"\1" * 32)
TESTIGO = LlavePrivada("universidad.example", COFIRMA, b"\2" * 32)
CAIDO = LlavePrivada("caido.example", COFIRMA, b"\3" * 32)
HORA = 1_717_380_000


@pytest.fixture
def registro(tmp_path):
    return Registro(Carpeta(tmp_path / "sitio", duradero=False), INSTITUTO)


@pytest.fixture
def testigo(tmp_path):
    return sala.Testigo(TESTIGO, [INSTITUTO.llave], tmp_path / "estado", lambda: HORA)


def crecer(registro, n):
    for _ in range(n):
        historia = registro.historia()
        registro.agregar(b"hoja %d" % (historia.punto.tamano if historia else 0))
    return registro.historia()


def pedir(testigo, historia, viejo):
    return testigo.agregar_punto(peticion_de(historia, viejo).escribir())


def test_it_cosigns_what_continues(registro, testigo):
    for viejo, nuevas in ((0, 1), (1, 4), (5, 8)):
        historia = crecer(registro, nuevas)
        r = pedir(testigo, historia, viejo)
        assert r.codigo == 200
        nota = historia.firmado.nota.escribir() + r.cuerpo
        (cofirma,) = abrir_punto(nota, [INSTITUTO.llave], [TESTIGO.llave]).cofirmas
        assert cofirma.hora == HORA
    assert pedir(testigo, historia, 13).codigo == 200  # the same head again
    assert testigo.ultimo("ople.example/prep").tamano == 13


def test_a_wrong_old_size_is_told_the_right_one(registro, testigo):
    historia = crecer(registro, 3)
    pedir(testigo, historia, 0)
    historia = crecer(registro, 2)
    r = pedir(testigo, historia, 0)
    assert (r.codigo, r.cuerpo, r.tipo) == (409, b"3\n", "text/x.tlog.size")
    assert pedir(testigo, historia, 3).codigo == 200


def test_a_rolled_back_or_forked_log_is_refused(registro, testigo, tmp_path):
    corta = crecer(registro, 3)
    larga = crecer(registro, 2)
    assert pedir(testigo, larga, 0).codigo == 200
    assert pedir(testigo, corta, 0).codigo == 409
    assert pedir(testigo, corta, 3).codigo == 409
    peticion = peticion_de(corta, 3)
    assert testigo.agregar_punto(PeticionDeCofirma(5, (), peticion.punto).escribir()).codigo == 400
    otro = Registro(Carpeta(tmp_path / "otro", duradero=False), INSTITUTO)
    for i in range(6):
        otro.agregar(b"otra %d" % i)
    assert pedir(testigo, otro.historia(), 5).codigo == 422
    gemelo = Registro(Carpeta(tmp_path / "gemelo", duradero=False), INSTITUTO)
    for i in range(5):
        gemelo.agregar(b"gemela %d" % i)
    assert pedir(testigo, gemelo.historia(), 5).codigo == 409
    assert testigo.ultimo("ople.example/prep") == larga.punto


def test_who_is_not_known_and_what_is_not_signed(registro, testigo):
    historia = crecer(registro, 1)
    ajeno = LlavePrivada("otro.example", FIRMA, b"\7" * 32)
    punto = historia.firmado.nota.texto.replace(b"ople.example/prep", b"otro.example")
    assert testigo.agregar_punto(b"old 0\n\n" + nota_firmada(punto, [ajeno]).escribir()).codigo == 404
    falso = LlavePrivada("ople.example/prep", FIRMA, b"\7" * 32)
    mal = nota_firmada(historia.firmado.nota.texto, [falso]).escribir()
    assert testigo.agregar_punto(b"old 0\n\n" + mal).codigo == 403
    for ruido in (b"", b"old x\n\n", b"old 0\n", b"\xff\n\n", b"old 0\nAAAA\n\nx", b"old 00\n\n" + mal):
        assert testigo.agregar_punto(ruido).codigo == 400


def test_it_remembers_across_restarts_and_stops_if_its_memory_is_damaged(registro, testigo, tmp_path):
    historia = crecer(registro, 4)
    pedir(testigo, historia, 0)
    otra_vida = sala.Testigo(TESTIGO, [INSTITUTO.llave], tmp_path / "estado", lambda: HORA)
    assert pedir(otra_vida, historia, 0).codigo == 409
    (archivo,) = (tmp_path / "estado").glob("*.punto")
    archivo.write_bytes(archivo.read_bytes()[:-200])
    assert pedir(otra_vida, historia, 0).codigo == 500


def test_it_stores_before_it_answers(registro, testigo, monkeypatch):
    historia = crecer(registro, 1)

    def falla(*_):
        raise OSError("disco lleno")

    monkeypatch.setattr(testigo._estado, "reemplazar", falla)
    with pytest.raises(OSError, match="disco lleno"):
        pedir(testigo, historia, 0)


def test_only_cosigning_keys(tmp_path):
    with pytest.raises(FormatoInvalido):
        sala.Testigo(INSTITUTO, [INSTITUTO.llave], tmp_path, lambda: HORA)


def test_over_http_and_merged_into_the_checkpoint(registro, testigo):
    s = servidor("127.0.0.1", 0, testigo=testigo)
    url = f"http://127.0.0.1:{s.server_port}"
    politica = leer_politica(
        f"log {INSTITUTO.llave.vkey}\nwitness uni {TESTIGO.llave.vkey} {url}/\n"
        f"witness caido {CAIDO.llave.vkey} http://127.0.0.1:9/\nquorum uni\n".encode()
    )
    with atendiendo(s):
        for n in (1, 5, 2):
            historia = crecer(registro, n)
            bien, mal = pedir_cofirmas(registro, politica)
            assert (bien.testigo, bien.problema) == ("uni", None) and "no se pudo hablar" in mal.problema
            assert politica.cumple(politica.abrir(registro.almacen.leer("checkpoint")))
            assert (
                Nota.leer(registro.almacen.leer(f"puntos/{historia.punto.tamano:06d}")).firmas[1].es_de(TESTIGO.llave)
            )
        with pytest.raises(urllib.error.HTTPError) as e:
            urllib.request.urlopen(urllib.request.Request(f"{url}/add-checkpoint", data=b"x" * 300_000))
        assert e.value.code == 413
        for largo in ("²", "٣", "+5", "-1", "1_0", "", "5 6"):
            with socket.create_connection(("127.0.0.1", s.server_port), 30) as c:
                c.sendall(f"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: {largo}\r\n\r\nhola".encode())
                assert c.makefile("rb").read().startswith(b"HTTP/1.1 400 "), largo
        assert urllib.request.urlopen(f"{url}/testigo.vkey").read().decode().strip() == TESTIGO.llave.vkey


def test_many_at_once_never_go_back(registro, testigo):
    """Every head in every order from many threads: what is stored only grows, and each answer is true."""
    from concurrent.futures import ThreadPoolExecutor

    historias = [crecer(registro, 1) for _ in range(12)]
    vistos = []

    def insistir(historia):
        for _ in range(40):
            ultimo = testigo.ultimo("ople.example/prep")
            viejo = ultimo.tamano if ultimo else 0
            if viejo > historia.punto.tamano:
                return
            r = pedir(testigo, historia, viejo)
            vistos.append(testigo.ultimo("ople.example/prep").tamano if r.codigo == 200 else viejo)
            if r.codigo == 200:
                return
            assert r.codigo == 409

    with ThreadPoolExecutor(8) as hilos:
        list(hilos.map(insistir, [*historias, *reversed(historias)]))
    assert testigo.ultimo("ople.example/prep") == historias[-1].punto and max(vistos) == 12
