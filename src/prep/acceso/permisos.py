"""What each route needs is said at the route, and a route that says nothing is closed.

    @requiere(Rol.CAPTURISTA)
    def captura(request): …

    @requiere(Rol.SUPERVISOR, sobre=lambda request, clave: frozenset({clave[:11]}))
    @reautenticar
    def reabrir(request, clave): …

`sobre` takes what the view takes and returns every key by which the object may be in somebody's reach; None where there
is no such object (404). One of the person's roles must be asked for and reach it. `abierta` marks what anybody may ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from prep.acceso.facultades import Cargo, facultades_de
from prep.acceso.models import Cuenta
from prep.acceso.roles import CON_SEGUNDO_FACTOR, TODOS, Rol
from prep.bitacora.autoridad import autoridad_vista
from prep.diseno.textos import texto

Vista = Callable[..., Any]
Sobre = Callable[..., frozenset[str] | None]


@dataclass(frozen=True)
class Acceso:
    """What a view declares. No roles: anybody, signed in or not."""

    roles: frozenset[Rol]


def cargos_de(request: HttpRequest) -> tuple[Cargo, ...]:
    """Roles of whoever asks, looked up once a request."""
    if not hasattr(request, "cargos"):
        cuenta = request.user
        request.cargos = facultades_de(cuenta.persona, autoridad_vista()) if isinstance(cuenta, Cuenta) else ()  # type: ignore[attr-defined]
    return request.cargos  # type: ignore[attr-defined, no-any-return]


def declarar(vista: Vista, acceso: Acceso) -> Vista:
    vista.acceso = acceso  # type: ignore[attr-defined]
    return vista


def abierta(vista: Vista) -> Vista:
    """Anybody may ask for it, signed in or not."""

    @wraps(vista)
    def puerta(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return vista(request, *args, **kwargs)

    return declarar(puerta, Acceso(frozenset()))


def requiere(*roles: Rol, sobre: Sobre | None = None, pendiente: bool = False) -> Callable[[Vista], Vista]:
    """Only for those roles, over what their reach covers. `pendiente`: also while the account is being set up."""

    def decorar(vista: Vista) -> Vista:
        @wraps(vista)
        def puerta(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if (respuesta := _sin_entrar(request)) or (not pendiente and (respuesta := _por_terminar(request))):
                return respuesta
            cargos = [c for c in cargos_de(request) if c.rol in roles]
            if not cargos:
                raise PermissionDenied
            if sobre is not None:
                objeto = sobre(request, *args, **kwargs)
                if objeto is None:
                    raise Http404
                if not any(c.alcanza(objeto) for c in cargos):
                    raise PermissionDenied
            return vista(request, *args, **kwargs)

        return declarar(puerta, Acceso(frozenset(roles)))

    return decorar


def _sin_entrar(request: HttpRequest) -> HttpResponse | None:
    if request.user.is_authenticated:
        return None
    if _con_datos(request):
        return HttpResponse(status=401)  # the page that asked keeps what was typed, and says so
    return redirect_to_login(request.get_full_path())


def _por_terminar(request: HttpRequest) -> HttpResponse | None:
    """What an account must do before anything else: its own password, and the second factor where it is required. What
    was sent is not done, and the page that sent it keeps what was typed."""
    assert isinstance(request.user, Cuenta)
    if request.user.clave_provisional:
        ruta, frase = "account_change_password", "acceso.pendiente.clave"
    elif falta_segundo_factor(request):
        ruta, frase = "mfa_index", "acceso.pendiente.segundo"
    else:
        return None
    if not _con_datos(request):
        return HttpResponseRedirect(reverse(ruta))
    if request.accepts("text/html"):
        datos = {"titulo": texto("acceso.pendiente.titulo"), "explica": texto(frase)}
        return render(request, "diseno/error.html", datos, status=409)
    return JsonResponse({"frase": texto(frase), "codigo": getattr(request, "codigo", "")}, status=409)


def _con_datos(request: HttpRequest) -> bool:
    """Whether a page that stays asks, or something is sent: nobody is led elsewhere."""
    return "HX-Request" in request.headers or request.method not in ("GET", "HEAD")


def falta_segundo_factor(request: HttpRequest) -> bool:
    if not any(c.rol in CON_SEGUNDO_FACTOR for c in cargos_de(request)):
        return False
    assert isinstance(request.user, Cuenta)
    tipos = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return not Authenticator.objects.filter(user=request.user, type__in=tipos).exists()


reautenticar = reauthentication_required
"""Ask again who it is (by second factor where there is one, else by password) unless it was asked in the last five
minutes; what was being sent waits and is then done. Goes under `requiere`."""

propia = requiere(*TODOS)
"""For whoever is signed in."""
en_preparacion = requiere(*TODOS, pendiente=True)
"""For whoever is signed in, also before their account is ready."""
