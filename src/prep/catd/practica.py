"""Practice at the desks of a centre: packages to receive and scans to look at, whose truth is known. Nothing of any
acta is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from prep.bitacora.services import HechoRechazado
from prep.catd import acopio as casos
from prep.catd import centro, oficina
from prep.catd.oficina import ACOPIAN, DIGITALIZAN, NoProcede
from prep.catd.views import base, para_elegir, registro
from prep.diseno.textos import texto
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import MotivoSinActa
from prep.evidencia.calidad import CONSEJOS
from prep.papel.vigente import casillas_de, formas
from prep.practica import services as ensayo
from prep.practica.ejercicio import ACOPIO, DIGITALIZACION, LLEGADA, SALIO_MAL, SIRVE, Ejercicio, Juego, Llegada
from prep.practica.models import Practica
from prep.practica.services import Respuesta
from prep.practica.views import Hecho, Mesa, Sala, persona_de, teclas_de

_MUCHAS: Final = 20
_AHORA: Final = timedelta(minutes=5)
"""A stamp of so little ago is one that is put now."""
_RESPUESTAS: Final = (SIRVE, *SALIO_MAL.values())
"""What is said of a scan: each with its key, from 1 on."""


def _base(request: HttpRequest) -> dict[str, Any]:
    return base(request, "practica")


# what is open


def _mostrar(request: HttpRequest, mesa: Mesa, fila: Practica, este: Juego, datos: dict[str, Any]) -> HttpResponse:
    """What the desk has on its screen, over what is open of the exercise."""
    e = este.ejercicios[len(fila.hechos)]
    datos |= {"orden": fila.orden, "ident": formas().identificacion(e.clave), "teclas": teclas_de(request)}
    if e.llegada is not None:
        return render(request, "catd/practica_acopio.html", datos | _recibiendo(e, request))
    datos |= {
        "imagen": reverse("practica-imagen", args=[e.imagen]),
        "respuestas": [(str(n), r, texto(f"catd.practica.dijo_{r}")) for n, r in enumerate(_RESPUESTAS, 1)],
    }
    return render(request, "catd/practica_digitalizacion.html", datos)


def _recibiendo(e: Ejercicio, request: HttpRequest) -> dict[str, Any]:
    """What arrived, as who receives it sees it; and what the desk answers to what they typed."""
    assert e.llegada is not None
    no_llego = bool(request.POST.get("sin_acta") or request.GET.get("sin_acta"))
    sello, q = request.POST.get("sello", "")[:8], request.POST.get("q", "")[:200]
    claves = _claves(request)
    datos: dict[str, Any] = {
        "llegan": [formas().identificacion(c) for c in e.llegada.claves],
        "cuenta_que": texto(f"catd.practica.llega_{e.leccion}"),
        "hora_del_sello": e.llegada.sello,
        "con_sobres": not e.llegada.motivo,
        "de_que_centro": oficina.nombres_de(centro.centros_de(e.clave)),
        "aqui": oficina.nombre_de(e.catd) or e.catd,
        "sin_acta": no_llego,
        "motivos": list(MotivoSinActa),
        "sello": sello,
        "dicho": q,
    }
    try:
        if claves:
            _exigir(request, claves)
            datos["ajenas"] = [formas().identificacion(c) for c in claves]
            datos |= {"claves": claves, "suyo": oficina.nombres_de(centro.centros_de(claves[0]))}
        elif q.strip():
            halladas = casos.entender(q, e.catd, casillas_de(e.catd) | {c[:11] for c in e.llegada.claves})[0]
            datos["elegir"] = para_elegir(halladas, e.catd, lambda _: Acta())
    except NoProcede as error:
        datos["frase"] = str(error)
        datos["elegir"] = para_elegir([c for c in claves if c in formas()], e.catd, lambda _: Acta())
    return datos


def _claves(request: HttpRequest) -> tuple[str, ...]:
    return tuple(dict.fromkeys(request.POST.getlist("clave")[:_MUCHAS]))


def _exigir(request: HttpRequest, claves: Sequence[str]) -> str:
    """The hour of what was received, as the exercise says them: nothing where it is of now. Raise `NoProcede` where
    the desk would."""
    if fuera := [c for c in claves if c not in formas()]:
        raise NoProcede("acopio.fuera", acta=fuera[0][:30])
    if request.POST.get("sin_acta"):
        if request.POST.get("motivo") not in set(MotivoSinActa):
            raise NoProcede("sin_acta.falta_motivo")
        return ""
    sello, ahora = request.POST.get("sello", "")[:8], oficina.reloj.ahora()
    if not sello.strip():
        return ""
    hora = oficina.del_sello(sello, ahora)
    return "" if ahora - hora < _AHORA else f"{hora:%H:%M}"


# what is answered


def _responder(request: HttpRequest, mesa: Mesa, accion: str, ir: str) -> HttpResponse:
    """What comes of what the page sends: what the desk asks next, or how it went."""
    persona, este = persona_de(request), ensayo.juego(mesa.nombre)
    fila = ensayo.en_curso(persona, mesa.nombre, este) if este else None
    orden = request.POST.get("orden", "")
    respuesta = Respuesta(dicho=request.POST.get("dicho", ""))
    if este is not None and fila is not None and fila.orden and fila.orden == orden and mesa.nombre == ACOPIO:
        llegada = _llegada(este.ejercicios[len(fila.hechos)], request)
        if llegada is None:
            return _SALA.pagina(request, mesa, este)
        respuesta = Respuesta(llegada=llegada)
    try:
        ensayo.responder(persona, mesa.nombre, orden, respuesta, teclas_de(request), oficina.reloj.ahora())
    except ensayo.PracticaSuperada:
        registro.info("código %s: %s en %s", getattr(request, "codigo", ""), "práctica superada", request.path)
    except HechoRechazado as error:
        registro.warning("código %s: %s en %s", getattr(request, "codigo", ""), error.rechazo.value, request.path)
    return redirect(ir)


def _llegada(e: Ejercicio, request: HttpRequest) -> Llegada | None:
    """What somebody says that arrived; None while the desk has something to ask."""
    claves = _claves(request)
    if not claves:
        return None
    try:
        sello = _exigir(request, claves)
    except NoProcede:
        return None
    if request.POST.get("sin_acta"):
        return Llegada(claves, motivo=request.POST["motivo"])
    ajena = any(e.catd not in centro.centros_de(c) for c in claves)
    return None if ajena and "confirma" not in request.POST else Llegada(claves, sello)


# how it went


def _como_fue(e: Ejercicio, hecho: Hecho) -> dict[str, Any]:
    if e.llegada is None:
        consejo = f"catd.calidad.{e.problema}" if e.problema in CONSEJOS else ""
        distintos = _de_otra_manera(e, hecho["dicho"]) if hecho["errores"] else []
        veredicto = _de_la_imagen(e, bool(hecho["errores"]))
        return {"veredicto": veredicto, "consejo": texto(consejo) if consejo else "", "distintos": distintos}
    mal = hecho["distintos"]
    filas = [
        {
            "que": texto(f"catd.practica.que_{c}"),
            "dijo": _en_palabras(c, mal[c]),
            "era": _en_palabras(c, " ".join(e.llegada.claves) if c == LLEGADA[0] else getattr(e.llegada, c)),
        }
        for c in LLEGADA
        if c in mal
    ]
    bien = texto("catd.practica.bien_acopio") if not mal else texto("catd.practica.mal_acopio")
    return {"veredicto": bien, "distintos": filas}


def _de_la_imagen(e: Ejercicio, mal: bool) -> str:
    """What was to be said of a scan; of one that came out badly, with what the desk says of it."""
    if not mal:
        return texto("catd.practica.bien_digitalizacion")
    return texto(f"catd.practica.era_{e.respuesta}")


def _de_otra_manera(e: Ejercicio, dicho: str) -> list[dict[str, str]]:
    """What was said of a scan, beside what was to be said."""
    if dicho not in _RESPUESTAS:
        return []
    dijo, era = (texto(f"catd.practica.dijo_{r}") for r in (dicho, e.respuesta))
    return [{"que": texto("catd.practica.que_imagen"), "dijo": dijo, "era": era}]


def _en_palabras(que: str, valor: str) -> str:
    if que == LLEGADA[0]:
        idents = [formas().identificacion(c) for c in valor.split() if c in formas()]
        return "; ".join(f"{i.seccion} {i.casilla}, {i.eleccion}" for i in idents)
    if que == "motivo":
        return texto(f"catd.sin_acta.{valor}") if valor else texto("catd.practica.hay_acta")
    return valor or texto("catd.practica.ahora")


_SALA: Final = Sala("catd", lambda: oficina.reloj, _base, lambda _: "", _mostrar, _responder, _como_fue)
_ACOPIO: Final = Mesa(
    ACOPIO,
    ACOPIAN,
    "catd.practica.como_acopio",
    (("F2", "leer"), ("Enter", "buscar"), ("F4", "recibir"), ("F8", "confirmar"), ("F6", "sin_acta")),
    ("recibir",),
)
_DIGITALIZACION: Final = Mesa(
    DIGITALIZACION,
    DIGITALIZAN,
    "catd.practica.como_digitalizacion",
    (*((str(n), r) for n, r in enumerate(_RESPUESTAS, 1)), ("z", "de_cerca"), ("F8", "descanso")),
    ("responder",),
)
inicio = _SALA.inicio(_ACOPIO, _DIGITALIZACION)
acopio = _SALA.en(_ACOPIO)
digitalizacion = _SALA.en(_DIGITALIZACION)
