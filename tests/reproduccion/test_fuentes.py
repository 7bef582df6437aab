"""The files of a published database, as they come: folders, archives, compressed; and hostile ones."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fabrica_publicado import Forma, base_, escribir, guardar, renglon, una
from hypothesis import given
from hypothesis import strategies as st

from prep.reproduccion import ErrorDeLectura, fuentes, lector, leer


def comprimir(archivos: dict[str, bytes]) -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as z:
        for nombre, datos in archivos.items():
            z.writestr(nombre, datos)
    return salida.getvalue()


CSV = escribir(base_(renglon(1)))
CANDIDATURAS = b"ID_ENTIDAD,PARTIDO_CI,CANDIDATURA_PROPIETARIA,CANDIDATURA_SUPLENTE\n14,PAN,Ana Ruiz,\n"


def _tgz() -> bytes:
    salida = io.BytesIO()
    with tarfile.open(fileobj=salida, mode="w:gz") as t:
        miembro = tarfile.TarInfo("d/presidente.csv")
        miembro.size = len(CSV)
        t.addfile(miembro, io.BytesIO(CSV))
    return salida.getvalue()


@pytest.mark.parametrize(
    ("nombre", "datos"),
    [
        ("a.zip", comprimir({"JAL_GUB_2024.csv": CSV, "LEEME.txt": b"CLAVE_CASILLA|SECCION|A|B|C|D|NULOS"})),
        (
            "a.zip",
            comprimir({"20240602_PREP_GUB_JAL.zip": comprimir({"x/JAL_GUB_2024.csv": CSV, "x/foto.jpg": b"\xff"})}),
        ),
        ("JAL_GUB.csv.gz", gzip.compress(CSV)),
        ("a.tar.gz", _tgz()),
        ("a.tgz", _tgz()),
    ],
)
def test_compressed_files_are_read(nombre: str, datos: bytes, tmp_path: Path) -> None:
    (tmp_path / nombre).write_bytes(datos)
    (leida,) = leer([tmp_path / nombre])
    assert len(leida.renglones) == 1


def test_a_folder_with_everything(tmp_path: Path) -> None:
    for eleccion in ("GUB", "DIP_LOC"):
        carpeta = tmp_path / "d" / f"PREP_{eleccion}"
        carpeta.mkdir(parents=True)
        guardar(carpeta, base_(renglon(1)), nombre=f"JAL_{eleccion}_2024.csv")
        (carpeta / f"JAL_{eleccion}_CANDIDATURAS_2024.csv").write_bytes(CANDIDATURAS)
        (carpeta / "LEEME.txt").write_text("CLAVE_CASILLA|CLAVE_ACTA|SECCION|TIPO_CASILLA|PAN|NULOS")
    (tmp_path / "d" / "enlace.csv").symlink_to("/etc/passwd")
    leidas = leer([tmp_path / "d"])
    assert [b.eleccion for b in leidas] == ["DIP_LOC", "GUB"]
    assert [c.propietaria for b in leidas for c in b.candidatos] == ["Ana Ruiz", "Ana Ruiz"]
    assert [a.archivo for a in leidas[0].anomalias] == ["d/enlace.csv"]


def _corrupto() -> bytes:
    datos = bytearray(comprimir({"a.csv": CSV * 3}))
    datos[60] ^= 0xFF
    return bytes(datos)


def _bomba() -> bytes:
    return comprimir({"a.csv": b"SECCION,NULOS\n" + b"0" * 20_000_000})


def _cifrado() -> bytes:
    datos = bytearray(comprimir({"a.csv": CSV}))
    datos[6] |= 1
    central = datos.find(b"PK\x01\x02")
    datos[central + 8] |= 1
    return bytes(datos)


def _danado(metodo: int) -> bytes:
    """A member compressed in another way than usual, with its data overwritten."""
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", metodo) as z:
        z.writestr("a.csv", CSV)
    datos = bytearray(salida.getvalue())
    datos[39:79] = b"\xff" * 40
    return bytes(datos)


def _mapa_imposible() -> bytes:
    salida = io.BytesIO()
    with tarfile.open(fileobj=salida, mode="w", format=tarfile.PAX_FORMAT) as t:
        miembro = tarfile.TarInfo("a.csv")
        miembro.pax_headers = {"GNU.sparse.map": "x,y"}
        t.addfile(miembro)
    return comprimir({"a.tar": salida.getvalue()})


def _tar(cuantos: int, dicho: str) -> bytes:
    """So many headers that say something of what comes after, and then a file of no use."""
    with tarfile.open(fileobj=(salida := io.BytesIO()), mode="w", format=tarfile.USTAR_FORMAT) as t:
        for _ in range(cuantos):
            miembro = tarfile.TarInfo("x")
            miembro.type, miembro.size = tarfile.XHDTYPE, len(dicho)
            t.addfile(miembro, io.BytesIO(dicho.encode()))
        t.addfile(tarfile.TarInfo("b"))
    return comprimir({"a.tar": salida.getvalue()})


def _otro_nombre_dentro() -> bytes:
    """The name of the member's own header is not UTF-8."""
    datos = bytearray(comprimir({"ñ.csv": CSV}))
    datos[30:32] = b"\xff\xff"
    return bytes(datos)


def _anidado(niveles: int) -> bytes:
    datos = comprimir({"a.csv": CSV})
    for _ in range(niveles):
        datos = comprimir({"a.zip": datos})
    return datos


@pytest.mark.parametrize(
    ("hacer", "mensaje"),
    [
        (lambda: comprimir({"a.csv": CSV})[:-30], "incompleto o dañado"),
        (lambda: comprimir({"a.csv": CSV})[:100], "incompleto o dañado"),
        (_corrupto, "incompleto o dañado"),
        (lambda: _danado(zipfile.ZIP_LZMA), "incompleto o dañado"),
        (lambda: _danado(zipfile.ZIP_BZIP2), "incompleto o dañado"),
        (_mapa_imposible, "incompleto o dañado"),
        (lambda: _tar(2000, "9 a=bcde\n"), "incompleto o dañado"),
        (lambda: _tar(1, f"99 size={'9' * 90}\n"), "incompleto o dañado"),
        (_otro_nombre_dentro, "incompleto o dañado"),
        (lambda: comprimir({".": CSV}), "no hay ninguna base del PREP"),
        (lambda: b"no soy un zip", "dice ser un zip"),
        (lambda: comprimir({"../../etc/a.csv": CSV}), "sale de su carpeta"),
        (lambda: comprimir({"/etc/a.csv": CSV}), "sale de su carpeta"),
        (lambda: comprimir({"C:\\a.csv": CSV}), "sale de su carpeta"),
        (_cifrado, "contraseña"),
        (lambda: _anidado(9), "uno dentro de otro"),
        (lambda: comprimir({"leeme.txt": b"hola"}), "no hay ninguna base del PREP"),
    ],
)
def test_hostile_archives_are_refused(hacer: Callable[[], bytes], mensaje: str, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(hacer())
    with pytest.raises(ErrorDeLectura, match=mensaje):
        leer([tmp_path / "a.zip"])


def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuentes, "MIN_BYTES_RAZON", 1_000_000)
    (tmp_path / "a.zip").write_bytes(_bomba())
    with pytest.raises(ErrorDeLectura, match=r"crece más de 400 veces|la línea mide más"):
        leer([tmp_path / "a.zip"])


def test_a_bomb_of_compressed_lines_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuentes, "MAX_BYTES", 2_000_000)
    (tmp_path / "a.zip").write_bytes(comprimir({"a.csv": CSV + b"\n" * 5_000_000}))
    with pytest.raises(ErrorDeLectura, match="descomprimido pasa de"):
        leer([tmp_path / "a.zip"])


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lector, "MAX_RENGLONES", 3)
    with pytest.raises(ErrorDeLectura, match=r"línea 10: hay más de 3 renglones"):
        leer([guardar(tmp_path, base_(*[renglon(s) for s in range(1, 9)]))])


def test_an_endless_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV + b"9" * 400_000)
    with pytest.raises(ErrorDeLectura, match=r"a.csv, línea 8: la línea mide más de 256 KiB"):
        leer([tmp_path / "a.csv"])


def test_two_bases_of_the_same_eleccion_are_refused(tmp_path: Path) -> None:
    guardar(tmp_path, base_(renglon(1)), nombre="JAL_GUB_1.csv")
    guardar(tmp_path, base_(renglon(1), renglon(2)), nombre="JAL_GUB_2.csv")
    with pytest.raises(ErrorDeLectura, match="otra base de la elección GUB"):
        leer([tmp_path])


def test_the_same_base_twice_is_read_once_and_said(tmp_path: Path) -> None:
    guardar(tmp_path, base_(renglon(1)))
    (tmp_path / "copia.zip").write_bytes(comprimir({"JAL_GUB_2024.csv": CSV}))
    (leida,) = leer([tmp_path])
    assert [a.mensaje for a in leida.anomalias][-1].startswith("Repite la base")


def test_what_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(ErrorDeLectura, match="no existe"):
        leer([tmp_path / "nada.csv"])


def test_utf8_and_cp1252_in_the_same_file(tmp_path: Path) -> None:
    una_parte, otra = escribir(base_(renglon(1, DISTRITO_LOCAL="Cañón")), Forma(codificacion="utf-8")), "Cañón"
    segundo = una_parte.splitlines(keepends=True)[-1].decode().replace("140001B", "140002B").replace(",0001,", ",0002,")
    (tmp_path / "JAL_GUB.csv").write_bytes(una_parte + segundo.encode("cp1252"))
    (leida,) = leer([tmp_path / "JAL_GUB.csv"])
    assert [r.distrito for r in leida.renglones] == [otra, otra]
    assert leida.anomalias == []


@pytest.mark.parametrize(
    ("campo", "texto"),
    [
        ("SECCION", "²"),
        ("ID_DISTRITO_LOCAL", "٣"),
        ("FECHA_HORA_ACOPIO", "0001-01-01T00:00:00+14:00"),
        ("FECHA_HORA_CAPTURA", "31/12/9999 24:00"),
        ("OBSERVACIONES", "[" * 500),
        ("PAN", "=HYPERLINK(1)"),
        ("DISTRITO_LOCAL", '"' * 40_000),
        ("ENTIDAD", "x" * 200_000),
        ("LISTA_NOMINAL", "9" * 5_000),
        ("LISTA_NOMINAL", "1" + ".234" * 1_500),
        ("FECHA_HORA_ACOPIO", "45445." + "9" * 5_000),
        ("CLAVE_CASILLA", "\x00"),
    ],
)
def test_hostile_cells_do_not_bring_it_down(campo: str, texto: str, tmp_path: Path) -> None:
    leida = una(tmp_path, None, renglon(1) | {campo: texto}, renglon(2))
    assert leida.renglones[-1].votos == (40, 30, 20, 5, 0, 1, 4)


@given(st.binary(max_size=600))
def test_arbitrary_bytes_do_not_bring_it_down(tmp_path_factory: pytest.TempPathFactory, basura: bytes) -> None:
    archivo = tmp_path_factory.mktemp("b") / "a.csv"
    archivo.write_bytes(CSV + basura)
    try:
        (leida,) = leer([archivo])
    except ErrorDeLectura:
        return
    assert leida.renglones[0].votos == (40, 30, 20, 5, 0, 1, 4)
