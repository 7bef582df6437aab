"""A command as a process: it speaks Spanish, a signal ends all that it started, and what goes wrong is one sentence."""

from __future__ import annotations

import errno
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from types import FrameType
from typing import Final

from rich.markup import escape

from prep.plataforma.consola import errores
from prep.plataforma.errores import Impedimento
from prep.plataforma.idioma import hablar_espanol
from prep.transparencia.errores import ErrorEmision, NoDisponible, causa

FALLA: Final = 70
"""How a command ends when the fault is of the program (EX_SOFTWARE)."""
TERMINADO: Final = 128 + signal.SIGTERM
_OTRA_VEZ_S: Final = 0.05


def correr(app: Callable[..., object]) -> None:
    """Run the command line. Ends with 0; 1 when the answer is no; 2 when it could not be tried or finished; 70 when the
    program failed; 130 after Ctrl-C and 143 after SIGTERM, both once what was started has been stopped."""
    hablar_espanol()
    _atender_senales()
    try:
        app(prog_name="prep")
    except (Impedimento, ErrorEmision, OSError) as error:
        sys.exit(_decir(*dicho(error)))
    except Exception as error:
        sys.exit(_decir(*_de_la_base(error) or _falla(error)))


def dicho(error: Impedimento | ErrorEmision | OSError) -> tuple[str, int]:
    """The sentence and the way to end."""
    if isinstance(error, Impedimento):
        return str(error), error.codigo
    if isinstance(error, ErrorEmision):
        texto = str(error)
        texto = texto[:1].upper() + texto[1:]
        return texto if texto.endswith((".", ":")) else f"{texto}.", 2 if isinstance(error, NoDisponible) else 1
    return f"{_del_sistema(error)}.", 2


def motivo(error: Exception) -> str:
    """What went wrong, for whoever is told of it beside something else. The name of its class only of what nobody
    foresaw."""
    if isinstance(error, (Impedimento, ErrorEmision, OSError)):
        return dicho(error)[0]
    de_la_base = _de_la_base(error)
    return de_la_base[0] if de_la_base else f"{type(error).__name__}: {error}"


def _del_sistema(error: OSError) -> str:
    if not isinstance(error.filename, str | os.PathLike) or not os.fspath(error.filename):
        return f"No se pudo: {causa(error)}"
    ruta = Path(os.fspath(error.filename))
    if error.errno == errno.ENOENT and not ruta.parent.exists():
        return f"No existe la carpeta {ruta.parent}"
    return f"{ruta}: {causa(error)}"


def _de_la_base(error: Exception) -> tuple[str, int] | None:
    """Loaded only if the command did: most do not use the database."""
    for modulo in ("django.db.utils", "psycopg"):
        cargado = sys.modules.get(modulo)
        if cargado is not None and isinstance(error, (cargado.OperationalError, cargado.InterfaceError)):
            return (
                "La base de datos no responde o se detuvo a la mitad; lo que ya estaba guardado sigue ahí. Vea "
                "«prep postgres estado» o revise DATABASE_URL.",
                2,
            )
    return None


def _falla(error: Exception) -> tuple[str, int]:
    """Nobody foresaw it: the details go to a file, for whoever mends the program."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="prep-falla-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
    ) as archivo:
        archivo.write("".join(traceback.format_exception(error)))
    return f"El programa falló ({type(error).__name__}). Entregue {archivo.name} a quien le da mantenimiento.", FALLA


def _decir(mensaje: str, codigo: int) -> int:
    errores.print(f"[red]✗[/] {escape(mensaje)}", soft_wrap=True)
    return codigo


def _atender_senales() -> None:
    """Ctrl-C and SIGTERM unwind the command, which stops what it started, and say so at once: stopping takes a moment,
    and a second Ctrl-C must not leave it half done."""
    principal = os.getpid()
    pedido = False

    def terminar(senal: int, _: FrameType | None) -> None:
        nonlocal pedido
        if os.getpid() != principal:  # a process forked before it chose what to do with signals
            os._exit(128 + senal)
        if pedido:
            os.write(2, "\nYa se está terminando; espere un momento.\n".encode())
            return
        pedido = True
        os.write(2, "\nTerminando…\n".encode())
        if senal == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(TERMINADO)

    def insistir(perdida: sys.UnraisableHookArgs) -> None:
        """What was raised while Python finalized something went nowhere: a moment later it is raised again."""
        nonlocal pedido
        if not pedido or not isinstance(perdida.exc_value, KeyboardInterrupt | SystemExit):
            sys.__unraisablehook__(perdida)
            return
        pedido = False
        senal = signal.SIGINT if isinstance(perdida.exc_value, KeyboardInterrupt) else signal.SIGTERM
        Timer(_OTRA_VEZ_S, os.kill, (principal, senal)).start()

    sys.unraisablehook = insistir
    for senal in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(senal) is not signal.SIG_IGN:  # whoever started us in the background wants that
            signal.signal(senal, terminar)
