"""Who may do what: the one table of role × fact. docs/facultades.md prints it and a test holds them together."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Rol(StrEnum):
    """What a person is on the night. The value is what the catalogue and the facts say."""

    CAE = "cae"
    ACOPIADOR = "acopiador"
    DIGITALIZADOR = "digitalizador"
    CAPTURISTA = "capturista"
    VERIFICADOR = "verificador"
    SUPERVISOR = "supervisor"
    COORDINADOR = "coordinador"
    ADMINISTRADOR = "administrador"
    AUDITOR = "auditor"
    FEDATARIO = "fedatario"
    CONSEJO = "consejo"
    COTAPREP = "cotaprep"
    REPRESENTANTE = "representante"
    LECTOR = "lector"  # the automatic reader
    SEDE = "sede"  # whoever makes the cortes


class ClaseNodo(StrEnum):
    """What an installation is."""

    SEDE = "sede"
    CCV = "ccv"
    CATD = "catd"


class ClaseDispositivo(StrEnum):
    """What signs under a node."""

    TELEFONO = "telefono"
    TERMINAL = "terminal"


_CAMPO: Final = {"acta.incidente", "hoja.incidente", "incidente.abierto"}
_ALTAS: Final = {"persona.alta", "persona.baja", "persona.misma_persona", "dispositivo.alta", "dispositivo.baja"}
_AMBAS: Final = {f"{clase}.{tipo}" for clase in ("acta", "hoja") for tipo in ("digitalizada", "identificada")}
_PRACTICA: Final = {"practica.terminada"}

FACULTADES: Final[dict[Rol, frozenset[str]]] = {
    Rol.CAE: frozenset(
        {
            *(*_CAMPO, "acta.fotografiada", "acta.identificada", "acta.sin_acta", "acta.anexada"),
            *("hoja.fotografiada", "hoja.identificada"),
        }
    ),
    Rol.ACOPIADOR: frozenset({*_CAMPO, *_PRACTICA, "acta.acopiada", "hoja.acopiada", "acta.sin_acta", "acta.cotejada"}),
    Rol.DIGITALIZADOR: frozenset(
        {
            *(*_CAMPO, *_AMBAS, *_PRACTICA, "acta.duplicada", "acta.otra_imagen_pedida", "hoja.otra_imagen_pedida"),
            "hoja.resuelta",
        }
    ),
    Rol.CAPTURISTA: frozenset({*_CAMPO, *_PRACTICA, "acta.capturada", "acta.otra_imagen_pedida"}),
    Rol.VERIFICADOR: frozenset(
        {
            *(*_CAMPO, *_PRACTICA, "acta.dictaminada", "acta.verificada", "acta.devuelta"),
            *("acta.otra_imagen_pedida", "acta.reapertura_pedida", "hoja.resuelta"),
        }
    ),
    Rol.SUPERVISOR: frozenset(
        {
            *(*_CAMPO, *_AMBAS, *_PRACTICA, "acta.duplicada", "acta.dictaminada", "acta.decidida"),
            *("acta.otra_imagen_pedida", "acta.otra_imagen_confirmada", "acta.otra_imagen_negada"),
            *("acta.reapertura_pedida", "acta.reabierta"),
            *("hoja.otra_imagen_pedida", "hoja.otra_imagen_confirmada", "hoja.otra_imagen_negada"),
            *("hoja.fuera_de_catalogo", "hoja.resuelta", "acta.acopio_corregido", "escritorio.abierto"),
            *("escritorio.pausado", "escritorio.cerrado", "incidente.atendido", "incidente.resuelto"),
        }
    ),
    Rol.COORDINADOR: frozenset(
        {
            *(*_CAMPO, *_AMBAS, *_PRACTICA, "acta.duplicada", "acta.acopiada", "hoja.acopiada"),
            "acta.acopio_corregido",
            *("acta.sin_acta", "acta.sin_acta_confirmada", "acta.cotejada", "hoja.fuera_de_catalogo"),
            *("acta.otra_imagen_confirmada", "acta.otra_imagen_negada", "hoja.otra_imagen_confirmada"),
            *("hoja.otra_imagen_negada", "hoja.resuelta", "catd.abierto", "catd.pausado", "catd.cerrado"),
            *("catd.revisado", "catd.contingencia_declarada", "catd.contingencia_terminada"),
            *("incidente.atendido", "incidente.resuelto", "persona.alta"),
        }
    ),
    Rol.ADMINISTRADOR: frozenset(
        {
            *(*_CAMPO, *_ALTAS, "proceso.abierto", "proceso.pausado", "proceso.cerrado", "catd.abierto"),
            *("catd.pausado", "catd.cerrado", "escritorio.abierto", "escritorio.pausado", "escritorio.cerrado"),
            *("catd.revisado", "incidente.atendido", "incidente.resuelto", "proceso.detencion_pedida"),
            *("proceso.detenida", "proceso.reanudada"),
            *("catd.contingencia_declarada", "catd.contingencia_terminada"),
        }
    ),
    Rol.AUDITOR: frozenset(),
    Rol.FEDATARIO: frozenset(),
    Rol.CONSEJO: frozenset(),
    Rol.COTAPREP: frozenset(),
    Rol.REPRESENTANTE: frozenset(),
    Rol.LECTOR: frozenset({"acta.revisada"}),
    Rol.SEDE: frozenset({"acta.publicada", "hoja.publicada"}),
}
"""What each role may write, as `class.type`. Reading is not here: whoever reads writes no fact.

A coordinator enrols only emergency accounts of their own node (`Autoridad`); only the institute enrols nodes, says the
rules of the process, and enrols or revokes administrators.
"""

DEL_DISPOSITIVO: Final[dict[ClaseDispositivo, frozenset[str]]] = {
    ClaseDispositivo.TELEFONO: FACULTADES[Rol.CAE],
    ClaseDispositivo.TERMINAL: frozenset(f for rol in Rol for f in FACULTADES[rol]),
}
"""What each kind of device may sign, whoever holds it: a phone that signs a capture is ignored, and named."""

CON_TELEFONO: Final = frozenset({Rol.CAE})
"""Roles whose facts count only when a device of their own signed them: a node cannot invent them."""
