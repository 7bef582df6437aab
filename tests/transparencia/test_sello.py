"""Dated stamps with `openssl ts` as the authority and as the judge."""

import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typer.testing import CliRunner

from emision_fabrica import INSTITUTO
from prep.cli import app
from prep.comprobacion.verificar import Opciones, verificar
from prep.difusion.servidor import atendiendo
from prep.transparencia.almacen import Carpeta
from prep.transparencia.errores import ErrorEmision, FirmaInvalida, FormatoInvalido, NoDisponible
from prep.transparencia.nota import Nota
from prep.transparencia.registro import Registro
from prep.transparencia.sello import pedir_sello, peticion, ruta_sello, sellar, verificar_sello
from sellos import autoridad, responder


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    return autoridad(tmp_path_factory.mktemp("tsa"))


def test_openssl_understands_our_question(tsa, tmp_path):
    (tmp_path / "q").write_bytes(peticion(b"hola\n", 2**62 + 5))
    r = subprocess.run(["openssl", "ts", "-query", "-in", "q", "-text"], cwd=tmp_path, capture_output=True, text=True)
    assert "sha256" in r.stdout and "Certificate required: yes" in r.stdout and "0x4000000000000005" in r.stdout


def test_a_stamp_is_checked_whole(tsa):
    tsr = responder(tsa, peticion(b"hola\n", 77))
    assert "Sellos de prueba" in verificar_sello(tsr, b"hola\n", nonce=77).autoridad
    with pytest.raises(FirmaInvalida, match="otro texto"):
        verificar_sello(tsr, b"otra\n")
    with pytest.raises(FirmaInvalida, match="otra petición"):
        verificar_sello(tsr, b"hola\n", nonce=78)


def test_no_byte_of_what_is_signed_can_change(tsa):
    """Altered bytes are refused, or fall outside what the stamp says (status, order of certificates)."""
    tsr = responder(tsa, peticion(b"hola\n", 77))
    bueno = verificar_sello(tsr, b"hola\n")
    rechazos = 0
    for i in range(len(tsr)):
        malo = tsr[:i] + bytes([tsr[i] ^ 1]) + tsr[i + 1 :]
        try:
            assert verificar_sello(malo, b"hola\n").hora == bueno.hora
        except ErrorEmision:
            rechazos += 1
    assert rechazos > len(tsr) * 0.3
    for corte in range(0, len(tsr), 7):
        with pytest.raises(FormatoInvalido):
            verificar_sello(tsr[:corte], b"hola\n")


def test_a_certificate_not_made_for_stamping(tsa):
    """A certificate of the same authority for another use cannot stamp."""
    tsr = responder(tsa, peticion(b"x\n", 1))
    with pytest.raises(FirmaInvalida, match="no sirve para sellar"):
        verificar_sello(tsr.replace(bytes.fromhex("2b06010505070308"), bytes.fromhex("2b06010505070301")), b"x\n")


@pytest.fixture
def servicio(tsa):
    """The authority over HTTP; `servicio.respuesta` replaces what it says."""

    class Autoridad(BaseHTTPRequestHandler):
        def do_POST(self):
            cuerpo = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            datos = self.server.respuesta or responder(tsa, cuerpo)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(datos)

        def log_message(self, *_):
            pass

    s = HTTPServer(("127.0.0.1", 0), Autoridad)
    s.respuesta, s.url = None, f"http://127.0.0.1:{s.server_port}/"
    with atendiendo(s):
        yield s


def test_a_checkpoint_is_stamped_and_openssl_agrees(tsa, servicio, tmp_path):
    carpeta = Carpeta(tmp_path / "sitio")
    Registro(carpeta, INSTITUTO).agregar(b"uno")
    sello = sellar(carpeta, 1, servicio.url)
    assert sellar(carpeta, 1, "http://127.0.0.1:9/") == sello  # the one it has is kept
    texto = Nota.leer(carpeta.leer("puntos/000001")).texto
    (tmp_path / "texto").write_bytes(texto)
    orden = ["openssl", "ts", "-verify", "-data", tmp_path / "texto", "-in", carpeta.carpeta / ruta_sello(1)]
    bien = subprocess.run([*orden, "-CAfile", tsa / "ca.pem"], capture_output=True, text=True)
    assert "Verification: OK" in bien.stdout + bien.stderr
    informe = verificar(carpeta, Opciones(espera=0))
    (dicho,) = [h for h in informe.hallazgos if h.asunto == "sellos"]
    assert dicho.nivel == "aviso" and "su certificado no se comprobó" in dicho.texto
    r = CliRunner().invoke(app, ["sellar", str(carpeta.carpeta), "--autoridad", servicio.url])
    assert r.exit_code == 0 and "Sellos de prueba" in r.stdout
    carpeta.reemplazar(ruta_sello(1), responder(tsa, peticion(b"otra cosa\n", 1)))
    informe = verificar(carpeta, Opciones(espera=0))
    assert [h.nivel for h in informe.hallazgos if h.asunto == "sellos"] == ["mal"]


def test_an_authority_that_fails_or_lies(tsa, servicio):
    with pytest.raises(NoDisponible):
        pedir_sello("http://127.0.0.1:9/", b"x\n")
    for respuesta in (b"no", responder(tsa, peticion(b"otro\n", 5)), responder(tsa, peticion(b"x\n", 5))):
        servicio.respuesta = respuesta
        with pytest.raises(ErrorEmision):
            pedir_sello(servicio.url, b"x\n")
    with pytest.raises(FormatoInvalido):
        pedir_sello("file:///etc/passwd", b"x\n")
