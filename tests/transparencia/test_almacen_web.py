"""Reading over the web from servers that cut short, stuff, redirect or break; and emitting while being killed."""

import shutil
import socket
import threading
from contextlib import contextmanager

import pytest

from emision_fabrica import INSTITUTO, Noche
from prep.comprobacion.verificar import Opciones, verificar
from prep.transparencia.almacen import CANDADO, Carpeta, abrir, candado
from prep.transparencia.canonico import canonico
from prep.transparencia.emisor import emitir_corte
from prep.transparencia.errores import FormatoInvalido, NoDisponible
from prep.transparencia.registro import Registro
from prep.transparencia.web import Web, _Reloj, enviar


@contextmanager
def crudo(respuesta: bytes):
    """A server that answers these very bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as s:

        def atender():
            while True:
                try:
                    c, _ = s.accept()
                except OSError:
                    return
                with c:
                    c.recv(10_000)
                    c.sendall(respuesta)

        threading.Thread(target=atender, daemon=True).start()
        yield Web(f"http://127.0.0.1:{s.getsockname()[1]}/sitio", espera=3)


def test_what_arrives_whole():
    with crudo(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhola") as web:
        assert web.leer("a/b") == b"hola"
        with pytest.raises(FormatoInvalido, match="más de 3 bytes"):
            web.leer("a/b", 3)
    with crudo(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") as web:
        assert web.leer("a/b") is None


@pytest.mark.parametrize(
    "respuesta",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\nhola",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nhola",
        b"HTTP/1.1 500 Mal\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n",
        b"\x00\x01\x02",
        b"",
    ],
)
def test_what_does_not(respuesta):
    with crudo(respuesta) as web, pytest.raises(NoDisponible):
        web.leer("a/b")


def test_a_host_that_drips_is_left():
    """One byte at a time, in the headers or in the body: the time is for the whole file."""
    for antes in (b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"):
        with socket.create_server(("127.0.0.1", 0)) as s:
            fin = threading.Event()

            def gotear(s=s, fin=fin, antes=antes):
                c, _ = s.accept()
                with c:
                    c.sendall(antes)
                    while not fin.wait(0.05):
                        try:
                            c.sendall(b"x")
                        except OSError:
                            return

            threading.Thread(target=gotear, daemon=True).start()
            web = Web(f"http://127.0.0.1:{s.getsockname()[1]}/", plazo=1.0)
            with pytest.raises(NoDisponible, match="tardó demasiado"):
                web.leer("a")
            fin.set()
            with pytest.raises(NoDisponible, match="se acabó el tiempo"):
                web.leer("b")


def test_whoever_refuses_and_breaks_off_is_not_available():
    """An error's body too comes from a host that may cut it short."""
    with crudo(b"HTTP/1.1 500 Mal\r\nContent-Length: 2\r\n\r\nno") as web:
        assert enviar(web.direccion, b"x", {}, 100, 20) == (500, b"no")
    a_medias = b"HTTP/1.1 500 Mal\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nhola"
    with crudo(a_medias) as web, pytest.raises(NoDisponible, match="no se pudo hablar"):
        enviar(web.direccion, b"x", {}, 100, 20)


def test_time_that_ran_out_while_connecting_cuts_the_connection():
    reloj = _Reloj(0)
    reloj._alarma.join()
    uno, otro = socket.socketpair()
    with uno, otro:
        otro.settimeout(20)
        reloj.vigilar(uno)
        assert otro.recv(1) == b""


def test_nobody_is_sent_elsewhere():
    with crudo(b"HTTP/1.1 302 Va\r\nLocation: http://169.254.169.254/secreto\r\nContent-Length: 0\r\n\r\n") as web:
        assert web.leer("a/b") is None  # this host sends everybody there, whatever they ask for


@pytest.mark.parametrize("ausente", [b"200 OK", b"403 No", b"302 Va\r\nLocation: /inicio", b"404 No"])
def test_what_is_not_there_is_known_by_how_this_host_says_it(ausente):
    pagina = b"<!doctype html><title>app</title>"

    class Host:
        def leer(self, ruta):
            with crudo(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (ausente, len(pagina)) + pagina) as web:
                return web.leer(ruta)

    assert Host().leer("sellos/000003.tsr") is None


def test_only_regular_files_are_opened(tmp_path):
    import os

    os.mkfifo(tmp_path / "tubo")
    (tmp_path / "vuelta").symlink_to("vuelta")
    (tmp_path / "carpeta").mkdir()
    (tmp_path / ".oculto").write_text("x")
    with (tmp_path / "enorme").open("wb") as f:
        f.truncate(2**36)
    c = Carpeta(tmp_path)
    assert c.leer("carpeta") is None
    for ruta in ("tubo", "vuelta", "enorme"):
        with pytest.raises(FormatoInvalido):
            c.leer(ruta, 1000)
    assert set(c.ajenos()) == {"carpeta/", ".oculto", "tubo", "vuelta"}


def test_a_lock_is_its_owners_and_says_whose(tmp_path):
    with candado(tmp_path / CANDADO):
        assert (tmp_path / CANDADO).stat().st_mode & 0o777 == 0o600
        with pytest.raises(NoDisponible, match="está ocupada por el proceso"), candado(tmp_path / CANDADO, 0):
            pass
    with candado(tmp_path / CANDADO, 0):
        pass


def test_names_of_places(tmp_path):
    with pytest.raises(FormatoInvalido):
        Web("ftp://x/")
    with pytest.raises(NoDisponible):
        abrir(tmp_path / "nada")
    assert isinstance(abrir("https://x.example/prep"), Web) and isinstance(abrir(tmp_path), Carpeta)


class Muerte(Exception):
    """The process died here."""


class Mortal(Carpeta):
    def __init__(self, carpeta, vidas):
        super().__init__(carpeta, duradero=False)
        self.vidas = vidas

    def escribir(self, ruta, datos):
        self._quizas(lambda: super(Mortal, self).escribir(ruta, datos))

    def reemplazar(self, ruta, datos):
        self._quizas(lambda: super(Mortal, self).reemplazar(ruta, datos))

    def _quizas(self, hacer):
        for paso in (hacer, None):
            self.vidas -= 1
            if self.vidas == 0:
                raise Muerte
            if paso:
                paso()


def test_killed_while_emitting_the_old_corte_stays_and_the_new_one_goes_out_once(tmp_path):
    noche = Noche(tmp_path / "base", secciones=4)
    noche.publicar(0.5)
    noche.capturar(0.9)
    manifiesto, archivos = noche.preparar()
    for r, d in archivos.items():
        noche.almacen.escribir(f"cortes/0003/{r}", d)
    datos = canonico(manifiesto)
    muertes, vistos, antes = 0, [], len(noche.registro.historia().hojas)
    for vidas in range(1, 60):
        carpeta = tmp_path / str(vidas)
        shutil.copytree(tmp_path / "base", carpeta)
        try:
            emitir_corte(Registro(Mortal(carpeta, vidas), INSTITUTO), datos, "cortes/0003")
            fin = True
        except Muerte:
            fin, muertes = False, muertes + 1
        informe = verificar(Carpeta(carpeta), Opciones(espera=0))
        if informe.codigo:  # only between the pointer and the checkpoint, and it says so
            assert "nadie ha firmado" in informe.veredicto and not fin
        else:
            vistos.append(informe.corte)
        emitido = emitir_corte(Registro(Carpeta(carpeta, duradero=False), INSTITUTO), datos, "cortes/0003")
        informe = verificar(Carpeta(carpeta), Opciones(espera=0))
        assert (informe.codigo, informe.corte, emitido.posicion) == (0, 3, antes), informe.veredicto
        shutil.rmtree(carpeta)
        if fin:
            break
    assert fin and muertes > 10
    assert vistos == sorted(vistos) and set(vistos) == {2, 3}
