"""The desks. Each is one page: it shows the acta in one's hands, or offers to take the next.

What is sent comes by POST with `accion`: tomar and dejar answer with the page; the rest, which a script sends and may
send again, with JSON that is the same however many times it is asked.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Container, Mapping
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from prep.acceso.destinos import destinos_de
from prep.acceso.models import Cuenta
from prep.acceso.permisos import Acceso, Vista, cargos_de, propia, requiere
from prep.acceso.registro import leyo
from prep.acceso.roles import Rol
from prep.bitacora.actas import acta_de
from prep.bitacora.models import Acta as FilaActa
from prep.bitacora.practicas import practicas_de
from prep.bitacora.services import HechoRechazado
from prep.catalogo.services import regla_de_practica
from prep.ccv import cola, hoja, oficina, services
from prep.ccv import practica as ensayo
from prep.ccv.cola import Quien
from prep.ccv.models import Espera, Practica, Turno
from prep.ccv.pasos import ESCRITORIOS, ROLES, Paso, imagen_de, toca
from prep.ccv.services import CamposInvalidos, Ficha, FichaInvalida, FichaSuperada, ImagenDesechada, Problema
from prep.diseno.textos import texto
from prep.dominio.acta.acta import EN_CORRECCION, Acta
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import HOJA
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.autoridad import TODO
from prep.dominio.comun.facultades import FACULTADES
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.practica import admite
from prep.evidencia.vista import tipo_mime
from prep.papel import buscador

registro = logging.getLogger("prep.ccv")
DECLARAN_FUERA: Final = (Rol.COORDINADOR, Rol.SUPERVISOR)
PIDEN_REAPERTURA: Final = (Rol.VERIFICADOR, Rol.SUPERVISOR)
DE_QUIEN: Final = frozenset(
    {Rechazo.NODO_DESCONOCIDO, Rechazo.PERSONA_DESCONOCIDA, Rechazo.SIN_FACULTAD, Rechazo.DISPOSITIVO}
)
"""Refusals that another acta would not mend: the work stays on the page."""
MOTIVO: Final = 500
_PEDIR: Final = "pedir_reapertura"
"""What the slip of whoever asks to open an acta again is for."""
Hacer = Callable[[HttpRequest, Ficha], None]


def _persona(request: HttpRequest) -> str:
    """How the facts call whoever is signed in."""
    assert isinstance(request.user, Cuenta)
    return request.user.persona


def _lugar(request: HttpRequest) -> str:
    assert isinstance(request.user, Cuenta)
    return request.user.lugar


def _alcance(request: HttpRequest, roles: tuple[Rol, ...]) -> frozenset[str]:
    """What those roles of a person reach."""
    return frozenset[str]().union(*(c.alcance for c in cargos_de(request) if c.rol in roles))


def _quien(request: HttpRequest, paso: Paso) -> Quien:
    alcance = _alcance(request, ROLES[paso])
    if paso is Paso.COTEJO:  # the paper is there
        suyas = oficina.casillas_de(_lugar(request))
        alcance = suyas if TODO in alcance else suyas & alcance
    return Quien(_persona(request), _lugar(request), alcance)


def _pasos(request: HttpRequest, nombre: str) -> list[Paso]:
    """The steps of a desk that whoever asks may take."""
    mios = {c.rol for c in cargos_de(request)}
    return [p for p in ESCRITORIOS[nombre] if mios & set(ROLES[p])]


def roles_de(nombre: str) -> tuple[Rol, ...]:
    """Who sits at a desk."""
    return tuple(dict.fromkeys(rol for paso in ESCRITORIOS[nombre] for rol in ROLES[paso]))


def _pestanas(request: HttpRequest, aqui: str) -> list[dict[str, Any]]:
    suyos = [n for n in ESCRITORIOS if _pasos(request, n)]
    if {c.rol for c in cargos_de(request)} & set(PIDEN_REAPERTURA):
        suyos.append("reapertura")
    if "captura" in suyos:
        suyos.append("practica")
    pestanas = [{"ruta": reverse(f"ccv-{n}"), "rotulo": texto(f"ccv.{n}.titulo"), "activa": n == aqui} for n in suyos]
    otras = [d | {"activa": False} for d in destinos_de(cargos_de(request)) if d["ruta"] != reverse("ccv-inicio")]
    return pestanas + otras


@propia
@require_GET
def inicio(request: HttpRequest) -> HttpResponse:
    """To one's own desk; whoever has none, to their account."""
    return redirect(next((f"ccv-{n}" for n in ESCRITORIOS if _pasos(request, n)), "acceso-cuenta"))


def escritorio(nombre: str) -> Vista:
    """The view of a desk."""

    @requiere(*roles_de(nombre))
    @require_http_methods(["GET", "HEAD", "POST"])
    def vista(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return _pagina(request, nombre)
        accion = request.POST.get("accion", "")
        if accion == "tomar":
            cual = request.POST.get("clave", "")[:45] if nombre == "cotejo" else ""  # whoever types never chooses
            turno = _tomar(request, nombre, cual)
            return redirect(reverse(f"ccv-{nombre}") + ("" if turno else "?vacia"))
        if accion == "dejar":
            cola.dejar(_persona(request))
            return redirect(reverse(f"ccv-{nombre}") + "?descanso")
        return _hacer(request, nombre, accion)

    assert isinstance(vista.acceso, Acceso)  # type: ignore[attr-defined]
    return vista


def _tomar(request: HttpRequest, nombre: str, clave: str = "") -> Turno | None:
    """The next acta of a desk (`clave`: that one)."""
    ahora, pasos = oficina.reloj.ahora(), _pasos(request, nombre)
    if mio := cola.suyo(_persona(request), pasos, ahora):
        pasos = [Paso(mio.paso), *(p for p in pasos if p != mio.paso)]
    elif _falta_practica(request, nombre):
        return None
    elif len(pasos) > 1:
        pasos = cola.por_antiguedad(pasos)
    for paso in pasos:
        if turno := cola.tomar(paso, _quien(request, paso), ahora, clave):
            return turno
    return None


def _falta_practica(request: HttpRequest, nombre: str) -> bool:
    """Whether whoever asks has to practise before this desk gives them an acta. What they hold they may finish."""
    return nombre == "captura" and ensayo.falta(_persona(request))


# what is shown


def _pagina(request: HttpRequest, nombre: str) -> HttpResponse:
    ahora = oficina.reloj.ahora()
    datos: dict[str, Any] = {
        "escritorio": nombre,
        "pestanas": _pestanas(request, nombre),
        "titulo": f"ccv.{nombre}.titulo",
        "explica": f"ccv.{nombre}.explica",
        "en_manos": cola.en_manos(_persona(request), ahora),
    }
    turno = cola.suyo(_persona(request), _pasos(request, nombre), ahora)
    if turno is not None:
        acta, paso = acta_de(turno.acta), Paso(turno.paso)
        if toca(paso, turno.acta, acta) and imagen_de(paso, acta) == turno.imagen:
            ficha = services.ficha_de(turno, acta)
            datos |= _del_acta(request, turno, ficha) | _DEL_PASO[paso](request, acta, ficha)
            return render(request, _PLANTILLAS[nombre], datos)
        cola.dejar(turno.persona, turno.orden)
        datos["cambio"] = True
    datos |= {c: c in request.GET for c in ("vacia", "descanso")}
    datos["con_busqueda"] = nombre == "cotejo"
    if nombre == "captura":
        datos["falta_practica"] = _falta_practica(request, nombre)
        persona = _persona(request)
        datos["sin_practicar"] = ensayo.juego() is not None and practicas_de([persona])[persona].veces == 0
    return render(request, "ccv/espera.html", datos)


def _del_acta(request: HttpRequest, turno: Turno, ficha: Ficha) -> dict[str, Any]:
    """What every desk shows of an acta, or of a sheet that nobody has identified."""
    sin_clave = turno.acta.startswith(HOJA)
    return {
        "paso": turno.paso,
        "ident": None if sin_clave else hoja.identificacion(turno.acta),
        "ficha": ficha.escribir(),
        "orden": turno.orden,
        "imagen": reverse("ccv-imagen", args=[turno.acta]) if turno.imagen else "",
        "enderezada": bool(turno.imagen) and not sin_clave and hoja.enderezada(turno.imagen),
        "problemas": [
            (str(n), p.value, texto(f"ccv.problema.{p}")) for n, p in enumerate(_problemas(request, ficha), 1)
        ],
    }


def _problemas(request: HttpRequest, ficha: Ficha) -> list[Problema]:
    """What whoever looks at the picture may say of it."""
    if ficha.paso in services.SE_LEEN:
        return list(Problema)
    if ficha.paso != Paso.IDENTIFICACION:
        return []
    clase = "hoja" if ficha.acta.startswith(HOJA) else "acta"
    piden = any(f"{clase}.otra_imagen_pedida" in FACULTADES[c.rol] for c in cargos_de(request))
    sobran = (set() if piden else services.PIDEN_OTRA) | ({Problema.OTRA_CASILLA} if clase == "hoja" else set())
    return [p for p in Problema if p not in sobran]


def _al_capturar(request: HttpRequest, acta: Acta, ficha: Ficha) -> dict[str, Any]:
    return {
        "renglones": hoja.renglones(ficha.acta, ficha.campos),
        "con_motivo": ficha.paso == Paso.DECISION,
        "con_encabezado": ficha.paso == Paso.CAPTURA,
        "encabezado": hoja.encabezado(ficha.acta),
    }


def _al_verificar(request: HttpRequest, acta: Acta, ficha: Ficha) -> dict[str, Any]:
    acordado = acta.acordado
    if acordado is None or acordado.lectura != ficha.base:
        raise Http404
    return {"filas": _filas(ficha.acta, acordado.asentado)}


def _filas(clave: str, asentado: Asentado) -> list[tuple[hoja.Renglon, Any]]:
    valores = hoja.campos_de(asentado)
    return [(r, valores.get(r.clave, "")) for r in hoja.renglones(clave)]


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
        "filas": _filas(ficha.acta, acta.publicada.asentado) if paso is Paso.REAPERTURA and acta.publicada else [],
        "notas": services.notas(ficha.acta, acta) if paso is Paso.REAPERTURA else [],
        "imagenes": [reverse("ccv-imagen", args=[ficha.acta])]
        + [reverse("ccv-imagen-otra", args=[ficha.acta, huella]) for huella in otras],
    }


def _al_identificar(request: HttpRequest, acta: Acta, ficha: Ficha) -> dict[str, Any]:
    declara = bool({c.rol for c in cargos_de(request)} & set(DECLARAN_FUERA)) and ficha.acta.startswith(HOJA)
    return {
        "clave": "" if ficha.acta.startswith(HOJA) else ficha.acta,
        "busca": reverse("ccv-identificacion-buscar"),
        "elecciones": [(e.clave, e.nombre) for e in oficina.formas().proceso.elecciones] if declara else [],
    }


def _al_cotejar(request: HttpRequest, acta: Acta, ficha: Ficha) -> dict[str, Any]:
    assert acta.publicada is not None
    return {"filas": _filas(ficha.acta, acta.publicada.asentado), "en_correccion": acta.cotejo == EN_CORRECCION}


_DEL_PASO: Final[dict[Paso, Callable[[HttpRequest, Acta, Ficha], dict[str, Any]]]] = {
    **dict.fromkeys((Paso.CAPTURA, Paso.DIFERENCIAS, Paso.DECISION), _al_capturar),
    Paso.VERIFICACION: _al_verificar,
    **dict.fromkeys(ESCRITORIOS["peticiones"], _al_responder),
    Paso.IDENTIFICACION: _al_identificar,
    Paso.COTEJO: _al_cotejar,
}
_PLANTILLAS: Final = {
    **dict.fromkeys(("captura", "diferencias", "decision"), "ccv/captura.html"),
    "verificacion": "ccv/verificacion.html",
    "peticiones": "ccv/peticion.html",
    "identificacion": "ccv/identificacion.html",
    "cotejo": "ccv/cotejo.html",
}


# pictures


def _en_sus_manos(request: HttpRequest, clave: str, otra: str = "") -> frozenset[str] | None:
    """An acta that whoever asks holds now; to anybody else there is no picture."""
    vivo = Turno.objects.filter(acta=clave, persona=_persona(request), vence__gt=oficina.reloj.ahora()).first()
    if vivo is None or (otra and vivo.paso != Paso.OTRA_IMAGEN):
        return None
    return cola.alcance_de(clave)


@requiere(*{rol for roles in ROLES.values() for rol in roles}, sobre=_en_sus_manos)
@require_GET
def imagen(request: HttpRequest, clave: str, otra: str = "") -> HttpResponse:
    """The picture of the acta in one's hands (`otra`: another one of it). Who was shown it is put on the register."""
    turno = Turno.objects.filter(acta=clave, persona=_persona(request)).first()
    if turno is None or (otra and all(i.sha256 != otra for i in acta_de(clave).imagenes)):
        raise Http404
    return _mostrar(request, clave, otra or turno.imagen)


def _mostrar(request: HttpRequest, clave: str, huella: str) -> HttpResponse:
    datos = hoja.imagen(huella)
    if datos is None:
        raise Http404
    leyo(request, clave)
    return HttpResponse(datos, content_type=tipo_mime(datos), headers={"Cache-Control": "private, no-store"})


# what is looked for


@requiere(*ROLES[Paso.IDENTIFICACION])
@require_GET
def buscar_para_identificar(request: HttpRequest) -> HttpResponse:
    """Actas of the catalogue that a sheet may be."""
    return _halladas(request, "elegir", lambda: (_alcance(request, ROLES[Paso.IDENTIFICACION]), None))


@requiere(*ROLES[Paso.COTEJO])
@require_GET
def buscar_para_cotejar(request: HttpRequest) -> HttpResponse:
    """Actas of one's CATD that wait for their paper to be looked at."""
    esperan = Espera.objects.filter(paso=Paso.COTEJO)
    return _halladas(request, "tomar", lambda: (_quien(request, Paso.COTEJO).alcance, _entre(esperan)))


@requiere(*PIDEN_REAPERTURA)
@require_GET
def buscar_para_reabrir(request: HttpRequest) -> HttpResponse:
    """Published actas."""
    verificadas = FilaActa.objects.filter(captura=Captura.VERIFICADA.value)
    return _halladas(request, "abrir", lambda: (_alcance(request, PIDEN_REAPERTURA), _entre(verificadas)))


def _entre(filas: QuerySet[Any]) -> buscador.Entre:
    """Those of some keys that are among these rows."""
    return lambda claves: set(filas.filter(clave__in=claves).values_list("clave", flat=True))


def _halladas(
    request: HttpRequest, para: str, entre: Callable[[], tuple[frozenset[str], buscador.Entre | None]]
) -> HttpResponse:
    """What is found. `entre`: within which reach, and which actas only."""
    dicho = request.GET.get("q", "").strip()
    halladas = buscador.buscar(dicho, *entre()) if dicho else []
    return render(request, "ccv/halladas.html", {"halladas": halladas, "para": para, "q": dicho})


# asking to open a published acta again


@requiere(*PIDEN_REAPERTURA)
@require_GET
def reapertura(request: HttpRequest) -> HttpResponse:
    """Find the acta; above, those of which whoever collated asked for a correction."""
    alcance = _alcance(request, PIDEN_REAPERTURA)
    filas = FilaActa.objects.filter(cotejo=EN_CORRECCION, captura=Captura.VERIFICADA.value).order_by("clave")
    claves = [c for c in filas.values_list("clave", flat=True) if TODO in alcance or c[:11] in alcance]
    formas: Container[str] = oficina.formas() if claves else ()
    datos = {
        "pestanas": _pestanas(request, "reapertura"),
        "busca": reverse("ccv-reapertura-buscar"),
        "en_correccion": [buscador.Hallada(c, hoja.identificacion(c)) for c in claves if c in formas][:100],
        "pedida": "pedida" in request.GET,
    }
    return render(request, "ccv/reapertura.html", datos)


def _publicada(request: HttpRequest, clave: str) -> frozenset[str] | None:
    """A published acta of the catalogue: there is no other one to open again."""
    hay = FilaActa.objects.filter(clave=clave, captura=Captura.VERIFICADA.value).exists() and clave in oficina.formas()
    return cola.alcance_de(clave) if hay else None


@requiere(*PIDEN_REAPERTURA, sobre=_publicada)
@require_http_methods(["GET", "HEAD", "POST"])
def reabrir(request: HttpRequest, clave: str) -> HttpResponse:
    """A published acta with its picture, and the reason to open it again."""
    acta, persona = acta_de(clave), _persona(request)
    if acta.publicada is None:
        raise Http404
    if request.method == "POST":

        def pedir(ficha: Ficha) -> None:
            if ficha.acta != clave:
                raise FichaInvalida
            services.pedir_reapertura(ficha, _motivo(request))

        busca = reverse("ccv-reapertura")
        return _responder(request, [_PEDIR], pedir, f"{busca}?pedida", si_no=busca)
    huella = acta.publicada.imagen.sha256
    ficha = Ficha(cola.nueva_orden(), clave, _PEDIR, huella, persona, acta.publicada.hecho)
    datos = {
        "pestanas": _pestanas(request, "reapertura"),
        "titulo": "ccv.reapertura.titulo",
        "ident": hoja.identificacion(clave),
        "orden": ficha.orden,
        "en_manos": cola.en_manos(persona, oficina.reloj.ahora()),
        "ficha": ficha.escribir(),
        "imagen": reverse("ccv-reapertura-imagen", args=[clave]),
        "enderezada": hoja.enderezada(huella),
        "filas": _filas(clave, acta.publicada.asentado),
        "en_correccion": acta.cotejo == EN_CORRECCION,
        "ya": acta.reapertura is not None,
        "notas": services.notas(clave, acta),
    }
    leyo(request, clave)
    return render(request, "ccv/reabrir.html", datos)


@requiere(*PIDEN_REAPERTURA, sobre=_publicada)
@require_GET
def imagen_publicada(request: HttpRequest, clave: str) -> HttpResponse:
    """The picture of a published acta."""
    acta = acta_de(clave)
    if acta.publicada is None:
        raise Http404
    return _mostrar(request, clave, acta.publicada.imagen.sha256)


# what is done


def _dichos(request: HttpRequest) -> Mapping[str, str]:
    return {c[2:]: str(v) for c, v in request.POST.items() if c.startswith("v.")}


def _motivo(request: HttpRequest) -> str:
    return request.POST.get("motivo", "")[:MOTIVO]


def _capturar(request: HttpRequest, ficha: Ficha) -> None:
    services.capturar(ficha, _dichos(request), _lugar(request))


def _dictaminar(request: HttpRequest, ficha: Ficha) -> None:
    services.dictaminar(ficha, _dichos(request))


def _decidir(request: HttpRequest, ficha: Ficha) -> None:
    services.decidir(ficha, _dichos(request), _motivo(request))


def _verificar(request: HttpRequest, ficha: Ficha) -> None:
    services.verificar(ficha, _lugar(request))


def _devolver(request: HttpRequest, ficha: Ficha) -> None:
    services.devolver(ficha, request.POST.getlist("campo"), _motivo(request))


def _conceder(request: HttpRequest, ficha: Ficha) -> None:
    services.conceder(ficha)


def _rehusar(request: HttpRequest, ficha: Ficha) -> None:
    services.rehusar(ficha, texto(f"ccv.peticiones.{ficha.paso}_no"))


def _identificar(request: HttpRequest, ficha: Ficha) -> None:
    cual, alcance = request.POST.get("acta", ""), _alcance(request, ROLES[Paso.IDENTIFICACION])
    posible = cual in oficina.formas() and (TODO in alcance or cual[:11] in alcance)
    if not posible or (cual != ficha.acta and not ficha.acta.startswith(HOJA)):
        raise CamposInvalidos(["acta"])
    services.identificar(ficha, cual)


def _declarar_fuera(request: HttpRequest, ficha: Ficha) -> None:
    if not {c.rol for c in cargos_de(request)} & set(DECLARAN_FUERA):
        raise FichaInvalida
    eleccion = request.POST.get("eleccion", "")
    if eleccion not in {e.clave for e in oficina.formas().proceso.elecciones}:
        raise CamposInvalidos(["eleccion"])
    leido = {c: request.POST.get(c, "").strip()[:20] for c in ("demarcacion", "seccion", "tipo", "id", "extension")}
    services.declarar_fuera(ficha, {"eleccion": eleccion, **leido})


def _cotejar(request: HttpRequest, ficha: Ficha) -> None:
    resultado, nota = request.POST.get("resultado", ""), _motivo(request).strip()
    if resultado not in ("1", "2", "3"):
        raise FichaInvalida
    if resultado == str(EN_CORRECCION) and not nota:
        raise CamposInvalidos(["motivo"])
    services.cotejar(ficha, resultado, f"{texto('ccv.cotejo.nota')} {nota}" if nota else "")


def _reportar(request: HttpRequest, ficha: Ficha) -> None:
    try:
        problema = Problema(request.POST.get("problema", ""))
    except ValueError:
        raise FichaInvalida from None
    if problema not in _problemas(request, ficha):
        raise FichaInvalida
    services.reportar(ficha, problema, texto(f"ccv.problema.{problema}"))


_ACTOS: Final[dict[tuple[Paso, str], Hacer]] = {
    (Paso.CAPTURA, "enviar"): _capturar,
    (Paso.DIFERENCIAS, "enviar"): _dictaminar,
    (Paso.DECISION, "enviar"): _decidir,
    (Paso.VERIFICACION, "enviar"): _verificar,
    (Paso.VERIFICACION, "devolver"): _devolver,
    **{(paso, "si"): _conceder for paso in ESCRITORIOS["peticiones"]},
    **{(paso, "no"): _rehusar for paso in ESCRITORIOS["peticiones"]},
    (Paso.IDENTIFICACION, "enviar"): _identificar,
    (Paso.IDENTIFICACION, "fuera"): _declarar_fuera,
    (Paso.COTEJO, "enviar"): _cotejar,
    **{(paso, "problema"): _reportar for paso in (*services.SE_LEEN, Paso.IDENTIFICACION)},
}


def _hacer(request: HttpRequest, nombre: str, accion: str) -> HttpResponse:
    """Do it once, give the lease back and take the next. The answer says nothing of what became of the acta."""

    def hacer(ficha: Ficha) -> None:
        if (Paso(ficha.paso), accion) not in _ACTOS:
            raise FichaInvalida
        _ACTOS[Paso(ficha.paso), accion](request, ficha)

    ir = reverse(f"ccv-{nombre}")
    return _responder(request, _pasos(request, nombre), hacer, ir, lambda: _tomar(request, nombre))


def _responder(
    request: HttpRequest,
    pasos: Collection[str],
    hacer: Callable[[Ficha], None],
    ir: str,
    despues: Callable[[], object] = lambda: None,
    si_no: str = "",
) -> HttpResponse:
    """What came of an act, as the page's script reads it: where to go on (`si_no`: when it could not be done)."""
    try:
        ficha = Ficha.leer(request.POST.get("ficha", ""), pasos, _persona(request))
        hacer(ficha)
    except FichaInvalida:
        return _negar(request, 400, texto("ccv.falla.no_se_entendio"))
    except CamposInvalidos as error:
        return _negar(request, 400, texto("ccv.falla.campos"), campos=error.campos)
    except ImagenDesechada as error:
        return _negar(request, 409, error.rechazo.value, que=error.rechazo.name)
    except (HechoRechazado, FichaSuperada) as error:
        rechazo = error.rechazo
        if rechazo in DE_QUIEN or rechazo is Rechazo.SIN_MOTIVO:
            return _negar(request, 409, rechazo.value, que=rechazo.name)
        cola.dejar(ficha.persona, ficha.orden)
        return _negar(request, 409, rechazo.value, que=rechazo.name, ir=si_no or ir)
    cola.dejar(ficha.persona, ficha.orden)
    despues()
    return JsonResponse({"ir": ir})


def _negar(request: HttpRequest, estado: int, frase: str, que: str = "", **otros: Any) -> HttpResponse:
    codigo = getattr(request, "codigo", "")
    registro.info("código %s: %s %s en %s", codigo, estado, que or frase, request.path)
    return JsonResponse({"frase": frase, "codigo": codigo} | otros, status=estado)


# practice: the capture screen over actas whose truth is known, and nothing of any acta is written

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
    este, persona, ir = ensayo.juego(), _persona(request), reverse("ccv-practica")
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
        ficha = Ficha.leer(request.POST.get("ficha", ""), [ensayo.PASO], _persona(request))
        problema = Problema(request.POST.get("problema", "")) if accion == "problema" else None
        teclas = request.POST.get("teclas", "")
        ensayo.responder(ficha, _dichos(request), problema, int(teclas) if re.fullmatch("[0-9]{1,6}", teclas) else 0)
    except CamposInvalidos as error:
        return _negar(request, 400, texto("ccv.falla.campos"), campos=error.campos)
    except (FichaInvalida, ValueError):
        return _negar(request, 400, texto("ccv.falla.no_se_entendio"))
    except ensayo.PracticaSuperada:
        return _negar(request, 409, texto("ccv.practica.superada"), ir=ir)
    except HechoRechazado as error:
        return _negar(request, 409, error.rechazo.value, que=error.rechazo.name)
    return JsonResponse({"ir": ir})


def _pagina_de_practica(request: HttpRequest, este: ensayo.Juego | None) -> HttpResponse:
    persona = _persona(request)
    datos: dict[str, Any] = {
        "pestanas": _pestanas(request, "practica"),
        "titulo": "ccv.practica.titulo",
        "en_manos": cola.en_manos(persona, oficina.reloj.ahora()),
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
        "enderezada": ensayo.enderezada(ejercicio),
        "problemas": [(str(n), p.value, texto(f"ccv.problema.{p}")) for n, p in enumerate(Problema, 1)],
        "renglones": hoja.renglones(ejercicio.clave, ficha.campos),
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
        "imagen": reverse("ccv-practica-imagen", args=[ejercicio.imagen]) if ensayo.enderezada(ejercicio) else "",
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


captura = escritorio("captura")
diferencias = escritorio("diferencias")
decision = escritorio("decision")
verificacion = escritorio("verificacion")
peticiones = escritorio("peticiones")
identificacion = escritorio("identificacion")
cotejo = escritorio("cotejo")
