"""The state of one acta or sheet: where it is, what it says, whether people agree, and what stands published.

`prep.dominio.acta.pliegue.estado` builds it from facts; for everybody else it is read-only.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime
from typing import Final, TypeVar

from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import MotivoSinActa
from prep.dominio.acta.transiciones import Captura, Custodia, Situacion
from prep.dominio.comun.rechazos import Rechazo

EN_CORRECCION: Final = 3
"""COTEJADA: whoever collated asked for a correction that is not finished (LEEME, COTEJADA)."""


@dataclass(frozen=True, slots=True)
class Imagen:
    """A picture of the acta. `hora`: when the phone took it (`None` for a scan). `enderezada`: whoever made it says
    that it is a sheet of the process seen from straight above, each field where its form has it."""

    sha256: str
    digitalizacion: str  # Móvil | Escáner | Urna Electrónica
    documento: str  # TIPO_DOCUMENTO
    hora: datetime | None
    mecanismo: str = ""
    enderezada: bool = False

    @property
    def origen(self) -> str:
        """CASILLA or CATD: where the picture was taken (LEEME, ORIGEN)."""
        return "CASILLA" if self.digitalizacion == "Móvil" else "CATD"


@dataclass(frozen=True, slots=True)
class Capturado:
    """One person's reading of one picture, or a ruling on it.

    `persona`: the human behind the account. `lectura`: its name (`huella_lectura`). `lugar`: where it was typed.
    `resuelve`: each field of a ruling is what somebody had typed. `bit`, `sabe`: its place in the history, and what it
    knew.
    """

    hecho: str
    persona: str
    hora: datetime
    asentado: Asentado
    imagen: str
    lectura: str
    lugar: str = ""
    contingencia: bool = False
    resuelve: bool = True
    bit: int = 0
    sabe: int = 0


@dataclass(frozen=True, slots=True)
class Publicada:
    """A verified reading as a corte publishes it, with the picture it was read from: what whoever verified it knew."""

    imagen: Imagen
    asentado: Asentado
    acopio: datetime | None
    captura: datetime
    verificacion: datetime
    por_pto: bool
    base: str = ""
    """Name of the reading."""
    hecho: str = ""
    """Id of the fact that verified it (or that confirmed what stands)."""


@dataclass(slots=True)
class Verificacion:
    """A verified reading whose place no other one has taken (`Acta.releva`).

    `bit`, `sabe`: the place in the history of whoever verified it, and what they knew. `hereda`: it came from one that
    was published. `corte`: first corte of the sede that carried it, on record. `parcial`: a node's own emission carried
    it. `por_revisar`: it stands only because it was published.
    """

    publicada: Publicada
    bit: int
    sabe: int
    hereda: bool = False
    corte: int | None = None
    parcial: bool = False
    por_revisar: bool = False


@dataclass(frozen=True, slots=True)
class Cotejo:
    """What somebody who collated said (LEEME, COTEJADA), and in which fact. `bit`: its place in the history; `sabe`:
    what it knew."""

    resultado: int
    hecho: str
    bit: int
    sabe: int


@dataclass(frozen=True, slots=True)
class SinActa:
    """*Sin acta*, confirmed: `hecho`, the fact that confirmed it; `sabe`: what that one knew."""

    motivo: MotivoSinActa
    hecho: str
    sabe: int


@dataclass(slots=True)
class Acta:
    """State of one acta or sheet.

    `imagenes`: every usable picture; `identificadas`: those known to be of this acta, in order; `desechadas`: those
    that could not be read; `en_duda`: the picture that somebody asks to replace, with the request. `anomalias`: facts
    that did not change anything, each with its reason. `cabezas`: what somebody who writes now says that they know.
    """

    custodia: Custodia = Custodia.ESPERADA
    ronda: int = 1
    imagenes: list[Imagen] = field(default_factory=list)
    identificadas: list[str] = field(default_factory=list)
    desechadas: set[str] = field(default_factory=set)
    propuestas: dict[tuple[str, str], str] = field(default_factory=dict)
    en_duda: tuple[str, str, str] | None = None  # picture, request, person
    por_pto: set[str] = field(default_factory=set)
    sellos: list[tuple[int, int, datetime]] = field(default_factory=list)
    capturas: list[Capturado] = field(default_factory=list)
    dictamenes: list[Capturado] = field(default_factory=list)
    decisiones: list[Capturado] = field(default_factory=list)
    revisadas: list[tuple[int, str]] = field(default_factory=list)
    devuelta: bool = False
    verificadas: list[Verificacion] = field(default_factory=list)
    reapertura: tuple[str, str] | None = None  # request, person
    reaperturas: list[tuple[int, int]] = field(default_factory=list)  # place of each, what it knew
    sin_acta_dicha: tuple[str, str] | None = None  # request, person
    sin_acta: SinActa | None = None
    sin_acta_publicada: tuple[int, SinActa] | None = None  # bit of the record, what it says
    fuera: dict[str, str] | None = None
    fuera_hecho: str = ""
    fuera_sabe: int = 0
    fuera_publicada: tuple[int, str, dict[str, str]] | None = None  # bit of the record, what said it, what it says
    resuelta: bool = False
    es: str | None = None
    cotejos: list[Cotejo] = field(default_factory=list)
    incidentes: list[str] = field(default_factory=list)
    anomalias: list[tuple[str, Rechazo]] = field(default_factory=list)
    cabezas: tuple[str, ...] = ()
    lugares_distintos: bool = False

    def copia(self) -> Acta:
        """Another one, that can be taken further while this one stays as it is."""
        otra = Acta.__new__(Acta)
        for campo in self.__slots__:
            setattr(otra, campo, getattr(self, campo))
        for campo in _VARIOS:
            setattr(otra, campo, getattr(self, campo).copy())
        otra.verificadas = [replace(v) for v in self.verificadas]
        return otra

    # --- what is being read ---

    @property
    def imagen(self) -> Imagen | None:
        """The picture being read. Of two identified apart, the one on which people got further."""
        if not self.identificadas:
            return None
        elegida = self.identificadas[0]
        if len(self.identificadas) > 1:
            elegida = max(self.identificadas, key=lambda i: (_AVANCE[self._acuerdo(i)[0]], i == elegida))
        return next(i for i in self.imagenes if i.sha256 == elegida)

    @property
    def sin_mirar(self) -> list[Imagen]:
        """Photographs beside the picture being read that nobody has said are of this acta. What was scanned has its QR
        or two people who say so."""
        return [i for i in self.imagenes if i.origen == "CASILLA" and i.sha256 not in self.identificadas]

    def tiene(self, imagen: str | None) -> bool:
        """Whether that is one of its usable pictures."""
        return any(i.sha256 == imagen for i in self.imagenes)

    @property
    def acopio(self) -> datetime | None:
        """Stamp of acopio: the first one, or the last correction of it."""
        return self.sellos[-1][2] if self.sellos else None

    @property
    def captura(self) -> Captura:
        """How far people agree."""
        return Captura.VERIFICADA if self.cerrada else self.acuerdo(self.imagen)[0]

    @property
    def cerrada(self) -> bool:
        """Whether a reading was verified that nobody opened again."""
        return any(not self.abierta(v.bit) for v in self.verificadas)

    def abierta(self, bit: int, sabe: int = -1) -> bool:
        """Whether somebody who knew the reading verified there opened the acta again, as far as `sabe` tells. It stays
        published until another one is verified."""
        return any(sabe >> lugar & 1 and sabido >> bit & 1 for lugar, sabido in self.reaperturas)

    def releva(self, nueva: Verificacion, bit: int) -> bool:
        """Whether a verified reading takes the place of the one verified there: it was verified knowing that one, and
        that the acta was opened again; or the sede published it, whatever became of whoever opened it."""
        sabida = bool(nueva.sabe >> bit & 1)
        return sabida and (nueva.corte is not None or self.abierta(bit, nueva.sabe))

    @property
    def acordado(self) -> Capturado | None:
        """What two people (or whoever ruled) agree the picture being read says, until it is opened again."""
        return self.acuerdo(self.imagen)[1]

    def acuerdo(self, imagen: Imagen | None) -> tuple[Captura, Capturado | None]:
        """How far people agree on a picture, whatever was verified of it; and what they agree that it says."""
        if imagen is None:
            return (Captura.DEVUELTA if self.devuelta else Captura.POR_CAPTURAR), None
        return self._acuerdo(imagen.sha256)

    def capturas_de(self, imagen: str) -> list[Capturado]:
        """What each person typed of a picture in this round."""
        return [c for c in self.capturas if c.imagen == imagen]

    @property
    def participantes(self) -> set[str]:
        """Who typed or ruled on the picture being read in this round: none of them may verify it."""
        return self.participantes_de(self.imagen)

    def participantes_de(self, imagen: Imagen | None) -> set[str]:
        """Who typed or ruled on a picture in this round."""
        if imagen is None:
            return set()
        todos = (*self.capturas, *self.dictamenes, *self.decisiones)
        return {c.persona for c in todos if c.imagen == imagen.sha256}

    def _acuerdo(self, imagen: str) -> tuple[Captura, Capturado | None]:
        capturas = self.capturas_de(imagen)
        decisiones = _ultimos([d for d in self.decisiones if d.imagen == imagen])
        if decisiones:
            if len({d.lectura for d in decisiones}) == 1:
                return Captura.DICTAMINADA, decisiones[0]
            return Captura.ESCALADA, None
        dictamenes = [d for d in self.dictamenes if d.imagen == imagen]
        if dictamenes:
            dictamen = dictamenes[0]
            sabido = all(c.lectura == dictamen.lectura or dictamen.sabe >> c.bit & 1 for c in capturas)
            if dictamen.resuelve and sabido and len({d.lectura for d in dictamenes}) == 1:
                return Captura.DICTAMINADA, dictamen
            return Captura.ESCALADA, None
        if not capturas:
            return (Captura.DEVUELTA if self.devuelta else Captura.POR_CAPTURAR), None
        if len(capturas) == 1:
            return Captura.PRIMERA, None
        grupos: dict[str, list[Capturado]] = {}
        for c in capturas:
            grupos.setdefault(c.lectura, []).append(c)
        iguales = [g for g in grupos.values() if len(g) > 1 and self._desde_dos_lugares(g)]
        if len(iguales) == 1 and len(grupos) == 1:
            acordado = iguales[0][-1]
            if any(base == acordado.lectura for _, base in self.revisadas):
                return Captura.DISCREPANTE, None
            return Captura.COINCIDE, acordado
        if iguales or len(grupos) > 2:
            return Captura.ESCALADA, None
        return (Captura.PRIMERA if len(grupos) == 1 else Captura.DISCREPANTE), None

    def _desde_dos_lugares(self, iguales: list[Capturado]) -> bool:
        """Whether those who typed the same were where the process asks, or under a declared contingency."""
        if not self.lugares_distintos or any(c.contingencia for c in iguales):
            return True
        return len({c.lugar for c in iguales}) > 1

    # --- what stands published ---

    @property
    def vigente(self) -> Verificacion | None:
        """The verified reading that the next corte publishes.

        What the sede published stands, whatever arrives beside it and whoever loses their authority, until somebody who
        knew it opens the acta again and another reading is verified. Among readings that nobody published the content
        decides, never a clock.
        """
        if len(self.verificadas) <= 1:
            return self.verificadas[0] if self.verificadas else None
        return min(
            self.verificadas,
            key=lambda v: (
                v.corte is None,
                v.corte or 0,
                not v.hereda,
                not v.parcial,
                v.publicada.base,
                v.publicada.hecho,
            ),
        )

    @property
    def publicada(self) -> Publicada | None:
        """What the next corte publishes of this acta."""
        return self.vigente.publicada if self.vigente else None

    @property
    def en_conflicto(self) -> list[Publicada]:
        """Verified readings that say something else than the one that stands; a supervisor decides."""
        vigente = self.publicada
        otras = [v.publicada for v in self.verificadas if vigente is not None and v.publicada is not vigente]
        return [p for p in otras if vigente is not None and p.asentado != vigente.asentado]

    @property
    def disidencias(self) -> list[Capturado]:
        """Captures made beside a verified reading that say something else: somebody should look again. Not those that
        whoever verified it knew, and which were ruled on."""
        vigente = self.vigente
        if vigente is None or self.abierta(vigente.bit):
            return []
        base = vigente.publicada
        aparte = [c for c in self.capturas if not vigente.sabe >> c.bit & 1]
        return [c for c in aparte if c.imagen == base.imagen.sha256 and c.asentado != base.asentado]

    @property
    def por_revisar(self) -> bool:
        """Whether what stands deserves another look: its authors lost their authority, or somebody read otherwise."""
        vigente = self.vigente
        return vigente is not None and (vigente.por_revisar or bool(self.disidencias))

    @property
    def cotejo(self) -> int | None:
        """What was found of the reading that stands when it was collated. It counts only if whoever said it knew that
        reading; a correction that was asked for goes on until somebody who knew of it closes it."""
        valen = self._cotejos_que_valen()
        return valen[-1].resultado if valen else None

    @property
    def cotejos_superados(self) -> list[Cotejo]:
        """Those made beside what stands, of another reading or saying something else than what counts."""
        vigente, valen = self.vigente, [c for c in self._cotejos_que_valen() if c.resultado == self.cotejo]
        return [c for c in _ultimos(self.cotejos) if c not in valen and not (vigente and vigente.sabe >> c.bit & 1)]

    @property
    def cotejada(self) -> str:
        """The fact that collated the reading that stands; empty until somebody does."""
        suyos = self._cotejos_de_lo_vigente()
        return suyos[-1].hecho if suyos else ""

    def _cotejos_que_valen(self) -> list[Cotejo]:
        return [c for c in _ultimos(self.cotejos) if c.resultado == EN_CORRECCION] or self._cotejos_de_lo_vigente()

    def _cotejos_de_lo_vigente(self) -> list[Cotejo]:
        """Those of who knew that reading, as verified by one or by another beside them."""
        if (vigente := self.vigente) is None:
            return []
        iguales = [v.bit for v in self.verificadas if v.publicada.base == vigente.publicada.base]
        return [c for c in _ultimos(self.cotejos) if any(c.sabe >> bit & 1 for bit in iguales)]

    @property
    def sin_acta_dada(self) -> SinActa | None:
        """*Sin acta* as it stands: what is on record, until a reading is verified, or until another one is confirmed by
        somebody who knew of the record."""
        if self.verificadas or self.sin_acta_publicada is None:
            return None if self.verificadas else self.sin_acta
        registro, registrada = self.sin_acta_publicada
        return self.sin_acta if self.sin_acta is not None and self.sin_acta.sabe >> registro & 1 else registrada

    @property
    def sin_acta_vigente(self) -> MotivoSinActa | None:
        """Why no acta came, as it is published."""
        return self.sin_acta_dada.motivo if self.sin_acta_dada else None

    @property
    def fuera_dada(self) -> tuple[str, dict[str, str]] | None:
        """*Fuera de catálogo* as it stands, with the fact that said it: what is on record, until the acta it turned out
        to be is verified, or until it is said otherwise by somebody who knew of the record."""
        dicha = None
        if self.fuera is not None and self.custodia is Custodia.FUERA_DE_CATALOGO:
            dicha = self.fuera_hecho, self.fuera
        if self.fuera_publicada is None:
            return dicha
        registro, hecho, registrada = self.fuera_publicada
        return dicha if dicha is not None and self.fuera_sabe >> registro & 1 else (hecho, registrada)

    @property
    def fuera_vigente(self) -> dict[str, str] | None:
        """*Fuera de catálogo* as it is published."""
        return self.fuera_dada[1] if self.fuera_dada else None

    @property
    def situacion(self) -> Situacion:
        """Where it is, in the one word for everybody (domain paper, §3)."""
        if self.verificadas:
            return Situacion.PUBLICADA
        if self.sin_acta_vigente is not None:
            return Situacion.SIN_ACTA
        if self.imagenes:
            return Situacion.EN_CAPTURA
        return Situacion.NO_DIGITALIZADA if self.sellos or self.desechadas else Situacion.NO_RECIBIDA


_VARIOS: Final = tuple(c.name for c in fields(Acta) if c.default_factory is not MISSING)
"""What an acta has several of."""
_Dicho = TypeVar("_Dicho", Capturado, Cotejo)


def _ultimos(dichos: list[_Dicho]) -> list[_Dicho]:
    """Those that no other one knew."""
    return [d for d in dichos if not any(o.sabe >> d.bit & 1 for o in dichos)]


_AVANCE: Final = {
    Captura.POR_CAPTURAR: 0,
    Captura.DEVUELTA: 0,
    Captura.PRIMERA: 1,
    Captura.DISCREPANTE: 2,
    Captura.ESCALADA: 3,
    Captura.COINCIDE: 4,
    Captura.DICTAMINADA: 5,
    Captura.VERIFICADA: 6,
}
