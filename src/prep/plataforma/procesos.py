"""Processes that work for another one."""

from __future__ import annotations

import ctypes
import os
import signal


def morir_con(padre: int) -> None:
    """In a worker: end when the process `padre` that made it is killed. Its copy of the database connection would
    otherwise hold, for ever, whatever that process held there."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):  # Linux
        libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != padre:
        os._exit(1)
