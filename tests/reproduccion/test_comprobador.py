"""What a replay published is verified in another process; nothing is said of it where that could not be."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path, PosixPath

import pytest

from prep.reproduccion.comprobador import PublicacionIncorrecta, comprobador


def end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly(PosixPath):
    """Kills the process that is given it, as the kernel does where memory is missing."""

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:  # type: ignore[override]
        return end, ()


def test_what_is_no_publication_does_not_pass(tmp_path: Path) -> None:
    with comprobador() as begin, pytest.raises(PublicacionIncorrecta, match="no debe usarse"):
        begin(tmp_path)()


def test_a_check_that_is_killed_is_said(tmp_path: Path) -> None:
    with comprobador() as begin, pytest.raises(PublicacionIncorrecta, match="algo terminó el proceso"):
        begin(Deadly(tmp_path))()
