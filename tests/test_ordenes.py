"""Every command as an operator runs it: in a process of its own, from another folder, over PREP_DATOS_DIR. Each one
with what it needs, with something missing, with a wrong option and, those that last, with Ctrl-C or SIGTERM."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import psycopg
import pytest
import typer.main

from prep.bitacora.nodos import nodo_local
from prep.bitacora.services import anotar
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.escritor import escribir_proceso
from prep.catalogo.lector import leer_proceso
from prep.cli import app
from prep.plataforma import roles
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.idioma import TIPOS, traducir
from prep.plataforma.puertos import reservables
from prep.publicacion.filas import ruta_imagen
from prep.simulacro.noche import ActaSimulada, Noche
from prep.transparencia.llaves import crear
from prep.transparencia.nota import COFIRMA
from semillero import Semillero

INGLES = re.compile(
    r"\b(?:Usage|Error:|No such|Invalid|Missing|Aborted|does not exist|not found|required|Errno|Traceback|"
    r"Did you mean|Try|line \d+|column \d+|(?<!-)Options|Commands|Arguments|unexpected|warning)\b|\[default"
)
"""What Typer, Python and servers say in English, and a traceback."""


def ordenes() -> Iterator[tuple[str, Any]]:
    """Every command that can be typed, with what Typer knows of it."""

    def de(nombre: str, orden: Any) -> Iterator[tuple[str, Any]]:
        hijas = getattr(orden, "commands", None)
        if hijas is None or getattr(orden, "invoke_without_command", False):
            yield nombre, orden
        for hija in (hijas or {}).values():
            yield from de(f"{nombre} {hija.name}".strip(), hija)

    for nombre, orden in typer.main.get_command(app).commands.items():
        yield from de(nombre, orden)


@dataclass(frozen=True)
class Falta:
    """How a command is typed with something missing, what it says and how it ends."""

    con: str
    dice: str
    codigo: int = 2


NADA = "/no/hay/nada"
SIN_PROCESO = Falta("", "importe uno", 1)
FALTAS = {
    "acceso clave": Falta("nadie", "No hay una cuenta «nadie».", 1),
    "acceso importar": Falta(NADA, f"no existe «{NADA}»"),
    "acceso misma-persona": Falta("nadie nadie", "No hay una cuenta «nadie».", 1),
    "acceso pendientes": Falta("de-mas", "Sobran argumentos: de-mas."),
    "acceso retirar": Falta("nadie", "No hay una cuenta «nadie».", 1),
    "acceso terminal": Falta("Mesa", "Falta la opción '--lugar'."),
    "actas etiquetas": Falta(f"{NADA} --salida e.pdf", f"no existe «{NADA}»"),
    "actas fotografiar": Falta(f"{NADA} --salida fotos", f"no existe «{NADA}»"),
    "actas generar": Falta(f"{NADA} --salida actas", f"no existe «{NADA}»"),
    "actas llenar": Falta(f"{NADA} --salida llenas", f"no existe «{NADA}»"),
    "actas practica": Falta(NADA, f"no existe «{NADA}»"),
    "auditoria hallazgos": Falta(".", "falta este archivo.", 1),
    "auditoria huellas": Falta("vacio.txt vacio.txt", "vacio.txt no es una huella"),
    "auditoria ignorados": Falta("vacio.txt", "Línea 1: el archivo está vacío."),
    "auditoria lecturas": Falta(f"{NADA}/l.csv", f"No se guardó nada: {NADA}/l.csv: no existe.", 1),
    "auditoria separacion": Falta("vacio.txt", "Línea 1: el archivo está vacío."),
    "bench": Falta("nada", "No hay parte nada. Las hay: hechos"),
    "bitacora exportar": Falta(f"{NADA}/b.jsonl", f"{NADA}/b.jsonl: no existe. Indique un archivo nuevo", 1),
    "bitacora importar": Falta(NADA, f"no existe «{NADA}»"),
    "bitacora reproyectar": Falta("de-mas", "Sobran argumentos: de-mas."),
    "bitacora verificar": Falta("vacio.txt", "Línea 1: el archivo está vacío.", 1),
    "casilla baja": Falta("tel-1 --motivo Robo --autoriza nadie", "No hay una cuenta «nadie».", 1),
    "casilla codigos": Falta("--autoriza nadie", "No hay una cuenta «nadie».", 1),
    "casilla telefonos": Falta("de-mas", "Sobran argumentos: de-mas."),
    "catd empaquetado": Falta(f"{NADA} --salida hojas", f"no existe «{NADA}»"),
    "catd probar-pronostico": Falta(NADA, f"{NADA}: no existe o no es un archivo ni una carpeta"),
    "catd pronostico": Falta(f"{NADA} informe", f"no existe «{NADA}»"),
    "catd vigilar": Falta(f"{NADA} --usuario nadie", f"no existe «{NADA}»"),
    "cofirmas": Falta(f". --politica {NADA} --firma {NADA}", f"no existe «{NADA}»"),
    "corte": SIN_PROCESO,
    "corte programar": SIN_PROCESO,
    "corte rehacer": Falta(NADA, f"no existe «{NADA}»"),
    "demo": Falta("--puerto 99999", "'--puerto': debe ser 65535 o menos."),
    "difusor": Falta(f"{NADA} espejo --politica politica --una-vez", f"No existe la carpeta {NADA}."),
    "imagenes revisar": Falta(NADA, f"No existe la carpeta {NADA}."),
    "lectura informe": Falta(f"--curva {NADA}/c.svg", f"No se pudo escribir {NADA}/c.svg: no existe."),
    "lectura trabajar": SIN_PROCESO,
    "leer": Falta("vacio.txt", "Indique una de las tres: --proceso DIR"),
    "llaves anunciar": Falta(
        f"{NADA} alta k.vkey --firma k.skey --proceso P --modo prueba --papel auditor --motivo Alta",
        f"no existe «{NADA}»",
    ),
    "llaves abrir": Falta(f"{NADA} llave", f"No se pudo leer {NADA}: no existe."),
    "llaves crear": Falta("", "Falta el argumento 'nombre'."),
    "llaves repartir": Falta(f"{NADA} llave", f"No se pudo leer {NADA}: no existe."),
    "llaves ver": Falta(f"{NADA}.vkey", f"No se pudo leer la llave {NADA}.vkey: no existe."),
    "lote exportar": Falta("lote", "todavía no sabe de qué proceso e instituto es"),
    "lote importar": Falta("vacio.txt", "no es un lote de PREP Casilla"),
    "nodo alcance": Falta(f"{NADA} --motivo x", "Diga --catd CLAVE, una o más veces, o --todo."),
    "nodo alta": Falta("vacio.txt", "no es una solicitud de «prep nodo preparar»"),
    "nodo baja": Falta(f"{NADA} --motivo x", "Sin la llave del instituto no se firma"),
    "nodo ceros": Falta("", "todavía no sabe de qué proceso e instituto es"),
    "nodo corte": SIN_PROCESO,
    "nodo enviar": Falta("--centro ftp://centro", "«ftp://centro» no es la dirección de un nodo"),
    "nodo estado": Falta("", "todavía no sabe de qué proceso e instituto es"),
    "nodo preparar": Falta("central", "no sirve de nombre"),
    "nodo recibir": Falta("vacio.txt --instituto 0123456789abcdef", "El archivo está incompleto o cambiado", 1),
    "operacion acta": Falta("actas", "importe uno", 1),
    "operacion acto-final": Falta(f"informe {NADA} Informe", f"no existe «{NADA}»"),
    "operacion aprobar": Falta("vacio.txt", "Falta la opción '--quien'."),
    "operacion archivar": Falta("a.zip", "importe uno", 1),
    "operacion ceros": Falta(f"--politica {NADA}", f"no existe «{NADA}»"),
    "operacion cierre": SIN_PROCESO,
    "operacion cotejar": Falta("", "Diga con qué huella se compara"),
    "operacion contingencia": Falta("C-1", "Falta el argumento 'texto'."),
    "operacion correccion": Falta("0 1 motivo", "'corte': debe ser 1 o más."),
    "operacion delegar": Falta("catd-014 --hasta mañana", "«mañana» no es una fecha con su hora"),
    "operacion fe": Falta("cero Presente --quien ana", "'posicion': debe ser un número entero."),
    "operacion fundar": Falta("de-mas", "Sobran argumentos: de-mas."),
    "operacion hoja": Falta(f"{NADA}/h.pdf", "importe uno", 1),
    "operacion huella": Falta("antes vacio.txt", "vacio.txt no es una huella"),
    "operacion informe": Falta("informes", "importe uno", 1),
    "operacion prorroga": Falta("mañana Faltan", "«mañana» no es una fecha con su hora"),
    "operacion reconocer-nodo": Falta(".", "importe uno", 1),
    "operacion vigilar": Falta(f"--reglas {NADA}/r.yml", f"No existe la carpeta {NADA}."),
    "pagina-verifica": Falta(f"{NADA}/v.html", f"No existe la carpeta {NADA}."),
    "plan informe": Falta(f"{NADA} 2027-13 informe", "«2027-13» no es un mes: escríbalo como 2027-03."),
    "plan iniciar": Falta("plan", "Falta la opción '--jornada'."),
    "plan pendientes": Falta(NADA, "no es una carpeta.", 1),
    "plan validar": Falta(NADA, "no es una carpeta.", 1),
    "portal bench": Falta(".", "no hay una publicación con páginas"),
    "portal mapa": Falta("vacio.txt --capa municipio", "vacio.txt no es JSON", 1),
    "portal nginx": Falta(NADA, f"no existe «{NADA}»"),
    "postgres estado": Falta("de-mas", "Sobran argumentos: de-mas."),
    "postgres parar": Falta("de-mas", "Sobran argumentos: de-mas."),
    "postgres roles": Falta("de-mas", "Sobran argumentos: de-mas."),
    "proceso ejemplo": Falta(". --casillas 60", "no es una carpeta vacía", 1),
    "proceso importar": Falta(NADA, "no es una carpeta.", 1),
    "proceso validar": Falta(NADA, "no es una carpeta.", 1),
    "proceso ver": SIN_PROCESO,
    "reproducir": Falta(f"{NADA} --salida r", "no existe o no es un archivo ni una carpeta"),
    "respaldo ensayar": Falta("copias", "todavía no hay qué respaldar. ✗ El ensayo no terminó", 1),
    "respaldo hacer": Falta("copias", "Esta instalación no se ha fundado", 1),
    "respaldo restaurar": Falta(NADA, f"No existe la carpeta {NADA}."),
    "sellar": Falta(". --autoridad http://127.0.0.1:9/", "no hay todavía ningún punto de control"),
    "servir": Falta("--certificado vacio.txt", "El certificado y su llave van juntos"),
    "simulacro abrir": Falta(NADA, f"no existe «{NADA}»"),
    "simulacro correr": Falta(f"{NADA} noche", f"no existe «{NADA}»"),
    "simulacro disenar": Falta(f"{NADA} simulacro --semilla 7", f"no existe «{NADA}»"),
    "simulacro informe": Falta("vacio.txt informe", "no es un veredicto"),
    "simulacro juzgar": Falta(f"vacio.txt {NADA}", f"no existe la carpeta {NADA}"),
    "simulacro sellar": Falta(NADA, f"no existe «{NADA}»"),
    "testigo": Falta(f"{NADA} --llave k --estado e", f"no existe «{NADA}»"),
    "verificar": Falta(NADA, "NO SE PUDO COMPROBAR"),
}
EN_OTRA_PRUEBA = {
    "bench": "make bench",
    **dict.fromkeys(("casilla baja", "casilla codigos", "casilla telefonos"), "tests/casilla/test_codigos.py"),
    "catd empaquetado": "tests/catd/test_empaquetado.py",
    "catd vigilar": "tests/catd/test_vigilar.py",
    **dict.fromkeys(("catd probar-pronostico", "catd pronostico"), "tests/reproduccion/test_pronostico.py"),
    **dict.fromkeys(("llaves abrir", "llaves repartir"), "tests/transparencia/test_llaves.py"),
    "lote importar": "tests/intercambio/test_lotes.py",
    **dict.fromkeys(("nodo alcance", "nodo baja"), "tests/intercambio/test_cambios.py"),
    **dict.fromkeys(
        ("lote exportar", "nodo alta", "nodo enviar", "nodo estado", "nodo preparar", "nodo recibir"),
        "tests/intercambio/test_habilitar.py",
    ),
    **dict.fromkeys(
        ("nodo corte", "operacion delegar", "operacion reconocer-nodo"), "tests/intercambio/test_corte_parcial.py"
    ),
    "postgres roles": "tests/plataforma/test_roles.py",
    "demo": "tests/test_demo.py",
    "reproducir": "tests/reproduccion/test_noche_publicada.py",
    "respaldo restaurar": "tests/sede/test_respaldo.py; y «respaldo ensayar» la da",
    "sellar": "tests/transparencia/test_sello.py",
    "simulacro correr": "tests/simulacro/test_correr.py",
}
"""Those that do their work in a test or a target of their own: too long, or they need an authority of their own."""
LARGAS: dict[str, tuple[str, str, int]] = {
    "corte programar": ("", "Ctrl-C para terminar.", 0),
    "lectura trabajar": ("", "Ctrl-C para terminar.", 0),
    "testigo": ("politica --llave llaves/auditor.skey --estado visto --puerto 0", "Testigo «auditor.example/prep»", 0),
    "difusor": (". espejo --politica politica --puerto 0", "Espejo en http://", 0),
    "bench": ("hechos", "hechos", 130),
    "servir": ("--puerto {puerto}", "Atendiendo en http://127.0.0.1:", 0),
}
"""Those that go on until told: with what, what they say once at work, and how Ctrl-C ends them."""


@dataclass
class Casa:
    """An operator's machine: a folder to work in, another for the data, a database."""

    raiz: Path
    semillero: Semillero
    url: str | None = None
    corridas: set[str] = field(default_factory=set)

    @property
    def datos(self) -> Path:
        return self.raiz / "datos"

    def entorno(self) -> dict[str, str]:
        entorno = {k: v for k, v in os.environ.items() if not k.startswith("PREP_") and k != "DATABASE_URL"}
        entorno |= {"PREP_DATOS_DIR": str(self.datos), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
        return entorno | ({"DATABASE_URL": self.url} if self.url else {})

    def abrir(self, orden: str, *argumentos: str, stderr: int = subprocess.STDOUT) -> subprocess.Popen[str]:
        self.corridas.add(orden)
        return subprocess.Popen(
            [sys.executable, "-m", "prep", *orden.split(), *argumentos],
            cwd=self.trabajo(),
            env=self.entorno(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )

    def trabajo(self) -> Path:
        carpeta = self.raiz / "trabajo"
        carpeta.mkdir(exist_ok=True)
        return carpeta

    def correr(self, orden: str, *argumentos: str) -> tuple[int, str]:
        """How it ended and all it said, on one line."""
        self.corridas.add(orden)
        codigo, dicho = self.semillero.correr([*orden.split(), *argumentos], self.trabajo(), self.entorno())
        return codigo, " ".join(re.sub(r"[│─╭╮╰╯]", " ", dicho).split())

    def bien(self, orden: str, *argumentos: str, dice: str = "") -> str:
        codigo, dicho = self.correr(orden, *argumentos)
        assert codigo == 0, dicho
        assert dice in dicho
        assert not INGLES.search(dicho), dicho
        return dicho

    def procesos(self) -> list[int]:
        """Processes that still work in this machine: they name its folder in their command or environment."""
        seña = os.fsencode(self.raiz)
        quedan = []
        for proceso in Path("/proc").glob("[0-9]*"):
            try:
                if any(seña in (proceso / que).read_bytes() for que in ("cmdline", "environ")):
                    quedan.append(int(proceso.name))
            except OSError:
                continue
        return quedan


@pytest.fixture(scope="module")
def raiz() -> Iterator[Path]:
    """A folder that PostgreSQL's user can enter when we are root."""
    carpeta = Path(tempfile.mkdtemp(prefix="prep-ordenes-"))
    carpeta.chmod(0o711)
    yield carpeta
    shutil.rmtree(carpeta, ignore_errors=True)


def url_de(base: str, url: str) -> str:
    """Address of another database of the same server."""
    servidor, _, consulta = url.partition("?")
    return f"{servidor.rsplit('/', 1)[0]}/{base}" + (f"?{consulta}" if consulta else "")


@pytest.fixture(scope="module")
def vacia(bases: Any, url_postgres: str, django_db_blocker: Any, raiz: Path, semillero: Semillero) -> Iterator[Casa]:
    """A machine where nothing was done yet."""
    with django_db_blocker.unblock(), bases.nueva() as base:
        casa = Casa(raiz / "vacia", semillero, url_de(base, url_postgres))
        casa.raiz.mkdir(mode=0o711)
        (casa.trabajo() / "vacio.txt").touch()
        _, publica = crear("instituto.example/prep", casa.trabajo() / "llaves")
        (casa.trabajo() / "politica").write_text(f"log {publica.read_text().strip()}\nquorum none\n")
        crear("auditor.example/prep", casa.trabajo() / "llaves", COFIRMA, "auditor")
        yield casa


def test_every_command_has_its_row() -> None:
    assert {nombre for nombre, _ in ordenes()} == set(FALTAS)


@pytest.mark.parametrize("orden", sorted(FALTAS))
def test_something_missing_is_said_plainly(orden: str, vacia: Casa) -> None:
    codigo, dicho = vacia.correr(orden, *FALTAS[orden].con.split())
    assert FALTAS[orden].dice in dicho
    assert codigo == FALTAS[orden].codigo, dicho
    assert not INGLES.search(dicho), dicho


def test_a_wrong_option_is_said_in_spanish(vacia: Casa) -> None:
    for orden in FALTAS:
        codigo, dicho = vacia.correr(orden, "--inventada")
        assert (codigo, "No existe la opción --inventada" in dicho) == (2, True), (orden, dicho)
        assert not INGLES.search(dicho), (orden, dicho)


def test_what_is_shared_on_the_terminal_is_in_spanish(vacia: Casa) -> None:
    for argumentos, dice in (
        (["demos"], "No existe la orden 'demos'. ¿Quiso decir 'demo'?"),
        (["corte", "inventada"], "No existe la orden 'inventada'."),
        (["verificar", ".", "--modo", "otro"], "'--modo': «otro» no es ninguno de: 'prueba', 'simulacro', 'jornada'."),
        (["lectura", "trabajar", "--procesos", "muchos"], "'--procesos': debe ser un número entero."),
    ):
        codigo, dicho = vacia.correr(argumentos[0], *argumentos[1:])
        assert (codigo, dice in dicho) == (2, True), dicho
        assert not INGLES.search(dicho), dicho


def test_the_help_of_every_command_is_in_spanish(vacia: Casa) -> None:
    """The frame of one; in this process, what the others put in it: what each does and what each thing is."""
    marco = vacia.bien("lectura trabajar", "--help", dice="Uso: prep lectura trabajar [OPCIONES]")
    assert "<número> [de 1 a 64]" in marco
    contexto = typer.main.get_command(app).make_context("prep", [], resilient_parsing=True)
    for nombre, orden in ordenes():
        assert orden.help, nombre
        for parametro in orden.params:
            assert parametro.name == "help" or parametro.help, f"{nombre}: falta explicar «{parametro.name}»"
            tipo = traducir(parametro.display_type_rich(contexto) or "", TIPOS)
            assert not re.search(r"<(?!número|texto|ruta|archivo|carpeta)(?![^<>]*\|)", tipo), (nombre, tipo)


def test_no_help_is_cut_at_80_columns(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    todo = typer.main.get_command(app)
    for nombre, orden in ordenes():
        todo.main([*nombre.split(), "--help"], standalone_mode=False)
        dicho = re.sub(r"[│─╭╮╰╯]", " ", capsys.readouterr().out).split()
        for p in orden.params:
            de_fabrica = p.show_default if isinstance(p.show_default, str) else ""
            texto = f"{p.help or ''} ({de_fabrica})" if de_fabrica else p.help or ""
            assert set(texto.split()) <= {d.removesuffix("]") for d in dicho}, (nombre, p.name)


def _cargados(codigo: str, *argumentos: str) -> set[str]:
    """The modules that a process ends with."""
    codigo = f"import atexit, sys; atexit.register(lambda: print(*sys.modules)); {codigo}"
    hecho = subprocess.run([sys.executable, "-c", codigo, *argumentos], capture_output=True, text=True)
    return set(hecho.stdout.split())


def test_the_command_line_does_not_load_the_rooms() -> None:
    """Each command loads what it uses: `prep --help` is not the time to read a neural network, and `prep llaves` has
    no need of the other commands, nor of what draws the help."""
    pesadas = {"numpy", "cv2", "reportlab", "psycopg", "django.db"}
    todas = _cargados("import prep.cli, typer.main; [*typer.main.get_command(prep.cli.app).commands.values()]")
    assert todas & pesadas == set()
    assert todas >= {"prep.bench", "prep.demo", "prep.simulacro.cli"}
    una = _cargados("import prep.cli; prep.cli.main()", "llaves", "ver", NADA)
    assert {m.split(".")[1] for m in una if m.startswith("prep.")} == {
        "cli",
        "comprobacion",
        "plataforma",
        "transparencia",
    }
    assert "rich.markdown" not in una


CIERRE = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo("America/Mexico_City"))


@pytest.mark.timeout(1200)
def test_a_night_typed_from_the_shell(
    bases: Any, url_postgres: str, django_db_blocker: Any, raiz: Path, semillero: Semillero
) -> None:
    """From an empty machine to the closing, and the auditor's in another: every command that finishes does its work."""
    with django_db_blocker.unblock(), bases.nueva() as base, bases.nueva() as otra:
        sede = Casa(raiz / "sede", semillero, url_de(otra, url_postgres))
        auditor = Casa(raiz / "auditor", semillero, url_de(base, url_postgres))
        for casa in (sede, auditor):
            casa.raiz.mkdir(mode=0o711)
        _preparar(sede)
        _abrir(sede, django_db_blocker)
        _acceder(sede)
        _planear(sede)
        _vigilar(sede)
        sede.bien("respaldo hacer", "copias", dice="corte 2; ")
        sede.bien("respaldo ensayar", "copias", dice="RPO: faltan 0 de los")
        codigo, dicho = sede.correr("operacion vigilar")
        assert (codigo, "✗ CATD atrasados (alarma desde 1)" in dicho, INGLES.search(dicho)) == (1, True, None), dicho
        _retratar(sede)
        sede.bien("operacion prorroga", "2027-06-09 20:00", "Faltan paquetes.", dice="prorroga.")
        sede.bien("operacion cierre", "--quien", _de(sede, "administrador"), dice="Firmado en el registro")
        codigo, dicho = sede.correr("corte")
        assert (codigo, "ya se cerró con el corte 3" in dicho, INGLES.search(dicho)) == (1, True, None), dicho
        sede.bien("simulacro abrir", "simulacro/verdad.json", dice="verdad_abierta")
        juzgar = ("simulacro juzgar", "simulacro/verdad.json", str(sede.datos / "publicacion"))
        codigo, dicho = sede.correr(*juzgar)
        assert (codigo, "NO ES EL 100 %" in dicho, INGLES.search(dicho)) == (1, True, None), dicho
        veredicto, _ = sede.abrir(*juzgar, "--json", stderr=subprocess.DEVNULL).communicate()
        assert json.loads(veredicto)["veredicto"] in dicho, veredicto
        (sede.trabajo() / "veredicto.json").write_text(veredicto)
        sede.bien("simulacro informe", "veredicto.json", "informe", dice="informe.html e informe.pdf")
        sede.bien("bitacora exportar", "bitacora.jsonl", dice="hechos en bitacora.jsonl.")
        _terminar(sede)
        _auditar(auditor, sede)
        assert sede.corridas | auditor.corridas >= set(FALTAS) - EN_OTRA_PRUEBA.keys() - LARGAS.keys()


def _preparar(sede: Casa) -> None:
    sede.bien("proceso ejemplo", "proceso", "--casillas", "60", dice="Carpeta escrita: proceso")
    sede.bien("proceso validar", "proceso", dice="Sin problemas. Huella")
    sede.bien("proceso importar", "proceso", dice="Importado como borrador")
    sede.bien("proceso ver", dice="Estado: borrador.")
    dicho = sede.bien("llaves crear", "instituto.example/prep/simulacro", "--archivo", "instituto")
    assert f"{sede.datos}/llaves/instituto.skey" in dicho
    sede.bien("llaves crear", "auditor.example/prep", ".", "--cofirma", "--archivo", "auditor")
    sede.bien("llaves ver", str(sede.datos / "llaves" / "instituto.vkey"), dice="instituto.example/prep")
    una = ["--eleccion", "GUB", "--casilla", _casillas(sede)[0]]
    sede.bien("actas generar", "proceso", "--salida", "actas", *una, dice="1 acta en 1 archivo: actas")
    sede.bien("actas etiquetas", "proceso", "--salida", "e.pdf", *una, dice="1 etiqueta: e.pdf")
    sede.bien("actas llenar", "proceso", "--salida", "llenas", *una, dice="1 acta llena: llenas")
    sede.bien("actas fotografiar", "llenas", "--salida", "fotos", "--nivel", "scan", dice="1 fotografía: fotos")
    assert (sede.datos / "llaves" / "qr").is_file() and not (sede.trabajo() / "datos").exists()
    sede.bien("actas practica", "proceso", dice=f"24 ejercicios: {sede.datos}/practica")
    sede.bien("leer", "fotos", "--proceso", "proceso", dice="1 página leída, 0 rechazadas;")


def _casillas(sede: Casa) -> list[str]:
    proceso, _ = leer_proceso(sede.trabajo() / "proceso")
    return [str(a.casilla.clave) for e in proceso.elecciones if e.clave == "GUB" for a in e.actas]


def _abrir(sede: Casa, django_db_blocker: Any) -> None:
    """Puesta en ceros, some facts, a corte, what is declared."""
    codigo, dicho = sede.correr("operacion ceros", "--modo", "simulacro")
    assert (codigo, "no se ha fundado para DEMO-JAL, simulacro: antes, «prep operacion" in dicho) == (1, True), dicho
    sede.bien("operacion fundar", "--modo", "simulacro", dice="Instalación fundada:")
    codigo, dicho = sede.correr("operacion ceros", "--modo", "jornada")
    assert (codigo, "no se ha fundado para DEMO-JAL, jornada" in dicho) == (1, True), dicho
    sede.bien("operacion hoja", "hoja.pdf", dice="Hoja de prueba en hoja.pdf.")
    codigo, dicho = sede.correr("operacion ceros", "--modo", "simulacro")
    assert (codigo, "Nadie ha aprobado la hoja de prueba" in dicho) == (1, True), dicho
    manda, fe = (_de(sede, rol) for rol in ("administrador", "fedatario"))
    (sede.trabajo() / "otra.pdf").write_bytes((sede.trabajo() / "hoja.pdf").read_bytes() + b" ")
    codigo, dicho = sede.correr("operacion aprobar", "otra.pdf", "--quien", manda)
    assert (codigo, "Esa hoja de prueba no es la del proceso" in dicho) == (1, True), dicho
    codigo, dicho = sede.correr("operacion aprobar", "hoja.pdf", "--quien", fe)
    assert (codigo, "no tiene aquí el rol administrador" in dicho) == (1, True), dicho
    sede.bien("operacion aprobar", "hoja.pdf", "--quien", manda, "--modo", "simulacro", dice="posición 0: aprobacion.")
    sede.bien("nodo ceros", dice="Declaración de «central» en central.ceros.json.")
    ceros = sede.bien("operacion ceros", "--modo", "simulacro", dice="posición 4: puesta_en_ceros.")
    assert f"Informe: {sede.datos}/actos/puesta_en_ceros.pdf" in ceros
    sede.bien("operacion fe", "4", "Se hizo ante mí.", "--quien", fe, dice="posición 5: fe_publica.")
    codigo, dicho = sede.correr("operacion ceros")
    assert (codigo, "La puesta en ceros de este destino ya está firmada" in dicho) == (1, True), dicho
    sede.bien("simulacro disenar", "proceso", "simulacro", "--semilla", "7", dice="Empates esperados:")
    assert (sede.trabajo() / "simulacro" / "verdad.json").stat().st_mode & 0o777 == 0o600
    sede.bien("simulacro sellar", "simulacro/verdad.json", dice="verdad_sellada")
    actas = _actas(sede)
    with en_base(sede, django_db_blocker):
        anotar([h for a in actas for h in a.hechos], nodo_local(sede.datos / "llaves"), CIERRE)
    sede.bien("corte", dice="Corte 2")
    codigo, dicho = sede.correr("corte", "--modo", "jornada")
    assert (codigo, "congeló el proceso en modo simulacro" in dicho) == (2, True), dicho
    sede.bien("operacion cotejar", "--guardar", "auditada.json", dice="guardada en auditada.json")
    sede.bien("operacion huella", "durante", "auditada.json", dice="Lo que corre es lo que se auditó, cosa por cosa.")
    sede.bien("operacion contingencia", "C-1", "Se fue la luz.", dice="contingencia.")
    sede.bien("operacion correccion", "1", "2", "Se corrigió el primero.", dice="correccion.")


def _actas(sede: Casa) -> list[ActaSimulada]:
    proceso, info = leer_proceso(sede.trabajo() / "proceso")
    return list(Noche(proceso, info, CIERRE, 3, movil=0).actas())[:4]


def _retratar(sede: Casa) -> None:
    """The pictures of those actas, named by their bytes, where the last corte takes them from."""
    evidencia = AlmacenCarpeta(sede.datos / "evidencia", privado=True)
    for acta in _actas(sede):
        datos = f"DEMO-JAL:{acta.esperada.clave}".encode()
        evidencia.escribir(ruta_imagen(sha256(datos).hexdigest()), datos)


def _de(sede: Casa, rol: str) -> str:
    """Somebody of the catalogue with that role."""
    return next(p.persona for p in leer_proceso(sede.trabajo() / "proceso")[1].personas if p.rol == rol)


def _acceder(sede: Casa) -> None:
    (sede.trabajo() / "lista.csv").write_text(
        "usuario,nombre,roles,lugar\nana,Ana Ruiz,administrador,Sede\n"
        "beto,Beto Paz,capturista,CCV\nbeto.2,Roberto Paz,capturista,CCV\n"
    )
    sede.bien("acceso importar", "lista.csv", dice="3 cuentas nuevas. Sus pases están en pases.pdf")
    assert (sede.trabajo() / "pases.pdf").stat().st_mode & 0o777 == 0o600
    sede.bien("acceso pendientes", dice="Sede Ana Ruiz ana")
    sede.bien("acceso terminal", "Mesa 1", "--lugar", "Sede", dice="abra /entrar/terminal/ y escriba:")
    sede.bien("acceso clave", "ana", dice="Contraseña de un solo uso:")
    sede.bien("acceso misma-persona", "beto", "beto.2", dice="«beto» y «beto.2» quedan como de una misma persona.")
    sede.bien("acceso retirar", "ana", dice="La cuenta «ana» ya no sirve, y su persona ya no tiene facultades.")


def _planear(sede: Casa) -> None:
    """The plan of an election that is a year away: nothing is late yet, then everything; the report has its figures."""
    hoy = datetime.now().astimezone()
    sede.bien("plan iniciar", "plan", "--jornada", f"{hoy + timedelta(days=365):%Y-%m-%d}", dice="65 actividades")
    sede.bien("plan validar", "plan", dice="Sin problemas: 65 actividades, 32 hitos")
    sede.bien("plan pendientes", "plan", dice="Ninguna cosa vence en 15 días.")
    codigo, dicho = sede.correr("plan pendientes", "plan", "--al", f"{hoy + timedelta(days=400):%d/%m/%Y}")
    assert (codigo, "cosas van tarde." in dicho, INGLES.search(dicho)) == (1, True, None), dicho
    sede.bien("plan informe", "plan", f"{hoy:%Y-%m}", "informes", dice=f"informe-{hoy:%Y-%m}.docx y .pdf")
    with zipfile.ZipFile(sede.trabajo() / "informes" / f"informe-{hoy:%Y-%m}.docx") as word:
        assert "Proceso DEMO-JAL, modo simulacro" in word.read("word/document.xml").decode()


def _vigilar(sede: Casa) -> None:
    publicacion = str(sede.datos / "publicacion")
    publica = (sede.datos / "llaves" / "instituto.vkey").read_text().strip()
    (sede.trabajo() / "politica").write_text(f"log {publica}\nquorum none\n")
    firma = str(sede.datos / "llaves" / "instituto.skey")
    sede.bien("cofirmas", publicacion, "--politica", "politica", "--firma", firma)
    sede.bien(
        *("llaves anunciar", publicacion, "alta", "auditor.vkey", "--firma", firma, "--proceso", "DEMO-JAL"),
        *("--modo", "simulacro", "--papel", "auditor", "--motivo", "Atestigua"),
        dice="Quedó en el registro, en la posición",
    )
    sede.bien("verificar", publicacion, "--politica", "politica", dice="CORRECTO")
    sede.bien("difusor", publicacion, "espejo", "--politica", "politica", "--una-vez", dice="de simulacro")
    sede.bien("pagina-verifica", dice="verifica.html")
    sede.bien("portal bench", dice="primera vista, gzip")
    sede.bien("portal nginx", dice=f'root "{publicacion}";')
    (sede.trabajo() / "m.json").write_text(CONTORNOS)
    sede.bien("portal mapa", "m.json", "--capa", "municipio", dice="mapa.json: 1 lugar en la capa municipio")
    sede.bien("auditoria lecturas", "lecturas.csv", dice="en lecturas.csv")
    (sede.datos / "evidencia").mkdir()
    sede.bien("imagenes revisar", dice="Objetos revisados: 0;")
    sede.bien("lectura informe", dice="No hay ninguna lectura guardada")
    sede.bien("bitacora verificar", dice="La bitácora está íntegra.")
    sede.bien("bitacora reproyectar", dice="Actas recalculadas de sus hechos:")
    sede.bien("postgres estado", dice="Todavía no hay base de datos")
    sede.bien("postgres parar", dice="No estaba en marcha.")


CONTORNOS = """{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"CVE_MUN": 1}, "geometry":
{"type": "Polygon", "coordinates": [[[-103.5, 20], [-103.5, 21], [-102.5, 21], [-102.5, 20], [-103.5, 20]]]}}]}"""


def _terminar(sede: Casa) -> None:
    """What is left once it is closed; and the archive, checked elsewhere by Python alone."""
    sede.bien("operacion acta", "cierre", dice="acta-circunstanciada.docx y .pdf")
    sede.bien("operacion informe", "cierre", dice="informe-final.docx y .pdf")
    with zipfile.ZipFile(sede.trabajo() / "cierre" / "acta-circunstanciada.docx") as word:
        acta = word.read("word/document.xml").decode()
    for dice in ("Se fue la luz.", "hasta el 09/06/2027 20:00. Faltan paquetes", "Se hizo ante mí.", "Faltan 1"):
        assert dice in acta, acta
    sede.bien("operacion acto-final", "informe", "cierre/informe-final.pdf", "Informe final", dice="acto_final.")
    sede.bien("operacion archivar", "archivo.zip", dice="Archivo de la operación: archivo.zip.")
    with zipfile.ZipFile(sede.trabajo() / "archivo.zip") as archivo:
        archivo.extractall(sede.raiz / "diez-anos")
    for guion in (["comprobar.py"], ["recalcular.py", "publicacion"]):
        hecho = subprocess.run(
            [sys.executable, "-I", *guion], cwd=sede.raiz / "diez-anos", capture_output=True, text=True
        )
        assert hecho.returncode == 0, hecho.stdout + hecho.stderr


def _auditar(auditor: Casa, sede: Casa) -> None:
    bitacora = str(sede.trabajo() / "bitacora.jsonl")
    auditor.bien("proceso importar", str(sede.trabajo() / "proceso"))
    auditor.bien("bitacora verificar", bitacora, dice="La bitácora está íntegra.")
    auditor.bien("bitacora importar", bitacora, dice="Hechos importados:")
    publicacion, auditada = str(sede.datos / "publicacion"), str(sede.trabajo() / "auditada.json")
    auditor.bien("auditoria ignorados", bitacora, "--publicacion", publicacion, dice="Todo cuenta.")
    auditor.bien("auditoria separacion", bitacora, "--csv", "dobles.csv", dice="Nadie hizo en una misma acta dos pasos")
    auditor.bien("auditoria huellas", auditada, auditada, dice="Todos corren lo que se auditó.")
    auditor.bien("auditoria hallazgos", "hallazgos", "--iniciar", dice="hallazgos/hallazgos.csv")
    auditor.bien("auditoria hallazgos", "hallazgos", dice="No hay ningún hallazgo.")
    corte = sede.datos / "publicacion" / "cortes" / "0002"
    auditor.bien("corte rehacer", str(corte), dice="todos idénticos")
    (corte / "avance.json").write_text("[]")
    codigo, dicho = auditor.correr("corte rehacer", str(corte))
    assert codigo == 1 and "avance.json" in dicho


@contextmanager
def en_base(casa: Casa, django_db_blocker: Any) -> Iterator[None]:
    """This process's Django over that machine's database."""
    from django.db import connection

    assert casa.url is not None
    previa = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = casa.url.partition("?")[0].rsplit("/", 1)[1]
    try:
        with django_db_blocker.unblock():
            yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = previa


@pytest.fixture(scope="module")
def de_pie(bases: Any, url_postgres: str, django_db_blocker: Any, raiz: Path, semillero: Semillero) -> Iterator[Casa]:
    """A machine with a process, its keys and nothing published."""
    with django_db_blocker.unblock(), bases.nueva() as base:
        casa = Casa(raiz / "de-pie", semillero, url_de(base, url_postgres))
        casa.raiz.mkdir(mode=0o711)
        proceso, info = ejemplo(60)
        info = replace(info, parametros=replace(info.parametros, lectura="piloto"))
        escribir_proceso(casa.trabajo() / "proceso", proceso, info)
        casa.bien("proceso importar", "proceso")
        casa.bien("llaves crear", "instituto.example/prep", "--archivo", "instituto")
        (casa.datos / "llaves" / "qr").write_text("un secreto de más de dieciséis letras")
        _, publica = crear("otro.example/prep", casa.trabajo() / "llaves", archivo="otro")
        crear("auditor.example/prep", casa.trabajo() / "llaves", COFIRMA, "auditor")
        (casa.trabajo() / "politica").write_text(f"log {publica.read_text().strip()}\nquorum none\n")
        yield casa


def hasta(proceso: subprocess.Popen[str], dice: str) -> str:
    """Read what it says until it says that; all of it so far."""
    assert proceso.stdout is not None
    dicho = ""
    for linea in proceso.stdout:
        dicho += linea
        if dice in linea:
            return dicho
    raise AssertionError(f"Terminó sin decir «{dice}»: {dicho}")


def como_web(url: str | None) -> str:
    """The same database with the role of the web server, where it is one of ours."""
    assert url is not None
    partes = urlsplit(url)
    como = urlunsplit(partes._replace(netloc=f"{roles.WEB}@{partes.netloc.rpartition('@')[2]}"))
    try:
        psycopg.connect(como).close()
    except psycopg.OperationalError:
        pytest.skip("El servidor de DATABASE_URL no es de los que arrancamos: ahí los roles los pone quien lo tiene.")
    return como


@pytest.mark.parametrize("senal", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
@pytest.mark.parametrize("orden", sorted(LARGAS))
def test_a_signal_ends_it_and_leaves_nothing_behind(orden: str, senal: signal.Signals, de_pie: Casa) -> None:
    con, dice, codigo = LARGAS[orden]
    casa = replace(de_pie, url=como_web(de_pie.url)) if orden == "servir" else de_pie
    proceso = casa.abrir(orden, *con.format(puerto=reservables(1)[0]).split())
    dicho = hasta(proceso, dice)
    os.killpg(proceso.pid, senal)  # as the terminal does: to all that the command started
    resto, _ = proceso.communicate()
    assert "Terminando…" in resto
    assert not INGLES.search(dicho + resto), dicho + resto
    assert proceso.returncode == (codigo if senal is signal.SIGINT else 128 + signal.SIGTERM), resto
    assert de_pie.procesos() == []


@pytest.mark.timeout(1200)
def test_two_demos_each_in_its_folder_and_both_stop(raiz: Path, semillero: Semillero) -> None:
    """The second leaves the first alone. The site answers before there is anything to see. Stopped at work, whatever
    they had started, PostgreSQL and workers, ends with them."""
    casa = Casa(raiz / "demos", semillero)
    casa.raiz.mkdir(mode=0o711)
    primera = casa.abrir("demo", "--puerto", "0", "--casillas", "12")
    direccion = re.search(r"http://\S+", hasta(primera, "Resultados en vivo"))
    assert direccion is not None
    with pytest.raises(urllib.error.HTTPError) as espera:
        urllib.request.urlopen(direccion[0])
    assert espera.value.code == 503
    assert "Todavía no hay resultados" in espera.value.read().decode()
    hasta(primera, "Retratando las actas")

    segunda = casa.abrir("demo", "--puerto", "0", "--salir", "--casillas", "12")
    assert f"esta usa su propia carpeta, {casa.datos}/demo-2." in hasta(segunda, "carpeta")
    hasta(segunda, "Fundando la sede")
    segunda.send_signal(signal.SIGTERM)
    dicho, _ = segunda.communicate()
    assert (segunda.returncode, INGLES.search(dicho)) == (128 + signal.SIGTERM, None), dicho
    assert not [p for p in casa.procesos() if b"demo-2" in Path(f"/proc/{p}/cmdline").read_bytes()]

    assert primera.poll() is None
    assert (casa.datos / "demo" / "proceso" / "proceso.toml").exists()
    os.killpg(primera.pid, signal.SIGINT)
    dicho, _ = primera.communicate()
    assert "Terminando…" in dicho and "Demostración interrumpida" in dicho
    assert (primera.returncode, INGLES.search(dicho)) == (130, None), dicho
    assert casa.procesos() == []


@pytest.mark.parametrize(("senal", "codigo"), [(signal.SIGTERM, 143), (signal.SIGINT, -signal.SIGINT)])
def test_a_signal_that_comes_while_something_is_finalized_is_not_lost(senal: signal.Signals, codigo: int) -> None:
    guion = """
import time
from prep.plataforma.orden import correr

class Lenta:
    def __del__(self):
        print("ya", flush=True)
        time.sleep(10)

def orden(prog_name):
    Lenta()
    time.sleep(10)

correr(orden)
"""
    with subprocess.Popen([sys.executable, "-c", guion], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as proceso:
        assert proceso.stdout and proceso.stdout.readline() == b"ya\n"
        proceso.send_signal(senal)
        assert proceso.wait(60) == codigo
