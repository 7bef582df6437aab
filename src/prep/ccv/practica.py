"""Practice: the capture screen over exercise actas whose truth is known, and who is admitted.

Nothing here is of any acta. What somebody does is in a row of their own until they finish (`models.Practica`); then one
fact of theirs says how it went (`dominio.practica`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.db import transaction

from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.practicas import practicas_de
from prep.bitacora.services import HechoRechazado, anotar
from prep.catalogo.services import ProcesoDesconocido, cargar, regla_de_practica
from prep.ccv import cola, hoja, oficina
from prep.ccv.ejercicio import Ejercicio, EjercicioInvalido, Juego, leer
from prep.ccv.ejercicio import imagen as donde
from prep.ccv.models import Practica
from prep.ccv.services import Ficha, leer_campos
from prep.dominio.acta.hechos import ProblemaDeImagen
from prep.dominio.comun.hecho import MAXIMO_CONOCIDOS, nuevo_hecho
from prep.dominio.comun.valores import Valor
from prep.dominio.practica import PRACTICA
from prep.papel import vigente
from prep.plataforma.lugares import dir_practica

PASO: Final = "practica"
"""What the slip of an exercise is for: no desk takes it, and practice takes no other."""
_MUCHO: Final = 10**6


class PracticaSuperada(Exception):
    """What was sent is of an exercise that is no longer in those hands. Nothing was written."""


def juego() -> Juego | None:
    """The exercise of this installation; None where none was prepared, or what there is is not of these forms."""
    try:
        este = leer(dir_practica())
        proceso = cargar()
    except (EjercicioInvalido, OSError, ProcesoDesconocido):
        return None
    return este if este and este.proceso == proceso.clave and _son_de(este, proceso.huella) else None


@lru_cache(maxsize=4)
def _son_de(este: Juego, huella: str) -> bool:
    """Whether what is known of each paper are the fields that the desk asks for in this catalogue, in their order."""
    formas = vigente.formas()
    return all(
        e.clave in formas and [r.clave for r in hoja.renglones(e.clave)] == list(e.valores) for e in este.ejercicios
    )


def imagen(huella: str) -> bytes | None:
    """The picture of an acta of the exercise, and none but those."""
    este = juego()
    if este is None or all(e.imagen != huella for e in este.ejercicios):
        return None
    try:
        return donde(dir_practica(), huella).read_bytes()
    except OSError:
        return None


# who is admitted


def falta(persona: str) -> bool:
    """Whether the process wants practice before an acta, and this person is not admitted."""
    try:
        return regla_de_practica().exigida and practicas_de([persona])[persona].admitida is None
    except ProcesoDesconocido:
        return False


# the exercise in somebody's hands


def en_curso(persona: str, este: Juego) -> Practica:
    """How far a person is in this exercise; not stored until they begin."""
    fila = Practica.objects.filter(persona=persona).first()
    return fila if fila and fila.juego == este.huella else Practica(persona=persona, juego=este.huella)


def tomar(persona: str, este: Juego) -> None:
    """The next acta of the exercise; the first one again, once it was finished."""
    with transaction.atomic():
        Practica.objects.get_or_create(persona=persona, defaults={"juego": este.huella})
        fila = Practica.objects.select_for_update().get(persona=persona)
        if fila.juego != este.huella or len(fila.hechos) >= len(este.ejercicios):
            fila.juego, fila.hechos, fila.orden = este.huella, [], ""
        if not fila.orden:
            fila.orden, fila.desde = cola.nueva_orden(), oficina.reloj.ahora()
        fila.save()


def dejar(persona: str) -> None:
    """Rest: the acta that was open is taken again later, from its beginning."""
    Practica.objects.filter(persona=persona).update(orden="", desde=None)


def ficha_de(fila: Practica, este: Juego) -> Ficha:
    """What the page of the open acta sends back."""
    e = este.ejercicios[len(fila.hechos)]
    return Ficha(fila.orden, e.clave, PASO, e.imagen, fila.persona, este.huella, tuple(e.valores))


def responder(ficha: Ficha, dichos: Mapping[str, str], problema: ProblemaDeImagen | None, teclas: int) -> None:
    """What somebody made of the open acta: the fields, or what is wrong with the picture. Once, however many times it
    is sent. With the last one, how the whole went is put on record."""
    este = juego()
    with transaction.atomic():
        fila = Practica.objects.select_for_update().filter(persona=ficha.persona).first()
        if este is None or fila is None or not este.huella == fila.juego == ficha.base:
            raise PracticaSuperada
        if any(h["orden"] == ficha.orden for h in fila.hechos):
            return
        if fila.orden != ficha.orden or fila.desde is None:
            raise PracticaSuperada
        ejercicio, ahora = este.ejercicios[len(fila.hechos)], oficina.reloj.ahora()
        leidos = leer_campos(dichos, ficha.campos) if problema is None else {}
        hecho = {
            "orden": ficha.orden,
            "errores": errores(ejercicio, leidos, problema),
            "distintos": {c: str(v) for c, v in leidos.items() if not ejercicio.problema and v != ejercicio.valores[c]},
            "problema": problema.value if problema else "",
            "segundos": _hasta_mucho(int((ahora - fila.desde).total_seconds())),
            "teclas": _hasta_mucho(teclas),
        }
        fila.hechos, fila.orden, fila.desde = [*fila.hechos, hecho], "", None
        fila.save()
        if len(fila.hechos) == len(este.ejercicios):
            _asentar(fila, este, ficha.orden, ahora)


def errores(e: Ejercicio, leidos: Mapping[str, Valor], problema: ProblemaDeImagen | None) -> int:
    """Fields that would be wrong. All of them when an acta is typed for another casilla, or is sent away although it
    can be read; one, when the problem is another than was said."""
    if problema is None and not e.problema:
        return sum(leidos[c] != v for c, v in e.valores.items())
    if problema is not None and e.problema:
        return int(problema.value != e.problema)
    return len(e.valores)


def _hasta_mucho(n: int) -> int:
    return max(0, min(n, _MUCHO))


def resultado(hechos: list[dict[str, Any]], este: Juego) -> dict[str, int]:
    """The whole exercise in figures, as the fact says them."""
    suma = {que: sum(h[que] for h in hechos) for que in ("errores", "segundos", "teclas")}
    return {"campos": este.campos, **{c: _hasta_mucho(n) for c, n in suma.items()}}


def _asentar(fila: Practica, este: Juego, orden: str, ahora: datetime) -> None:
    contenido = {"ejercicio": este.huella, "tolera": regla_de_practica().errores, **resultado(fila.hechos, este)}
    sujeto, persona = f"{PRACTICA.nombre}:{fila.persona}", fila.persona
    sabe = FilaHecho.objects.filter(sujeto=sujeto).order_by("-posicion").values_list("id", flat=True)
    hecho = nuevo_hecho("terminada", sujeto, persona, ahora, contenido, sabe[:MAXIMO_CONOCIDOS], orden)
    anotar([hecho], nodo_de_aqui(), ahora)
    if rechazo := dict(practicas_de([persona])[persona].anomalias).get(hecho.id):
        raise HechoRechazado(hecho, rechazo)
