"""How the machines are: each alarm by what causes it, what is said of it, and who is told."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
import yaml
from django.test import Client
from sala import AHORA, Sala

from gente import telefono
from navegador import revisar
from noche import INSTITUTO
from prep.acceso.models import Registro, Terminal
from prep.acceso.roles import Rol
from prep.bitacora.marcha import decir_revision
from prep.bitacora.models import CabezaNodo
from prep.catalogo.services import cargar, informativo
from prep.coordinacion import oficina, panorama
from prep.dominio.acta.hechos import Tipo
from prep.dominio.operacion import Punto
from prep.dominio.tabulacion.proceso import Modo
from prep.intercambio import contactos
from prep.intercambio.models import Contacto, Enlace
from prep.plataforma import fallas, lugares
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.reloj import RelojFijo
from prep.publicacion.corte import hacer_corte
from prep.publicacion.programador import Alarma, intentar
from prep.publicacion.publicador import Publicador
from prep.sede import alarmas, salud
from prep.sede.alarmas import LIMITES
from prep.transparencia.nota import COFIRMA, LlavePrivada

MAQUINAS, METRICAS = "/coordinacion/maquinas/", "/metricas/"


@dataclass
class Centro:
    """An installation with a corte, whose policy asks for a witness."""

    sala: Sala
    publicador: Publicador
    url: str
    parche: pytest.MonkeyPatch
    otra_base: Callable[[], Any]

    def alarmas(self, minutos: int = 0, desde: datetime = AHORA) -> dict[str, str]:
        """What is an alarm after so many minutes, and each case of it."""
        medidas = salud.medir(self.publicador.almacen, desde + timedelta(minutes=minutos))
        return {a.que: " ".join(a.casos) for a in alarmas.alarmas(medidas)}

    def bajar(self, que: str, limite: int) -> None:
        """What would take a whole state to cause, caused with less."""
        self.parche.setitem(LIMITES, que, limite)

    def corte(self, minutos: int = 0) -> None:
        hacer_corte(self.publicador, AHORA + timedelta(minutes=minutos))


def poner(monkeypatch: pytest.MonkeyPatch, carpeta: Path, url: str, otra_base: Any) -> Centro:
    monkeypatch.setenv("PREP_DATOS_DIR", str(carpeta))
    monkeypatch.setattr(panorama, "FRESCO", timedelta(0))
    sala = Sala()
    almacen = AlmacenCarpeta(lugares.dir_publicacion())
    testigo = LlavePrivada.nueva("auditor.example/prep", COFIRMA).llave
    politica = f"log {INSTITUTO.llave.vkey}\nwitness auditor {testigo.vkey}\nquorum auditor\n"
    almacen.escribir("politica", politica.encode())
    publicador = Publicador(cargar(), informativo(), almacen, Modo.PRUEBA, INSTITUTO, nodo=sala.nodo, procesos=1)
    centro = Centro(sala, publicador, url, monkeypatch, otra_base)
    centro.corte()
    return centro


@pytest.fixture
def centro(bitacora_nueva: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url_postgres: str) -> Iterator[Centro]:
    monkeypatch.setattr(oficina, "reloj", RelojFijo(AHORA))
    yield poner(monkeypatch, tmp_path, url_postgres, bitacora_nueva)


def _sin_cortes(c: Centro, _: ExitStack) -> dict[str, str]:
    return c.alarmas(30)


def _corte_fallido(c: Centro, pila: ExitStack) -> dict[str, str]:
    """The published corte is damaged: the next one cannot follow it."""
    manifiesto = lugares.dir_publicacion() / "cortes" / "0001" / "corte.json"
    antes = manifiesto.read_bytes()
    manifiesto.write_bytes(antes + b" ")
    alarma = Alarma(lugares.archivo_alarma())
    assert intentar(lambda h: hacer_corte(c.publicador, h), AHORA, alarma) is None
    manifiesto.write_bytes(antes)
    pila.callback(alarma.apagar)
    return c.alarmas()


def _base_vieja(c: Centro, pila: ExitStack) -> dict[str, str]:
    """The database of before the last corte."""
    c.corte(3)
    pila.enter_context(c.otra_base())
    Sala()
    return c.alarmas()


def _espera(c: Centro, _: ExitStack) -> dict[str, str]:
    c.sala.llega(c.sala.claves[0])
    return c.alarmas(61)


def _fila(c: Centro, _: ExitStack) -> dict[str, str]:
    c.bajar("actas_en_fila", 3)
    for clave in c.sala.claves[1:4]:
        c.sala.llega(clave)
    return c.alarmas()


def _catd(c: Centro, _: ExitStack) -> dict[str, str]:
    """One CATD received all of its actas; the others, nothing."""
    padron = c.sala.padron
    uno = padron.actas[c.sala.claves[0]].catd
    for clave in [k for k in c.sala.claves if padron.actas[k].catd == uno][:8]:
        c.sala.hecho(Tipo.ACOPIADA, clave, "campo", hora=AHORA.isoformat(), catd=uno)
    return c.alarmas()


def _descompuesto(c: Centro, _: ExitStack) -> dict[str, str]:
    """The printer of a centre breaks in the night; furniture that somebody lacks is no machine; then it is mended."""
    catd = informativo().catds[0].clave
    jefe = c.sala.persona(Rol.COORDINADOR, lugar=catd).persona

    def decir(punto: Punto, listo: bool, minuto: int) -> dict[str, str]:
        hora = AHORA + timedelta(minutes=minuto)
        decir_revision(catd, punto, listo, "Sin tinta.", jefe, hora, c.sala.nodo, f"{punto}-{minuto}")
        return c.alarmas(minuto)

    assert "equipos_descompuestos" not in decir(Punto.MOBILIARIO, False, 1)
    dichas = decir(Punto.IMPRESORA, False, 2)
    assert dichas["equipos_descompuestos"] == f"1. {catd} Impresora"
    assert "equipos_descompuestos" not in decir(Punto.IMPRESORA, True, 3)
    return dichas


def _telefonos(c: Centro, _: ExitStack) -> dict[str, str]:
    c.bajar("telefonos_callados", 1)
    telefono(c.sala.persona(Rol.CAE, nombre="Inés Mora"))
    return c.alarmas(180)


def _reloj(c: Centro, _: ExitStack) -> dict[str, str]:
    tel = telefono(c.sala.persona(Rol.CAE, nombre="Omar Paz"))
    dicho = {"hora": AHORA, "desfase": 600, "version": "ab12", "por_enviar": 0, "rechazados": 0}
    Contacto.objects.create(dispositivo=tel.id, **dicho)
    return c.alarmas()


def _bifurcado(c: Centro, _: ExitStack) -> dict[str, str]:
    for rama in ("a", "b"):
        hoja = rama * 64
        CabezaNodo.objects.create(clave=f"catd-7/{hoja}", nodo="catd-7", secuencia=9, previo=hoja)
    return c.alarmas()


def _enlace(c: Centro, _: ExitStack) -> dict[str, str]:
    """A node that never managed to deliver what it wrote."""
    Enlace.objects.create(centro="https://centro.example")
    return c.alarmas(20)


def _por_respaldo(c: Centro, _: ExitStack) -> dict[str, str]:
    """One node says that its first link is away; another had said so, and its first came back."""
    dicho = contactos.Dicho("v1", 0, 0, AHORA, 2)
    for nodo in ("nodo:catd-014", "nodo:catd-015"):
        contactos.anotar(nodo, dicho, AHORA)
    contactos.anotar("nodo:catd-015", replace(dicho, via=1), AHORA)
    dichas = c.alarmas(1)
    assert dichas["enlaces_por_respaldo"] == "1. catd-014"
    contactos.anotar("nodo:catd-014", replace(dicho, via=1), AHORA)
    return dichas


def _disco(c: Centro, pila: ExitStack) -> dict[str, str]:
    parche = pila.enter_context(pytest.MonkeyPatch.context())
    parche.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=100, used=93, free=7))
    return c.alarmas()


def _conexiones(c: Centro, pila: ExitStack) -> dict[str, str]:
    c.bajar("conexiones_ocupadas", 8)
    for _ in range(8):
        pila.enter_context(closing(psycopg.connect(c.url)))
    return c.alarmas()


def _sin_reserva(c: Centro, pila: ExitStack) -> dict[str, str]:
    """Nobody's writes here wait while it is tried: a setting that says so stands in for the server's."""
    parche = pila.enter_context(pytest.MonkeyPatch.context())
    dicho = "current_setting('synchronous_standby_names')"
    assert dicho in salud.SIN_RESERVA
    parche.setattr(salud, "SIN_RESERVA", salud.SIN_RESERVA.replace(dicho, "CAST('reserva' AS text)"))
    return c.alarmas()


def _sin_cofirmas(c: Centro, _: ExitStack) -> dict[str, str]:
    c.corte(1), c.corte(2)
    return c.alarmas()


def _sin_sello(c: Centro, _: ExitStack) -> dict[str, str]:
    c.bajar("puntos_sin_sello", 2)
    c.publicador.almacen.escribir("sellos/000001.tsr", b"un sello")
    return c.alarmas()


def _sin_respaldo(c: Centro, _: ExitStack) -> dict[str, str]:
    return c.alarmas(75)


def _falla(c: Centro, pila: ExitStack) -> dict[str, str]:
    """Somebody's page fails: what they see has a code, and the alarm says it."""
    parche = pila.enter_context(pytest.MonkeyPatch.context())
    jefa = c.sala.entra(Rol.ADMINISTRADOR)
    jefa.raise_request_exception = False
    parche.setattr(salud, "ver", lambda *_: 1 // 0)
    respuesta = jefa.get(MAQUINAS)
    assert respuesta.status_code == 500
    parche.undo()
    (falla,) = fallas.desde(AHORA - timedelta(days=3650))
    assert (falla.codigo, falla.clase) == (respuesta.headers["X-Codigo"], "ZeroDivisionError")
    dichas = c.alarmas(1, falla.hora)
    assert falla.codigo in dichas["fallas_por_hora"]
    return dichas


def _de_prisa(c: Centro, _: ExitStack) -> dict[str, str]:
    """Four actas a breath apart; the same four that came together from another node, where they had been typed, are
    nothing, nor are those of somebody who types fast."""
    robot, otra, buena = (c.sala.persona(Rol.CAPTURISTA, nombre=n) for n in ("Robot", "Otra", "Buena"))
    for i, clave in enumerate(c.sala.claves[-4:]):
        c.sala.llega(clave)
        c.sala.captura(clave, otra.persona, a=AHORA)
        c.sala.captura(clave, buena.persona, a=AHORA + timedelta(seconds=6 * i))
    for i, clave in enumerate(c.sala.claves[-8:-4]):
        c.sala.llega(clave)
        c.sala.captura(clave, robot.persona, a=AHORA + timedelta(seconds=2 * i))
    dichas = c.alarmas(1)
    assert dichas["capturas_de_prisa"] == f"3. {robot.usuario}"
    return dichas


def _de_varios(c: Centro, _: ExitStack) -> dict[str, str]:
    """Two people who take turns, hours of work apart; and one who comes in as three."""
    mesas = [Terminal.objects.create(nombre=n, lugar="CCV", codigo=n, vence=AHORA, alta=AHORA) for n in "AB"]
    for mesa, cada in zip(mesas, (timedelta(seconds=40), timedelta(seconds=10)), strict=True):
        for i in range(3):
            fila = {"cuando": AHORA + i * cada, "persona": f"p-{i}", "que": "entro", "terminal": mesa.id}
            Registro.objects.create(**fila)
    dichas = c.alarmas(5)
    assert dichas["equipos_de_varios"] == f"1. {mesas[1]}"
    return dichas


CAUSAS: dict[str, Callable[[Centro, ExitStack], dict[str, str]]] = {
    "turnos_sin_corte": _sin_cortes,
    "respaldo_minutos": _sin_respaldo,
    "cortes_fallidos": _corte_fallido,
    "disco_ocupado": _disco,
    "conexiones_ocupadas": _conexiones,
    "sin_reserva": _sin_reserva,
    "puntos_sin_cofirma": _sin_cofirmas,
    "puntos_sin_sello": _sin_sello,
    "catds_atrasados": _catd,
    "equipos_descompuestos": _descompuesto,
    "espera_minutos": _espera,
    "actas_en_fila": _fila,
    "telefonos_callados": _telefonos,
    "relojes_desviados": _reloj,
    "nodos_bifurcados": _bifurcado,
    "enlace_minutos": _enlace,
    "enlaces_por_respaldo": _por_respaldo,
    "capturas_de_prisa": _de_prisa,
    "equipos_de_varios": _de_varios,
    "fallas_por_hora": _falla,
    "hechos_que_faltan": _base_vieja,
}
"""What causes each alarm, the calm ones first: what one leaves is there for the next."""


def test_each_alarm_comes_with_what_causes_it_and_not_before(centro: Centro) -> None:
    assert CAUSAS.keys() == LIMITES.keys()
    assert centro.alarmas() == {}
    de_antes: dict[str, str] = {}
    for que, causar in CAUSAS.items():
        assert que not in centro.alarmas(), (que, de_antes)
        with ExitStack() as pila:
            de_antes = causar(centro, pila)
            assert que in de_antes, (que, de_antes)


def test_who_is_told_and_in_what_words(centro: Centro, tmp_path: Path) -> None:
    """The page says what happened and what to do; Prometheus gets figures, with the secret alone; the runbook and the
    rules are of the same table."""
    centro.sala.llega(centro.sala.claves[0])
    oficina.reloj.poner(AHORA + timedelta(minutes=61))  # type: ignore[attr-defined]
    centro.sala.reloj.poner(AHORA + timedelta(minutes=61))
    dicho = centro.sala.entra(Rol.AUDITOR).get(MAQUINAS).content.decode()
    assert "Minutos del acta que más espera (alarma desde 60)" in dicho and "<b>Primera captura: 61. 14" in dicho
    assert "Abra el acta en el tablero" in dicho and f"{MAQUINAS}alarmas/#espera-minutos" in dicho
    assert 'id="espera-minutos"' in centro.sala.entra(Rol.AUDITOR).get(f"{MAQUINAS}alarmas/").content.decode()
    for cabeceras in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer otro"}, {"Authorization": "ñ"}):
        assert Client(headers=cabeceras).get(METRICAS).status_code == 403
    secreto = lugares.archivo_metricas()
    assert secreto.stat().st_mode & 0o077 == 0
    texto = Client(headers={"Authorization": f"Bearer {secreto.read_text()}"}).get(METRICAS).content.decode()
    assert re.search(r'^prep_espera_minutos\{de="Primera captura"\} 61$', texto, re.M)
    for linea in texto.splitlines():
        assert re.fullmatch(r'# (?:HELP|TYPE) prep_\w+ .+|prep_\w+(?:\{de="(?:[^"\\]|\\.)*"\})? \d+', linea), linea
    reglas = yaml.safe_load(alarmas.reglas())["groups"][0]["rules"]
    assert [r["expr"] for r in reglas] == [f"prep_{que} >= {limite}" for que, limite in LIMITES.items()]
    manual = (Path(__file__).parents[2] / "docs" / "alarmas.md").read_text()
    assert manual == alarmas.manual()
    assert all(r["annotations"]["runbook"].partition("#")[2] in manual for r in reglas)


@pytest.mark.navegador
def test_the_machines_at_a_desk_and_on_a_phone(
    escritorios: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url_postgres: str, bitacora_nueva: Any
) -> None:
    from test_navegador_coordinacion import entra, foto

    ahora = oficina.reloj.ahora()
    monkeypatch.setattr("sala.AHORA", ahora)
    centro = poner(monkeypatch, tmp_path, url_postgres, bitacora_nueva)
    hacer_corte(centro.publicador, ahora - timedelta(minutes=1))
    centro.sala.llega(centro.sala.claves[0], a=ahora - timedelta(minutes=75))
    quien = centro.sala.persona(Rol.SUPERVISOR, nombre="Elsa Franco Gil")
    for ancho, tema in ((1280, "light"), (360, "dark")):
        pagina = entra(escritorios, quien, ancho=ancho, tema=tema)
        for ruta, nombre in ((MAQUINAS, "maquinas"), (f"{MAQUINAS}alarmas/", "alarmas")):
            escritorios.ir(pagina, ruta)
            revisar(pagina)
            foto(pagina, f"{nombre}-{ancho}-{tema}")
