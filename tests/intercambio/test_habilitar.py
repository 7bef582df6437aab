"""A machine becomes a node with a file, and works and delivers as one: with the commands that people type."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from nodos_aparte import Muerte, Sede, entorno, huella_de, intentar, prep, trabajar

from gente import CLAVE, SECRETO, terminal
from noche import INICIO
from prep.acceso import segundos
from prep.acceso.models import Cuenta
from prep.bitacora import identidad
from prep.bitacora.actas import acta_de
from prep.bitacora.autoridad import OtraInstalacion, autoridad, fundar
from prep.bitacora.models import Hecho
from prep.bitacora.models import Instalacion as Fundada
from prep.bitacora.nodos import NodoInstituto, llave_de_sello, nodo_de_aqui
from prep.bitacora.services import anotar
from prep.bitacora.services.altas import alta_de_persona
from prep.bitacora.verificacion import verificar
from prep.catalogo.models import Proceso
from prep.catalogo.services import cargar, vigente
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.facultades import ClaseNodo
from prep.intercambio import habilitar, lotes_de_nodo, paquete
from prep.intercambio.paquete import PaqueteInvalido
from prep.intercambio.sellado import NoSeAbre
from prep.intercambio.sellado import abrir as abrir_sellado
from prep.plataforma import roles, servidor
from prep.plataforma.errores import Impedimento
from prep.plataforma.lugares import archivo_qr, dir_practica
from prep.plataforma.puertos import reservables
from prep.plataforma.reloj import RelojFijo
from prep.practica.ejercicio import ARCHIVO
from prep.simulacro.enlace import Enlace


@pytest.fixture
def sede(bitacora_nueva: Any, bases: Any, tmp_path: Path) -> Iterator[Sede]:
    with ExitStack() as pila:
        yield Sede(bases, tmp_path, pila)


def _morir(*_: Any) -> Any:
    raise Muerte


def test_only_the_package_of_that_institute_for_that_key_makes_it_a_node(sede: Sede, tmp_path: Path) -> None:
    catd, otra, huella = sede.nueva("catd"), sede.nueva("otra"), huella_de(sede)
    with catd():
        pedido = habilitar.preparar("catd-014")
        assert habilitar.preparar("catd-014") == pedido  # asked again, the same key
        for malo in ("central", "instituto", "Con Espacios", "", "x" * 41):
            with pytest.raises(Impedimento, match="no sirve de nombre"):
                habilitar.preparar(malo)
    with otra():
        de_otra = habilitar.preparar("catd-014")
    for robada in ("llave", "sello"):  # whoever put their own would read what opens the doors of that centre
        with pytest.raises(Impedimento, match="se dañó"):
            sede.paquete(pedido | {robada: de_otra[robada]}, tmp_path / "robado")
    with otra():
        _otro_catd(sede, tmp_path)
    with sede.maquina():
        archivo_qr().write_text("secreto de los qr")
    archivo = sede.paquete(pedido, tmp_path / "catd-014.prep-nodo")
    assert archivo.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Impedimento, match="otra llave"):
        sede.paquete(de_otra, tmp_path / "doble")
    sede.paquete(pedido, tmp_path / "otra-vez")  # the same one, made again
    datos = archivo.read_bytes()
    (tmp_path / "cortado").write_bytes(datos[: len(datos) // 2])
    with otra(), pytest.raises(Impedimento, match="otra llave que la de este equipo"):
        habilitar.recibir_paquete(archivo, huella)
    with catd():
        archivo_qr().write_text("secreto de otro proceso")
        with pytest.raises(Impedimento, match="hay otro secreto"):
            habilitar.recibir_paquete(archivo, huella)
        archivo_qr().unlink()
        for mal, con in ((archivo, "0" * 16), (archivo, "corta"), (tmp_path / "cortado", huella)):
            with pytest.raises(Impedimento):
                habilitar.recibir_paquete(mal, con)
        assert not Fundada.objects.exists() and nodo_de_aqui().nodo == "central"
        with pytest.MonkeyPatch.context() as cambio, pytest.raises(Muerte):
            cambio.setattr(habilitar, "_hacer_cuentas", _morir)  # everything but this is in
            habilitar.recibir_paquete(archivo, huella)
        assert nodo_de_aqui().nodo == "central"
        hecho = habilitar.recibir_paquete(archivo, huella.upper())
        assert (hecho.nodo, hecho.cuentas, hecho.sin_cuenta) == ("catd-014", 2, ())
        assert nodo_de_aqui().nodo == "catd-014" and autoridad().nodos["catd-014"].clase is ClaseNodo.CATD
        assert cargar().clave == vigente().clave and vigente().estado == "congelado" and vigente().modo == "prueba"
        assert archivo_qr().read_text() == "secreto de los qr" and archivo_qr().stat().st_mode & 0o777 == 0o600
        assert Cuenta.objects.get(usuario="uno").check_password("clave de uno")
        assert not Cuenta.objects.filter(usuario="tres").exists()
        assert list(verificar()) == []
        assert habilitar.recibir_paquete(tmp_path / "otra-vez", huella).hechos == 0  # twice is as once
        assert lotes_de_nodo.exportar(tmp_path / "nada") == (0, 0)  # what came with it is not sent back
        intentar(sede.actas[0])
        assert lotes_de_nodo.exportar(tmp_path / "uno") == (1, 0)


def _practica(version: bytes = b"uno") -> dict[str, bytes]:
    """An exercise prepared on this machine, among things that are not of it; its files."""
    foto = f"{sha256(version).hexdigest()}.jpg"
    dir_practica().mkdir(exist_ok=True)
    suya = {foto: version, ARCHIVO: b"[%b]" % version}
    for nombre, datos in (suya | {f"{ARCHIVO}.nuevo": b"[", "a.jpg": b""}).items():
        (dir_practica() / nombre).write_bytes(datos)
    return suya


def _puesta() -> dict[str, bytes]:
    return {a.name: a.read_bytes() for a in dir_practica().iterdir()} if dir_practica().exists() else {}


def test_what_people_practise_with_comes_in_the_package(sede: Sede, tmp_path: Path) -> None:
    catd, huella = sede.nueva("catd"), huella_de(sede)
    with catd():
        pedido = habilitar.preparar("catd-014")
    sin = sede.paquete(pedido, tmp_path / "sin")
    with sede.maquina():
        una = _practica()
    con = sede.paquete(pedido, tmp_path / "con")
    with sede.maquina():
        otra = _practica(b"otra")
    corregida = sede.paquete(pedido, tmp_path / "corregida")
    with catd():
        habilitar.recibir_paquete(sin, huella)
        assert _puesta() == {}
        habilitar.recibir_paquete(con, huella)
        assert _puesta() == una
        habilitar.recibir_paquete(sin, huella)
        assert _puesta() == una
        habilitar.recibir_paquete(corregida, huella)
        assert _puesta() == una | otra  # what names its pictures is the new one


def test_nothing_but_an_exercise_comes_as_one(sede: Sede, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catd = sede.nueva("catd")
    with catd():
        pedido = habilitar.preparar("catd-014")
    for nombre in ("practica/../llaves/x", "practica/x.sh", "practica/sub/practica.json"):
        monkeypatch.setattr(habilitar.ejercicio, "cosas", lambda n=nombre: iter([(n, b"x")]))
        archivo = sede.paquete(pedido, tmp_path / sha256(nombre.encode()).hexdigest())
        with catd(), pytest.raises(PaqueteInvalido, match="no es de una práctica"):
            habilitar.recibir_paquete(archivo, huella_de(sede))
        with catd():
            assert not Fundada.objects.exists() and _puesta() == {}


@pytest.mark.parametrize("que", ["hechos/", "datos/catalogo.json", "datos/secretos", "practica/"])
def test_a_package_that_was_damaged_anywhere_leaves_nothing_of_itself(
    sede: Sede, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, que: str
) -> None:
    """Of its facts, in the last group: those before it are good."""
    monkeypatch.setattr(paquete, "HECHOS_POR_COSA", 2)
    catd, danado = sede.nueva("catd"), tmp_path / "danado"
    with sede.maquina():
        archivo_qr().write_text("secreto de los qr")
        _practica()
    with catd():
        pedido = habilitar.preparar("catd-014")
    archivo = sede.paquete(pedido, tmp_path / "catd-014.prep-nodo")
    with zipfile.ZipFile(archivo) as sano, zipfile.ZipFile(danado, "w") as otro:
        cual = sorted(n for n in sano.namelist() if n.startswith(que))[-1]
        assert cual != "hechos/00001.json"
        for nombre in sano.namelist():
            datos = sano.read(nombre)
            otro.writestr(nombre, datos[:-1] + bytes([datos[-1] ^ 1]) if nombre == cual else datos)
    with catd():
        with pytest.raises(PaqueteInvalido):
            habilitar.recibir_paquete(danado, huella_de(sede))
        assert not Fundada.objects.exists() and not Hecho.objects.exists() and not Proceso.objects.exists()
        assert not archivo_qr().exists() and not Cuenta.objects.exists() and nodo_de_aqui().nodo == "central"
        assert _puesta() == {}
        assert habilitar.recibir_paquete(archivo, huella_de(sede)).nodo == "catd-014"


def test_a_machine_of_another_process_stays_as_it_is(sede: Sede, tmp_path: Path) -> None:
    catd = sede.nueva("catd")
    with sede.maquina():
        archivo_qr().write_text("secreto de los qr")
    with catd():
        fundar("otro-2027", "prueba", sede.llave.llave.publica)
        archivo = sede.paquete(habilitar.preparar("catd-014"), tmp_path / "catd-014.prep-nodo")
        with pytest.raises(OtraInstalacion):
            habilitar.recibir_paquete(archivo, huella_de(sede))
        assert not archivo_qr().exists() and not Proceso.objects.exists() and nodo_de_aqui().nodo == "central"


@pytest.mark.parametrize(
    ("corrida", "dice"),
    [
        (timedelta(days=-365), "se hizo después. Ponga el equipo en hora"),
        (timedelta(minutes=-11), "se hizo después"),
        (timedelta(days=365), "se hizo más de 180 días antes. Ponga el equipo en hora"),
        (timedelta(minutes=-9), ""),
        (timedelta(days=179), ""),
    ],
)
def test_a_laptop_whose_clock_is_wrong_does_not_become_a_node(
    sede: Sede, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, corrida: timedelta, dice: str
) -> None:
    catd = sede.nueva("catd")
    with catd():
        archivo = sede.paquete(habilitar.preparar("catd-014"), tmp_path / "catd-014.prep-nodo")
    with catd():
        monkeypatch.setattr(habilitar.nodo, "reloj", RelojFijo(habilitar.nodo.reloj.ahora() + corrida))
        if dice:
            with pytest.raises(Impedimento, match=dice):
                habilitar.recibir_paquete(archivo, huella_de(sede))
            assert nodo_de_aqui().nodo == "central" and not Fundada.objects.exists()
        else:
            assert habilitar.recibir_paquete(archivo, huella_de(sede)).nodo == "catd-014"


def test_whoever_coordinates_comes_in_at_a_node_without_network_with_their_second_factor(
    sede: Sede, tmp_path: Path, settings: Any
) -> None:
    catd, otra, (tipo, llave) = (
        sede.nueva("catd"),
        sede.nueva("otra"),
        ("webauthn", {"name": "Llave", "credential": {}}),
    )
    with sede.maquina():
        raiz = NodoInstituto(sede.llave, sede.llave.llave.publica)
        anotar([alta_de_persona(("coord", "coordinador", sede.catd), INICIO)], raiz, INICIO)
        cuenta = Cuenta(usuario="coord", persona="coord", nombre="Coord", lugar=sede.catd, alta=INICIO)
        cuenta.clave_provisional = False
        cuenta.set_password(CLAVE)
        cuenta.save()
        TOTP.activate(cuenta, SECRETO)
        RecoveryCodes.activate(cuenta)
        Authenticator.objects.create(user=cuenta, type=tipo, data=llave)
        de_papel = RecoveryCodes(Authenticator.objects.get(user=cuenta, type="recovery_codes")).generate_codes()
        solo_llave = Cuenta.objects.get(usuario="uno")
        RecoveryCodes.activate(solo_llave)
        Authenticator.objects.create(user=solo_llave, type=tipo, data=llave)
        archivo_qr().write_text("secreto de los qr")
    with catd():
        archivo = sede.paquete(habilitar.preparar("catd-014"), tmp_path / "catd-014.prep-nodo")
    with zipfile.ZipFile(archivo) as dentro:
        junto = b"".join(dentro.read(n) for n in dentro.namelist())
        cerrado = dentro.read("datos/secretos")
    for secreto in (SECRETO, "secreto de los qr", "argon2", *de_papel):
        assert secreto.encode() not in junto
    with otra(), pytest.raises(NoSeAbre):  # of another machine, though it takes the same name
        habilitar.preparar("catd-014")
        abrir_sellado(cerrado, llave_de_sello(otra.datos / "llaves", "catd-014"), habilitar._de_que("catd-014"))
    settings.SECRET_KEY = "la de otra computadora"
    with catd():
        habilitar.recibir_paquete(archivo, huella_de(sede))
        assert set(Authenticator.objects.values_list("user__usuario", "type")) == {
            ("coord", "totp"),
            ("coord", "recovery_codes"),  # nor keys of another domain, nor codes of paper alone
        }
        assert SECRETO not in str(list(Authenticator.objects.values_list("data")))
        for codigo in (format_hotp_value(hotp_value(SECRETO, int(time.time()) // 30)), de_papel[3]):
            cliente = Client()
            terminal(cliente, sede.catd)
            entra = cliente.post("/entrar/", {"login": "coord", "password": CLAVE})
            assert entra.headers["Location"] == "/entrar/segundo/"
            assert "location" not in cliente.post("/entrar/segundo/", {"code": "000000"}).headers
            assert cliente.post("/entrar/segundo/", {"code": codigo}).status_code == 302
            assert cliente.get("/cuenta/").status_code == 200  # nothing is missing of their account
        settings.DOMINIO = "prep.example"
        llevados, nueva = segundos.llevar(Cuenta.objects.get(usuario="coord")), Cuenta.objects.get(usuario="uno")
        segundos.poner(nueva, {"dominio": "prep.example", "suyos": [[tipo, llave], *llevados["suyos"]]})
        assert set(Authenticator.objects.filter(user=nueva).values_list("type", flat=True)) == {
            *("totp", "recovery_codes", "webauthn")
        }


def _otro_catd(sede: Sede, carpeta: Path) -> None:
    """Here: another centre is enrolled, and what it wrote gets to the sede."""
    suyo = sede.paquete(habilitar.preparar("catd-015"), carpeta / "catd-015", catd=None)
    habilitar.recibir_paquete(suyo, huella_de(sede))
    intentar(sede.actas[1])
    lotes_de_nodo.exportar(carpeta / "lote-015")
    with sede.maquina():
        assert lotes_de_nodo.importar(carpeta / "lote-015").hechos == 1


def test_a_machine_that_was_stopped_goes_on_under_another_name_and_one_that_was_not_may_not(
    sede: Sede, tmp_path: Path
) -> None:
    catd, huella = sede.nueva("catd"), huella_de(sede)
    with catd():
        uno, dos = habilitar.preparar("catd-014"), habilitar.preparar("catd-014-b")
    primero, segundo = (sede.paquete(p, tmp_path / p["nodo"]) for p in (uno, dos))
    with catd():
        habilitar.recibir_paquete(primero, huella)
        intentar(sede.actas[0])
        with pytest.raises(Impedimento, match="ya es el nodo «catd-014», y puede seguir"):
            habilitar.recibir_paquete(segundo, huella)
        identidad.detener("catd-014", "otro equipo usa ese nombre.")
        with pytest.raises(Impedimento, match="Elija otro nombre"):
            habilitar.preparar("catd-014")
        with pytest.raises(Impedimento, match="ya no puede llamarse"):
            habilitar.recibir_paquete(primero, huella)
        habilitar.recibir_paquete(segundo, huella)
        intentar(sede.actas[1])
        nodos = set(Hecho.objects.filter(clase="acta").values_list("nodo", flat=True))
        assert nodos == {"catd-014", "catd-014-b"} and list(verificar()) == []


# --- as people type it ---


def mala_linea(hacia: int, semilla: int) -> Enlace:
    """A proxy that cuts four connections in ten at any byte of what is asked or answered."""
    azar = random.Random(semilla)
    return Enlace(hacia, lambda: azar.randrange(200, 12_000) if azar.random() < 0.4 else None)


def test_from_an_empty_laptop_to_the_centre_over_a_bad_line(sede: Sede, tmp_path: Path) -> None:
    catd, centro = sede.nueva("catd"), sede.maquina
    como_web = entorno(centro, roles.WEB)
    try:
        psycopg.connect(como_web["DATABASE_URL"]).close()
    except psycopg.OperationalError:
        pytest.skip("El servidor de DATABASE_URL no es de los que arrancamos: ahí los roles los pone quien lo tiene.")
    assert "Solicitud de «catd-014»" in prep(catd, "nodo", "preparar", "catd-014")
    dicho = prep(centro, "nodo", "alta", catd.datos / "catd-014.solicitud.json", "--catd", sede.catd)
    huella = re.search(r"Huella del instituto.*: ([0-9a-f]{16})$", dicho)
    assert huella and huella[1] == huella_de(sede) and "2 cuentas" in dicho
    paquete = centro.datos / "catd-014.prep-nodo"
    dicho = prep(catd, "nodo", "recibir", paquete, "--instituto", huella[1])
    assert "Este equipo es «catd-014»" in dicho
    with catd():
        trabajar(sede.actas)
    dicho = prep(catd, "nodo", "estado")
    assert "Por enviar 15 hechos, 3 fotografías" in dicho and "Último contacto nunca" in dicho
    puerto = reservables(1)[0]
    with servidor.sirviendo(servidor.orden_de_servidor(puerto, cuantos=1), como_web):
        with mala_linea(puerto, 5) as malo:
            enviar = [sys.executable, "-m", "prep", "nodo", "enviar", "--cada", "1"]
            proceso = subprocess.Popen(
                [*enviar, "--centro", f"http://127.0.0.1:{malo.puerto}"], env=entorno(catd), text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            assert proceso.stdout is not None
            oido = ""
            for linea in proceso.stdout:
                oido += linea
                if linea.startswith("Enviado:"):
                    break
            proceso.send_signal(signal.SIGINT)
            resto, _ = proceso.communicate()
        assert proceso.returncode == 0 and "Ctrl-C para terminar." in oido and "Terminado." in resto, oido + resto
        assert "Por enviar 0 hechos, 0 fotografías" in prep(catd, "nodo", "estado")
        dicho = prep(catd, "nodo", "enviar", "--centro", f"http://127.0.0.1:{puerto}")
        assert "Enviado: 0 hechos y 0 fotografías." in dicho
    assert "Recibo hasta el hecho 15 Reloj en hora" in prep(catd, "nodo", "estado")
    with centro():
        assert all(acta_de(a).captura is Captura.COINCIDE for a in sede.actas)
        assert Hecho.objects.filter(nodo="catd-014").count() == 15 and list(verificar()) == []
    assert "3 fotografías" in prep(catd, "lote", "exportar", tmp_path / "lote", "--todo")
    assert "0 hechos nuevos; ya estaban:" in prep(centro, "lote", "importar", tmp_path / "lote")
