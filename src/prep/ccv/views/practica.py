"""Practice: the capture screen over actas whose truth is known, and nothing of any acta is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from prep.acceso.permisos import requiere
from prep.bitacora.practicas import practicas_de
from prep.bitacora.services import HechoRechazado
from prep.catalogo.services import regla_de_practica
from prep.ccv import cola, hoja, oficina
from prep.ccv import practica as ensayo
from prep.ccv.models import Practica
from prep.ccv.pasos import ROLES, Paso
from prep.ccv.services import CamposInvalidos, Ficha, FichaInvalida
from prep.ccv.views.comun import dichos_de, negar, persona_de, pestanas_de, por_teclear
from prep.diseno.textos import texto
from prep.dominio.acta.hechos import ProblemaDeImagen
from prep.dominio.practica import admite
from prep.evidencia.vista import tipo_mime

_TECLAS: Final = [
    (tecla, texto(f"ccv.practica.tecla_{que}"))
    for tecla, que in (
        ("Enter", "enter"),
        ("-", "blanco"),
        ("*", "ilegible"),
        ("↑", "volver"),
        ("F4", "f4"),
        ("F8", "f8"),
    )
]


@requiere(*ROLES[Paso.CAPTURA])
@require_http_methods(["GET", "HEAD", "POST"])
def practica(request: HttpRequest) -> HttpResponse:
    """The exercise of whoever types: the open acta, or how the last one went."""
    este, persona, ir = ensayo.juego(), persona_de(request), reverse("ccv-practica")
    accion = request.POST.get("accion", "")
    if request.method != "POST":
        return _pagina_de_practica(request, este)
    if accion in ("enviar", "problema"):
        return _responder_practica(request, accion, ir)
    if accion == "dejar":
        ensayo.dejar(persona)
    elif este is not None and not cola.en_manos(persona, oficina.reloj.ahora()):
        ensayo.tomar(persona, este)
    return redirect(ir)


def _responder_practica(request: HttpRequest, accion: str, ir: str) -> HttpResponse:
    try:
        ficha = Ficha.leer(request.POST.get("ficha", ""), [ensayo.PASO], persona_de(request))
        problema = ProblemaDeImagen(request.POST.get("problema", "")) if accion == "problema" else None
        teclas = request.POST.get("teclas", "")
        ensayo.responder(ficha, dichos_de(request), problema, int(teclas) if re.fullmatch("[0-9]{1,6}", teclas) else 0)
    except CamposInvalidos as error:
        return negar(request, 400, texto("ccv.falla.campos"), campos=error.campos)
    except (FichaInvalida, ValueError):
        return negar(request, 400, texto("ccv.falla.no_se_entendio"))
    except ensayo.PracticaSuperada:
        return negar(request, 409, texto("ccv.practica.superada"), ir=ir)
    except HechoRechazado as error:
        return negar(request, 409, error.rechazo.value, que=error.rechazo.name)
    return JsonResponse({"ir": ir})


def _pagina_de_practica(request: HttpRequest, este: ensayo.Juego | None) -> HttpResponse:
    persona = persona_de(request)
    datos: dict[str, Any] = {
        "pestanas": pestanas_de(request, "practica"),
        "titulo": "ccv.practica.titulo",
        "en_manos": cola.orden_en_manos(persona, oficina.reloj.ahora()),
    }
    fila = ensayo.en_curso(persona, este) if este else None
    if este is not None and fila is not None and fila.orden and not datos["en_manos"]:
        return render(request, "ccv/captura.html", datos | _acta_de_practica(fila, este))
    return render(request, "ccv/practica.html", datos | _como_va(persona, fila, este))


def _acta_de_practica(fila: Practica, este: ensayo.Juego) -> dict[str, Any]:
    """The same page that whoever types is given, over the open acta of the exercise."""
    ficha, ejercicio = ensayo.ficha_de(fila, este), este.ejercicios[len(fila.hechos)]
    return {
        "practica": {"n": len(fila.hechos) + 1, "total": len(este.ejercicios)},
        "en_manos": fila.orden,
        "paso": Paso.CAPTURA.value,
        "ident": hoja.identificacion(ejercicio.clave),
        "ficha": ficha.escribir(),
        "orden": fila.orden,
        "imagen": reverse("ccv-practica-imagen", args=[ejercicio.imagen]),
        "enderezada": ejercicio.enderezada,
        "problemas": [(str(n), p.value, texto(f"ccv.problema.{p}")) for n, p in enumerate(ProblemaDeImagen, 1)],
        "renglones": por_teclear(ejercicio.clave, ficha.campos),
        "con_encabezado": True,
        "encabezado": hoja.encabezado(ejercicio.clave),
    }


def _como_va(persona: str, fila: Practica | None, este: ensayo.Juego | None) -> dict[str, Any]:
    """How the last acta of the exercise went, field by field; with the last one, how the whole did."""
    suya, regla = practicas_de([persona])[persona], regla_de_practica() if este else None
    datos: dict[str, Any] = {"juego": este, "regla": regla, "suya": suya, "teclas": _TECLAS}
    if este is None or fila is None or not fila.hechos:
        return datos
    n, ultimo = len(fila.hechos), fila.hechos[-1]
    ejercicio = este.ejercicios[n - 1]
    distintos = [
        {"renglon": r, "dijo": ultimo["distintos"][r.clave], "dice": ejercicio.valores[r.clave]}
        for r in hoja.renglones(ejercicio.clave, ultimo["distintos"])
    ]
    datos |= {
        "n": n,
        "ejercicio": ejercicio,
        "ultimo": ultimo,
        "distintos": distintos,
        "bien": len(ejercicio.valores) - ultimo["errores"],
        "tiempo": _tiempo(ultimo["segundos"]),
        "leccion": texto(f"ccv.leccion.{ejercicio.leccion}"),
        "veredicto": texto(f"ccv.practica.{_veredicto(ejercicio, ultimo)}", n=ultimo["errores"]),
        "imagen": reverse("ccv-practica-imagen", args=[ejercicio.imagen]) if ejercicio.enderezada else "",
    }
    if n == len(este.ejercicios):
        final = ensayo.resultado(fila.hechos, este)
        datos |= {"final": final, "tiempo_final": _tiempo(final["segundos"])}
        datos["admitida"] = suya.ultima is not None and admite(suya.ultima)
    return datos


def _veredicto(ejercicio: ensayo.Ejercicio, hecho: Mapping[str, Any]) -> str:
    """What is said of how an acta went."""
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


@requiere(*ROLES[Paso.CAPTURA], sobre=_del_ejercicio)
@require_GET
def imagen_de_practica(request: HttpRequest, huella: str) -> HttpResponse:
    datos = ensayo.imagen(huella)
    if datos is None:
        raise Http404
    return HttpResponse(datos, content_type=tipo_mime(datos), headers={"Cache-Control": "private, no-store"})
