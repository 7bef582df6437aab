import json
from pathlib import Path

import pikepdf
import pytest
from typer.testing import CliRunner, Result

from prep.cli import app
from prep.papel.opciones import LlaveInvalida


def prep(*orden: object) -> Result:
    return CliRunner().invoke(app, [str(o) for o in orden])


@pytest.fixture(scope="module")
def taller(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A process of demonstration, three filled actas and their photographs."""
    raiz = tmp_path_factory.mktemp("actas")
    assert prep("proceso", "ejemplo", raiz / "proceso").exit_code == 0
    llave = ("--llave", raiz / "qr")
    r = prep(
        "actas",
        "llenar",
        raiz / "proceso",
        "--salida",
        raiz / "llenas",
        "--cuantas",
        2,
        "--eleccion",
        "GUB",
        "--limpias",
        *llave,
    )
    assert r.exit_code == 0, r.output
    r = prep("actas", "fotografiar", raiz / "llenas", "--salida", raiz / "fotos", "--nivel", "scan", "--nivel", "mild")
    assert r.exit_code == 0, r.output
    return raiz


def test_generar_by_catd_and_by_casilla(taller: Path, tmp_path: Path) -> None:
    llave = ("--llave", taller / "qr")
    r = prep("actas", "generar", taller / "proceso", "--salida", tmp_path / "a", "--eleccion", "AYUN", *llave)
    assert r.exit_code == 0, r.output
    paginas = 0
    for pdf in (tmp_path / "a").glob("*.pdf"):
        with pikepdf.open(pdf) as documento:
            paginas += len(documento.pages)
    assert paginas == 60
    acta = sorted((taller / "llenas").glob("*.json"))[0].stem
    r = prep(
        "actas",
        "generar",
        taller / "proceso",
        "--salida",
        tmp_path / "b",
        "--casilla",
        acta[:11],
        "--por",
        "casilla",
        *llave,
    )
    assert r.exit_code == 0, r.output
    (pdf,) = (tmp_path / "b").glob("*.pdf")
    with pikepdf.open(pdf) as documento:
        assert len(documento.pages) == 3  # one per election


def test_etiquetas_prints_labels(taller: Path, tmp_path: Path) -> None:
    r = prep(
        "actas",
        "etiquetas",
        taller / "proceso",
        "--salida",
        tmp_path / "e.pdf",
        "--eleccion",
        "GUB",
        "--llave",
        taller / "qr",
    )
    assert r.exit_code == 0 and "60 etiquetas" in r.output


def test_leer_compares_with_the_truth(taller: Path) -> None:
    r = prep("leer", taller / "fotos", "--proceso", taller / "proceso", "--json", "--verdad", "--llave", taller / "qr")
    assert r.exit_code == 0, r.output
    filas = [json.loads(linea) for linea in r.output.splitlines() if linea.startswith("{")]
    assert len(filas) == 4
    assert all(f["rechazo"] is None and f["aceptados_mal"] == 0 for f in filas)
    assert sum(f["aceptados_bien"] for f in filas) > 0.7 * sum(len(f["campos"]) for f in filas)


def test_leer_in_a_table_and_with_bad_files(taller: Path, tmp_path: Path) -> None:
    (tmp_path / "virus.jpg").write_bytes(b"MZ\x90\x00")
    foto = sorted((taller / "fotos").glob("*scan.jpg"))[0]
    r = prep(
        "leer",
        foto,
        tmp_path / "virus.jpg",
        tmp_path / "falta.jpg",
        "--proceso",
        taller / "proceso",
        "--llave",
        taller / "qr",
    )
    assert r.exit_code == 1, r.output
    assert "1 página leída, 2 rechazadas" in r.output


def test_who_reads_never_makes_a_key(taller: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key of its own it would call every genuine acta forged."""
    foto = sorted((taller / "fotos").glob("*scan.jpg"))[0]
    monkeypatch.setenv("PREP_DATOS_DIR", str(tmp_path / "datos"))
    for llave in (("--llave", tmp_path / "FALTA"), ()):
        r = prep("leer", foto, "--proceso", taller / "proceso", *llave)
        assert isinstance(r.exception, LlaveInvalida)
        assert "No existe el secreto de los QR" in str(r.exception)
    assert not (tmp_path / "FALTA").exists() and not (tmp_path / "datos" / "llaves").exists()


def test_the_key_is_where_data_lives(taller: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREP_DATOS_DIR", str(tmp_path / "datos"))
    monkeypatch.chdir(tmp_path)
    r = prep("actas", "etiquetas", taller / "proceso", "--salida", tmp_path / "e.pdf", "--eleccion", "GUB")
    assert r.exit_code == 0, r.output
    assert (tmp_path / "datos" / "llaves" / "qr").stat().st_mode & 0o077 == 0
    foto = sorted((taller / "fotos").glob("*scan.jpg"))[0]
    r = prep("leer", foto, "--proceso", taller / "proceso", "--json")
    assert r.exit_code == 1 and json.loads(r.stdout)["rechazo"] == "qr_falso"  # it was printed with another one


def test_leer_an_acta_that_is_known(taller: Path) -> None:
    foto = sorted((taller / "fotos").glob("*scan.jpg"))[0]
    acta = foto.stem.removesuffix("-scan")
    comun = ("leer", foto, "--proceso", taller / "proceso", "--llave", taller / "qr", "--json")
    r = prep(*comun, "--esperada", acta)
    assert r.exit_code == 0 and json.loads(r.stdout)["acta"] == acta
    otra = sorted({p.stem for p in (taller / "llenas").glob("*.json")} - {acta})[0]
    r = prep(*comun, "--esperada", otra)
    assert r.exit_code == 1 and json.loads(r.stdout)["rechazo"] == "otra_acta"
    assert prep(*comun, "--esperada", "149999B010005").exit_code == 2


def test_nothing_to_read_is_said(taller: Path, tmp_path: Path) -> None:
    r = prep("leer", tmp_path, "--proceso", taller / "proceso", "--llave", taller / "qr")
    assert r.exit_code == 2 and "No hay imágenes" in r.output


def test_what_is_asked_for_wrongly_is_explained(taller: Path, tmp_path: Path) -> None:
    llave = ("--llave", taller / "qr")
    casos = (
        (("actas", "generar", taller / "proceso", "--salida", tmp_path, "--catd", "NADA", *llave), "Ninguna acta"),
        (("actas", "fotografiar", tmp_path, "--salida", tmp_path), "no hay actas llenas"),
        (("actas", "fotografiar", taller / "llenas", "--salida", tmp_path, "--nivel", "lindo"), "No existe el nivel"),
        (("actas", "llenar", taller / "proceso", "--salida", tmp_path, "--digitos", tmp_path, *llave), "dígitos"),
    )
    for orden, mensaje in casos:
        r = prep(*orden)
        assert r.exit_code == 2, orden
        assert mensaje in " ".join(r.output.replace("│", " ").split()), r.output
    (tmp_path / "proceso.toml").write_text("nada = 1")
    assert prep("actas", "generar", tmp_path, "--salida", tmp_path / "x", *llave).exit_code == 1


def test_imagenes_revisar_names_orphans(tmp_path: Path) -> None:
    from prep.evidencia.imagenes import guardar_original
    from prep.plataforma.almacen import AlmacenCarpeta

    r = prep("imagenes", "revisar", tmp_path, "--json")
    assert r.exit_code == 0 and json.loads(r.output)["revisados"] == 0
    huella = guardar_original(AlmacenCarpeta(tmp_path), b"una imagen")
    r = prep("imagenes", "revisar", tmp_path)
    assert r.exit_code == 1 and "HUÉRFANO" in r.output and huella in r.output
