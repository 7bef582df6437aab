"""The object store: one behaviour, held by a folder and by S3."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from prep.plataforma.almacen import (
    Almacen,
    AlmacenCarpeta,
    AlmacenInaccesible,
    AlmacenS3,
    ErrorAlmacen,
    abrir,
    discos,
    validar,
)


@pytest.fixture(params=["carpeta", "s3"])
def nuevo(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Almacen]]:
    """Opens the same store again and again, as different processes would."""
    if request.param == "carpeta":
        yield lambda: AlmacenCarpeta(tmp_path / "con espacio" / "objetos")
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "prueba")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "prueba")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="prep")
        yield lambda: abrir("s3://prep/2027/gub")


@pytest.fixture
def almacen(nuevo: Callable[[], Almacen]) -> Almacen:
    return nuevo()


def test_what_was_written_is_read_when_opened_again(nuevo: Callable[[], Almacen]) -> None:
    nuevo().escribir("c1/GUB/resumen.json", b"{}")
    assert nuevo().leer("c1/GUB/resumen.json") == b"{}"
    assert nuevo().existe("c1/GUB/resumen.json")


def test_what_is_not_there_is_none_and_a_folder_is_not_an_object(almacen: Almacen) -> None:
    almacen.escribir("a/b", b"1")
    for ruta in ("x", "a", "a/b/c"):
        assert almacen.leer(ruta) is None
        assert not almacen.existe(ruta)


def test_writing_the_same_is_nothing_and_something_else_is_an_error(almacen: Almacen) -> None:
    almacen.escribir("c1/x", b"uno")
    almacen.escribir("c1/x", b"uno")
    with pytest.raises(ErrorAlmacen, match="c1/x ya existe con otro contenido"):
        almacen.escribir("c1/x", b"dos")
    assert almacen.leer("c1/x") == b"uno"


def test_replacing_changes_the_pointer(almacen: Almacen) -> None:
    almacen.reemplazar("ultimo.json", b"1")
    almacen.reemplazar("ultimo.json", b"2")
    assert almacen.leer("ultimo.json") == b"2"


def test_copying_gives_the_same_bytes_and_respects_what_was_there(almacen: Almacen) -> None:
    almacen.escribir("c1/x.json", b"uno")
    almacen.copiar("c1/x.json", "c2/x.json")
    almacen.copiar("c1/x.json", "c2/x.json")
    assert almacen.leer("c2/x.json") == b"uno"
    almacen.escribir("c1/y.json", b"otro")
    with pytest.raises(ErrorAlmacen, match=r"c2/x\.json ya existe"):
        almacen.copiar("c1/y.json", "c2/x.json")
    with pytest.raises(ErrorAlmacen, match="no está en el almacén"):
        almacen.copiar("c1/nada", "c2/nada")


def test_replacing_does_not_touch_the_copies(almacen: Almacen) -> None:
    almacen.reemplazar("a", b"1")
    almacen.copiar("a", "b")
    almacen.reemplazar("a", b"2")
    assert almacen.leer("b") == b"1"


def test_listing_is_in_order_by_prefix(almacen: Almacen) -> None:
    for ruta in ("c1/b", "c1/a/z", "c10/a", "c2/a", "ultimo.json"):
        almacen.escribir(ruta, b"")
    assert list(almacen.listar()) == ["c1/a/z", "c1/b", "c10/a", "c2/a", "ultimo.json"]
    assert list(almacen.listar("c1")) == ["c1/a/z", "c1/b", "c10/a"]
    assert list(almacen.listar("c1/")) == ["c1/a/z", "c1/b"]
    assert list(almacen.listar("nada/")) == []


def test_a_batch_arrives_whole(almacen: Almacen) -> None:
    almacen.escribir("viejo", b"v")
    with almacen.lote():
        for n in range(300):
            almacen.escribir(f"c1/{n:03}", str(n).encode())
        almacen.copiar("viejo", "c1/viejo")
    assert [almacen.leer(r) for r in almacen.listar("c1/")] == [*(str(n).encode() for n in range(300)), b"v"]


def test_a_batch_that_contradicts_what_was_published_fails(almacen: Almacen) -> None:
    almacen.escribir("c1/x", b"uno")
    with pytest.raises(ErrorAlmacen, match="c1/x ya existe"), almacen.lote():
        almacen.escribir("c1/x", b"dos")
    assert almacen.leer("c1/x") == b"uno"
    with almacen.lote():  # and the store goes on working
        almacen.escribir("c2/x", b"dos")
    assert almacen.leer("c2/x") == b"dos"


def test_there_is_no_batch_inside_a_batch(almacen: Almacen) -> None:
    with almacen.lote(), pytest.raises(ErrorAlmacen, match="lote abierto"), almacen.lote():
        pass


@pytest.mark.parametrize(
    "ruta",
    ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", ".oculto", "a\\..\\b", "a\0b", "a\nb", "x" * 201],
)
def test_hostile_paths_are_refused(almacen: Almacen, ruta: str) -> None:
    for accion in (
        almacen.leer,
        almacen.existe,
        lambda r: almacen.escribir(r, b""),
        lambda r: almacen.reemplazar(r, b""),
    ):
        with pytest.raises(ErrorAlmacen, match="no es válida"):
            accion(ruta)
    almacen.escribir("a", b"")
    with pytest.raises(ErrorAlmacen, match="no es válida"):
        almacen.copiar("a", ruta)


@given(st.text(max_size=40))
def test_no_valid_path_leaves_the_folder(ruta: str) -> None:
    raiz = Path("/publico")
    try:
        validar(ruta)
    except ErrorAlmacen:
        return
    assert os.path.normpath(raiz / ruta) == str(raiz / ruta)
    assert (raiz / ruta).is_relative_to(raiz)
    assert raiz / ruta != raiz


def test_s3_says_the_type_and_how_long_to_keep_it() -> None:
    with mock_aws():
        cliente = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        cliente.create_bucket(Bucket="prep")
        s3 = AlmacenS3("prep", cliente=cliente)
        s3.escribir("c1/x.json", b"{}")
        s3.copiar("c1/x.json", "c2/x.json")
        s3.reemplazar("ultimo.json", b"{}")
        for ruta in ("c1/x.json", "c2/x.json"):
            ficha = cliente.head_object(Bucket="prep", Key=ruta)
            assert ficha["ContentType"] == "application/json"
            assert "immutable" in ficha["CacheControl"]
        assert cliente.head_object(Bucket="prep", Key="ultimo.json")["CacheControl"] == "no-cache"


def test_s3_without_a_bucket_is_explained() -> None:
    with mock_aws():
        cliente = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        with pytest.raises(ErrorAlmacen, match="NoSuchBucket"):
            AlmacenS3("nada", cliente=cliente).escribir("x", b"")


def test_the_folder_copies_without_repeating_bytes_and_leaves_no_remains(tmp_path: Path) -> None:
    almacen = AlmacenCarpeta(tmp_path)
    almacen.escribir("c1/x", b"uno")
    almacen.copiar("c1/x", "c2/x")
    assert (tmp_path / "c1/x").samefile(tmp_path / "c2/x")
    with pytest.raises(RuntimeError), almacen.lote():
        almacen.escribir("c3/x", b"tres")
        raise RuntimeError
    assert not almacen.existe("c3/x")
    assert not any((tmp_path / ".provisional").iterdir())


def test_the_folder_adopts_a_file_of_its_disk_without_moving_its_bytes(tmp_path: Path) -> None:
    almacen = AlmacenCarpeta(tmp_path / "publicacion")
    aparte = almacen.aparte()
    assert aparte is not None
    (aparte / "de-un-corte").mkdir()
    uno = aparte / "de-un-corte" / "uno"
    uno.write_bytes(b"uno")
    assert list(almacen.listar()) == []
    assert not almacen.adoptar("c1/x", uno)  # it is not made durable by itself
    with almacen.lote():
        assert almacen.adoptar("c1/x", uno)
        assert almacen.leer("c1/x") is None
    assert (tmp_path / "publicacion/c1/x").samefile(uno)
    uno.unlink()
    assert almacen.leer("c1/x") == b"uno"
    uno.write_bytes(b"otro")
    with pytest.raises(ErrorAlmacen, match="ya existe con otro contenido"), almacen.lote():
        almacen.adoptar("c1/x", uno)
    assert uno.read_bytes() == b"otro" and almacen.leer("c1/x") == b"uno"


def test_what_is_on_another_disk_or_goes_to_a_private_store_is_not_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archivo = tmp_path / "uno"
    archivo.write_bytes(b"uno")
    evidencia = AlmacenCarpeta(tmp_path / "evidencia", privado=True)
    with evidencia.lote():
        assert evidencia.aparte() is None and not evidencia.adoptar("x", archivo)
    publicacion = AlmacenCarpeta(tmp_path / "publicacion")
    monkeypatch.setattr(publicacion, "_disco", lambda: archivo.stat().st_dev + 1)
    with publicacion.lote():
        assert not publicacion.adoptar("x", archivo)


def test_a_bucket_adopts_nothing_of_this_machine(tmp_path: Path) -> None:
    with mock_aws():
        s3 = AlmacenS3("prep", cliente=boto3.client("s3", region_name="us-east-1"))
        assert s3.aparte() is None and not s3.adoptar("x", tmp_path / "uno")


def test_what_a_disk_spoils_is_not_intact(almacen: Almacen, tmp_path: Path) -> None:
    uno = hashlib.sha256(b"uno").hexdigest()
    almacen.escribir("c1/x", b"uno")
    assert almacen.intacto("c1/x", uno)
    if isinstance(almacen, AlmacenCarpeta):  # whoever keeps a bucket looks after that
        (almacen.raiz / "c1/x").write_bytes(b"unO")
        assert not almacen.intacto("c1/x", uno) and not almacen.intacto("c1/y", uno)
        (almacen.raiz / "c1/z").symlink_to("z")  # nor can it be read
        assert not almacen.intacto("c1/z", uno)


def test_a_disk_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "archivo").write_text("no soy carpeta")
    with pytest.raises(ErrorAlmacen, match="No se pudo usar x en el almacén"):
        AlmacenCarpeta(tmp_path / "archivo").escribir("x", b"")


def test_a_folder_that_cannot_be_read_is_not_one_where_there_is_nothing(tmp_path: Path) -> None:
    """Each name leads to itself, which stops root too."""
    carpeta = AlmacenCarpeta(tmp_path / "evidencia")
    carpeta.escribir("a/b.jpg", b"1")
    (tmp_path / "evidencia").rename(tmp_path / "aparte")
    (tmp_path / "evidencia").symlink_to("evidencia")
    for pregunta in (carpeta.existe, carpeta.leer):
        with pytest.raises(AlmacenInaccesible, match=r"a/b\.jpg"):
            pregunta("a/b.jpg")
    (tmp_path / "evidencia").unlink()
    assert not carpeta.existe("a/b.jpg")  # nor one that is not there


def test_kill_9_never_leaves_half_an_object(tmp_path: Path) -> None:
    """A process writes big objects, alone and in batches, and is killed at many instants: what has a name is whole."""
    programa = (
        "import sys, itertools; from pathlib import Path; from prep.plataforma.almacen import AlmacenCarpeta\n"
        "a = AlmacenCarpeta(Path(sys.argv[1])); print('ya', flush=True)\n"
        "for n in itertools.count():\n"
        "    a.escribir(f's{sys.argv[2]}/{n}', b'%d' % (n % 10) * 300_000)\n"
        "    a.reemplazar('ultimo', b'%d' % (n % 10) * 300_000)\n"
        "    with a.lote():\n"
        "        for m in range(5): a.escribir(f'l{sys.argv[2]}/{n}-{m}', b'%d' % (n % 10) * 300_000)\n"
    )
    vistos = 0
    for vuelta in range(10):
        p = subprocess.Popen([sys.executable, "-c", programa, tmp_path, str(vuelta)], stdout=subprocess.PIPE)
        assert p.stdout is not None
        p.stdout.readline()
        time.sleep(0.01 * (vuelta + 1))
        p.send_signal(signal.SIGKILL)
        p.communicate()
        for ruta in AlmacenCarpeta(tmp_path).listar():
            datos = AlmacenCarpeta(tmp_path).leer(ruta)
            assert datos is not None
            assert len(datos) == 300_000
            assert len(set(datos)) == 1
            vistos += 1
    assert vistos > 10


def test_what_a_private_store_holds_is_its_owners_alone(tmp_path: Path) -> None:
    """However it is written, whatever the umask, and also where the folder was there, open; a public one is not so."""
    anterior = os.umask(0)
    try:
        (tmp_path / "evidencia" / "originales").mkdir(parents=True)
        evidencia = AlmacenCarpeta(tmp_path / "evidencia", privado=True)
        evidencia.escribir("originales/ab/uno", b"1")
        evidencia.reemplazar("nuevo/ultimo", b"2")
        evidencia.copiar("originales/ab/uno", "copias/cd/uno")
        with evidencia.lote():
            evidencia.escribir("fichas/ab/uno.json", b"3")
        for ruta in (tmp_path / "evidencia", *(tmp_path / "evidencia").rglob("*")):
            assert stat.S_IMODE(ruta.stat().st_mode) == (0o700 if ruta.is_dir() else 0o600), ruta
        AlmacenCarpeta(tmp_path / "publicacion").escribir("cortes/0001/corte.json", b"4")
        assert (tmp_path / "publicacion" / "cortes" / "0001" / "corte.json").stat().st_mode & 0o044 == 0o044
    finally:
        os.umask(anterior)


def test_each_disk_that_is_written_on_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published and the pictures are links to another disk, as the installer leaves them."""
    if not Path("/dev/shm").is_dir() or Path("/dev/shm").stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("En este equipo no hay otro disco.")
    monkeypatch.setenv("PREP_DATOS_DIR", str(tmp_path))
    assert discos() == [tmp_path]
    with tempfile.TemporaryDirectory(dir="/dev/shm") as otro:
        for cual in ("publicacion", "evidencia"):
            (Path(otro) / cual).mkdir()
            (tmp_path / cual).symlink_to(Path(otro) / cual)
        assert discos() == [tmp_path, tmp_path / "publicacion"]
