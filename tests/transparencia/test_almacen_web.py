"""Reading over the web from servers that cut short, stuff, redirect or break; and emitting while being killed."""

import shutil
import socket
import threading
from contextlib import contextmanager

import pytest

from emision_fabrica import INSTITUTO, Noche
from prep.comprobacion.verificar import Opciones, verificar
from prep.transparencia.almacen import Carpeta, Web, abrir
from prep.transparencia.canonico import canonico
from prep.transparencia.emisor import emitir_corte
from prep.transparencia.errores import FormatoInvalido, NoDisponible
from prep.transparencia.registro import Registro


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
        b"HTTP/1.1 302 Va\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
        b"\x00\x01\x02",
        b"",
    ],
)
def test_what_does_not(respuesta):
    with crudo(respuesta) as web, pytest.raises(NoDisponible):
        web.leer("a/b")


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
        noche.almacen.escribir(f"cortes/0002/{r}", d)
    datos = canonico(manifiesto)
    muertes = 0
    for vidas in range(1, 60):
        carpeta = tmp_path / str(vidas)
        shutil.copytree(tmp_path / "base", carpeta)
        try:
            emitir_corte(Registro(Mortal(carpeta, vidas), INSTITUTO), datos, "cortes/0002")
            fin = True
        except Muerte:
            fin, muertes = False, muertes + 1
        informe = verificar(Carpeta(carpeta), Opciones(espera=0))
        if informe.codigo:  # only between the pointer and the checkpoint, and it says so
            assert "nadie ha firmado" in informe.veredicto and not fin
        else:
            assert informe.corte == (2 if fin else informe.corte)
        emitido = emitir_corte(Registro(Carpeta(carpeta, duradero=False), INSTITUTO), datos, "cortes/0002")
        informe = verificar(Carpeta(carpeta), Opciones(espera=0))
        assert (informe.codigo, informe.corte, emitido.posicion) == (0, 2, 1), informe.veredicto
        shutil.rmtree(carpeta)
        if fin:
            break
    assert fin and muertes > 10
