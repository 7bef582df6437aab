"""The steps of the desks: which actas wait for each of them, and to whom each is never given."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from prep.acceso.roles import Rol
from prep.bitacora.actas import Plegada
from prep.dominio.acta.acta import EN_CORRECCION, Acta
from prep.dominio.acta.hechos import HOJA, Tipo
from prep.dominio.acta.transiciones import Captura, Custodia
from prep.dominio.comun.autoridad import Autoridad
from prep.dominio.comun.hecho import Hecho


class Paso(StrEnum):
    CAPTURA = "captura"
    DIFERENCIAS = "diferencias"
    DECISION = "decision"
    VERIFICACION = "verificacion"
    OTRA_IMAGEN = "otra_imagen"
    REAPERTURA = "reapertura"
    SIN_ACTA = "sin_acta"
    IDENTIFICACION = "identificacion"
    COPIA = "copia"
    COTEJO = "cotejo"


ESCRITORIOS: Final[Mapping[str, tuple[Paso, ...]]] = {
    "captura": (Paso.CAPTURA,),
    "diferencias": (Paso.DIFERENCIAS,),
    "decision": (Paso.DECISION,),
    "verificacion": (Paso.VERIFICACION,),
    "peticiones": (Paso.OTRA_IMAGEN, Paso.REAPERTURA, Paso.SIN_ACTA),
    "identificacion": (Paso.IDENTIFICACION, Paso.COPIA),
    "cotejo": (Paso.COTEJO,),
}
"""Each desk and what it takes."""
ESCRITORIO_DE: Final[Mapping[Paso, str]] = {paso: nombre for nombre, pasos in ESCRITORIOS.items() for paso in pasos}

ESTADOS: Final = {
    Paso.CAPTURA: (Captura.POR_CAPTURAR, Captura.PRIMERA, Captura.DEVUELTA),
    Paso.DIFERENCIAS: (Captura.DISCREPANTE,),
    Paso.DECISION: (Captura.ESCALADA,),
    Paso.VERIFICACION: (Captura.COINCIDE, Captura.DICTAMINADA),
}
CON_IMAGEN: Final = (Custodia.FOTOGRAFIADA, Custodia.DIGITALIZADA, Custodia.IDENTIFICADA, Custodia.REDIGITALIZAR)
ROLES: Final = {
    Paso.CAPTURA: (Rol.CAPTURISTA,),
    Paso.DIFERENCIAS: (Rol.VERIFICADOR, Rol.SUPERVISOR),
    Paso.DECISION: (Rol.SUPERVISOR,),
    Paso.VERIFICACION: (Rol.VERIFICADOR,),
    Paso.OTRA_IMAGEN: (Rol.SUPERVISOR, Rol.COORDINADOR),
    Paso.REAPERTURA: (Rol.SUPERVISOR,),
    Paso.SIN_ACTA: (Rol.COORDINADOR,),
    Paso.IDENTIFICACION: (Rol.DIGITALIZADOR, Rol.COORDINADOR, Rol.SUPERVISOR),
    Paso.COPIA: (Rol.DIGITALIZADOR, Rol.COORDINADOR, Rol.SUPERVISOR),
    Paso.COTEJO: (Rol.ACOPIADOR, Rol.COORDINADOR),
}
"""Who may take each step."""
AL_FINAL: Final = frozenset({Paso.COPIA})
"""What is given only where nothing else of that desk waits: a photograph beside the picture that is read holds up
nothing, unless it is of another acta, which then nobody would see."""
DE_HOJA: Final = frozenset({Paso.IDENTIFICACION, Paso.OTRA_IMAGEN})
"""What a sheet may wait for."""
SIN_IDENTIFICAR: Final = (
    *(Custodia.FOTOGRAFIADA, Custodia.DIGITALIZADA, Custodia.REDIGITALIZAR, Custodia.FUERA_DE_CATALOGO),
)
"""Nobody has said of which acta its picture is; or the one that was read was thrown away, and another is held; or
somebody said that it is of none, which they may have been wrong about."""

CIERRAN: Final = frozenset(
    {
        *(Tipo.CAPTURADA, Tipo.DICTAMINADA, Tipo.DECIDIDA, Tipo.VERIFICADA, Tipo.DEVUELTA),
        *(Tipo.OTRA_IMAGEN_PEDIDA, Tipo.REAPERTURA_PEDIDA, Tipo.INCIDENTE),
    }
)
"""Whoever wrote one of these of an acta is never given it to type, rule or verify, in any round; of incidents, only
those that say that something is amiss (`senala`), and of requests for another picture, those of the one that is
read."""
DE_LA_IMAGEN: Final = frozenset({Tipo.IDENTIFICADA, Tipo.OTRA_IMAGEN_PEDIDA})
"""Whoever wrote one of these of a picture is not asked again which acta it is of."""


def pasos_de(clave: str, acta: Acta) -> list[Paso]:
    """The steps that an acta (or sheet) waits for now."""
    pasos = []
    if acta.en_duda is not None and acta.custodia in CON_IMAGEN:
        pasos.append(Paso.OTRA_IMAGEN)
    if acta.custodia is Custodia.SIN_ACTA_DICHA and acta.sin_acta_dicha is not None:
        pasos.append(Paso.SIN_ACTA)
    if acta.en_duda is None and acta.imagenes and acta.custodia in SIN_IDENTIFICAR:
        pasos.append(Paso.IDENTIFICACION)
    se_lee = acta.custodia is Custodia.IDENTIFICADA and acta.en_duda is None and bool(acta.identificadas)
    if not se_lee or clave.startswith(HOJA):
        return pasos
    if acta.sin_mirar:
        pasos.append(Paso.COPIA)
    captura = acta.captura
    pasos += [paso for paso, estados in ESTADOS.items() if captura in estados]
    if captura is Captura.VERIFICADA and acta.reapertura is not None:
        pasos.append(Paso.REAPERTURA)
    if captura is Captura.VERIFICADA and acta.cotejo in (None, EN_CORRECCION):
        pasos.append(Paso.COTEJO)
    return pasos


def toca(paso: Paso, clave: str, acta: Acta) -> bool:
    """Whether an acta (or sheet) waits for this step now."""
    return paso in pasos_de(clave, acta)


def a_pedido(paso: Paso, plegada: Plegada) -> bool:
    """Whether what waits is given only to whoever asks for it by its key: a sheet out of catalogue, until somebody says
    again which acta it is; an acta of which somebody said that the paper differs, until another reading is verified."""
    if paso is Paso.COTEJO:
        return bool(plegada.acta.cotejada)
    if paso is not Paso.IDENTIFICACION or plegada.acta.custodia is not Custodia.FUERA_DE_CATALOGO:
        return False
    return _ultima(plegada, Tipo.IDENTIFICADA) < _ultima(plegada, Tipo.FUERA_DE_CATALOGO)


def imagen_de(paso: Paso, acta: Acta) -> str:
    """The picture that a step looks at; none where no acta came."""
    if paso is Paso.OTRA_IMAGEN and acta.en_duda is not None:
        return acta.en_duda[0]
    if paso is Paso.IDENTIFICACION and acta.imagenes:
        return acta.imagenes[0].sha256
    if paso is Paso.COPIA and acta.sin_mirar:
        return acta.sin_mirar[0].sha256
    return acta.imagen.sha256 if acta.imagen else ""


def peticion_de(paso: Paso, acta: Acta) -> str:
    """The request that a step answers: the fact's id."""
    match paso:
        case Paso.OTRA_IMAGEN if acta.en_duda is not None:
            return acta.en_duda[1]
        case Paso.REAPERTURA if acta.reapertura is not None:
            return acta.reapertura[0]
        case Paso.SIN_ACTA if acta.sin_acta_dicha is not None:
            return acta.sin_acta_dicha[0]
    return ""


def esperas(plegada: Plegada, de: Autoridad) -> dict[Paso, set[str]]:
    """The steps that an acta waits for, each with the people to whom it is never given."""
    pasos = pasos_de(plegada.clave, plegada.acta)
    return {p: {*(suyos := _excluidos(p, plegada)), *map(de.identidad, suyos)} for p in pasos}


def _excluidos(paso: Paso, plegada: Plegada) -> set[str]:
    acta, hechos = plegada.acta, plegada.hechos
    if paso is Paso.COTEJO:
        return acta.participantes
    if paso in ESCRITORIOS["identificacion"]:
        imagen = imagen_de(paso, acta)
        de_ella = [h for h in hechos.values() if h.tipo in DE_LA_IMAGEN and h.contenido["imagen"] == imagen]
        return {h.persona for h in de_ella} | {h.persona for h in hechos.values() if senala(h)}
    if peticion := peticion_de(paso, acta):
        return {h.persona for h in hechos.values() if peticion in (h.id, rehusada(h))}
    return {h.persona for h in hechos.values() if h.tipo in CIERRAN and _cierra(h, imagen_de(paso, acta))}


def _cierra(hecho: Hecho, imagen: str) -> bool:
    """Whether what somebody wrote of an acta keeps them from reading this picture of it."""
    if hecho.tipo == Tipo.OTRA_IMAGEN_PEDIDA:
        return bool(hecho.contenido["imagen"] == imagen)
    return hecho.tipo != Tipo.INCIDENTE or senala(hecho)


def senala(hecho: Hecho) -> bool:
    """Whether somebody put on record that something is amiss: what was tried to recover an acta, and that a request was
    not confirmed, judge nothing of what it says."""
    return hecho.tipo == Tipo.INCIDENTE and hecho.contenido.keys().isdisjoint(("intento", "peticion"))


def rehusada(hecho: Hecho) -> str:
    """The request that somebody did not confirm, where the law has no fact for that; empty: it is anything else."""
    return str(hecho.contenido.get("peticion", "")) if hecho.tipo == Tipo.INCIDENTE else ""


def _ultima(plegada: Plegada, tipo: Tipo) -> int:
    """Where the last fact of a type is; 0 where there is none."""
    return max((lugar for lugar, h in plegada.hechos.items() if h.tipo == tipo), default=0)
