"""What the pages of this room share: their tabs, and answering with a part that keeps itself up to date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response

from prep.acceso.models import Cuenta
from prep.acceso.permisos import Vista, cargos_de
from prep.acceso.roles import Rol
from prep.catalogo.services.errores import ProcesoDesconocido
from prep.coordinacion.pestanas import TODAS
from prep.coordinacion.tablas import consulta
from prep.diseno.textos import texto


def pestanas(request: HttpRequest) -> list[dict[str, Any]]:
    """The tabs that whoever asks may open."""
    mios = {c.rol for c in cargos_de(request)}
    return [
        {"ruta": reverse(n), "rotulo": texto(rotulo), "activa": request.path == reverse(n)}
        for n, (rotulo, roles) in TODAS.items()
        if mios & roles
    ]


def reabrir_en(request: HttpRequest, clave: str, publicada: bool) -> str:
    """Where whoever supervises asks to open a published acta again; empty for the rest."""
    manda = Rol.SUPERVISOR in {c.rol for c in cargos_de(request)}
    return reverse("ccv-reabrir", args=[clave]) if publicada and manda else ""


def con_proceso(vista: Vista) -> Vista:
    """Where no process has been imported yet there is nothing to coordinate, and the page says so."""

    @wraps(vista)
    def puerta(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return vista(request, *args, **kwargs)
        except ProcesoDesconocido:
            return render(request, "coordinacion/sin_proceso.html", {"pestanas": pestanas(request)})

    return puerta


class DeAlguien(Protocol):
    """Something that is of an account: a desk, a phone."""

    @property
    def cuenta(self) -> Cuenta: ...


T = TypeVar("T", bound=DeAlguien)


def elegir(
    request: HttpRequest, todos: Sequence[T], estados: Sequence[str], es: Callable[[T, str], bool], rotulos: str
) -> tuple[list[T], str, dict[str, Any]]:
    """Those in the place and state that the address asks for; its filters, as it says them; and what the form of
    filters and the counts of the page need. `rotulos`: where the texts have the name of each state."""
    solo, lugar = request.GET.get("solo", ""), request.GET.get("lugar", "")[:60]
    de_ahi = [x for x in todos if not lugar or x.cuenta.lugar == lugar]
    vistos = [x for x in de_ahi if solo not in estados or es(x, solo)]
    nombres = [(e, texto(f"{rotulos}.{e}")) for e in estados]
    datos = {
        "lugares": [(v, v == lugar) for v in sorted({x.cuenta.lugar for x in todos})],
        "cuales": [(e, nombre, e == solo) for e, nombre in nombres],
        "cuantos": [(e, nombre, sum(es(x, e) for x in de_ahi)) for e, nombre in nombres],
        "solo": solo,
        "vivo": f"{request.path}?{request.GET.urlencode()}",
    }
    return vistos, consulta(solo=solo, lugar=lugar), datos


def responder(request: HttpRequest, pagina: str, region: str, datos: dict[str, Any]) -> HttpResponse:
    """The page; or, when it asks to bring itself up to date, its live part, if it changed. That part says no hour more
    exactly than to the minute: otherwise every look would be another."""
    if not request.headers.get("HX-Request"):
        return render(request, pagina, {**datos, "region": region})
    html = render_to_string(region, datos, request)
    sello = f'"{sha256(html.encode()).hexdigest()[:32]}"'
    respuesta = HttpResponse(html, headers={"ETag": sello})
    return get_conditional_response(request, etag=sello, response=respuesta) or respuesta
