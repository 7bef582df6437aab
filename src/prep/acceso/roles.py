"""Roles, and which of them one person may hold together."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Rol(StrEnum):
    """What a person is on the night. The value is what lists of people and facts say."""

    CAE = "cae"
    ACOPIADOR = "acopiador"
    DIGITALIZADOR = "digitalizador"
    CAPTURISTA = "capturista"
    VERIFICADOR = "verificador"
    SUPERVISOR = "supervisor"  # of a CCV
    COORDINADOR = "coordinador"  # of a CATD
    ADMINISTRADOR = "administrador"  # the central operation
    AUDITOR = "auditor"  # reads everything, writes nothing
    FEDATARIO = "fedatario"
    CONSEJO = "consejo"  # distrital or municipal: the reach says which
    COTAPREP = "cotaprep"
    REPRESENTANTE = "representante"  # observer of a party: watches what the law lets


OPERATIVOS: Final = frozenset({Rol.CAE, Rol.ACOPIADOR, Rol.DIGITALIZADOR, Rol.CAPTURISTA, Rol.VERIFICADOR})
MANDO: Final = frozenset({Rol.SUPERVISOR, Rol.COORDINADOR, Rol.ADMINISTRADOR})
LECTURA: Final = frozenset({Rol.AUDITOR, Rol.FEDATARIO, Rol.CONSEJO, Rol.COTAPREP, Rol.REPRESENTANTE})
CON_SEGUNDO_FACTOR: Final = MANDO | {Rol.AUDITOR}
"""Supervisors and above, and whoever reads everything."""
TODOS: Final = frozenset(Rol)


def incompatibles(roles: Iterable[Rol]) -> bool:
    """Whoever types does not command, whoever commands does not type, whoever watches writes nothing."""
    return sum(bool(set(roles) & grupo) for grupo in (OPERATIVOS, MANDO, LECTURA)) > 1
