"""What a person does with the acta in their hands. Each use case writes one fact, once for its command."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import uuid4

from django.core import signing
from django.db import transaction

from prep.bitacora.actas import acta_de, hechos_de
from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.marcha import contingencia_en
from prep.bitacora.models import Acta as FilaActa
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import escribir
from prep.ccv import hoja, oficina
from prep.ccv.models import Turno
from prep.ccv.pasos import Paso, peticion_de, rehusada, toca
from prep.dominio.acta.acta import Acta, Capturado, Imagen
from prep.dominio.acta.hechos import HOJA, ProblemaDeImagen, Tipo, sujeto_de
from prep.dominio.acta.transiciones import Custodia
from prep.dominio.comun.hecho import Hecho
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO, Valor, ValorInvalido, valor

_SAL: Final = "prep.ccv.ficha"
MARCAS: Final = {"*": ILEGIBLE, "-": SIN_DATO}
"""The key of each mark: what a screen sends in place of a number. A blank box is *Sin dato*."""
SE_LEEN: Final = frozenset({Paso.CAPTURA, Paso.DIFERENCIAS, Paso.DECISION, Paso.VERIFICACION})
"""Steps in which somebody reads the fields of an acta."""


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


class ImagenDesechada(Exception):
    """That picture was thrown away from that acta already. Nothing was written."""

    rechazo: Final = Rechazo.IMAGEN_DESECHADA


@dataclass(frozen=True, slots=True)
class Ficha:
    """What a person was given: it travels signed with the page, so that what is sent late still says what it is of.

    `base`: the reading that a verifier was shown, or the request that is answered. `campos`: those that were asked for.
    """

    orden: str
    acta: str
    paso: str
    imagen: str
    persona: str
    base: str = ""
    campos: tuple[str, ...] = ()

    def escribir(self) -> str:
        return signing.Signer(salt=_SAL).sign_object(asdict(self))  # not compressed: its length tells nothing

    @classmethod
    def leer(cls, escrita: str, pasos: Collection[str], persona: str) -> Ficha:
        try:
            datos = signing.Signer(salt=_SAL).unsign_object(escrita)
        except signing.BadSignature:
            raise FichaInvalida from None
        ficha = cls(**{**datos, "campos": tuple(datos["campos"])})
        if ficha.paso not in pasos or ficha.persona != persona:
            raise FichaInvalida
        return ficha


def ficha_de(turno: Turno, acta: Acta) -> Ficha:
    """What the holder of a lease is asked for."""
    paso = Paso(turno.paso)
    base = peticion_de(paso, acta)
    if paso is Paso.VERIFICACION and acta.acordado:
        base = acta.acordado.lectura
    elif paso is Paso.COTEJO and acta.publicada:
        base = _cotejable(acta)
    campos = _pedidos(turno.acta, acta, paso) if paso in SE_LEEN else ()
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
    """What one person reads in the whole acta. Where a contingency was declared, which one."""
    contenido = {"imagen": ficha.imagen, "valores": hoja.asentar(leer_campos(dichos, ficha.campos)), "lugar": lugar}
    if contingencia := contingencia_en(lugar):
        contenido["contingencia"] = contingencia
    _escribir(ficha, Tipo.CAPTURADA, lambda: contenido)


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
    """The data are what the image says. A sheet that is published out of catalogue, and turned out to be this acta, is
    no longer."""
    with transaction.atomic():
        _escribir(ficha, Tipo.VERIFICADA, lambda: {"base": ficha.base, "lugar": lugar})
        suyas = FilaActa.objects.filter(es=ficha.acta, fuera__isnull=False, custodia=Custodia.IDENTIFICADA)
        for hoja_fuera in suyas.values_list("clave", flat=True):
            _anotar(ficha, Tipo.RESUELTA, {"acta": ficha.acta}, hoja_fuera, despues=True)


def devolver(ficha: Ficha, campos: Sequence[str], motivo: str) -> None:
    """These fields are not what the image says: two people type the acta again."""
    suyos = sorted(set(campos) & set(ficha.campos))
    if not suyos:
        raise CamposInvalidos(list(ficha.campos))
    _escribir(ficha, Tipo.DEVUELTA, lambda: {"base": ficha.base, "motivo": motivo, "campos": suyos})


def reportar(ficha: Ficha, problema: ProblemaDeImagen, frase: str) -> None:
    """The picture cannot be worked with: somebody else confirms or denies that another one is needed. `frase`: what it
    is, as it is put on record."""
    contenido = {"imagen": ficha.imagen, "motivo": frase, "problema": problema.value}
    _escribir(ficha, Tipo.OTRA_IMAGEN_PEDIDA, lambda: contenido)


# what one person asked for and another answers

CONCEDEN: Final = {
    Paso.OTRA_IMAGEN: Tipo.OTRA_IMAGEN_CONFIRMADA,
    Paso.REAPERTURA: Tipo.REABIERTA,
    Paso.SIN_ACTA: Tipo.SIN_ACTA_CONFIRMADA,
}


def peticion(clave: str, identificador: str) -> Hecho:
    """What was asked; raise `FichaSuperada` when there is no such thing."""
    for escrito in hechos_de([clave]).get(clave, ()):
        if escrito.hecho.id == identificador:
            return escrito.hecho
    raise FichaSuperada


def notas(clave: str, acta: Acta) -> list[str]:
    """What was put on record of an acta, as it came; never by whom."""
    hechos = {e.hecho.id: e.hecho for e in hechos_de([clave]).get(clave, ())}
    return [str(hechos[i].contenido["texto"]) for i in acta.incidentes]


def de_otra_casilla(pedida: Mapping[str, Any]) -> str:
    """What is asked, when it is that the picture is of another casilla; empty when it is anything else."""
    problema = str(pedida.get("problema", ""))
    return problema if problema == ProblemaDeImagen.OTRA_CASILLA else ""


def conceder(ficha: Ficha) -> None:
    """What was asked is done. A picture of another casilla becomes a sheet to identify."""
    with _una_vez(ficha) as falta:
        if not falta:
            return
        pedida, suya = peticion(ficha.acta, ficha.base), _imagen(ficha.acta, ficha.imagen)
        _anotar(ficha, CONCEDEN[Paso(ficha.paso)], {"peticion": ficha.base})
        if de_otra_casilla(pedida.contenido) and suya is not None and not ficha.acta.startswith(HOJA):
            _a_identificar(ficha, suya)


def rehusar(ficha: Ficha, frase: str) -> None:
    """What was asked is not done. Where the law has no fact for that it stays asked, and on record, for somebody
    else."""
    if ficha.paso == Paso.OTRA_IMAGEN:
        _escribir(ficha, Tipo.OTRA_IMAGEN_NEGADA, lambda: {"peticion": ficha.base})
        return
    with _una_vez(ficha) as falta:
        if falta:
            if peticion_de(Paso(ficha.paso), acta_de(ficha.acta)) != ficha.base:  # it was answered, or is of elsewhere
                raise FichaSuperada
            _anotar(ficha, Tipo.INCIDENTE, {"texto": frase, "peticion": ficha.base})


def espera_respuesta(clave: str, acta: Acta) -> bool:
    """Whether a reopening is asked for that nobody refused: another request would take the place of that one."""
    if acta.reapertura is None:
        return False
    return all(rehusada(e.hecho) != acta.reapertura[0] for e in hechos_de([clave]).get(clave, ()))


def pedir_reapertura(ficha: Ficha, motivo: str) -> None:
    """Ask to open a published acta again. A request that somebody refused is asked again: it is another one, which
    whoever refused may answer too."""
    with _una_vez(ficha) as falta:
        if falta:
            if espera_respuesta(ficha.acta, _exigir_publicada(ficha)):
                raise FichaSuperada
            _anotar(ficha, Tipo.REAPERTURA_PEDIDA, {"motivo": motivo})


def _exigir_publicada(ficha: Ficha) -> Acta:
    """The acta, while what it publishes is what was looked at; raise `FichaSuperada`."""
    acta = acta_de(ficha.acta)
    if acta.publicada is None or acta.publicada.hecho != ficha.base:
        raise FichaSuperada
    return acta


# sheets that nobody has identified


def identificar(ficha: Ficha, cual: str) -> None:
    """This picture is of that acta. Once a second person says the same of a sheet, its picture goes to the acta; and if
    that one is verified already, the sheet is no longer published out of catalogue."""
    contenido = {"imagen": ficha.imagen, "por": "persona"}
    if not ficha.acta.startswith(HOJA):
        _escribir(ficha, Tipo.IDENTIFICADA, lambda: contenido)
        return
    with _una_vez(ficha) as falta:
        if not falta:
            return
        if ficha.imagen in acta_de(cual).desechadas:
            raise ImagenDesechada
        sin_clave = _anotar(ficha, Tipo.IDENTIFICADA, {**contenido, "acta": cual})
        suya = _imagen(ficha.acta, ficha.imagen)
        if sin_clave.custodia is not Custodia.IDENTIFICADA or sin_clave.es != cual or suya is None:
            return
        acta = _anotar(ficha, Tipo.DIGITALIZADA, {**_digitalizada(suya), "hoja": ficha.acta}, cual, despues=True)
        if ficha.imagen not in acta.identificadas:
            acta = _anotar(ficha, Tipo.IDENTIFICADA, contenido, cual, despues=True)
        if sin_clave.fuera_publicada and acta.publicada is not None:
            _anotar(ficha, Tipo.RESUELTA, {"acta": cual}, despues=True)


def apartar(ficha: Ficha, problema: ProblemaDeImagen) -> None:
    """A picture beside the one that is read adds nothing to this acta. That of another casilla becomes a sheet to
    identify."""
    with _una_vez(ficha) as falta:
        if falta:
            suya = _imagen(ficha.acta, ficha.imagen)
            _anotar(ficha, Tipo.DUPLICADA, {"imagen": ficha.imagen})
            if problema is ProblemaDeImagen.OTRA_CASILLA and suya is not None:
                _a_identificar(ficha, suya)


def _a_identificar(ficha: Ficha, suya: Imagen) -> None:
    """The same picture as a sheet."""
    _anotar(ficha, Tipo.DIGITALIZADA, _digitalizada(suya), f"{HOJA}{uuid4()}", despues=True)


def declarar_fuera(ficha: Ficha, leido: Mapping[str, str]) -> None:
    """This sheet is of no approved casilla. `leido`: the election, and what else could be read."""
    _escribir(ficha, Tipo.FUERA_DE_CATALOGO, lambda: {c: v for c, v in leido.items() if v})


# the paper


def cotejar(ficha: Ficha, resultado: str, nota: str) -> None:
    """What is published is what the paper says (1, 2) or it is not (3). `nota`: what differs, put on record."""
    with _una_vez(ficha) as falta:
        if falta:
            if _cotejable(acta_de(ficha.acta)) != ficha.base:
                raise FichaSuperada  # it says something else, or somebody else compared it, meanwhile
            _anotar(ficha, Tipo.COTEJADA, {"resultado": resultado})
            if nota:
                _anotar(ficha, Tipo.INCIDENTE, {"texto": nota}, despues=True)


def _cotejable(acta: Acta) -> str:
    """What whoever collates looks at: the reading that stands and what was said of it, by the last fact of both."""
    return acta.cotejada or (acta.publicada.hecho if acta.publicada else "")


def _imagen(clave: str, huella: str) -> Imagen | None:
    return next((i for i in acta_de(clave).imagenes if i.sha256 == huella), None)


def _digitalizada(imagen: Imagen) -> dict[str, Any]:
    """The contents of the fact by which another subject has a picture that is here already."""
    datos: dict[str, Any] = {"imagen": imagen.sha256, "documento": imagen.documento, "mecanismo": imagen.mecanismo}
    datos |= {"medio": imagen.digitalizacion, "hora": imagen.hora.isoformat() if imagen.hora else ""}
    datos["enderezada"] = imagen.enderezada
    return {c: v for c, v in datos.items() if v}


def _escribir(ficha: Ficha, tipo: Tipo, contenido: Callable[[], Mapping[str, Any]]) -> None:
    """One fact of the acta, once."""
    escribir(tipo, ficha.acta, ficha.persona, contenido, oficina.reloj.ahora(), nodo_de_aqui(), ficha.orden)


@contextmanager
def _una_vez(ficha: Ficha) -> Iterator[bool]:
    """Whether what the command asks for is still to do; asked again nothing is, whatever became of the acta since. All
    or nothing; what is looked at inside is what is written after."""
    with transaction.atomic():
        tomar_cabeza()
        yield not FilaHecho.objects.filter(orden=ficha.orden, sujeto=sujeto_de(ficha.acta)).exists()


def _anotar(ficha: Ficha, tipo: Tipo, contenido: Mapping[str, Any], clave: str = "", *, despues: bool = False) -> Acta:
    """One fact of the acta (`clave`: of that one), and the state that it leaves. The first one bears the id of the
    command; those that come with it, `despues`, do not."""
    orden = "" if despues else ficha.orden
    donde, ahora = clave or ficha.acta, oficina.reloj.ahora()
    return escribir(tipo, donde, ficha.persona, contenido, ahora, nodo_de_aqui(), orden)[1]


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
