"""Which roles of the facts one person may hold together, and which of them ask for a second factor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from prep.dominio.comun.facultades import Rol

OPERATIVOS: Final = frozenset({Rol.CAE, Rol.ACOPIADOR, Rol.DIGITALIZADOR, Rol.CAPTURISTA, Rol.VERIFICADOR})
MANDO: Final = frozenset({Rol.SUPERVISOR, Rol.COORDINADOR, Rol.ADMINISTRADOR})
LECTURA: Final = frozenset({Rol.AUDITOR, Rol.FEDATARIO, Rol.CONSEJO, Rol.COTAPREP, Rol.REPRESENTANTE})
CON_SEGUNDO_FACTOR: Final = MANDO | {Rol.AUDITOR}
"""Supervisors and above, and whoever reads everything."""
TODOS: Final = OPERATIVOS | MANDO | LECTURA
"""The roles of people: not those of the automatic reader nor of the sede itself."""


def incompatibles(roles: Iterable[Rol]) -> bool:
    """Whoever types does not command, whoever commands does not type, whoever watches writes nothing."""
    return sum(bool(set(roles) & grupo) for grupo in (OPERATIVOS, MANDO, LECTURA)) > 1
