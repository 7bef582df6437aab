"""What is looked up once for each request: everything that answers it sees the same, and asks the database once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.core.signals import request_finished, request_started

P = ParamSpec("P")
R = TypeVar("R")
_aqui = threading.local()
"""`hallado`: while this thread answers a request."""


def una_vez(buscar: Callable[P, R]) -> Callable[P, R]:
    """`buscar`, which is not asked again with the same arguments by the same request; outside of one it always is."""

    @wraps(buscar)
    def hallar(*args: P.args, **kwargs: P.kwargs) -> R:
        hallado: dict[Any, Any] | None = getattr(_aqui, "hallado", None)
        if hallado is None:
            return buscar(*args, **kwargs)
        clave = (buscar, args, *kwargs.items())
        if clave not in hallado:
            hallado[clave] = buscar(*args, **kwargs)
        return hallado[clave]  # type: ignore[no-any-return]

    return hallar


def _empezar(**_: Any) -> None:
    _aqui.hallado = {}


def _acabar(**_: Any) -> None:
    _aqui.hallado = None


request_started.connect(_empezar)
request_finished.connect(_acabar)
