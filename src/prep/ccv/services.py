"""What a person does with the acta in their hands. Each use case writes one fact, once for its command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from django.core import signing
from django.db import transaction

from prep.bitacora.actas import acta_de
from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.services import escribir
from prep.ccv import hoja, oficina
from prep.ccv.models import Turno
from prep.ccv.pasos import Paso, toca
from prep.dominio.acta.acta import Acta, Capturado
from prep.dominio.acta.hechos import Tipo, sujeto_de
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO, Valor, ValorInvalido, valor

_SAL: Final = "prep.ccv.ficha"
MARCAS: Final = {"*": ILEGIBLE, "-": SIN_DATO}
"""The key of each mark: what a screen sends in place of a number. A blank box is *Sin dato*."""


class Problema(StrEnum):
    """What a person may find wrong with a picture."""

    ILEGIBLE = "ilegible"
    OTRA_CASILLA = "otra_casilla"
    INCOMPLETA = "incompleta"
    NO_ES_ACTA = "no_es_acta"
    DOS_ACTAS = "dos_actas"


PIDEN_OTRA: Final = frozenset(set(Problema) - {Problema.DOS_ACTAS})
"""Problems that ask for another picture, which somebody else confirms or denies; the rest are put on record."""


class CamposInvalidos(ValueError):
    """Fields that say nothing that an acta can say. `campos`: which."""

    def __init__(self, campos: Sequence[str]) -> None:
        super().__init__(", ".join(campos))
        self.campos = list(campos)


class FichaInvalida(ValueError):
    """What came was not given by this desk to this person."""


class FichaSuperada(Exception):
    """What was asked is not what the acta needs now: more people differ since. Nothing was written."""

    rechazo: Final = Rechazo.OTRA_BASE


@dataclass(frozen=True, slots=True)
class Ficha:
    """What a person was given: it travels signed with the page, so that what is sent late still says what it is of.

    `base`: the reading that a verifier was shown. `campos`: those that were asked for.
    """

    orden: str
    acta: str
    paso: str
    imagen: str
    persona: str
    base: str = ""
    campos: tuple[str, ...] = ()

    def escribir(self) -> str:
        return signing.dumps(asdict(self), salt=_SAL)  # not compressed: its length tells nothing

    @classmethod
    def leer(cls, escrita: str, paso: Paso, persona: str) -> Ficha:
        try:
            datos = signing.loads(escrita, salt=_SAL)
        except signing.BadSignature:
            raise FichaInvalida from None
        ficha = cls(**{**datos, "campos": tuple(datos["campos"])})
        if ficha.paso != paso or ficha.persona != persona:
            raise FichaInvalida
        return ficha


def ficha_de(turno: Turno, acta: Acta) -> Ficha:
    """What the holder of a lease is asked for."""
    paso = Paso(turno.paso)
    acordado = acta.acordado if paso is Paso.VERIFICACION else None
    base = acordado.lectura if acordado else ""
    campos = _pedidos(turno.acta, acta, paso)
    return Ficha(turno.orden, turno.acta, turno.paso, turno.imagen, turno.persona, base, campos)


def _pedidos(clave: str, acta: Acta, paso: Paso) -> tuple[str, ...]:
    return tuple(r.clave for r in hoja.renglones(clave, por_dirimir(acta, paso)))


def por_dirimir(acta: Acta, paso: Paso) -> set[str] | None:
    """Fields on which people differ; None, all of them: it is a capture, or people agree and the reader does not."""
    if paso not in (Paso.DIFERENCIAS, Paso.DECISION):
        return None
    leidos = [hoja.campos_de(c.asentado) for c in _leidas(acta)]
    distintos = {c for uno in leidos[:1] for c in uno if any(otro.get(c) != uno[c] for otro in leidos[1:])}
    return distintos or None


def _leidas(acta: Acta) -> list[Capturado]:
    """Everything that people read in the picture in this round."""
    assert acta.imagen is not None
    imagen = acta.imagen.sha256
    return [*acta.capturas_de(imagen), *(d for d in acta.dictamenes if d.imagen == imagen)]


def leer_campos(dichos: Mapping[str, str], pedidos: Sequence[str]) -> dict[str, Valor]:
    """What was typed, field by field; raise `CamposInvalidos` naming those that have no possible value."""
    leidos: dict[str, Valor] = {}
    for campo in pedidos:
        dicho = dichos.get(campo, "").strip()
        try:
            leidos[campo] = MARCAS[dicho] if dicho in MARCAS else valor(_entero(dicho))
        except ValorInvalido:
            pass
    if mal := [c for c in pedidos if c not in leidos]:
        raise CamposInvalidos(mal)
    return leidos


def _entero(dicho: str) -> int | None:
    return int(dicho) if dicho.isascii() and dicho.isdigit() and len(dicho) <= 4 else None


# the acts


def capturar(ficha: Ficha, dichos: Mapping[str, str], lugar: str) -> None:
    """What one person reads in the whole acta."""
    valores = hoja.asentar(leer_campos(dichos, ficha.campos))
    _escribir(ficha, Tipo.CAPTURADA, lambda: {"imagen": ficha.imagen, "valores": valores, "lugar": lugar})


def dictaminar(ficha: Ficha, dichos: Mapping[str, str]) -> None:
    """What a third person reads where two differ; where they agree, what they agree on."""
    leidos = leer_campos(dichos, ficha.campos)
    _escribir(ficha, Tipo.DICTAMINADA, lambda: {"imagen": ficha.imagen, "valores": _completar(ficha, leidos)})


def decidir(ficha: Ficha, dichos: Mapping[str, str], motivo: str) -> None:
    """What a supervisor reads where three people did not agree, and why."""
    leidos = leer_campos(dichos, ficha.campos)
    contenido = {"imagen": ficha.imagen, "motivo": motivo}
    _escribir(ficha, Tipo.DECIDIDA, lambda: {**contenido, "valores": _completar(ficha, leidos)})


def verificar(ficha: Ficha, lugar: str) -> None:
    """The data are what the image says."""
    _escribir(ficha, Tipo.VERIFICADA, lambda: {"base": ficha.base, "lugar": lugar})


def devolver(ficha: Ficha, campos: Sequence[str], motivo: str) -> None:
    """These fields are not what the image says: two people type the acta again."""
    suyos = sorted(set(campos) & set(ficha.campos))
    if not suyos:
        raise CamposInvalidos(list(ficha.campos))
    _escribir(ficha, Tipo.DEVUELTA, lambda: {"base": ficha.base, "motivo": motivo, "campos": suyos})


def reportar(ficha: Ficha, problema: Problema, frase: str) -> None:
    """The picture cannot be worked with. `frase`: what it is, as it is put on record."""
    if problema in PIDEN_OTRA:
        _escribir(ficha, Tipo.OTRA_IMAGEN_PEDIDA, lambda: {"imagen": ficha.imagen, "motivo": frase})
    else:
        _escribir(ficha, Tipo.INCIDENTE, lambda: {"texto": frase})


def _escribir(ficha: Ficha, tipo: Tipo, contenido: Callable[[], Mapping[str, Any]]) -> None:
    """Once for the command: asked again it does nothing, whatever became of the acta since."""
    if FilaHecho.objects.filter(orden=ficha.orden, sujeto=sujeto_de(ficha.acta)).exists():
        return
    with transaction.atomic():
        tomar_cabeza()  # what `contenido` looks at is what the fact is written after
        escribir(tipo, ficha.acta, ficha.persona, contenido(), oficina.reloj.ahora(), oficina.nodo(), ficha.orden)


def _completar(ficha: Ficha, leidos: Mapping[str, Valor]) -> dict[str, object]:
    """A whole reading: what was typed now, and for the rest what people agree on; raise `FichaSuperada` where they
    differ on something that was not asked."""
    acta, paso = acta_de(ficha.acta), Paso(ficha.paso)
    if not toca(paso, ficha.acta, acta) or acta.imagen is None or acta.imagen.sha256 != ficha.imagen:
        return hoja.asentar(leidos)  # the fold refuses it, and says why
    if not set(_pedidos(ficha.acta, acta, paso)) <= set(ficha.campos):
        raise FichaSuperada
    leidas = _leidas(acta)
    return hoja.asentar({**(hoja.campos_de(leidas[0].asentado) if leidas else {}), **leidos})
