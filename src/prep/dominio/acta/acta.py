"""`estado(facts of one acta) -> Acta`: where it is, what it says, whether two people agree.

A pure function of a set: facts are taken once each, in the order of their ids. A fact that its acta's state does not
admit (two nodes without contact may write such facts) is never lost: it stays in `Acta.anomalias` with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Hecho, MotivoSinActa, Tipo
from prep.dominio.acta.transiciones import (
    CAPTURA,
    CUSTODIA,
    DE_CAPTURA,
    DE_HOJA,
    DISTINTA,
    IGUAL,
    Captura,
    Custodia,
    Rechazo,
)


@dataclass(frozen=True, slots=True)
class Imagen:
    """A picture of the acta. `hora`: when the phone took it (`None` for a scan)."""

    sha256: str
    digitalizacion: str  # Móvil | Escáner | Urna Electrónica
    documento: str  # TIPO_DOCUMENTO
    hora: datetime | None
    mecanismo: str = ""

    @property
    def origen(self) -> str:
        return "CASILLA" if self.digitalizacion == "Móvil" else "CATD"


@dataclass(frozen=True, slots=True)
class Capturado:
    """One person's reading of one picture."""

    hecho: str
    operador: str
    hora: datetime
    asentado: Asentado


@dataclass(frozen=True, slots=True)
class Publicada:
    """The last verified reading: what the next corte publishes, with the picture it was read from."""

    imagen: Imagen
    asentado: Asentado
    acopio: datetime | None
    captura: datetime
    verificacion: datetime
    por_pto: bool


EN_CORRECCION: Final = 3
"""COTEJADA: whoever collated asked for a correction that is not finished (LEEME, COTEJADA)."""


@dataclass(slots=True)
class Acta:
    """State of one acta or sheet. Built by `estado`; read-only for everybody else.

    `imagenes`: every usable picture; `imagen`: the one being read; `desechadas`: those that could not be read.
    """

    custodia: Custodia = Custodia.ESPERADA
    captura: Captura = Captura.POR_CAPTURAR
    ronda: int = 1
    imagenes: list[Imagen] = field(default_factory=list)
    imagen: Imagen | None = None
    desechadas: set[str] = field(default_factory=set)
    por_pto: bool = False
    acopio: datetime | None = None
    capturas: list[Capturado] = field(default_factory=list)
    dictamen: Capturado | None = None
    publicada: Publicada | None = None
    sin_acta: MotivoSinActa | None = None
    fuera: dict[str, str] | None = None
    es: str | None = None
    cotejo: int | None = None
    incidentes: list[str] = field(default_factory=list)
    anomalias: list[tuple[str, Rechazo]] = field(default_factory=list)

    @property
    def acordado(self) -> Capturado | None:
        """What two people (or the third who ruled) agree the acta says."""
        if self.captura in (Captura.COINCIDE, Captura.DICTAMINADA, Captura.VERIFICADA):
            return self.dictamen or self.capturas[-1]
        return None

    @property
    def participantes(self) -> set[str]:
        """Who typed or ruled in this round: none of them may verify it."""
        personas = {c.operador for c in self.capturas}
        if self.dictamen:
            personas.add(self.dictamen.operador)
        return personas


def estado(hechos: Iterable[Hecho]) -> Acta:
    """Fold the facts of one acta, in any order and with any repetition, into its state.

    Facts with one id are one fact: the store refuses a second content under a known id.
    """
    acta = Acta()
    unicos = {h.id: h for h in hechos}
    for hecho in sorted(unicos.values(), key=lambda h: h.id):
        rechazo = rechazar(acta, hecho)
        if rechazo is None:
            _aplicar(acta, hecho)
        else:
            acta.anomalias.append((hecho.id, rechazo))
    return acta


def rechazar(acta: Acta, hecho: Hecho) -> Rechazo | None:
    """Why this fact cannot follow the acta's state; `None` when it can."""
    if hecho.tipo is Tipo.INCIDENTE:
        return None
    if hecho.de_hoja:
        if hecho.tipo not in DE_HOJA or (hecho.tipo is Tipo.IDENTIFICADA and "acta" not in hecho.contenido):
            return Rechazo.HOJA
    elif hecho.tipo is Tipo.FUERA_DE_CATALOGO or hecho.contenido.get("acta", hecho.acta) != hecho.acta:
        return Rechazo.EN_CATALOGO
    if hecho.tipo in DE_CAPTURA:
        return _rechazar_captura(acta, hecho)
    return _rechazar_custodia(acta, hecho)


def _rechazar_custodia(acta: Acta, hecho: Hecho) -> Rechazo | None:
    if (acta.custodia, hecho.tipo) not in CUSTODIA:
        return Rechazo.ESTADO_CUSTODIA
    imagen = hecho.contenido.get("imagen")
    if imagen in acta.desechadas:
        return Rechazo.IMAGEN_DESECHADA
    vigente = acta.imagen.sha256 if acta.imagen else None
    conocidas = {i.sha256 for i in acta.imagenes}
    match hecho.tipo:
        case Tipo.SIN_ACTA if acta.imagenes or acta.publicada:
            return Rechazo.ESTADO_CUSTODIA
        case Tipo.IDENTIFICADA if imagen not in conocidas:
            return Rechazo.OTRA_IMAGEN
        case Tipo.DUPLICADA if imagen not in conocidas or imagen == vigente:
            return Rechazo.OTRA_IMAGEN
        case Tipo.REDIGITALIZAR if acta.captura is Captura.VERIFICADA:
            return Rechazo.ESTADO_CAPTURA
        case Tipo.REDIGITALIZAR if imagen not in conocidas or (vigente and imagen != vigente):
            return Rechazo.OTRA_IMAGEN
        case Tipo.REDIGITALIZAR if not hecho.contenido["motivo"].strip():
            return Rechazo.SIN_MOTIVO
    return None


def _rechazar_captura(acta: Acta, hecho: Hecho) -> Rechazo | None:
    if acta.imagen is None:
        return Rechazo.FALTA_IMAGEN
    if (acta.captura, hecho.tipo, _caso(acta, hecho)) not in CAPTURA:
        return Rechazo.ESTADO_CAPTURA
    contenido = hecho.contenido
    if "imagen" in contenido and contenido["imagen"] != acta.imagen.sha256:
        return Rechazo.OTRA_IMAGEN
    if "base" in contenido:
        acordado = acta.acordado
        if acordado is None or contenido["base"] != acordado.hecho:
            return Rechazo.OTRA_BASE
    if "motivo" in contenido and hecho.tipo is not Tipo.DICTAMINADA and not contenido["motivo"].strip():
        return Rechazo.SIN_MOTIVO
    if hecho.tipo is Tipo.REABIERTA:
        return Rechazo.AUTORIZA_LA_MISMA if contenido["autoriza"].strip() in ("", hecho.operador) else None
    if hecho.operador in acta.participantes:
        return Rechazo.MISMA_PERSONA
    return None


def _caso(acta: Acta, hecho: Hecho) -> str:
    if acta.captura is Captura.PRIMERA and hecho.tipo is Tipo.CAPTURADA:
        return IGUAL if Asentado.leer(hecho.contenido["valores"]) == acta.capturas[0].asentado else DISTINTA
    return ""


def _aplicar(acta: Acta, hecho: Hecho) -> None:
    contenido = hecho.contenido
    match hecho.tipo:
        case Tipo.ACOPIADA:
            acta.acopio = acta.acopio or datetime.fromisoformat(contenido["hora"])
        case Tipo.FOTOGRAFIADA:
            hora = datetime.fromisoformat(contenido["hora"])
            _agregar_imagen(acta, hecho, "Móvil", hora)
        case Tipo.DIGITALIZADA:
            _agregar_imagen(acta, hecho, contenido.get("medio", "Escáner"), None)
        case Tipo.IDENTIFICADA:
            acta.imagen = next(i for i in acta.imagenes if i.sha256 == contenido["imagen"])
            acta.por_pto = contenido["por"] == "pto"
            acta.es = contenido.get("acta")
        case Tipo.REDIGITALIZAR:
            acta.imagen = None
            acta.imagenes = [i for i in acta.imagenes if i.sha256 != contenido["imagen"]]
            acta.desechadas.add(contenido["imagen"])
            _nueva_ronda(acta, Captura.POR_CAPTURAR)
        case Tipo.SIN_ACTA:
            acta.sin_acta = MotivoSinActa(contenido["motivo"])
        case Tipo.FUERA_DE_CATALOGO:
            acta.fuera = dict(contenido)
        case Tipo.INCIDENTE:
            acta.incidentes.append(hecho.id)
        case Tipo.DUPLICADA:
            acta.imagenes = [i for i in acta.imagenes if i.sha256 != contenido["imagen"]]

    if (acta.custodia, hecho.tipo) in CUSTODIA:
        acta.custodia = CUSTODIA[acta.custodia, hecho.tipo]
        if acta.custodia is not Custodia.SIN_ACTA:
            acta.sin_acta = None
        if acta.custodia is not Custodia.FUERA_DE_CATALOGO:
            acta.fuera = None
    if hecho.tipo in DE_CAPTURA:
        _aplicar_captura(acta, hecho)


def _aplicar_captura(acta: Acta, hecho: Hecho) -> None:
    siguiente = CAPTURA[acta.captura, hecho.tipo, _caso(acta, hecho)]
    match hecho.tipo:
        case Tipo.CAPTURADA:
            acta.capturas.append(_capturado(hecho))
        case Tipo.DICTAMINADA:
            acta.dictamen = _capturado(hecho)
        case Tipo.VERIFICADA:
            acta.publicada = _publicar(acta, hecho)
            # Whoever accepted the reading before did not accept this one; a correction they asked for goes on.
            acta.cotejo = acta.cotejo if acta.cotejo == EN_CORRECCION else None
        case Tipo.COTEJADA:
            acta.cotejo = int(hecho.contenido["resultado"])
        case Tipo.DEVUELTA | Tipo.REABIERTA:
            _nueva_ronda(acta, Captura.DEVUELTA)
    acta.captura = siguiente


def _agregar_imagen(acta: Acta, hecho: Hecho, digitalizacion: str, hora: datetime | None) -> None:
    contenido = hecho.contenido
    if any(i.sha256 == contenido["imagen"] for i in acta.imagenes):
        return
    acta.imagenes.append(
        Imagen(
            contenido["imagen"],
            digitalizacion,
            contenido.get("documento", "Acta PREP"),
            hora,
            contenido.get("mecanismo", ""),
        )
    )


def _nueva_ronda(acta: Acta, captura: Captura) -> None:
    acta.ronda += 1
    acta.captura = captura
    acta.capturas = []
    acta.dictamen = None


def _capturado(hecho: Hecho) -> Capturado:
    return Capturado(hecho.id, hecho.operador, hecho.hora, Asentado.leer(hecho.contenido["valores"]))


def _publicar(acta: Acta, hecho: Hecho) -> Publicada:
    imagen, acordado = acta.imagen, acta.acordado
    assert imagen is not None and acordado is not None
    return Publicada(
        imagen=imagen,
        asentado=acordado.asentado,
        acopio=imagen.hora or acta.acopio,
        captura=acordado.hora,
        verificacion=hecho.hora,
        por_pto=acta.por_pto,
    )
