"""What every test shares: a PostgreSQL of its own, the folder of published data, Hypothesis profiles.

The session's server lives in a temporary folder with fsync off; it starts with the first test that asks for a database
and goes away with the session. ``DATABASE_URL`` in the environment replaces it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

RAIZ = Path(__file__).resolve().parents[1]

# Where nothing compiled is kept, each of the hundreds of processes that tests start compiles all of ours again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same examples in every run: a change is judged by what it changed. `make test-largo` looks for new ones.
hypothesis.settings.register_profile("default", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("largo", deadline=None, max_examples=10_000)
# A mutant is dead with the first example that kills it: nobody reads the shortest one.
hypothesis.settings.register_profile(
    "mutacion",
    deadline=None,
    max_examples=25,
    derandomize=True,
    database=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    report_multiple_bugs=False,
)
hypothesis.settings.load_profile("default")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before Django loads, point it at the session's folder. Nothing starts: the URL follows from the folder.

    With several workers each one is a session, with its own folder and server; who hands out the work needs neither.
    """
    if not hasattr(config, "workerinput"):
        # A suite started in the background ignores Ctrl-C, and so would the processes that it starts to interrupt them.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if config.getoption("dist", "no") != "no":
            return
    from prep.plataforma import postgres

    carpeta = Path(tempfile.mkdtemp(prefix="prep-pruebas-"))
    carpeta.chmod(0o711)  # PostgreSQL runs as another user when we are root
    config.add_cleanup(lambda: shutil.rmtree(carpeta, ignore_errors=True))
    os.environ["PREP_DATOS_DIR"] = str(carpeta)
    os.environ["PREP_SIN_TLS"] = "1"
    os.environ["PYTHONPATH"] = str(RAIZ / "src")  # the processes that tests start run this same code
    if "DATABASE_URL" not in os.environ:
        config.stash[LOCAL] = carpeta / "postgres"
        os.environ["DATABASE_URL"] = postgres.url_local(carpeta / "postgres", rol=postgres.SUPERUSUARIO)
    os.environ["DJANGO_SETTINGS_MODULE"] = "prep.plataforma.settings"
    from django.conf import settings

    settings.DATABASES  # noqa: B018 - loaded now, so that pytest-django finds it


LOCAL = pytest.StashKey[Path]()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores, since browsers and servers are waited for; no more than five."""
    return min(5, 1 + (os.cpu_count() or 1))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whoever asks for more time than the rest starts first, so that the end does not wait for it alone. The properties
    of the law are of every run, and of `make test-largo` with many more examples."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)
    if config.getoption("--hypothesis-profile") != "largo":
        return
    for item in items:
        if item.path.is_relative_to(RAIZ / "tests" / "dominio") and getattr(
            getattr(item, "obj", None), "is_hypothesis_test", False
        ):
            item.add_marker("largo")


@pytest.fixture(scope="session")
def url_postgres(pytestconfig: pytest.Config) -> Iterator[str]:
    """URL of the session's running server, as its superuser: tests make and drop databases, and attack them."""
    from prep.plataforma import postgres

    if LOCAL not in pytestconfig.stash:
        yield os.environ["DATABASE_URL"]
    else:
        with postgres.servidor_local(pytestconfig.stash[LOCAL], duradero=False):
            yield os.environ["DATABASE_URL"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(url_postgres: str, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django asks for this one before it makes the test database: the server is up by then."""


@pytest.fixture(scope="session")
def bases(url_postgres: str) -> Iterator[Any]:
    from bases import Bases

    todas = Bases(url_postgres)
    yield todas
    todas.cerrar()


@pytest.fixture
def bitacora_nueva(bases: Any, django_db_blocker: Any) -> Iterator[Callable[[], Any]]:
    """Django over an empty database where commits are real. Call it for another: `with bitacora_nueva(): …`."""
    with django_db_blocker.unblock(), bases.nueva():
        yield bases.nueva


def ruta_datos(*partes: str) -> Path:
    """Path inside the folder of published data: ``PREP_DATOS``, else ``shared/datos`` beside or above the checkout."""
    candidatas = [Path(p)] if (p := os.environ.get("PREP_DATOS")) else [d / "shared" / "datos" for d in RAIZ.parents]
    for candidata in candidatas:
        if (ruta := candidata.joinpath(*partes)).exists():
            return ruta
    pytest.skip(f"Faltan los datos publicados {'/'.join(partes) or 'de prueba'}: indique su carpeta con PREP_DATOS.")


@pytest.fixture(scope="session")
def datos() -> Callable[..., Path]:
    """`datos("pue2018_prep")` → its path; the test is skipped, saying so, where the data is not there."""
    return ruta_datos


@pytest.fixture(scope="session")
def semillero() -> Iterator[Any]:
    """Where commands that finish are run, each in a process of its own that has not to load the libraries."""
    from semillero import Semillero

    with Semillero() as semillero:
        yield semillero


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    import navegador

    ruta = navegador.chromium()
    api = pytest.importorskip("playwright.sync_api", reason="Falta playwright, que maneja el navegador.")
    with api.sync_playwright() as p, pytest.MonkeyPatch.context() as entorno:
        entorno.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop running; nothing of ours runs in it
        abierto = p.chromium.launch(executable_path=ruta, args=navegador.OPCIONES)
        yield abierto
        abierto.close()


@pytest.fixture
def escritorios(django_db_setup: None, chromium: Any, bitacora_nueva: Any) -> Iterator[Any]:
    """The desks served over an empty database, and a Chromium: see `navegador.Escritorios`."""
    from pytest_django.live_server_helper import LiveServer

    from navegador import Escritorios

    servidor = LiveServer("localhost")
    escritorios = Escritorios(chromium, servidor.url)
    yield escritorios
    escritorios.cerrar()
    servidor.stop()
