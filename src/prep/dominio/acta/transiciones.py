"""What may follow what: the one table of transitions of an acta, as it looks to somebody who knows all of its past.

Two small machines walk together. CUSTODIA says where the paper and its picture are; CAPTURA says how far people agree
on what it says. Whether it counts is no machine: `contabilidad` computes it.

They meet at four points: CAPTURA moves only while the acta is `identificada`; asking for another picture holds it, and
cannot be done to a verified acta (reopen it first); throwing the picture away starts it again; `sin_acta` cannot be
said while a picture is held.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from prep.dominio.acta.hechos import DE_HOJA as _DE_HOJA
from prep.dominio.acta.hechos import Tipo


class Custodia(StrEnum):
    """Where the acta and its picture are."""

    ESPERADA = "esperada"
    ACOPIADA = "acopiada"
    FOTOGRAFIADA = "fotografiada"
    DIGITALIZADA = "digitalizada"
    IDENTIFICADA = "identificada"
    REDIGITALIZAR = "redigitalizar"
    SIN_ACTA_DICHA = "sin_acta_dicha"
    SIN_ACTA = "sin_acta"
    FUERA_DE_CATALOGO = "fuera_de_catalogo"


class Captura(StrEnum):
    """How far people agree on what the acta says."""

    POR_CAPTURAR = "por_capturar"
    PRIMERA = "primera"
    COINCIDE = "coincide"
    DISCREPANTE = "discrepante"
    ESCALADA = "escalada"
    DICTAMINADA = "dictaminada"
    VERIFICADA = "verificada"
    DEVUELTA = "devuelta"


class Situacion(StrEnum):
    """Where each expected acta is, in one word that is the same on boards, reports, portal and JSON."""

    PUBLICADA = "publicada"
    EN_CAPTURA = "en_captura"  # there is a picture
    NO_DIGITALIZADA = "no_digitalizada"  # its package came, no picture
    SIN_ACTA = "sin_acta"  # confirmed, with its reason
    NO_RECIBIDA = "no_recibida"


_C, _T = Custodia, Tipo

CUSTODIA: Final[dict[tuple[Custodia, Tipo], Custodia]] = {
    (_C.ESPERADA, _T.ACOPIADA): _C.ACOPIADA,
    (_C.ESPERADA, _T.FOTOGRAFIADA): _C.FOTOGRAFIADA,
    (_C.ESPERADA, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.ESPERADA, _T.SIN_ACTA): _C.SIN_ACTA_DICHA,
    (_C.ESPERADA, _T.FUERA_DE_CATALOGO): _C.FUERA_DE_CATALOGO,
    (_C.ACOPIADA, _T.ACOPIADA): _C.ACOPIADA,
    (_C.ACOPIADA, _T.FOTOGRAFIADA): _C.FOTOGRAFIADA,
    (_C.ACOPIADA, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.ACOPIADA, _T.SIN_ACTA): _C.SIN_ACTA_DICHA,
    (_C.FOTOGRAFIADA, _T.ACOPIADA): _C.FOTOGRAFIADA,
    (_C.FOTOGRAFIADA, _T.FOTOGRAFIADA): _C.FOTOGRAFIADA,
    (_C.FOTOGRAFIADA, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.FOTOGRAFIADA, _T.IDENTIFICADA): _C.IDENTIFICADA,
    (_C.FOTOGRAFIADA, _T.OTRA_IMAGEN_PEDIDA): _C.FOTOGRAFIADA,
    (_C.FOTOGRAFIADA, _T.OTRA_IMAGEN_NEGADA): _C.FOTOGRAFIADA,
    (_C.FOTOGRAFIADA, _T.OTRA_IMAGEN_CONFIRMADA): _C.REDIGITALIZAR,
    (_C.FOTOGRAFIADA, _T.FUERA_DE_CATALOGO): _C.FUERA_DE_CATALOGO,
    (_C.DIGITALIZADA, _T.ACOPIADA): _C.DIGITALIZADA,
    (_C.DIGITALIZADA, _T.FOTOGRAFIADA): _C.DIGITALIZADA,
    (_C.DIGITALIZADA, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.DIGITALIZADA, _T.IDENTIFICADA): _C.IDENTIFICADA,
    (_C.DIGITALIZADA, _T.OTRA_IMAGEN_PEDIDA): _C.DIGITALIZADA,
    (_C.DIGITALIZADA, _T.OTRA_IMAGEN_NEGADA): _C.DIGITALIZADA,
    (_C.DIGITALIZADA, _T.OTRA_IMAGEN_CONFIRMADA): _C.REDIGITALIZAR,
    (_C.DIGITALIZADA, _T.FUERA_DE_CATALOGO): _C.FUERA_DE_CATALOGO,
    (_C.IDENTIFICADA, _T.ACOPIADA): _C.IDENTIFICADA,
    (_C.IDENTIFICADA, _T.FOTOGRAFIADA): _C.IDENTIFICADA,
    (_C.IDENTIFICADA, _T.DIGITALIZADA): _C.IDENTIFICADA,
    (_C.IDENTIFICADA, _T.IDENTIFICADA): _C.IDENTIFICADA,  # another picture of it
    (_C.IDENTIFICADA, _T.DUPLICADA): _C.IDENTIFICADA,
    (_C.IDENTIFICADA, _T.OTRA_IMAGEN_PEDIDA): _C.IDENTIFICADA,
    (_C.IDENTIFICADA, _T.OTRA_IMAGEN_NEGADA): _C.IDENTIFICADA,
    (_C.IDENTIFICADA, _T.OTRA_IMAGEN_CONFIRMADA): _C.REDIGITALIZAR,
    (_C.IDENTIFICADA, _T.RESUELTA): _C.IDENTIFICADA,
    (_C.REDIGITALIZAR, _T.ACOPIADA): _C.REDIGITALIZAR,
    (_C.REDIGITALIZAR, _T.FOTOGRAFIADA): _C.FOTOGRAFIADA,
    (_C.REDIGITALIZAR, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.REDIGITALIZAR, _T.IDENTIFICADA): _C.IDENTIFICADA,
    (_C.REDIGITALIZAR, _T.OTRA_IMAGEN_PEDIDA): _C.REDIGITALIZAR,
    (_C.REDIGITALIZAR, _T.OTRA_IMAGEN_NEGADA): _C.REDIGITALIZAR,
    (_C.REDIGITALIZAR, _T.OTRA_IMAGEN_CONFIRMADA): _C.REDIGITALIZAR,
    (_C.REDIGITALIZAR, _T.SIN_ACTA): _C.SIN_ACTA_DICHA,
    (_C.SIN_ACTA_DICHA, _T.SIN_ACTA): _C.SIN_ACTA_DICHA,
    (_C.SIN_ACTA_DICHA, _T.SIN_ACTA_CONFIRMADA): _C.SIN_ACTA,
    (_C.SIN_ACTA_DICHA, _T.ACOPIADA): _C.ACOPIADA,
    (_C.SIN_ACTA_DICHA, _T.FOTOGRAFIADA): _C.FOTOGRAFIADA,
    (_C.SIN_ACTA_DICHA, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.SIN_ACTA, _T.SIN_ACTA): _C.SIN_ACTA_DICHA,
    (_C.SIN_ACTA, _T.ACOPIADA): _C.ACOPIADA,
    (_C.SIN_ACTA, _T.FOTOGRAFIADA): _C.FOTOGRAFIADA,
    (_C.SIN_ACTA, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.FUERA_DE_CATALOGO, _T.FUERA_DE_CATALOGO): _C.FUERA_DE_CATALOGO,
    (_C.FUERA_DE_CATALOGO, _T.IDENTIFICADA): _C.IDENTIFICADA,
    (_C.ACOPIADA, _T.ACOPIO_CORREGIDO): _C.ACOPIADA,
    (_C.FOTOGRAFIADA, _T.ACOPIO_CORREGIDO): _C.FOTOGRAFIADA,
    (_C.DIGITALIZADA, _T.ACOPIO_CORREGIDO): _C.DIGITALIZADA,
    (_C.IDENTIFICADA, _T.ACOPIO_CORREGIDO): _C.IDENTIFICADA,
    (_C.REDIGITALIZAR, _T.ACOPIO_CORREGIDO): _C.REDIGITALIZAR,
    (_C.SIN_ACTA_DICHA, _T.ACOPIO_CORREGIDO): _C.SIN_ACTA_DICHA,
    (_C.SIN_ACTA, _T.ACOPIO_CORREGIDO): _C.SIN_ACTA,
}
"""(where it is, what happened) -> where it is then. A pair that is not here is refused."""

_K = Captura

IGUAL: Final = "igual"
DISTINTA: Final = "distinta"
RESUELVE: Final = "resuelve"
TERCERA: Final = "tercera"

CAPTURA: Final[dict[tuple[Captura, Tipo, str], Captura]] = {
    (_K.POR_CAPTURAR, _T.CAPTURADA, ""): _K.PRIMERA,
    (_K.DEVUELTA, _T.CAPTURADA, ""): _K.PRIMERA,
    (_K.PRIMERA, _T.CAPTURADA, IGUAL): _K.COINCIDE,
    (_K.PRIMERA, _T.CAPTURADA, DISTINTA): _K.DISCREPANTE,
    (_K.DISCREPANTE, _T.DICTAMINADA, RESUELVE): _K.DICTAMINADA,
    (_K.DISCREPANTE, _T.DICTAMINADA, TERCERA): _K.ESCALADA,
    (_K.ESCALADA, _T.DECIDIDA, ""): _K.DICTAMINADA,
    (_K.COINCIDE, _T.REVISADA, ""): _K.DISCREPANTE,
    (_K.COINCIDE, _T.VERIFICADA, ""): _K.VERIFICADA,
    (_K.DICTAMINADA, _T.VERIFICADA, ""): _K.VERIFICADA,
    (_K.COINCIDE, _T.DEVUELTA, ""): _K.DEVUELTA,
    (_K.DICTAMINADA, _T.DEVUELTA, ""): _K.DEVUELTA,
    (_K.VERIFICADA, _T.COTEJADA, ""): _K.VERIFICADA,
    (_K.VERIFICADA, _T.REAPERTURA_PEDIDA, ""): _K.VERIFICADA,
    (_K.VERIFICADA, _T.REABIERTA, ""): _K.DEVUELTA,
}
"""(how far, what happened, case) -> how far then.

The case tells whether a second capture equals the first; and whether each field of a ruling is what one of the two
typed (`resuelve`) or some field is neither (`tercera`), which a supervisor must decide.
"""

DE_CAPTURA: Final = frozenset(tipo for _, tipo, _ in CAPTURA)
"""Types that move CAPTURA; the rest move CUSTODIA (an incident, and what the corte puts on record, move nothing)."""

SIN_PASO: Final = frozenset({_T.INCIDENTE, _T.ANEXADA, _T.PUBLICADA})
"""Types that move neither machine."""

DE_HOJA: Final = frozenset(Tipo(t) for t in _DE_HOJA)
"""What can happen to a sheet before anybody knows which acta it is. The rest happens to the acta."""
