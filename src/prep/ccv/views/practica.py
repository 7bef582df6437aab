"""Practice: the screen of each desk over actas whose truth is known, and nothing of any acta is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from prep.bitacora.services import HechoRechazado
from prep.ccv import cola, hoja, oficina
from prep.ccv.services import CamposInvalidos, Ficha, FichaInvalida, leer_campos
from prep.ccv.views.comun import dibujar, dichos_de, negar, persona_de, pestanas_de, por_teclear, roles_de
from prep.diseno.textos import texto
from prep.dominio.acta.hechos import ProblemaDeImagen
from prep.practica import services as ensayo
from prep.practica.ejercicio import (
    CAPTURA,
    COTEJO,
    DE_UNA_COSA,
    DIFERENCIAS,
    IDENTIFICACION,
    MUESTRAN,
    PETICIONES,
    SE_PIDE,
    VERIFICACION,
    Ejercicio,
    Juego,
)
from prep.practica.models import Practica
from prep.practica.services import Respuesta
from prep.practica.views import Hecho, Mesa, Sala, teclas_de

_AL_TECLEAR: Final = (
    *(("Enter", "enter"), ("-", "blanco"), ("*", "ilegible"), ("↑", "volver"), ("F4", "problema"), ("F8", "descanso")),
)
_TECLAS: Final = {
    CAPTURA: _AL_TECLEAR,
    DIFERENCIAS: (("Enter", "pasar"), *_AL_TECLEAR[1:]),
    VERIFICACION: (
        *(("Enter", "coincide"), ("-", "no_coincide"), ("↑", "volver_al_renglon"), ("F4", "problema")),
        ("F8", "descanso"),
    ),
    PETICIONES: (("s", "si"), ("n", "no"), ("F8", "descanso")),
    IDENTIFICACION: (("↓", "elegir"), ("Enter", "es_esta"), ("Esc", "otra"), ("F8", "descanso")),
    COTEJO: (("↓", "renglon"), ("1", "como_el_papel"), ("3", "distinta"), ("F8", "descanso")),
}
"""The keys of each desk, and what each does."""
_PLANTILLAS: Final = {
    CAPTURA: "ccv/captura.html",
    DIFERENCIAS: "ccv/captura.html",
    VERIFICACION: "ccv/verificacion.html",
    PETICIONES: "ccv/peticion.html",
    IDENTIFICACION: "ccv/identificacion.html",
    COTEJO: "ccv/cotejo.html",
}
_ACCIONES: Final = {
    CAPTURA: ("enviar", "problema"),
    DIFERENCIAS: ("enviar", "problema"),
    VERIFICACION: ("enviar", "devolver", "problema"),
    PETICIONES: ("si", "no"),
    IDENTIFICACION: ("enviar",),
    COTEJO: ("enviar",),
}
"""What the page of each desk sends of an acta."""
_SEGUN_LA_MESA: Final = ("bien", "distinto", "distintos")
"""What is said with other words where nothing is typed."""


def _paso_de(mesa: str) -> str:
    """What the slip of an exercise is for: no desk takes it, and the practice of a desk takes no other."""
    return f"practica-{mesa}"


def _responder(request: HttpRequest, mesa: Mesa, accion: str, ir: str) -> HttpResponse:
    persona = persona_de(request)
    try:
        ficha = Ficha.leer(request.POST.get("ficha", ""), [_paso_de(mesa.nombre)], persona)
        respuesta = _respuesta(request, ficha, accion)
        ensayo.responder(persona, mesa.nombre, ficha.orden, respuesta, teclas_de(request), oficina.reloj.ahora())
    except CamposInvalidos as error:
        return negar(request, 400, texto("ccv.falla.campos"), campos=error.campos)
    except (FichaInvalida, ValueError):
        return negar(request, 400, texto("ccv.falla.no_se_entendio"))
    except ensayo.PracticaSuperada:
        return negar(request, 409, texto("practica.superada"), ir=ir)
    except HechoRechazado as error:
        return negar(request, 409, error.rechazo.value, que=error.rechazo.name)
    return JsonResponse({"ir": ir})


def _respuesta(request: HttpRequest, ficha: Ficha, accion: str) -> Respuesta:
    """What the page of the desk sent; raise `ValueError` or `CamposInvalidos`."""
    if accion == "problema":
        return Respuesta(problema=ProblemaDeImagen(request.POST.get("problema", "")))
    if accion == "devolver":
        return Respuesta(marcados=frozenset(request.POST.getlist("campo")))
    if accion in ("si", "no"):
        return Respuesta(dicho=accion)
    dicho = request.POST.get("acta", "") or request.POST.get("resultado", "")
    return Respuesta(leidos=leer_campos(dichos_de(request), ficha.campos), dicho=dicho)


def _mostrar(request: HttpRequest, mesa: Mesa, fila: Practica, este: Juego, datos: dict[str, Any]) -> HttpResponse:
    """The same page that whoever sits there is given, over the open acta of the exercise."""
    ejercicio = este.ejercicios[len(fila.hechos)]
    return render(
        request,
        _PLANTILLAS[mesa.nombre],
        datos
        | {
            "en_manos": fila.orden,
            "paso": fila.mesa,
            "ident": hoja.identificacion(ejercicio.clave),
            "ficha": _ficha_de(fila, ejercicio).escribir(),
            "orden": fila.orden,
            "imagen": reverse("practica-imagen", args=[ejercicio.imagen]),
            "enderezada": ejercicio.enderezada,
            "problemas": [(str(n), p.value, texto(f"ccv.problema.{p}")) for n, p in enumerate(ProblemaDeImagen, 1)],
            **_DE_LA_MESA[fila.mesa](ejercicio),
        },
    )


def _ficha_de(fila: Practica, e: Ejercicio) -> Ficha:
    """What the page of the open acta sends back; which acta it is, it does not say where that is asked."""
    clave = "" if e.mesa == IDENTIFICACION else e.clave
    campos = e.campos if e.mesa in (CAPTURA, DIFERENCIAS) else ()
    return Ficha(fila.orden, clave, _paso_de(fila.mesa), e.imagen, fila.persona, campos=campos)


def _al_capturar(e: Ejercicio) -> dict[str, Any]:
    return {
        "renglones": por_teclear(e.clave, e.campos),
        "con_encabezado": e.mesa == CAPTURA,
        "encabezado": hoja.encabezado(e.clave),
    }


def _al_verificar(e: Ejercicio) -> dict[str, Any]:
    return {"renglones": dibujar("ccv/partes/revision.html", _filas(e))}


def _filas(e: Ejercicio) -> list[tuple[hoja.Renglon, Any]]:
    """What the screen says of each row."""
    return [(r, e.mostrados[r.clave]) for r in hoja.renglones(e.clave)]


def _al_cotejar(e: Ejercicio) -> dict[str, Any]:
    return {"problemas": [], "filas": _filas(e)}


def _al_responder(e: Ejercicio) -> dict[str, Any]:
    pide = SE_PIDE[e.leccion]
    que = pide.value if pide is ProblemaDeImagen.OTRA_CASILLA else "otra_imagen"
    return {
        "problemas": [],
        "pregunta": texto("ccv.peticiones.otra_imagen"),
        "motivo": texto(f"ccv.problema.{pide}"),
        "consecuencia": texto(f"ccv.peticiones.{que}_si"),
        "si": texto(f"ccv.peticiones.{que}_boton"),
        "no": texto("ccv.peticiones.no"),
    }


def _al_identificar(_: Ejercicio) -> dict[str, Any]:
    return {"ident": None, "enderezada": False, "problemas": [], "busca": reverse("ccv-identificacion-buscar")}


_DE_LA_MESA: Final[Mapping[str, Callable[[Ejercicio], dict[str, Any]]]] = {
    CAPTURA: _al_capturar,
    DIFERENCIAS: _al_capturar,
    VERIFICACION: _al_verificar,
    PETICIONES: _al_responder,
    IDENTIFICACION: _al_identificar,
    COTEJO: _al_cotejar,
}


def _como_fue(e: Ejercicio, hecho: Hecho) -> dict[str, Any]:
    """How an acta of the exercise went, field by field."""
    return {
        "veredicto": _veredicto(e, hecho),
        "distintos": _distintos(e, hecho["distintos"]),
        "imagen": reverse("practica-imagen", args=[e.imagen]) if e.enderezada else "",
    }


def _distintos(e: Ejercicio, dichos: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each field that was said wrong: what was said of it and what the paper says."""
    comparan = e.mesa in MUESTRAN
    return [
        {
            "renglon": r,
            "dijo": texto(f"ccv.practica.dijo_{dichos[r.clave]}") if comparan else dichos[r.clave],
            "mostraba": e.mostrados[r.clave] if comparan else None,
            "dice": e.valores[r.clave],
        }
        for r in hoja.renglones(e.clave, dichos)
    ]


def _veredicto(e: Ejercicio, hecho: Mapping[str, Any]) -> str:
    """What is said of how an acta went."""
    if e.mesa in DE_UNA_COSA:
        return _de_una_cosa(e, hecho["errores"] > 0)
    que = _que_paso(e, hecho)
    if que in _SEGUN_LA_MESA and e.mesa == VERIFICACION:
        que += "_verificacion"
    return texto(f"ccv.practica.{que}", n=hecho["errores"])


def _de_una_cosa(e: Ejercicio, mal: bool) -> str:
    """Whether the one thing that was said of an acta is right; what was, if not."""
    if not mal:
        return texto(f"ccv.practica.bien_{e.mesa}")
    if e.mesa != IDENTIFICACION:
        return texto(f"ccv.practica.mal_{e.mesa}_{e.respuesta}")
    i = hoja.identificacion(e.clave)
    return texto("ccv.practica.mal_identificacion", seccion=i.seccion, casilla=i.casilla, eleccion=i.eleccion)


def _que_paso(ejercicio: Ejercicio, hecho: Mapping[str, Any]) -> str:
    """How an acta went, in a word."""
    if not hecho["errores"]:
        return "bien_problema" if ejercicio.problema else "bien"
    if ejercicio.problema:
        return "otro_problema" if hecho["problema"] else "era_otra_casilla"
    if hecho["problema"]:
        return "se_leia"
    return "distinto" if hecho["errores"] == 1 else "distintos"


def _base(request: HttpRequest) -> dict[str, Any]:
    return {"pestanas": pestanas_de(request, "practica")}


def _en_manos(request: HttpRequest) -> str:
    return cola.orden_en_manos(persona_de(request), oficina.reloj.ahora())


_SALA: Final = Sala("ccv", lambda: oficina.reloj, _base, _en_manos, _mostrar, _responder, _como_fue)
_MESAS: Final = {m: Mesa(m, roles_de(m), "ccv.practica.como", _TECLAS[m], _ACCIONES[m]) for m in _TECLAS}
inicio = _SALA.inicio(*_MESAS.values())
captura = _SALA.en(_MESAS[CAPTURA])
diferencias = _SALA.en(_MESAS[DIFERENCIAS])
verificacion = _SALA.en(_MESAS[VERIFICACION])
peticiones = _SALA.en(_MESAS[PETICIONES])
identificacion = _SALA.en(_MESAS[IDENTIFICACION])
cotejo = _SALA.en(_MESAS[COTEJO])
