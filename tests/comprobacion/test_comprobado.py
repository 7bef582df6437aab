"""Knowing what was computed of an earlier corte, only what changed is computed, and the answer is the same."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from ataques import ATAQUES, publicar, rezip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from emision_fabrica import Noche
from prep.cli import app
from prep.comprobacion.comprobado import Comprobado
from prep.comprobacion.informe import Nivel
from prep.comprobacion.verificar import Opciones, Verificado, verificar
from prep.dominio.tabulacion.proceso import Demarcacion
from prep.transparencia.almacen import Carpeta


@pytest.fixture(scope="module")
def modelo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Noche, Path]:
    """A night of three cortes, the first in ceros, and the memory of whoever checked it."""
    noche = Noche(tmp_path_factory.mktemp("modelo"))
    for _ in range(2):
        noche.publicar(0.5)
    visto = tmp_path_factory.mktemp("memoria") / "visto"
    assert revisar(noche, visto).codigo == 0
    return noche, visto


@pytest.fixture
def noche(modelo: tuple[Noche, Path], tmp_path: Path) -> Noche:
    return modelo[0].copia(tmp_path / "sitio")


@pytest.fixture
def visto(modelo: tuple[Noche, Path], tmp_path: Path) -> Path:
    return copiar(modelo[1], tmp_path / "visto")


def copiar(memoria: Path, a: Path) -> Path:
    for cola in ("", ".cifras"):
        shutil.copy(f"{memoria}{cola}", f"{a}{cola}")
    return a


def revisar(noche: Noche, visto: Path | None = None, **opciones: bool) -> Verificado:
    return verificar(Carpeta(noche.carpeta), Opciones(espera=0, recordar=visto, **opciones))


def malos(informe: Verificado) -> list[str]:
    return [h.texto for h in informe.hallazgos if h.nivel == Nivel.MAL]


def leidas(informe: Verificado) -> tuple[int, int] | None:
    """How many secciones it says that it read again, and of how many; None: all were."""
    (dicho,) = [h.texto for h in informe.hallazgos if h.asunto == "cifras" and h.nivel == Nivel.BIEN]
    cuantas = re.search(r"volvieron a leer ([\d,]+) de sus ([\d,]+) secciones", dicho)
    return (int(cuantas[1]), int(cuantas[2])) if cuantas else None


def test_only_what_changed_is_read_and_what_is_remembered_is_the_same(tmp_path: Path) -> None:
    """Corte after corte, with actas that come, change and are taken back, until the last one."""
    noche, visto, azar = Noche(tmp_path / "sitio", semilla=11), tmp_path / "visto", random.Random(3)
    noche.publicar(0)
    revisar(noche, visto)
    for i in range(8):
        for clave in azar.sample(sorted(noche.asentados), len(noche.asentados) // 9):
            del noche.asentados[clave]  # no longer published, or otherwise from the next one
            noche.hashes.pop(clave, None)
        hechos = {"posicion": 1000 + i, "raiz": f"{i:064x}"}  # what was taken back is one fact more
        noche.publicar(0.12 if i else 0.6, cierre=i == 7, bitacora=hechos)
        informe = revisar(noche, visto)
        assert informe.codigo == 0, informe.veredicto
        entero = tmp_path / f"entero-{i}"
        assert revisar(noche, entero).codigo == 0
        assert Comprobado.leer(Path(f"{visto}.cifras")) == Comprobado.leer(Path(f"{entero}.cifras"))
        cuantas = leidas(informe)
        if i in (0, 7):  # out of ceros nearly all are others; the last one is said otherwise
            continue
        assert cuantas is not None and 0 < cuantas[0] < cuantas[1] == 36
    assert leidas(revisar(noche, visto)) == (0, 36), "nothing is new"


def test_a_place_where_no_acta_is_expected_hinders_nothing(tmp_path: Path) -> None:
    noche, visto = Noche(tmp_path / "sitio"), tmp_path / "visto"
    e = noche.elecciones[1]
    lugares = {**e.demarcaciones, 9: Demarcacion(9, "Distrito 9")}
    noche.elecciones[1] = replace(e, demarcaciones=lugares, boletas={**e.boletas, 9: e.boletas[3]})
    for _ in range(3):
        noche.publicar(0.3)
        informe = revisar(noche, visto)
        assert informe.codigo == 0, informe.veredicto
    cuantas = leidas(informe)
    assert cuantas is not None and cuantas[0] < cuantas[1] == 36


@pytest.mark.parametrize("nombre", ATAQUES)
def test_attacks_are_found_all_the_same(noche: Noche, visto: Path, nombre: str) -> None:
    dice, atacar = ATAQUES[nombre]
    atacar(noche)
    informe = revisar(noche, visto)
    if nombre == "two_images_are_swapped":  # after they were seen: said, and one option away
        assert informe.codigo == 0 and "imágenes vistas antes" in informe.no_recalculados
        informe = revisar(noche, visto, de_nuevo=True)
    texto = " | ".join(malos(informe))
    otra_historia = "el registro retrocedió: antes tenía", "es otro registro: antes"  # which only a memory knows
    assert informe.codigo == 1 and (re.search(dice, texto) or texto.startswith(otra_historia)), texto


def _detalle(alterar: Callable[[bytes], bytes]) -> Callable[[dict, dict], None]:
    def en_los_archivos(archivos: dict, _: dict) -> None:
        ruta = "AYUN/demarcacion/2.json"
        nuevo = alterar(archivos[ruta])
        assert nuevo != archivos[ruta]
        archivos[ruta] = nuevo

    return en_los_archivos


def _tabla(alterar: Callable[[bytes], bytes]) -> Callable[[dict, dict], None]:
    def en_los_archivos(archivos: dict, _: dict) -> None:
        (ruta,) = [r for r in archivos if r.startswith("bd/")]
        nuevo = rezip(archivos[ruta], "JAL_AYUN_2", alterar)
        assert nuevo != archivos[ruta]
        archivos[ruta] = nuevo

    return en_los_archivos


def _anidada(d: bytes) -> bytes:
    """The second sección within the first: each stretch begins as it should, and they are no longer a list."""
    uno, dos, *mas = d.split(b'{"seccion":')[1:]
    junta = uno.rstrip(b",")[:-1] + b',"otra":{"seccion":' + dos.rstrip(b",") + b"},"
    return d.split(b'{"seccion":')[0] + b"".join(b'{"seccion":' + x for x in (junta, *mas))


def _de_mas(d: bytes) -> bytes:
    """One sección more, which does not begin as the others."""
    return d.replace(b',{"seccion":', b',{ "seccion":99,"casillas":[]},{"seccion":', 1)


def _cambiadas(d: bytes) -> bytes:
    antes, uno, dos, *mas = d.split(b'{"seccion":')
    return b'{"seccion":'.join([antes, dos, uno, *mas])


CORTES_RAROS = {
    "a sección within another": _detalle(_anidada),
    "a sección more, written otherwise": _detalle(_de_mas),
    "a sección less": _detalle(
        lambda d: re.sub(rb',\{"seccion":(?:(?!\{"seccion":).)*(?=,\{"seccion":)', b"", d, count=1)
    ),
    "two secciones change places": _detalle(_cambiadas),
    "something beside the secciones": _detalle(lambda d: d.replace(b'"secciones":[', b'"x":1,"secciones":[', 1)),
    "the secciones twice": _detalle(lambda d: d.replace(b'"secciones":[', b'"secciones":[],"secciones":[', 1)),
    "a figure of the place": _detalle(lambda d: re.sub(rb'"total":(\d+)', rb'"total":1\1', d, count=1)),
    "no comma between two": _detalle(lambda d: d.replace(b',{"seccion":', b'{"seccion":', 1)),
    "text after the end": _detalle(lambda d: d + b" x"),
    "a line twice": _tabla(lambda t: re.sub(rb"\r\n(14[^\r]*)\r\n", rb"\r\n\1\r\n\1\r\n", t, count=1)),
    "a line less": _tabla(lambda t: re.sub(rb"\r\n14[^\r]*(?=\r\n)", b"", t, count=1)),
    "two lines change places": _tabla(
        lambda t: re.sub(rb"\r\n(14[^\r]*)\r\n(14[^\r]*)\r\n", rb"\r\n\2\r\n\1\r\n", t, count=1)
    ),
    "a quote that is not closed": _tabla(lambda t: re.sub(rb",B,", b',"B,', t, count=1)),
    "a quote that takes in the next line": _tabla(
        lambda t: re.sub(rb"\r\n([^,\r]*),([^\r]*)\r\n([^,\r]*),", rb'\r\n\1,"\2\r\n\3",', t[200:], count=1)
    ),
    "a bare end of line": _tabla(lambda t: t.replace(b"\r\n14", b"\n14", 1)),
    "a sheet out of catalogue among the actas": _tabla(lambda t: re.sub(rb"\r\n14", b"\r\n-,-\r\n14", t, count=1)),
}


@pytest.mark.parametrize("cual", CORTES_RAROS)
def test_odd_cuts_are_judged_as_by_whoever_knows_nothing(noche: Noche, visto: Path, cual: str) -> None:
    publicar(noche, CORTES_RAROS[cual])
    informe, de_nadie = revisar(noche, visto), revisar(noche)
    assert informe.codigo == de_nadie.codigo == (cual != "a bare end of line")
    assert malos(informe) == malos(de_nadie)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_byte_changed_anywhere_is_judged_as_by_whoever_knows_nothing(
    modelo: tuple[Noche, Path], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    carpeta = tmp_path_factory.mktemp("byte")
    noche, visto = modelo[0].copia(carpeta / "sitio"), copiar(modelo[1], carpeta / "visto")

    def cambiado(d: bytes) -> bytes:
        donde = data.draw(st.integers(0, len(d) - 1), label="where")
        return d[:donde] + data.draw(st.sampled_from([b"", b"0", b"7", b'"', b",", b"{", b"\n"])) + d[donde + 1 :]

    def alterar(archivos: dict, _: dict) -> None:
        rutas = sorted(r for r in archivos if "/demarcacion/" in r or r.endswith("/especiales.json"))
        ruta = data.draw(st.sampled_from(["tabla", *rutas]), label="which")
        if ruta != "tabla":
            archivos[ruta] = cambiado(archivos[ruta])
            return
        (bd,) = [r for r in archivos if r.startswith("bd/")]
        archivos[bd] = rezip(archivos[bd], data.draw(st.sampled_from(["JAL_GUB_2", "JAL_DIP_LOC_2"])), cambiado)

    publicar(noche, alterar)
    informe, de_nadie = revisar(noche, visto), revisar(noche)
    assert (informe.codigo, malos(informe)) == (de_nadie.codigo, malos(de_nadie))
    shutil.rmtree(carpeta)


def _otro_programa(visto: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prep.comprobacion.cifras.este_programa", lambda: "0" * 64)


def _alterado(visto: Path, _: pytest.MonkeyPatch) -> None:
    archivo = Path(f"{visto}.cifras")
    archivo.write_bytes(archivo.read_bytes().replace(b'"2 ', b'"3 ', 1))


def _de_otra_historia(visto: Path, _: pytest.MonkeyPatch) -> None:
    """Well kept, and of a corte that this log does not have."""
    archivo = Path(f"{visto}.cifras")
    antes = Comprobado.leer(archivo)
    assert antes is not None
    Comprobado(antes.corte, "f" * 64, antes.origen, antes.elecciones, antes.imagenes).escribir(archivo)


@pytest.mark.parametrize(
    "como",
    [_otro_programa, _alterado, _de_otra_historia, lambda v, _: Path(f"{v}.cifras").unlink(), lambda v, _: v.unlink()],
    ids=["another program", "altered on disk", "of another history", "no figures", "no history"],
)
def test_what_cannot_be_relied_on_is_not(
    noche: Noche, visto: Path, como: Callable[[Path, pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is computed, and nobody is accused of it."""
    noche.publicar(0.2)
    como(visto, monkeypatch)
    informe = revisar(noche, visto)
    assert informe.codigo == 0 and leidas(informe) is None


def test_a_catalogue_that_is_another_is_held_against_the_first(noche: Noche, visto: Path) -> None:
    """A document of the catalogue that says otherwise, which no sección shows."""

    def otro_nombre(archivos: dict, _: dict) -> None:
        proceso = json.loads(archivos["proceso.json"])
        proceso["partidos"][0]["nombre"] = "Otro"
        archivos["proceso.json"] = json.dumps(proceso, ensure_ascii=False, separators=(",", ":")).encode()

    publicar(noche, otro_nombre)
    assert "catálogo del primer corte" in malos(revisar(noche, visto))[0]


def test_where_a_casilla_is_cannot_change_though_all_say_so(noche: Noche, visto: Path) -> None:
    """In its line and in its document, of an acta that is not captured: only the first corte says otherwise."""

    def mudada(archivos: dict, _: dict) -> None:
        for ruta in [r for r in archivos if r.startswith("AYUN/demarcacion/")]:
            archivos[ruta] = re.sub(rb'("clave":"140010B0100"[^{]*"ubicacion":)\d', rb"\g<1>9", archivos[ruta])
        (bd,) = [r for r in archivos if r.startswith("bd/")]
        ubicada = re.compile(rb"(\r\n140010B0100,(?:[^,\r]*,){9})[0-9](?=,)")
        archivos[bd] = rezip(archivos[bd], "JAL_AYUN_2", lambda t: ubicada.sub(rb"\g<1>9", t))

    publicar(noche, mudada)
    informe = revisar(noche, visto)
    assert malos(informe) == malos(revisar(noche)) and "ya no son las del primer corte" in malos(informe)[0]


def test_documents_written_otherwise_are_right_and_nothing_of_them_is_remembered(tmp_path: Path) -> None:
    """JSON with blanks says the same, and is read whole each time."""
    noche, visto = Noche(tmp_path / "sitio", modo="prueba"), tmp_path / "visto"

    def con_blancos(archivos: dict, _: dict) -> None:
        for ruta in [r for r in archivos if "/demarcacion/" in r]:
            archivos[ruta] = json.dumps(json.loads(archivos[ruta]), ensure_ascii=False).encode()

    for _ in range(3):
        publicar(noche, con_blancos)
        informe = revisar(noche, visto)
        assert informe.codigo == 0 and informe.comprobado is None and leidas(informe) is None
    assert visto.exists() and not Path(f"{visto}.cifras").exists()


def test_images_that_were_seen_are_not_read_again_and_new_ones_are(noche: Noche, visto: Path) -> None:
    viejas = set((noche.carpeta / "imagenes").rglob("*.jpg"))
    noche.publicar(0.6)
    nueva = next(i for i in sorted((noche.carpeta / "imagenes").rglob("*.jpg")) if i not in viejas)
    nueva.write_bytes(b"otra")
    assert "alterada o cambiada" in malos(revisar(noche, visto))[0]
    nueva.unlink()
    assert "falta la imagen" in malos(revisar(noche, visto))[0]


def test_an_image_that_was_seen_and_is_gone_is_missed(noche: Noche, visto: Path) -> None:
    next((noche.carpeta / "imagenes").rglob("*.jpg")).unlink()
    noche.publicar(0.1)
    assert "falta la imagen" in malos(revisar(noche, visto))[0]


def test_images_that_nobody_looked_at_are_looked_at(noche: Noche, tmp_path: Path) -> None:
    """Whoever left them out the first time did not see them, whatever somebody writes in what is remembered."""
    visto, cifras = tmp_path / "sin-imagenes", tmp_path / "sin-imagenes.cifras"
    assert revisar(noche, visto, imagenes=False).codigo == 0
    next((noche.carpeta / "imagenes").rglob("*.jpg")).write_bytes(b"otra")
    noche.publicar(0.1)
    assert revisar(noche, visto).codigo == 1
    guardado = cifras.read_bytes()
    assert guardado.endswith(b",false]")
    cifras.write_bytes(guardado.removesuffix(b"false]") + b"true]")
    assert revisar(noche, visto).codigo == 1


def test_the_command_computes_what_is_new_and_everything_when_told(noche: Noche, visto: Path) -> None:
    noche.publicar(0.2)
    orden = ["verificar", str(noche.carpeta), "--recordar", str(visto), "--sin-paginas"]
    dicho = CliRunner().invoke(app, orden)
    assert dicho.exit_code == 0 and "se volvieron a leer" in dicho.output and "no se leyeron otra vez" in dicho.output
    dicho = CliRunner().invoke(app, [*orden, "--de-nuevo"])
    assert dicho.exit_code == 0 and "se volvieron a leer" not in dicho.output
    assert "no se leyeron otra vez" not in dicho.output
