"""What may follow what: the one table of transitions of an acta, and who may do it.

Two small machines walk together. CUSTODIA says where the paper and its picture are; CAPTURA says how far two people
agree on what it says. Whether it counts is no machine: `contabilidad` computes it.

They meet at three points: CAPTURA moves only while the acta is `identificada`; asking for another picture starts
CAPTURA again, and cannot be done to a verified acta (reopen it first); `sin_acta` cannot be said while a picture is
held.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from prep.dominio.acta.hechos import Tipo


class Custodia(StrEnum):
    """Where the acta and its picture are."""

    ESPERADA = "esperada"
    ACOPIADA = "acopiada"
    FOTOGRAFIADA = "fotografiada"
    DIGITALIZADA = "digitalizada"
    IDENTIFICADA = "identificada"
    REDIGITALIZAR = "redigitalizar"
    SIN_ACTA = "sin_acta"
    FUERA_DE_CATALOGO = "fuera_de_catalogo"


class Captura(StrEnum):
    """How far two people agree on what the acta says."""

    POR_CAPTURAR = "por_capturar"
    PRIMERA = "primera"
    COINCIDE = "coincide"
    DISCREPANTE = "discrepante"
    DICTAMINADA = "dictaminada"
    VERIFICADA = "verificada"
    DEVUELTA = "devuelta"


class Rechazo(StrEnum):
    """Why something cannot be done now. The name is the code; the value tells the person what to do."""

    ESTADO_CUSTODIA = "El acta no está en un estado que permita este paso. Actualice la lista y tome otra acta."
    HOJA = "Esta hoja todavía no se identifica como un acta. Identifíquela y continúe en el acta."
    EN_CATALOGO = "Esta acta es de una casilla aprobada y ya tiene clave. Este paso es solo para hojas sin identificar."
    FALTA_IMAGEN = "El acta todavía no tiene una imagen identificada. Espere a que se digitalice e identifique."
    OTRA_IMAGEN = "La imagen de esta acta cambió. Vuelva a abrir el acta para trabajar con la imagen vigente."
    IMAGEN_DESECHADA = "Esa imagen ya se desechó porque no se distingue. Tome o digitalice una nueva."
    ESTADO_CAPTURA = "Otra persona ya hizo este paso, o todavía no toca. Tome otra acta de la lista."
    MISMA_PERSONA = "Usted ya participó en esta acta: este paso corresponde a otra persona. Tome otra acta."
    OTRA_BASE = "Los datos de esta acta cambiaron mientras la revisaba. Vuelva a abrirla."
    AUTORIZA_LA_MISMA = "Quien autoriza reabrir un acta debe ser otra persona."
    SIN_MOTIVO = "Escriba el motivo."


_C, _T = Custodia, Tipo

CUSTODIA: Final[dict[tuple[Custodia, Tipo], Custodia]] = {
    (_C.ESPERADA, _T.ACOPIADA): _C.ACOPIADA,
    (_C.ESPERADA, _T.FOTOGRAFIADA): _C.FOTOGRAFIADA,
    (_C.ESPERADA, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.ESPERADA, _T.SIN_ACTA): _C.SIN_ACTA,
    (_C.ESPERADA, _T.FUERA_DE_CATALOGO): _C.FUERA_DE_CATALOGO,
    (_C.ACOPIADA, _T.ACOPIADA): _C.ACOPIADA,
    (_C.ACOPIADA, _T.FOTOGRAFIADA): _C.FOTOGRAFIADA,
    (_C.ACOPIADA, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.ACOPIADA, _T.SIN_ACTA): _C.SIN_ACTA,
    (_C.FOTOGRAFIADA, _T.ACOPIADA): _C.FOTOGRAFIADA,
    (_C.FOTOGRAFIADA, _T.FOTOGRAFIADA): _C.FOTOGRAFIADA,
    (_C.FOTOGRAFIADA, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.FOTOGRAFIADA, _T.IDENTIFICADA): _C.IDENTIFICADA,
    (_C.FOTOGRAFIADA, _T.REDIGITALIZAR): _C.REDIGITALIZAR,
    (_C.FOTOGRAFIADA, _T.FUERA_DE_CATALOGO): _C.FUERA_DE_CATALOGO,
    (_C.DIGITALIZADA, _T.ACOPIADA): _C.DIGITALIZADA,
    (_C.DIGITALIZADA, _T.FOTOGRAFIADA): _C.DIGITALIZADA,
    (_C.DIGITALIZADA, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.DIGITALIZADA, _T.IDENTIFICADA): _C.IDENTIFICADA,
    (_C.DIGITALIZADA, _T.REDIGITALIZAR): _C.REDIGITALIZAR,
    (_C.DIGITALIZADA, _T.FUERA_DE_CATALOGO): _C.FUERA_DE_CATALOGO,
    (_C.IDENTIFICADA, _T.ACOPIADA): _C.IDENTIFICADA,
    (_C.IDENTIFICADA, _T.FOTOGRAFIADA): _C.IDENTIFICADA,
    (_C.IDENTIFICADA, _T.DIGITALIZADA): _C.IDENTIFICADA,
    (_C.IDENTIFICADA, _T.DUPLICADA): _C.IDENTIFICADA,
    (_C.IDENTIFICADA, _T.REDIGITALIZAR): _C.REDIGITALIZAR,
    (_C.REDIGITALIZAR, _T.ACOPIADA): _C.REDIGITALIZAR,
    (_C.REDIGITALIZAR, _T.FOTOGRAFIADA): _C.FOTOGRAFIADA,
    (_C.REDIGITALIZAR, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.REDIGITALIZAR, _T.IDENTIFICADA): _C.IDENTIFICADA,
    (_C.REDIGITALIZAR, _T.SIN_ACTA): _C.SIN_ACTA,
    (_C.SIN_ACTA, _T.SIN_ACTA): _C.SIN_ACTA,
    (_C.SIN_ACTA, _T.ACOPIADA): _C.ACOPIADA,
    (_C.SIN_ACTA, _T.FOTOGRAFIADA): _C.FOTOGRAFIADA,
    (_C.SIN_ACTA, _T.DIGITALIZADA): _C.DIGITALIZADA,
    (_C.FUERA_DE_CATALOGO, _T.FUERA_DE_CATALOGO): _C.FUERA_DE_CATALOGO,
    (_C.FUERA_DE_CATALOGO, _T.IDENTIFICADA): _C.IDENTIFICADA,
}
"""(where it is, what happened) -> where it is then. A pair that is not here is refused."""

_K = Captura

IGUAL: Final = "igual"
DISTINTA: Final = "distinta"

CAPTURA: Final[dict[tuple[Captura, Tipo, str], Captura]] = {
    (_K.POR_CAPTURAR, _T.CAPTURADA, ""): _K.PRIMERA,
    (_K.DEVUELTA, _T.CAPTURADA, ""): _K.PRIMERA,
    (_K.PRIMERA, _T.CAPTURADA, IGUAL): _K.COINCIDE,
    (_K.PRIMERA, _T.CAPTURADA, DISTINTA): _K.DISCREPANTE,
    (_K.DISCREPANTE, _T.DICTAMINADA, ""): _K.DICTAMINADA,
    (_K.COINCIDE, _T.REVISADA, ""): _K.DISCREPANTE,
    (_K.COINCIDE, _T.VERIFICADA, ""): _K.VERIFICADA,
    (_K.DICTAMINADA, _T.VERIFICADA, ""): _K.VERIFICADA,
    (_K.COINCIDE, _T.DEVUELTA, ""): _K.DEVUELTA,
    (_K.DICTAMINADA, _T.DEVUELTA, ""): _K.DEVUELTA,
    (_K.VERIFICADA, _T.COTEJADA, ""): _K.VERIFICADA,
    (_K.VERIFICADA, _T.REABIERTA, ""): _K.DEVUELTA,
}
"""(how far, what happened, case) -> how far then. The case tells whether a second capture equals the first."""

DE_CAPTURA: Final = frozenset(tipo for _, tipo, _ in CAPTURA)
"""Types that move CAPTURA; the rest move CUSTODIA (an incident moves nothing)."""

DE_HOJA: Final = frozenset(
    {
        *(_T.ACOPIADA, _T.FOTOGRAFIADA, _T.DIGITALIZADA, _T.IDENTIFICADA, _T.REDIGITALIZAR),
        *(_T.FUERA_DE_CATALOGO, _T.INCIDENTE),
    }
)
"""What can happen to a sheet before anybody knows which acta it is. The rest happens to the acta."""
