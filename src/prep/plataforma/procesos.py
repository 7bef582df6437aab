"""Processes that work for another one, and what they leave when they are killed."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import gc
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

CORTESIA: Final = 5


def morir_con(padre: int, senal: int = signal.SIGKILL) -> None:
    """In a worker: end, by `senal`, when the process `padre` that made it is killed. Its copy of the database
    connection would otherwise hold, for ever, whatever that process held there."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):  # Linux
        libc.prctl(1, senal)  # PR_SET_PDEATHSIG
    if os.getppid() != padre:
        os._exit(1)


def perpetuar() -> None:
    """What this process has by now it keeps to its end: whoever looks for garbage does not go through it again, which
    with every room loaded held everybody in it for some 50 ms each time."""
    gc.collect()
    gc.freeze()


def buscar_menos_basura() -> None:
    """From now on garbage is looked for every fifty thousand things made, and not every seven hundred: for who makes a
    great many that all live."""
    gc.set_threshold(50_000, 20, 100)


def ceder_el_paso(cuanto: int = CORTESIA) -> None:
    """From now on this process and those that it makes go after whoever attends people, where both want a core: of
    `CORTESIA`, a quarter of it is theirs, and all that nobody else wants. Linux shares first among sessions (a service,
    a terminal) and by courtesy only within each: where this process began its own, the session goes after the others
    too."""
    os.nice(max(0, cuanto - os.nice(0)))
    sesion = Path("/proc/self/autogroup")
    if os.getsid(0) == os.getpid() and sesion.exists():
        _escribir_a_su_turno(sesion, str(os.nice(0)))


def en_su_sesion(padre: int, cede: int = 0) -> None:
    """In a process that begins a session: it ends, by SIGTERM, when `padre` is killed, and yields that much, and no
    less than whoever began it."""
    morir_con(padre, signal.SIGTERM)
    ceder_el_paso(cede)


def _escribir_a_su_turno(archivo: Path, dato: str) -> None:
    """The kernel takes this from one process each tenth of a second."""
    for _ in range(50):
        try:
            archivo.write_text(dato)
            return
        except BlockingIOError:
            time.sleep(0.1)
        except OSError:  # no such thing here
            return


def conservar_memoria() -> None:
    """From now on this process keeps what it frees: who works on one large picture after another does not have the
    system clear the same pages each time, a quarter of the cost."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # glibc
        libc.mallopt(-4, 0)  # M_MMAP_MAX
        libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD


def _obrero(padre: int, al_nacer: Callable[[], None] | None) -> None:
    """Ctrl-C, which the terminal sends to all, is for `padre`, which ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    morir_con(padre)
    gc.freeze()  # what it was born with is no garbage: going through it would copy the pages that both share
    if al_nacer is not None:
        al_nacer()


@contextmanager
def obreros(cuantos: int, al_nacer: Callable[[], None] | None = None) -> Iterator[ProcessPoolExecutor]:
    """Worker processes, forked when first needed; each calls `al_nacer` once. They end with the block: at once,
    whatever they are at, when it is left by an error or a signal."""
    previos = set(multiprocessing.active_children())
    bifurcar = multiprocessing.get_context("fork")
    todos = ProcessPoolExecutor(cuantos, bifurcar, _obrero, (os.getpid(), al_nacer))
    try:
        yield todos
    except BaseException:
        for hijo in set(multiprocessing.active_children()) - previos:
            hijo.kill()
        raise
    finally:
        todos.shutdown(cancel_futures=True)


@contextmanager
def carpeta_aparte(prefijo: str, en: Path | None = None) -> Iterator[Path]:
    """A temporary folder, in `en` or where the system has them, gone at the end. One whose process was killed is
    removed by the next that asks for `prefijo`: whoever works in a folder holds a lock on it, and so do the processes
    it forks."""
    donde = en or Path(tempfile.gettempdir())
    for otra in donde.glob(f"{prefijo}*"):
        if (abandonada := tomar(otra)) is not None:
            shutil.rmtree(otra, ignore_errors=True)
            os.close(abandonada)
    while True:
        carpeta = Path(tempfile.mkdtemp(prefix=prefijo, dir=donde))
        try:
            tomada = tomar(carpeta)
        except OSError:
            carpeta.rmdir()
            raise
        if tomada is not None and carpeta.exists():
            break  # else another one took it for abandoned just before the lock
    try:
        yield carpeta
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)
        os.close(tomada)


def tomar(carpeta: Path) -> int | None:
    """Lock a folder of one's own, until what it gives is closed or this process and those it forks end; None if
    somebody else has it, or it is not a folder of ours. Raise `OSError` where folders cannot be locked."""
    try:
        abierta = os.open(carpeta, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link
            return None
        raise
    try:
        fcntl.flock(abierta, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(abierta)
        return None
    except OSError:
        os.close(abierta)
        raise
    return abierta
