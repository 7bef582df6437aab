"""Where one may go after coming in: each room says the page it begins at and for whom, when Django loads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from prep.acceso.facultades import Cargo
from prep.acceso.roles import Rol
from prep.diseno.textos import texto


@dataclass(frozen=True, slots=True)
class Destino:
    """`ruta`: name of a route; `rotulo`, `explica`: keys of texts; `abre`: whether it does where a role is."""

    ruta: str
    rotulo: str
    explica: str
    roles: frozenset[Rol]
    abre: Callable[[Cargo], bool]


_TODOS: dict[str, Destino] = {}


def registrar(
    ruta: str, rotulo: str, explica: str, roles: Iterable[Rol], abre: Callable[[Cargo], bool] = lambda _: True
) -> None:
    """Add a page to those that the account shows to these roles, where `abre` says that it does."""
    _TODOS[ruta] = Destino(ruta, rotulo, explica, frozenset(roles), abre)


def destinos_de(cargos: Iterable[Cargo]) -> list[dict[str, Any]]:
    """The pages that somebody with these roles may begin at."""
    suyos = list(cargos)
    return [
        {"ruta": reverse(d.ruta), "rotulo": texto(d.rotulo), "explica": texto(d.explica)}
        for d in _TODOS.values()
        if any(c.rol in d.roles and d.abre(c) for c in suyos)
    ]
