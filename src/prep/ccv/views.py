"""The four desks. Each is one page: it shows the acta in one's hands, or offers to take the next.

What is sent comes by POST with `accion`: tomar and dejar answer with the page; the rest, which a script sends and may
send again, with JSON that is the same however many times it is asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from prep.acceso.models import Cuenta
from prep.acceso.permisos import Acceso, Vista, cargos_de, propia, requiere
from prep.acceso.registro import leyo
from prep.acceso.roles import Rol
from prep.bitacora.actas import acta_de
from prep.bitacora.services import HechoRechazado
from prep.ccv import cola, hoja, oficina, services
from prep.ccv.cola import Quien
from prep.ccv.models import Turno
from prep.ccv.pasos import Paso, toca
from prep.ccv.services import CamposInvalidos, Ficha, FichaInvalida, FichaSuperada, Problema
from prep.diseno.textos import texto
from prep.dominio.comun.rechazos import Rechazo

registro = logging.getLogger("prep.ccv")
ROLES: Final = {
    Paso.CAPTURA: (Rol.CAPTURISTA,),
    Paso.DIFERENCIAS: (Rol.VERIFICADOR, Rol.SUPERVISOR),
    Paso.DECISION: (Rol.SUPERVISOR,),
    Paso.VERIFICACION: (Rol.VERIFICADOR,),
}
DE_QUIEN: Final = frozenset(
    {Rechazo.NODO_DESCONOCIDO, Rechazo.PERSONA_DESCONOCIDA, Rechazo.SIN_FACULTAD, Rechazo.DISPOSITIVO}
)
"""Refusals that another acta would not mend: the work stays on the page."""
Hacer = Callable[[HttpRequest, Ficha], None]


def _persona(request: HttpRequest) -> str:
    """How the facts call whoever is signed in."""
    assert isinstance(request.user, Cuenta)
    return request.user.persona


def _quien(request: HttpRequest, paso: Paso) -> Quien:
    assert isinstance(request.user, Cuenta)
    suyos = [c for c in cargos_de(request) if c.rol in ROLES[paso]]
    return Quien(_persona(request), request.user.lugar, frozenset[str]().union(*(c.alcance for c in suyos)))


def _pestanas(request: HttpRequest, paso: Paso) -> list[dict[str, Any]]:
    mios = {c.rol for c in cargos_de(request)}
    return [
        {"ruta": reverse(f"ccv-{p}"), "rotulo": texto(f"ccv.{p}.titulo"), "activa": p is paso}
        for p, suyos in ROLES.items()
        if mios & set(suyos)
    ]


@propia
@require_GET
def inicio(request: HttpRequest) -> HttpResponse:
    """To one's own desk; whoever has none, to their account."""
    mios = {c.rol for c in cargos_de(request)}
    return redirect(next((f"ccv-{p}" for p, suyos in ROLES.items() if mios & set(suyos)), "acceso-cuenta"))


def escritorio(paso: Paso) -> Vista:
    """The view of a step."""

    @requiere(*ROLES[paso])
    @require_http_methods(["GET", "HEAD", "POST"])
    def vista(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return _pagina(request, paso)
        accion = request.POST.get("accion", "")
        if accion == "tomar":
            turno = cola.tomar(paso, _quien(request, paso), oficina.reloj.ahora())
            return redirect(reverse(f"ccv-{paso}") + ("" if turno else "?vacia"))
        if accion == "dejar":
            cola.dejar(_persona(request))
            return redirect(reverse(f"ccv-{paso}") + "?descanso")
        if (paso, accion) in _ACTOS:
            return _hacer(request, paso, _ACTOS[paso, accion])
        if accion == "problema":
            return _hacer(request, paso, _reportar)
        return _negar(request, 400, texto("ccv.falla.no_se_entendio"))

    assert isinstance(vista.acceso, Acceso)  # type: ignore[attr-defined]
    return vista


# what is shown


def _pagina(request: HttpRequest, paso: Paso) -> HttpResponse:
    ahora = oficina.reloj.ahora()
    datos: dict[str, Any] = {
        "paso": paso.value,
        "pestanas": _pestanas(request, paso),
        "titulo": f"ccv.{paso}.titulo",
        "explica": f"ccv.{paso}.explica",
    }
    turno = cola.suyo(_persona(request), [paso], ahora)
    if turno is not None:
        acta = acta_de(turno.acta)
        if toca(paso, turno.acta, acta) and acta.imagen is not None and acta.imagen.sha256 == turno.imagen:
            return render(request, _PLANTILLAS[paso], datos | _del_acta(turno, services.ficha_de(turno, acta), paso))
        cola.dejar(turno.persona, turno.orden)
        datos["cambio"] = True
    return render(request, "ccv/espera.html", datos | {c: c in request.GET for c in ("vacia", "descanso")})


def _del_acta(turno: Turno, ficha: Ficha, paso: Paso) -> dict[str, Any]:
    filas = hoja.renglones(turno.acta, ficha.campos)
    datos: dict[str, Any] = {
        "ident": hoja.identificacion(turno.acta),
        "ficha": ficha.escribir(),
        "orden": turno.orden,
        "imagen": reverse("ccv-imagen", args=[turno.acta]),
        "enderezada": hoja.enderezada(turno.imagen),
        "renglones": filas,
        "problemas": [(str(n), p.value, texto(f"ccv.problema.{p}")) for n, p in enumerate(Problema, 1)],
        "con_motivo": paso is Paso.DECISION,
        "con_encabezado": paso is Paso.CAPTURA,
        "encabezado": hoja.encabezado(turno.acta),
    }
    if paso is Paso.VERIFICACION:
        acordado = acta_de(turno.acta).acordado
        if acordado is None or acordado.lectura != ficha.base:
            raise Http404
        valores = hoja.campos_de(acordado.asentado)
        datos["filas"] = [(f, valores.get(f.clave, "")) for f in filas]
    return datos


_PLANTILLAS: Final = {
    Paso.CAPTURA: "ccv/captura.html",
    Paso.DIFERENCIAS: "ccv/captura.html",
    Paso.DECISION: "ccv/captura.html",
    Paso.VERIFICACION: "ccv/verificacion.html",
}


def _en_sus_manos(request: HttpRequest, clave: str) -> frozenset[str] | None:
    """An acta that whoever asks holds now; to anybody else there is no picture."""
    vivo = Turno.objects.filter(acta=clave, persona=_persona(request), vence__gt=oficina.reloj.ahora())
    return cola.alcance_de(clave) if vivo.exists() else None


@requiere(*{rol for roles in ROLES.values() for rol in roles}, sobre=_en_sus_manos)
@require_GET
def imagen(request: HttpRequest, clave: str) -> HttpResponse:
    """The picture of the acta in one's hands. Who was shown it is put on the register."""
    turno = Turno.objects.filter(acta=clave, persona=_persona(request)).first()
    datos = hoja.imagen(turno.imagen) if turno else None
    if datos is None:
        raise Http404
    leyo(request, clave)
    tipo = "image/png" if datos.startswith(b"\x89PNG") else "image/jpeg"
    return HttpResponse(datos, content_type=tipo, headers={"Cache-Control": "private, no-store"})


# what is done


def _lugar(request: HttpRequest) -> str:
    assert isinstance(request.user, Cuenta)
    return request.user.lugar


def _dichos(request: HttpRequest) -> Mapping[str, str]:
    return {c[2:]: str(v) for c, v in request.POST.items() if c.startswith("v.")}


def _capturar(request: HttpRequest, ficha: Ficha) -> None:
    services.capturar(ficha, _dichos(request), _lugar(request))


def _dictaminar(request: HttpRequest, ficha: Ficha) -> None:
    services.dictaminar(ficha, _dichos(request))


def _decidir(request: HttpRequest, ficha: Ficha) -> None:
    services.decidir(ficha, _dichos(request), request.POST.get("motivo", "")[:500])


def _verificar(request: HttpRequest, ficha: Ficha) -> None:
    services.verificar(ficha, _lugar(request))


def _devolver(request: HttpRequest, ficha: Ficha) -> None:
    services.devolver(ficha, request.POST.getlist("campo"), request.POST.get("motivo", "")[:500])


def _reportar(request: HttpRequest, ficha: Ficha) -> None:
    try:
        problema = Problema(request.POST.get("problema", ""))
    except ValueError:
        raise FichaInvalida from None
    services.reportar(ficha, problema, texto(f"ccv.problema.{problema}"))


_ACTOS: Final[dict[tuple[Paso, str], Hacer]] = {
    (Paso.CAPTURA, "enviar"): _capturar,
    (Paso.DIFERENCIAS, "enviar"): _dictaminar,
    (Paso.DECISION, "enviar"): _decidir,
    (Paso.VERIFICACION, "enviar"): _verificar,
    (Paso.VERIFICACION, "devolver"): _devolver,
}


def _hacer(request: HttpRequest, paso: Paso, hacer: Hacer) -> HttpResponse:
    """Do it once, give the lease back and take the next. The answer says nothing of what became of the acta."""
    try:
        ficha = Ficha.leer(request.POST.get("ficha", ""), paso, _persona(request))
        hacer(request, ficha)
    except FichaInvalida:
        return _negar(request, 400, texto("ccv.falla.no_se_entendio"))
    except CamposInvalidos as error:
        return _negar(request, 400, texto("ccv.falla.campos"), campos=error.campos)
    except (HechoRechazado, FichaSuperada) as error:
        rechazo = error.rechazo
        if rechazo in DE_QUIEN or rechazo is Rechazo.SIN_MOTIVO:
            return _negar(request, 409, rechazo.value, que=rechazo.name)
        cola.dejar(ficha.persona, ficha.orden)
        return _negar(request, 409, rechazo.value, que=rechazo.name, ir=reverse(f"ccv-{paso}"))
    cola.dejar(ficha.persona, ficha.orden)
    cola.tomar(paso, _quien(request, paso), oficina.reloj.ahora())
    return JsonResponse({"ir": reverse(f"ccv-{paso}")})


def _negar(request: HttpRequest, estado: int, frase: str, que: str = "", **otros: Any) -> HttpResponse:
    codigo = getattr(request, "codigo", "")
    registro.info("código %s: %s %s en %s", codigo, estado, que or frase, request.path)
    return JsonResponse({"frase": frase, "codigo": codigo} | otros, status=estado)


captura = escritorio(Paso.CAPTURA)
diferencias = escritorio(Paso.DIFERENCIAS)
decision = escritorio(Paso.DECISION)
verificacion = escritorio(Paso.VERIFICACION)
