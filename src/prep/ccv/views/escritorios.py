"""The desks. Each is one page: it shows the acta in one's hands, or offers to take the next.

What is sent comes by POST with `accion`: tomar and dejar answer with the page; the rest, which a script sends and may
send again, with JSON that is the same however many times it is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from prep.acceso.marcha import Como, como_va, dan, en_el_escritorio
from prep.acceso.permisos import Acceso, Vista, cargos_de, propia, requiere
from prep.acceso.roles import Rol
from prep.bitacora.actas import acta_de
from prep.bitacora.autoridad import autoridad_vista
from prep.ccv import cola, hoja, oficina, services
from prep.ccv.models import Turno
from prep.ccv.pasos import AL_FINAL, ESCRITORIOS, ROLES, Paso, imagen_de, toca
from prep.ccv.services import CamposInvalidos, Ficha, FichaInvalida
from prep.ccv.views.comun import (
    alcance_de,
    dibujar,
    dichos_de,
    filas_de,
    lugar_de,
    mostrar_imagen,
    motivo_de,
    pasos_de,
    persona_de,
    pestanas_de,
    por_teclear,
    quien_pide,
    responder,
    roles_de,
)
from prep.diseno.textos import texto
from prep.dominio.acta.acta import EN_CORRECCION, Acta
from prep.dominio.acta.hechos import HOJA, ProblemaDeImagen
from prep.dominio.acta.transiciones import Custodia
from prep.dominio.comun.autoridad import TODO
from prep.dominio.comun.facultades import FACULTADES
from prep.papel import vigente
from prep.plataforma.peticion import una_vez
from prep.practica import services as ensayo
from prep.practica.views import al_sentarse

VISTO: Final = "visto"
"""What a page that waits says it shows."""
_DEVUELTAS: Final = "ccv.devueltas"
_CUANTAS_DEVUELTAS: Final = 50
DECLARAN_FUERA: Final = (Rol.COORDINADOR, Rol.SUPERVISOR)
Hacer = Callable[[HttpRequest, Ficha], None]


@propia
@require_GET
def inicio(request: HttpRequest) -> HttpResponse:
    """To one's own desk; whoever has none, to their account."""
    return redirect(next((f"ccv-{n}" for n in ESCRITORIOS if pasos_de(request, n)), "acceso-cuenta"))


def escritorio(nombre: str) -> Vista:
    """The view of a desk."""

    @requiere(*roles_de(nombre))
    @require_http_methods(["GET", "HEAD", "POST"])
    def vista(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return _fila(request, nombre) if VISTO in request.GET else _pagina(request, nombre)
        accion = request.POST.get("accion", "")
        if accion == "tomar":
            cual = request.POST.get("clave", "")[:45] if nombre in _SE_ELIGE else ""  # whoever types never chooses
            _tomar(request, nombre, cual)
            return redirect(reverse(f"ccv-{nombre}"))
        if accion == "dejar":
            if nombre == "identificacion":
                _recordar(request)
            cola.dejar(persona_de(request), request.POST.get("orden", ""))
            return redirect(reverse(f"ccv-{nombre}") + "?descanso")
        if accion == "soltar":
            return _soltar(request, nombre)
        return _hacer(request, nombre, accion)

    assert isinstance(vista.acceso, Acceso)  # type: ignore[attr-defined]
    return vista


def _tomar(
    request: HttpRequest, nombre: str, clave: str = "", *, libre: bool = False, pagina: str = ""
) -> Turno | None:
    """The next acta of a desk (`clave`: that one). `libre`: whoever asks gave back what they held in the transaction
    of the caller's. `pagina`: that page shows it at once."""
    ahora, pasos = oficina.reloj.ahora(), pasos_de(request, nombre)
    mio = None if libre else cola.suyo(persona_de(request), pasos, ahora)
    if mio:
        pasos = [Paso(mio.paso), *(p for p in pasos if p != mio.paso)]
    elif _falta_practica(request, nombre) or _marcha(request, nombre).detenido:
        return None
    elif len(pasos) > 1:
        pasos = sorted(cola.por_antiguedad(pasos), key=AL_FINAL.__contains__)
    dar = cola.siguiente if libre else cola.tomar
    menos = request.session.get(_DEVUELTAS, ()) if nombre == "identificacion" and not clave else ()
    for paso in pasos:
        if turno := dar(paso, quien_pide(request, paso), ahora, clave, pagina, menos):
            return turno
    if not menos:
        return None
    del request.session[_DEVUELTAS]  # nothing else waits: they come round again
    return _tomar(request, nombre, libre=libre, pagina=pagina)


def _recordar(request: HttpRequest) -> None:
    """What somebody gives back because they do not know which acta it is: others are given to them first."""
    if turno := cola.suyo(persona_de(request), ESCRITORIOS["identificacion"], oficina.reloj.ahora()):
        request.session[_DEVUELTAS] = [*request.session.get(_DEVUELTAS, ()), turno.acta][-_CUANTAS_DEVUELTAS:]


def _marcha(request: HttpRequest, nombre: str) -> Como:
    """Whether this desk gives anything new to whoever asks."""
    return como_va(*en_el_escritorio(nombre, lugar_de(request)))


def _falta_practica(request: HttpRequest, nombre: str) -> bool:
    """Whether whoever asks has to practise before this desk gives them an acta. What they hold they may finish."""
    return ensayo.falta(persona_de(request), nombre)


# what is shown


def _pagina(request: HttpRequest, nombre: str) -> HttpResponse:
    ahora = oficina.reloj.ahora()
    suyo = cola.en_manos(persona_de(request), ahora)
    datos: dict[str, Any] = {
        "escritorio": nombre,
        "pestanas": pestanas_de(request, nombre),
        "titulo": f"ccv.{nombre}.titulo",
        "explica": f"ccv.{nombre}.explica",
        "en_manos": suyo.orden if suyo else "",
    }
    turno = suyo if suyo and suyo.paso in pasos_de(request, nombre) else None
    if turno is not None:
        if sobre_la_mesa := _en_la_mesa(request, turno, cola.mostrar(turno, ahora)):
            return render(request, _PLANTILLAS[nombre], datos | sobre_la_mesa)
        cola.dejar(turno.persona, turno.orden)
        datos["cambio"] = True
    datos |= _esperan(request, nombre) | {"descanso": "descanso" in request.GET}
    datos["con_busqueda"] = nombre == "cotejo"
    datos["fuera"] = _fuera(request, ahora) if nombre == "identificacion" else []
    datos["marcha"] = _marcha(request, nombre)
    datos |= al_sentarse(request, nombre)
    return render(request, "ccv/espera.html", datos)


def _fuera(request: HttpRequest, ahora: datetime) -> list[tuple[str, str]]:
    """Sheets that somebody said are out of catalogue: each with what was read of it."""
    claves = cola.a_pedido(Paso.IDENTIFICACION, quien_pide(request, Paso.IDENTIFICACION), ahora)
    return [(clave, hoja.leido_de_fuera(acta_de(clave).fuera or {}) or clave) for clave in claves]


def _en_la_mesa(request: HttpRequest, turno: Turno, pagina: str) -> dict[str, Any] | None:
    """What a page of a desk shows of the acta in somebody's hands; None where it no longer waits for that."""
    acta, paso = acta_de(turno.acta, autoridad_vista()), Paso(turno.paso)
    if not toca(paso, turno.acta, acta) or imagen_de(paso, acta) != turno.imagen:
        return None
    ficha = services.ficha_de(turno, acta)
    return {"pagina": pagina} | _del_acta(request, turno, acta, ficha) | _DEL_PASO[paso](request, acta, ficha)


def _sigue(request: HttpRequest, nombre: str, ficha: Ficha) -> dict[str, Any]:
    """Give back what was done and take the next, at once: of several that ask the same, all get the same. What its page
    shows that the last one's did not is said, which the page's script puts in its place: it asks for nothing but the
    picture. Nothing where another page comes."""
    pagina = ficha.orden if nombre in _SE_QUEDAN else ""  # the same for whoever asks the same
    with transaction.atomic():
        turno = _tomar(request, nombre, libre=cola.dejar(ficha.persona, ficha.orden), pagina=pagina)
    datos = _en_la_mesa(request, turno, pagina) if turno and pagina else None
    if datos is None:
        return {}
    cambia = {
        c: datos.get(c, "") for c in ("orden", "pagina", "ficha", "imagen", "enderezada", "encabezado", "renglones")
    }
    cambia["quien"] = render_to_string("ccv/partes/quien.html", datos)
    return {"acta": cambia}


def _soltar(request: HttpRequest, nombre: str) -> HttpResponse:
    """A page was closed with an acta of which nothing was kept in the browser: it goes back to the queue at once."""
    try:
        ficha = Ficha.leer(request.POST.get("ficha", ""), pasos_de(request, nombre), persona_de(request))
    except FichaInvalida:
        return HttpResponse(status=400)
    cola.soltar(ficha.persona, ficha.orden, request.POST.get("pagina", ""))
    return HttpResponse(status=204)


def _fila(request: HttpRequest, nombre: str) -> HttpResponse:
    """What a page that waits asks now and then: where something waits for whoever sits there. Nothing where that is
    what it shows."""
    esperan = _esperan(request, nombre)
    if esperan["visto"] == request.GET[VISTO]:
        return HttpResponse(status=204)
    return render(request, "ccv/partes/fila.html", esperan | {"explica": f"ccv.{nombre}.explica"})


def _esperan(request: HttpRequest, nombre: str) -> dict[str, Any]:
    """The desks of whoever asks at which something waits for them: this one, and others."""
    suyos = {paso: n for n in ESCRITORIOS for paso in pasos_de(request, n)}
    ahora, hay = oficina.reloj.ahora(), set[str]()
    abiertos = dan(set(suyos.values()), lugar_de(request))
    for paso in cola.por_antiguedad(p for p, n in suyos.items() if n in abiertos):
        if suyos[paso] not in hay and cola.hay(paso, quien_pide(request, paso), ahora):
            hay.add(suyos[paso])
    otros = [(reverse(f"ccv-{n}"), texto(f"ccv.{n}.titulo")) for n in ESCRITORIOS if n in hay and n != nombre]
    return {"hay": nombre in hay, "otros": otros, "visto": ",".join(sorted(hay))}


def _del_acta(request: HttpRequest, turno: Turno, acta: Acta, ficha: Ficha) -> dict[str, Any]:
    """What every desk shows of an acta, or of a sheet that nobody has identified."""
    sin_clave = turno.acta.startswith(HOJA)
    se_ve = bool(turno.imagen) and (turno.paso != Paso.COTEJO or hoja.se_ve(turno.imagen))  # a node has only its own
    return {
        "paso": turno.paso,
        "ident": None if sin_clave else hoja.identificacion(turno.acta),
        "ficha": ficha.escribir(),
        "orden": turno.orden,
        "imagen": reverse("ccv-imagen", args=[turno.acta]) if se_ve else "",
        "enderezada": se_ve and not sin_clave and hoja.enderezada(acta, turno.imagen),
        "problemas": [
            (str(n), p.value, texto(f"ccv.problema.{p}")) for n, p in enumerate(_problemas(request, ficha), 1)
        ],
    }


def _problemas(request: HttpRequest, ficha: Ficha) -> list[ProblemaDeImagen]:
    """What whoever looks at the picture may say of it, so that somebody else answers whether another one is needed."""
    if ficha.paso in services.SE_LEEN or ficha.paso == Paso.COPIA:
        return list(ProblemaDeImagen)
    if ficha.paso != Paso.IDENTIFICACION:
        return []
    clase = "hoja" if ficha.acta.startswith(HOJA) else "acta"
    if not any(f"{clase}.otra_imagen_pedida" in FACULTADES[c.rol] for c in cargos_de(request)):
        return []
    return [p for p in ProblemaDeImagen if clase == "acta" or p is not ProblemaDeImagen.OTRA_CASILLA]


def _al_capturar(request: HttpRequest, acta: Acta, ficha: Ficha) -> dict[str, Any]:
    return {
        "renglones": por_teclear(ficha.acta, ficha.campos),
        "con_motivo": ficha.paso == Paso.DECISION,
        "con_encabezado": ficha.paso == Paso.CAPTURA,
        "encabezado": hoja.encabezado(ficha.acta),
    }


def _al_verificar(request: HttpRequest, acta: Acta, ficha: Ficha) -> dict[str, Any]:
    acordado = acta.acordado
    if acordado is None or acordado.lectura != ficha.base:
        raise Http404
    return {"renglones": dibujar("ccv/partes/revision.html", filas_de(ficha.acta, acordado.asentado))}


def _al_responder(request: HttpRequest, acta: Acta, ficha: Ficha) -> dict[str, Any]:
    """What was asked and why; who did is never shown."""
    paso, contenido = Paso(ficha.paso), services.peticion(ficha.acta, ficha.base).contenido
    motivo, que = str(contenido["motivo"]), services.de_otra_casilla(contenido) or paso.value
    otras = [i.sha256 for i in acta.imagenes if i.sha256 != ficha.imagen] if paso is Paso.OTRA_IMAGEN else []
    return {
        "pregunta": texto(f"ccv.peticiones.{paso}"),
        "motivo": texto(f"ccv.sin_acta.{motivo}") if paso is Paso.SIN_ACTA else motivo,
        "consecuencia": texto(f"ccv.peticiones.{que}_si"),
        "si": texto(f"ccv.peticiones.{que}_boton"),
        "no": texto("ccv.peticiones.no" if paso is Paso.OTRA_IMAGEN else "ccv.peticiones.no_confirmar"),
        "filas": filas_de(ficha.acta, acta.publicada.asentado) if paso is Paso.REAPERTURA and acta.publicada else [],
        "notas": services.notas(ficha.acta, acta) if paso is Paso.REAPERTURA else [],
        "imagenes": [reverse("ccv-imagen", args=[ficha.acta])]
        + [reverse("ccv-imagen-otra", args=[ficha.acta, huella]) for huella in otras],
    }


def _al_identificar(request: HttpRequest, acta: Acta, ficha: Ficha) -> dict[str, Any]:
    declara = _declara_fuera(request) and ficha.acta.startswith(HOJA)
    return {
        "clave": "" if ficha.acta.startswith(HOJA) else ficha.acta,
        "ya_fuera": acta.custodia is Custodia.FUERA_DE_CATALOGO,
        "copia": ficha.paso == Paso.COPIA,
        "busca": reverse("ccv-identificacion-buscar"),
        "elecciones": [(e.clave, e.nombre) for e in vigente.formas().proceso.elecciones] if declara else [],
    }


def _declara_fuera(request: HttpRequest) -> bool:
    """Whether whoever asks may say that a sheet is of no casilla: nobody does who only reaches some."""
    return TODO in alcance_de(request, DECLARAN_FUERA)


def _al_cotejar(request: HttpRequest, acta: Acta, ficha: Ficha) -> dict[str, Any]:
    assert acta.publicada is not None
    return {
        "filas": filas_de(ficha.acta, acta.publicada.asentado),
        "en_correccion": bool(acta.cotejada),
        "corregida": acta.cotejo == EN_CORRECCION and not acta.cotejada,
    }


_DEL_PASO: Final[dict[Paso, Callable[[HttpRequest, Acta, Ficha], dict[str, Any]]]] = {
    **dict.fromkeys((Paso.CAPTURA, Paso.DIFERENCIAS, Paso.DECISION), _al_capturar),
    Paso.VERIFICACION: _al_verificar,
    **dict.fromkeys(ESCRITORIOS["peticiones"], _al_responder),
    **dict.fromkeys(ESCRITORIOS["identificacion"], _al_identificar),
    Paso.COTEJO: _al_cotejar,
}
_PLANTILLAS: Final = {
    **dict.fromkeys(("captura", "diferencias", "decision"), "ccv/captura.html"),
    "verificacion": "ccv/verificacion.html",
    "peticiones": "ccv/peticion.html",
    "identificacion": "ccv/identificacion.html",
    "cotejo": "ccv/cotejo.html",
}
_SE_ELIGE: Final = frozenset({"cotejo", "identificacion"})
"""Where one may ask for an acta by its key: the paper in one's hand, and what is given only to whoever asks."""
_SE_QUEDAN: Final = frozenset({"captura", "diferencias", "decision", "verificacion"})
"""The desks whose page stays from acta to acta."""


# the picture of the acta in one's hands


def _en_sus_manos(request: HttpRequest, clave: str, otra: str = "") -> frozenset[str] | None:
    """An acta that whoever asks holds now; to anybody else there is no picture."""
    vivo = _vivo(request, clave)
    if vivo is None or (otra and vivo.paso != Paso.OTRA_IMAGEN):
        return None
    return cola.alcance_de(clave)


@una_vez
def _vivo(request: HttpRequest, clave: str) -> Turno | None:
    vivo = cola.en_manos(persona_de(request), oficina.reloj.ahora())
    return vivo if vivo and vivo.acta == clave else None


@requiere(*{rol for roles in ROLES.values() for rol in roles}, sobre=_en_sus_manos)
@require_GET
def imagen(request: HttpRequest, clave: str, otra: str = "") -> HttpResponse:
    """The picture of the acta in one's hands (`otra`: another one of it). Who was shown it is put on the register."""
    turno = _vivo(request, clave)
    if turno is None or (otra and all(i.sha256 != otra for i in acta_de(clave).imagenes)):
        raise Http404
    return mostrar_imagen(request, clave, otra or turno.imagen)


# what is done


def _capturar(request: HttpRequest, ficha: Ficha) -> None:
    services.capturar(ficha, dichos_de(request), lugar_de(request))


def _dictaminar(request: HttpRequest, ficha: Ficha) -> None:
    services.dictaminar(ficha, dichos_de(request))


def _decidir(request: HttpRequest, ficha: Ficha) -> None:
    services.decidir(ficha, dichos_de(request), motivo_de(request))


def _verificar(request: HttpRequest, ficha: Ficha) -> None:
    services.verificar(ficha, lugar_de(request))


def _devolver(request: HttpRequest, ficha: Ficha) -> None:
    services.devolver(ficha, request.POST.getlist("campo"), motivo_de(request))


def _conceder(request: HttpRequest, ficha: Ficha) -> None:
    services.conceder(ficha)


def _rehusar(request: HttpRequest, ficha: Ficha) -> None:
    services.rehusar(ficha, texto(f"ccv.peticiones.{ficha.paso}_no"))


def _identificar(request: HttpRequest, ficha: Ficha) -> None:
    cual, alcance = request.POST.get("acta", ""), alcance_de(request, ROLES[Paso(ficha.paso)])
    posible = cual in vigente.formas() and (TODO in alcance or cual[:11] in alcance)
    if not posible or (cual != ficha.acta and not ficha.acta.startswith(HOJA)):
        raise CamposInvalidos(["acta"])
    services.identificar(ficha, cual)


def _declarar_fuera(request: HttpRequest, ficha: Ficha) -> None:
    if not _declara_fuera(request):
        raise FichaInvalida
    eleccion = request.POST.get("eleccion", "")
    if eleccion not in {e.clave for e in vigente.formas().proceso.elecciones}:
        raise CamposInvalidos(["eleccion"])
    leido = {c: request.POST.get(c, "").strip()[:20] for c in ("demarcacion", "seccion", "tipo", "id", "extension")}
    services.declarar_fuera(ficha, {"eleccion": eleccion, **leido})


def _cotejar(request: HttpRequest, ficha: Ficha) -> None:
    resultado, nota = request.POST.get("resultado", ""), motivo_de(request).strip()
    if resultado not in ("1", "2", "3"):
        raise FichaInvalida
    if resultado == str(EN_CORRECCION) and not nota:
        raise CamposInvalidos(["motivo"])
    services.cotejar(ficha, resultado, f"{texto('ccv.cotejo.nota')} {nota}" if nota else "")


def _reportar(request: HttpRequest, ficha: Ficha) -> None:
    try:
        problema = ProblemaDeImagen(request.POST.get("problema", ""))
    except ValueError:
        raise FichaInvalida from None
    if problema not in _problemas(request, ficha):
        raise FichaInvalida
    if ficha.paso == Paso.COPIA:
        services.apartar(ficha, problema)
    else:
        services.reportar(ficha, problema, texto(f"ccv.problema.{problema}"))


_ACTOS: Final[dict[tuple[Paso, str], Hacer]] = {
    (Paso.CAPTURA, "enviar"): _capturar,
    (Paso.DIFERENCIAS, "enviar"): _dictaminar,
    (Paso.DECISION, "enviar"): _decidir,
    (Paso.VERIFICACION, "enviar"): _verificar,
    (Paso.VERIFICACION, "devolver"): _devolver,
    **{(paso, "si"): _conceder for paso in ESCRITORIOS["peticiones"]},
    **{(paso, "no"): _rehusar for paso in ESCRITORIOS["peticiones"]},
    **{(paso, "enviar"): _identificar for paso in ESCRITORIOS["identificacion"]},
    (Paso.IDENTIFICACION, "fuera"): _declarar_fuera,
    (Paso.COTEJO, "enviar"): _cotejar,
    **{(paso, "problema"): _reportar for paso in (*services.SE_LEEN, *ESCRITORIOS["identificacion"])},
}


def _hacer(request: HttpRequest, nombre: str, accion: str) -> HttpResponse:
    """Do it once, give the lease back and take the next. The answer says nothing of what became of the acta."""

    def hacer(ficha: Ficha) -> None:
        if (Paso(ficha.paso), accion) not in _ACTOS:
            raise FichaInvalida
        _ACTOS[Paso(ficha.paso), accion](request, ficha)

    ir = reverse(f"ccv-{nombre}")
    return responder(request, pasos_de(request, nombre), hacer, ir, lambda ficha: _sigue(request, nombre, ficha))


captura = escritorio("captura")
diferencias = escritorio("diferencias")
decision = escritorio("decision")
verificacion = escritorio("verificacion")
peticiones = escritorio("peticiones")
identificacion = escritorio("identificacion")
cotejo = escritorio("cotejo")
