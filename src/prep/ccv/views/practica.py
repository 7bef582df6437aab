"""Practice: the screen of each desk over actas whose truth is known, and nothing of any acta is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from prep.acceso.permisos import Acceso, Vista, cargos_de, requiere
from prep.bitacora.practicas import practicas_de
from prep.bitacora.services import HechoRechazado
from prep.ccv import cola, hoja, oficina
from prep.ccv import practica as ensayo
from prep.ccv.ejercicio import (
    CAPTURA,
    COTEJO,
    DE_UNA_COSA,
    DIFERENCIAS,
    IDENTIFICACION,
    MUESTRAN,
    PETICIONES,
    SE_PIDE,
    VERIFICACION,
)
from prep.ccv.models import Practica
from prep.ccv.services import CamposInvalidos, Ficha, FichaInvalida, leer_campos
from prep.ccv.views.comun import dibujar, dichos_de, negar, persona_de, pestanas_de, por_teclear, roles_de
from prep.diseno.textos import texto
from prep.dominio.acta.hechos import ProblemaDeImagen
from prep.dominio.practica import DONDE, admite, donde_practican
from prep.evidencia.vista import tipo_mime

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


@requiere(*(rol for nombre in DONDE for rol in roles_de(nombre)))
@require_GET
def inicio(request: HttpRequest) -> HttpResponse:
    """To the practice of one's first desk that does not admit one yet."""
    suyas, persona = donde_practican(c.rol for c in cargos_de(request)), persona_de(request)
    en = practicas_de([persona])[persona].en
    return redirect(f"ccv-practica-{next((m for m in suyas if not en[m].admitida), suyas[0])}")


def _en(mesa: str) -> Vista:
    """The view of the practice of a desk."""

    @requiere(*roles_de(mesa))
    @require_http_methods(["GET", "HEAD", "POST"])
    def vista(request: HttpRequest) -> HttpResponse:
        """The open acta of the exercise, or how the last one went."""
        este, persona, ir = ensayo.juego(mesa), persona_de(request), reverse(f"ccv-practica-{mesa}")
        accion = request.POST.get("accion", "")
        if request.method != "POST":
            return _pagina(request, mesa, este)
        if accion in _ACCIONES[mesa]:
            return _responder(request, mesa, accion, ir)
        if accion == "dejar":
            ensayo.dejar(persona)
        elif este is not None and not cola.en_manos(persona, oficina.reloj.ahora()):
            ensayo.tomar(persona, mesa, este)
        return redirect(ir)

    assert isinstance(vista.acceso, Acceso)  # type: ignore[attr-defined]
    return vista


captura = _en(CAPTURA)
diferencias = _en(DIFERENCIAS)
verificacion = _en(VERIFICACION)
peticiones = _en(PETICIONES)
identificacion = _en(IDENTIFICACION)
cotejo = _en(COTEJO)


def _responder(request: HttpRequest, mesa: str, accion: str, ir: str) -> HttpResponse:
    try:
        ficha = Ficha.leer(request.POST.get("ficha", ""), [ensayo.paso_de(mesa)], persona_de(request))
        teclas = request.POST.get("teclas", "")
        respuesta = _respuesta(request, ficha, accion)
        ensayo.responder(ficha, mesa, respuesta, int(teclas) if re.fullmatch("[0-9]{1,6}", teclas) else 0)
    except CamposInvalidos as error:
        return negar(request, 400, texto("ccv.falla.campos"), campos=error.campos)
    except (FichaInvalida, ValueError):
        return negar(request, 400, texto("ccv.falla.no_se_entendio"))
    except ensayo.PracticaSuperada:
        return negar(request, 409, texto("ccv.practica.superada"), ir=ir)
    except HechoRechazado as error:
        return negar(request, 409, error.rechazo.value, que=error.rechazo.name)
    return JsonResponse({"ir": ir})


def _respuesta(request: HttpRequest, ficha: Ficha, accion: str) -> ensayo.Respuesta:
    """What the page of the desk sent; raise `ValueError` or `CamposInvalidos`."""
    if accion == "problema":
        return ensayo.Respuesta(problema=ProblemaDeImagen(request.POST.get("problema", "")))
    if accion == "devolver":
        return ensayo.Respuesta(marcados=frozenset(request.POST.getlist("campo")))
    if accion in ("si", "no"):
        return ensayo.Respuesta(dicho=accion)
    dicho = request.POST.get("acta", "") or request.POST.get("resultado", "")
    return ensayo.Respuesta(leidos=leer_campos(dichos_de(request), ficha.campos), dicho=dicho)


def _pagina(request: HttpRequest, mesa: str, este: ensayo.Juego | None) -> HttpResponse:
    persona = persona_de(request)
    datos: dict[str, Any] = {
        "pestanas": pestanas_de(request, "practica"),
        "titulo": "ccv.practica.titulo",
        "mesa": texto(f"ccv.{mesa}.titulo"),
        "escritorio": reverse(f"ccv-{mesa}"),
        "en_manos": cola.orden_en_manos(persona, oficina.reloj.ahora()),
        "otras": [
            (reverse(f"ccv-practica-{m}"), texto(f"ccv.{m}.titulo"))
            for m in donde_practican(c.rol for c in cargos_de(request))
            if m != mesa
        ],
    }
    fila = ensayo.en_curso(persona, mesa, este) if este else None
    if este is not None and fila is not None and fila.orden and not datos["en_manos"]:
        return render(request, _PLANTILLAS[mesa], datos | _acta_de_practica(fila, este))
    return render(request, "ccv/practica.html", datos | _como_va(persona, mesa, fila, este))


def _acta_de_practica(fila: Practica, este: ensayo.Juego) -> dict[str, Any]:
    """The same page that whoever sits there is given, over the open acta of the exercise."""
    ficha, ejercicio = ensayo.ficha_de(fila, este), este.ejercicios[len(fila.hechos)]
    return {
        "practica": {"n": len(fila.hechos) + 1, "total": len(este.ejercicios)},
        "en_manos": fila.orden,
        "paso": fila.mesa,
        "ident": hoja.identificacion(ejercicio.clave),
        "ficha": ficha.escribir(),
        "orden": fila.orden,
        "imagen": reverse("ccv-practica-imagen", args=[ejercicio.imagen]),
        "enderezada": ejercicio.enderezada,
        "problemas": [(str(n), p.value, texto(f"ccv.problema.{p}")) for n, p in enumerate(ProblemaDeImagen, 1)],
        **_DE_LA_MESA[fila.mesa](ejercicio),
    }


def _al_capturar(e: ensayo.Ejercicio) -> dict[str, Any]:
    return {
        "renglones": por_teclear(e.clave, e.campos),
        "con_encabezado": e.mesa == CAPTURA,
        "encabezado": hoja.encabezado(e.clave),
    }


def _al_verificar(e: ensayo.Ejercicio) -> dict[str, Any]:
    return {"renglones": dibujar("ccv/partes/revision.html", _filas(e))}


def _filas(e: ensayo.Ejercicio) -> list[tuple[hoja.Renglon, Any]]:
    """What the screen says of each row."""
    return [(r, e.mostrados[r.clave]) for r in hoja.renglones(e.clave)]


def _al_cotejar(e: ensayo.Ejercicio) -> dict[str, Any]:
    return {"problemas": [], "filas": _filas(e)}


def _al_responder(e: ensayo.Ejercicio) -> dict[str, Any]:
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


def _al_identificar(_: ensayo.Ejercicio) -> dict[str, Any]:
    return {"ident": None, "enderezada": False, "problemas": [], "busca": reverse("ccv-identificacion-buscar")}


_DE_LA_MESA: Final[Mapping[str, Callable[[ensayo.Ejercicio], dict[str, Any]]]] = {
    CAPTURA: _al_capturar,
    DIFERENCIAS: _al_capturar,
    VERIFICACION: _al_verificar,
    PETICIONES: _al_responder,
    IDENTIFICACION: _al_identificar,
    COTEJO: _al_cotejar,
}


def _como_va(persona: str, mesa: str, fila: Practica | None, este: ensayo.Juego | None) -> dict[str, Any]:
    """How the last acta of the exercise went, field by field; with the last one, how the whole did."""
    suya, tolera = practicas_de([persona])[persona].en[mesa], ensayo.tolera(mesa) if este else 0
    teclas = [(tecla, texto(f"ccv.practica.tecla_{que}")) for tecla, que in _TECLAS[mesa]]
    datos: dict[str, Any] = {"juego": este, "tolera": tolera, "suya": suya, "teclas": teclas}
    if este is None or fila is None or not fila.hechos:
        return datos
    n, ultimo = len(fila.hechos), fila.hechos[-1]
    ejercicio = este.ejercicios[n - 1]
    datos |= {
        "n": n,
        "ejercicio": ejercicio,
        "ultimo": ultimo,
        "distintos": _distintos(ejercicio, ultimo["distintos"]),
        "medida": _medida(ejercicio, ultimo),
        "leccion": texto(f"ccv.leccion.{ejercicio.leccion}"),
        "veredicto": _veredicto(ejercicio, ultimo),
        "imagen": reverse("ccv-practica-imagen", args=[ejercicio.imagen]) if ejercicio.enderezada else "",
    }
    if n == len(este.ejercicios):
        final = ensayo.resultado(fila.hechos, este)
        datos |= {"final": final, "tiempo_final": _tiempo(final["segundos"])}
        datos["admitida"] = suya.ultima is not None and admite(suya.ultima)
    return datos


def _distintos(e: ensayo.Ejercicio, dichos: Mapping[str, str]) -> list[dict[str, Any]]:
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


def _medida(e: ensayo.Ejercicio, hecho: Mapping[str, Any]) -> str:
    """How much was right, and what it took."""
    tomo = {"tiempo": _tiempo(hecho["segundos"]), "teclas": hecho["teclas"]}
    if e.mesa in DE_UNA_COSA:
        return texto("ccv.practica.tomo", **tomo)
    return texto("ccv.practica.medida", bien=e.cuantos - hecho["errores"], campos=e.cuantos, **tomo)


def _veredicto(e: ensayo.Ejercicio, hecho: Mapping[str, Any]) -> str:
    """What is said of how an acta went."""
    if e.mesa in DE_UNA_COSA:
        return _de_una_cosa(e, hecho["errores"] > 0)
    que = _que_paso(e, hecho)
    if que in _SEGUN_LA_MESA and e.mesa == VERIFICACION:
        que += "_verificacion"
    return texto(f"ccv.practica.{que}", n=hecho["errores"])


def _de_una_cosa(e: ensayo.Ejercicio, mal: bool) -> str:
    """Whether the one thing that was said of an acta is right; what was, if not."""
    if not mal:
        return texto(f"ccv.practica.bien_{e.mesa}")
    if e.mesa != IDENTIFICACION:
        return texto(f"ccv.practica.mal_{e.mesa}_{e.respuesta}")
    i = hoja.identificacion(e.clave)
    return texto("ccv.practica.mal_identificacion", seccion=i.seccion, casilla=i.casilla, eleccion=i.eleccion)


def _que_paso(ejercicio: ensayo.Ejercicio, hecho: Mapping[str, Any]) -> str:
    """How an acta went, in a word."""
    if not hecho["errores"]:
        return "bien_problema" if ejercicio.problema else "bien"
    if ejercicio.problema:
        return "otro_problema" if hecho["problema"] else "era_otra_casilla"
    if hecho["problema"]:
        return "se_leia"
    return "distinto" if hecho["errores"] == 1 else "distintos"


def _tiempo(segundos: int) -> str:
    minutos, quedan = divmod(segundos, 60)
    return texto(f"ccv.practica.{'tiempo' if minutos else 'segundos'}", minutos=minutos, segundos=quedan)


def _del_ejercicio(request: HttpRequest, huella: str) -> frozenset[str] | None:
    """A picture of the exercise; to nobody is there another one here."""
    este = ensayo.juego()
    return frozenset() if este and any(e.imagen == huella for e in este.ejercicios) else None


@requiere(*(rol for nombre in DONDE for rol in roles_de(nombre)), sobre=_del_ejercicio)
@require_GET
def imagen_de_practica(request: HttpRequest, huella: str) -> HttpResponse:
    datos = ensayo.imagen(huella)
    if datos is None:
        raise Http404
    return HttpResponse(datos, content_type=tipo_mime(datos), headers={"Cache-Control": "private, no-store"})
