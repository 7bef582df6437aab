"""Practice: the screen of a desk over exercises whose truth is known, and who is admitted there.

Nothing here is of any acta. What somebody does is in a row of their own until they finish (`models.Practica`); then one
fact of theirs says how it went (`dominio.practica`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import uuid4

from django.db import transaction

from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.practicas import practicas_de
from prep.bitacora.services import HechoRechazado, anotar
from prep.catalogo.services import ProcesoDesconocido, cargar, regla_de_practica
from prep.dominio.acta.hechos import ProblemaDeImagen
from prep.dominio.comun.hecho import MAXIMO_CONOCIDOS, nuevo_hecho
from prep.dominio.comun.valores import Valor
from prep.dominio.practica import DONDE, PRACTICA
from prep.papel import vigente
from prep.papel.formas import Formas
from prep.plataforma.lugares import dir_practica
from prep.practica.ejercicio import (
    CAPTURA,
    COTEJO,
    DE_UNA_COSA,
    LLEGADA,
    MUESTRAN,
    Ejercicio,
    EjercicioInvalido,
    Juego,
    Llegada,
    leer,
)
from prep.practica.ejercicio import imagen as donde
from prep.practica.models import Practica

_MUCHO: Final = 10**6
_DICHO: Final = 60
"""Letters of what may be said of an acta: its key is the longest."""
BIEN, MAL = "bien", "mal"
"""What somebody who compares said of a field."""


class PracticaSuperada(Exception):
    """What was sent is of an exercise that is no longer in those hands. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Respuesta:
    """What somebody made of an acta: what they typed, the fields that they say are not what the image says, the one
    thing that they say of it, or what is wrong with the picture; or what they say that arrived."""

    leidos: Mapping[str, Valor] = field(default_factory=dict)
    marcados: frozenset[str] = frozenset()
    dicho: str = ""
    problema: ProblemaDeImagen | None = None
    llegada: Llegada | None = None


def juego(mesa: str = "") -> Juego | None:
    """The exercise of this installation (`mesa`: that of a desk); None where none was prepared, or what there is is not
    of these forms."""
    try:
        este = leer(dir_practica())
        proceso = cargar()
    except (EjercicioInvalido, OSError, ProcesoDesconocido):
        return None
    if este is None or este.proceso != proceso.clave or not _son_de(este, proceso.huella):
        return None
    este = este.de(mesa) if mesa else este
    return este if este.ejercicios else None


@lru_cache(maxsize=4)
def _son_de(este: Juego, huella: str) -> bool:
    """Whether what is known of each paper are the fields that desks ask for in this catalogue, in their order, and the
    packages are of its actas."""
    formas = vigente.formas()
    return all(
        all(c in formas for c in e.llegada.claves) if e.llegada else _campos(formas, e.clave) == [*e.valores]
        for e in este.ejercicios
    )


def _campos(formas: Formas, clave: str) -> list[str]:
    try:
        plantilla = formas.plantilla_de(clave)
    except ValueError:  # somebody else's form: no exercise is made of it
        return []
    return [c.clave for c in plantilla.campos if c.captura] if plantilla else []


def imagen(huella: str) -> bytes | None:
    """The picture of an acta of the exercise, and none but those."""
    este = juego()
    if este is None or not huella or all(e.imagen != huella for e in este.ejercicios):
        return None
    try:
        return donde(dir_practica(), huella).read_bytes()
    except OSError:
        return None


# who is admitted


def falta(persona: str, mesa: str) -> bool:
    """Whether the process wants practice before an acta of this desk, and this person is not admitted there."""
    if mesa not in DONDE:
        return False
    try:
        return regla_de_practica().exigida and practicas_de([persona])[persona].en[mesa].admitida is None
    except ProcesoDesconocido:
        return False


def tolera(mesa: str) -> int:
    """How much may be wrong in the exercise of a desk: what the process says where whole actas are typed, and nothing
    at the others, where little is said and nobody says it again."""
    return regla_de_practica().errores if mesa == CAPTURA else 0


# the exercise in somebody's hands


def en_curso(persona: str, mesa: str, este: Juego) -> Practica:
    """How far a person is in this exercise; not stored until they begin."""
    fila = Practica.objects.filter(persona=persona, mesa=mesa, juego=este.huella).first()
    return fila or Practica(persona=persona, mesa=mesa, juego=este.huella)


def tomar(persona: str, mesa: str, este: Juego, ahora: datetime) -> None:
    """The next part of the exercise; the first one again, once it was finished or that of another desk was begun."""
    with transaction.atomic():
        Practica.objects.get_or_create(persona=persona, defaults={"mesa": mesa, "juego": este.huella})
        fila = Practica.objects.select_for_update().get(persona=persona)
        if (fila.mesa, fila.juego) != (mesa, este.huella) or len(fila.hechos) >= len(este.ejercicios):
            fila.mesa, fila.juego, fila.hechos, fila.orden = mesa, este.huella, [], ""
        if not fila.orden:
            fila.orden, fila.desde = str(uuid4()), ahora
        fila.save()


def dejar(persona: str) -> None:
    """Rest: what was open is taken again later, from its beginning."""
    Practica.objects.filter(persona=persona).update(orden="", desde=None)


def responder(persona: str, mesa: str, orden: str, respuesta: Respuesta, teclas: int, ahora: datetime) -> None:
    """What somebody made of what is open. Once, however many times it is sent. With the last one, how the whole went
    is put on record."""
    este = juego(mesa)
    with transaction.atomic():
        fila = Practica.objects.select_for_update().filter(persona=persona, mesa=mesa).first()
        if este is None or fila is None or este.huella != fila.juego:
            raise PracticaSuperada
        if any(h["orden"] == orden for h in fila.hechos):
            return
        if fila.orden != orden or fila.desde is None:
            raise PracticaSuperada
        ejercicio = este.ejercicios[len(fila.hechos)]
        hecho = {
            "orden": orden,
            "errores": errores(ejercicio, respuesta),
            "distintos": distintos(ejercicio, respuesta),
            "dicho": respuesta.dicho[:_DICHO],
            "problema": respuesta.problema.value if respuesta.problema else "",
            "segundos": _hasta_mucho(int((ahora - fila.desde).total_seconds())),
            "teclas": _hasta_mucho(teclas),
        }
        fila.hechos, fila.orden, fila.desde = [*fila.hechos, hecho], "", None
        fila.save()
        if len(fila.hechos) == len(este.ejercicios):
            _asentar(fila, este, orden, ahora)


def errores(e: Ejercicio, r: Respuesta) -> int:
    """How much would be wrong. All of an acta, when one of another casilla is taken for good, or one that can be read
    is sent away; one thing, when the problem is another than was said."""
    if e.mesa in DE_UNA_COSA:
        return int(r.dicho != e.respuesta)
    if r.problema is not None and e.problema:
        return int(r.problema.value != e.problema)
    if r.problema is not None or e.problema:
        return e.cuantos
    return len(distintos(e, r))


def distintos(e: Ejercicio, r: Respuesta) -> dict[str, str]:
    """The fields that would be wrong, and what was said of each."""
    if e.llegada is not None:
        return _mal_recibido(e.llegada, r.llegada or Llegada(()))
    if e.problema or r.problema is not None:
        return {}
    if e.mesa in MUESTRAN:
        mal = {c for c, v in e.valores.items() if e.mostrados[c] != v}
        if e.mesa == COTEJO:
            return dict.fromkeys((c for c in e.campos if c in mal), BIEN) if r.dicho != e.respuesta else {}
        return {c: MAL if c in r.marcados else BIEN for c in e.campos if (c in r.marcados) != (c in mal)}
    return {c: str(v) for c, v in r.leidos.items() if v != e.valores[c]}


def _mal_recibido(fue: Llegada, dicha: Llegada) -> dict[str, str]:
    mal = {c: str(getattr(dicha, c)) for c in LLEGADA[1:] if getattr(dicha, c) != getattr(fue, c)}
    return mal if {*dicha.claves} == {*fue.claves} else {LLEGADA[0]: " ".join(dicha.claves), **mal}


def _hasta_mucho(n: int) -> int:
    return max(0, min(n, _MUCHO))


def resultado(hechos: list[dict[str, Any]], este: Juego) -> dict[str, int]:
    """The whole exercise in figures, as the fact says them."""
    suma = {que: sum(h[que] for h in hechos) for que in ("errores", "segundos", "teclas")}
    return {"campos": este.cuantos, **{c: _hasta_mucho(n) for c, n in suma.items()}}


def _asentar(fila: Practica, este: Juego, orden: str, ahora: datetime) -> None:
    contenido = {"escritorio": fila.mesa, "ejercicio": este.huella, "tolera": tolera(fila.mesa)}
    contenido |= resultado(fila.hechos, este)
    sujeto, persona = f"{PRACTICA.nombre}:{fila.persona}", fila.persona
    sabe = FilaHecho.objects.filter(sujeto=sujeto).order_by("-posicion").values_list("id", flat=True)
    hecho = nuevo_hecho("terminada", sujeto, persona, ahora, contenido, sabe[:MAXIMO_CONOCIDOS], orden)
    anotar([hecho], nodo_de_aqui(), ahora)
    if rechazo := dict(practicas_de([persona])[persona].anomalias).get(hecho.id):
        raise HechoRechazado(hecho, rechazo)
