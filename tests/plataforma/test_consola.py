"""What every command shares on the terminal: tables that keep their names, progress in a file, errors in a sentence."""

from __future__ import annotations

import errno
import http.client
import io
import re
import signal
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from prep.plataforma import consola
from prep.plataforma.consola import Barra, tabla
from prep.plataforma.errores import Impedimento
from prep.plataforma.idioma import cuantos
from prep.plataforma.orden import correr
from prep.transparencia.errores import ErrorEmision, NoDisponible, causa


@pytest.mark.parametrize("ancho", [40, 80, 120])
def test_a_table_folds_names_and_never_cuts_them(ancho: int) -> None:
    largo = "140024C0100" * 8
    lista = tabla("imagen", "resultado", ">campos")
    lista.add_row(largo, "leída", "1,234")
    dicho = io.StringIO()
    Console(file=dicho, width=ancho).print(lista)
    assert "".join(re.findall(r"[140C2]+", dicho.getvalue().replace("1,234", ""))) == largo
    assert "1,234" in dicho.getvalue() and "…" not in dicho.getvalue()


def test_progress_in_a_file_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first, one each `CADA` seconds, and the last."""
    reloj = iter(range(1000))
    monkeypatch.setattr(consola, "CADA", 10)
    with Barra() as barra:
        barra.get_time = lambda: next(reloj)  # type: ignore[method-assign]
        assert list(barra.track(range(40), description="Contando")) == list(range(40))
    lineas = capsys.readouterr().err.splitlines()
    assert lineas[0] == "Contando: 1 de 40" and lineas[-1] == "Contando: 40 de 40"
    assert 3 <= len(lineas) < 12


def test_nothing_done_is_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with Barra() as barra:
        barra.add_task("Leyendo", total=None)
    assert capsys.readouterr().err == ""


@pytest.fixture
def senales() -> Iterator[None]:
    previas = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}
    yield
    for senal, previa in previas.items():
        signal.signal(senal, previa)


def fallando(error: Exception) -> Callable[..., None]:
    def app(**_: object) -> None:
        raise error

    return app


class No(Impedimento):
    codigo = 1


@pytest.mark.parametrize(
    ("error", "dice", "codigo"),
    [
        (Impedimento("Falta la llave."), "✗ Falta la llave.", 2),
        (No("Ya está firmada [dos veces]."), "✗ Ya está firmada [dos veces].", 1),
        (ErrorEmision("la firma no vale"), "✗ La firma no vale.", 1),
        (NoDisponible("no contesta"), "✗ No contesta.", 2),
        (FileNotFoundError(errno.ENOENT, "x", "/tmp"), "✗ /tmp: no existe.", 2),
        (FileNotFoundError(errno.ENOENT, "x", "/no/hay/nada"), "✗ No existe la carpeta /no/hay.", 2),
        (PermissionError(errno.EACCES, "x", "/tmp/y"), "✗ /tmp/y: no hay permiso.", 2),
        (OSError(errno.EADDRINUSE, "x"), "✗ No se pudo: otro programa ya usa ese puerto.", 2),
    ],
)
def test_what_went_wrong_is_a_sentence(
    error: Exception, dice: str, codigo: int, senales: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as fin:
        correr(fallando(error))
    assert (fin.value.code, capsys.readouterr().err.strip()) == (codigo, dice)


def test_a_fault_of_the_program_leaves_its_details_in_a_file(senales: None, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as fin:
        correr(fallando(ZeroDivisionError("division by zero")))
    dicho = capsys.readouterr().err
    assert fin.value.code == 70
    assert "Traceback" not in dicho and "division by zero" not in dicho
    donde = re.search(r"Entregue (\S+) a quien", dicho)
    assert donde is not None
    detalle = Path(donde[1])
    assert "ZeroDivisionError: division by zero" in detalle.read_text("utf-8")
    detalle.unlink()


def test_causes_that_come_wrapped_are_said_too() -> None:
    import urllib.error

    assert causa(urllib.error.URLError(ConnectionRefusedError(errno.ECONNREFUSED, "x"))) == (
        "nadie atiende en esa dirección"
    )
    assert causa(BrokenPipeError(errno.EPIPE, "Broken pipe")) == "se cortó la conexión"
    assert causa(http.client.RemoteDisconnected("x")) == causa(ssl.SSLEOFError(8, "EOF")) == "se cortó la conexión"
    assert causa(TimeoutError("timed out")) == "no contestó a tiempo"
    assert causa(OSError(errno.EXDEV, "x")) == "falló (EXDEV)"


def test_how_many() -> None:
    assert [cuantos(n, "archivo") for n in (0, 1, 2, 1500)] == [
        "0 archivos",
        "1 archivo",
        "2 archivos",
        "1,500 archivos",
    ]
    assert cuantos(1, "lugar", "lugares") == "1 lugar" and cuantos(2, "lugar", "lugares") == "2 lugares"
