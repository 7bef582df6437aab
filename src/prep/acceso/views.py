"""One's own account, the people of a place, the terminals, and the register of who read what."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from prep.acceso import bloqueos, listas, sesiones, terminales
from prep.acceso.destinos import destinos_de
from prep.acceso.facultades import Cargo, Escribano, facultades_de, facultades_de_todas, manda_sobre
from prep.acceso.formas import CodigoDeTerminal, NuevaTerminal
from prep.acceso.models import Cuenta, Registro, Terminal
from prep.acceso.pases import hojas
from prep.acceso.permisos import abierta, cargos_de, propia, reautenticar, requiere
from prep.acceso.presentes import abiertas
from prep.acceso.registro import anotar, leyo
from prep.acceso.roles import Rol
from prep.diseno.textos import texto

MANDAN = (Rol.SUPERVISOR, Rol.COORDINADOR, Rol.ADMINISTRADOR)


@abierta
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def terminal(request: HttpRequest) -> HttpResponse:
    """Enrol this browser with a code."""
    forma = CodigoDeTerminal(request.POST or None)
    if request.method == "POST" and forma.is_valid():
        assert forma.terminal is not None
        respuesta = redirect("account_login")
        terminales.recordar(respuesta, forma.terminal)
        anotar(request, "terminal_alta", str(forma.terminal.id))
        messages.success(request, texto("acceso.terminal.lista", nombre=str(forma.terminal)))
        return respuesta
    return render(request, "acceso/terminal.html", {"form": forma, "conocida": terminales.de(request)})


@abierta
@never_cache
@require_http_methods(["GET", "POST"])
def sesion(request: HttpRequest) -> HttpResponse:
    """How long is left; by POST, more. Also the token that the page's forms need from now on."""
    if not isinstance(request.user, Cuenta):
        return JsonResponse({}, status=401)
    if request.method == "POST":
        sesiones.prolongar(request.session, ya=True)
    estado = sesiones.estado(request.session)
    return JsonResponse({"persona": request.user.persona, "csrf": get_token(request), **estado})


@propia
@require_GET
def cuenta(request: HttpRequest) -> HttpResponse:
    """Who one is here, and what one can do about it."""
    assert isinstance(request.user, Cuenta)
    tipos = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    cargos = cargos_de(request)
    suyas = sorted((s for _, s in abiertas([request.user], sesiones.reloj.ahora())), key=lambda s: s.desde)
    datos = {
        "otras": [s for s in suyas if s.llave != request.session.session_key],
        "cargos": [(texto(f"acceso.rol.{c.rol}"), c.lugar) for c in cargos],
        "segundo": bool(tipos - {"recovery_codes"}),
        "terminal": request.terminal,  # type: ignore[attr-defined]
        "destinos": destinos_de(cargos),
        "pestanas": pestanas(request, cargos),
    }
    return render(request, "acceso/cuenta.html", datos)


@propia
@require_POST
def cerrar_otras(request: HttpRequest) -> HttpResponse:
    """End one's session wherever else it is open."""
    assert isinstance(request.user, Cuenta)
    sesiones.cerrar_las_demas(request)
    anotar(request, "otras_cerradas", request.user.persona)
    messages.success(request, texto("acceso.cuenta.otras_cerradas"))
    return redirect("acceso-cuenta")


def pestanas(request: HttpRequest, cargos: tuple[Cargo, ...]) -> list[dict[str, Any]]:
    """The pages of this room that whoever asks may open."""
    roles = {c.rol for c in cargos}
    rutas = {
        "acceso-cuenta": True,
        "acceso-personas": bool(roles & {*MANDAN, Rol.AUDITOR}),
        "acceso-terminales": bool(roles & set(MANDAN)),
        "acceso-registro": bool(roles & {Rol.ADMINISTRADOR, Rol.AUDITOR}),
    }
    return [
        {"ruta": reverse(n), "rotulo": texto(f"acceso.pestana.{n}"), "activa": request.path == reverse(n)}
        for n, ve in rutas.items()
        if ve
    ]


# people


def _a_su_cargo(request: HttpRequest) -> QuerySet[Cuenta]:
    """Accounts that whoever asks may see: all of them, or those of their places."""
    cargos = cargos_de(request)
    if {c.rol for c in cargos} & {Rol.ADMINISTRADOR, Rol.AUDITOR}:
        return Cuenta.objects.all()
    return Cuenta.objects.filter(lugar__in={c.lugar for c in cargos})


@requiere(*MANDAN, Rol.AUDITOR)
@require_GET
def personas(request: HttpRequest) -> HttpResponse:
    """Everybody of the place: who has not come in yet, who is locked, and what to do about it."""
    cuentas = _a_su_cargo(request)
    faltan = cuentas.filter(activa=True, entro=None).count()
    busca, solo = request.GET.get("q", "").strip()[:60], request.GET.get("solo", "")
    if busca:
        cuentas = cuentas.filter(Q(usuario__icontains=busca) | Q(nombre__icontains=busca) | Q(lugar__icontains=busca))
    if solo == "sin_entrar":
        cuentas = cuentas.filter(entro=None, activa=True)
    elif solo == "bloqueada":
        cuentas = cuentas.filter(usuario__in=bloqueos.bloqueados(cuentas.values_list("usuario", flat=True)))
    pagina = Paginator(cuentas.order_by("lugar", "nombre"), 100).get_page(request.GET.get("p"))
    trabadas = bloqueos.bloqueados(c.usuario for c in pagina)
    cargos = cargos_de(request)
    todas, filas = facultades_de_todas(c.persona for c in pagina), []
    for c in pagina:
        suyos = todas[c.persona]
        estado = (
            "retirada"
            if not c.activa
            else "bloqueada"
            if c.usuario in trabadas
            else "activa"
            if c.entro
            else "sin_entrar"
        )
        filas.append(
            {
                "cuenta": c,
                "roles": [texto(f"acceso.rol.{s.rol}") for s in suyos],
                "estado": estado,
                "puede": c != request.user and c.activa and manda_sobre(cargos, suyos, c.lugar),
            }
        )
    leyo(request, "personas")
    datos = {
        "filas": filas,
        "pagina": pagina,
        "faltan": faltan,
        "q": busca,
        "solo": solo,
        "administra": Rol.ADMINISTRADOR in {c.rol for c in cargos},
        "pestanas": pestanas(request, cargos),
    }
    return render(request, "acceso/personas.html", datos)


def _otra_cuenta(request: HttpRequest, usuario: str, **otros: Any) -> frozenset[str] | None:
    """404 unless the account answers to whoever asks, and is not their own."""
    cuenta = _a_su_cargo(request).filter(usuario=usuario, activa=True).first()
    if cuenta is None or cuenta == request.user:
        return None
    return frozenset() if manda_sobre(cargos_de(request), facultades_de(cuenta.persona), cuenta.lugar) else None


@requiere(*MANDAN, sobre=_otra_cuenta)
@require_POST
def liberar(request: HttpRequest, usuario: str) -> HttpResponse:
    """Lift a lockout, at once."""
    cuenta = get_object_or_404(Cuenta, usuario=usuario)
    bloqueos.levantar(usuario)
    anotar(request, "cuenta_liberada", cuenta.persona)
    messages.success(request, texto("acceso.personas.liberada", nombre=cuenta.nombre))
    return redirect("acceso-personas")


@requiere(*MANDAN, sobre=_otra_cuenta)
@require_POST
@reautenticar
@sensitive_variables("clave")
def otra_clave(request: HttpRequest, usuario: str) -> HttpResponse:
    """A new slip for somebody who lost theirs."""
    cuenta = get_object_or_404(Cuenta, usuario=usuario)
    clave = listas.otra_clave(cuenta)
    anotar(request, "cuenta_clave", cuenta.persona)
    roles = tuple(c.rol for c in facultades_de(cuenta.persona))
    pase = listas.Pase(cuenta.usuario, clave, cuenta.nombre, cuenta.lugar, roles)
    pdf = hojas([pase], request.build_absolute_uri(reverse("account_login")))
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="pase-{usuario}.pdf"'},
    )


@requiere(*MANDAN, sobre=_otra_cuenta)
@require_POST
@reautenticar
def retirar(request: HttpRequest, usuario: str) -> HttpResponse:
    """Take an account away, in effect at once, and with it the roles that whoever asks may take away."""
    assert isinstance(request.user, Cuenta)
    cuenta = get_object_or_404(Cuenta, usuario=usuario)
    sin_roles = listas.retirar(cuenta, Escribano.de_aqui(request.user.persona))
    anotar(request, "cuenta_retirada", cuenta.persona)
    frase = "acceso.personas.retirada" if sin_roles else "acceso.personas.retirada_con_roles"
    messages.success(request, texto(frase, nombre=cuenta.nombre))
    return redirect("acceso-personas")


@requiere(Rol.ADMINISTRADOR, sobre=_otra_cuenta)
@require_POST
@reautenticar
def sin_segundo(request: HttpRequest, usuario: str) -> HttpResponse:
    """Forget the second factor of somebody who lost it and its recovery codes; they set another at once."""
    cuenta = get_object_or_404(Cuenta, usuario=usuario)
    Authenticator.objects.filter(user=cuenta).delete()
    cuenta.cerrar_sesiones()
    anotar(request, "cuenta_sin_segundo", cuenta.persona)
    messages.success(request, texto("acceso.personas.sin_segundo", nombre=cuenta.nombre))
    return redirect("acceso-personas")


# terminals


def _lugares(request: HttpRequest) -> list[str] | None:
    """Places whose terminals whoever asks sees to; None, all."""
    cargos = cargos_de(request)
    if Rol.ADMINISTRADOR in {c.rol for c in cargos}:
        return None
    return sorted({c.lugar for c in cargos if c.rol in MANDAN})


@requiere(*MANDAN)
@require_http_methods(["GET", "HEAD", "POST"])
@reautenticar(allow_get=True)
def terminales_del_lugar(request: HttpRequest) -> HttpResponse:
    """The terminals of the place, and a code for one more."""
    lugares = _lugares(request)
    forma = NuevaTerminal(request.POST or None, lugares=lugares)
    nueva = codigo = None
    if request.method == "POST" and forma.is_valid():
        nueva, codigo = terminales.nueva(forma.cleaned_data["nombre"], forma.cleaned_data["lugar"])
        anotar(request, "terminal_codigo", str(nueva.id))
        forma = NuevaTerminal(lugares=lugares)
    filas = Terminal.objects.filter(baja=None).exclude(alta=None).order_by("lugar", "nombre")
    if lugares is not None:
        filas = filas.filter(lugar__in=lugares)
    datos = {
        "form": forma,
        "nueva": nueva,
        "codigo": codigo,
        "terminales": filas,
        "esta": request.terminal,  # type: ignore[attr-defined]
        "pestanas": pestanas(request, cargos_de(request)),
        "direccion": request.build_absolute_uri(reverse("acceso-terminal")),
    }
    return render(request, "acceso/terminales.html", datos)


def _terminal_a_su_cargo(request: HttpRequest, ident: Any) -> frozenset[str] | None:
    lugares = _lugares(request)
    fila = Terminal.objects.filter(id=ident, baja=None).first()
    return None if fila is None or (lugares is not None and fila.lugar not in lugares) else frozenset()


@requiere(*MANDAN, sobre=_terminal_a_su_cargo)
@require_POST
@reautenticar
def quitar_terminal(request: HttpRequest, ident: Any) -> HttpResponse:
    fila = get_object_or_404(Terminal, id=ident)
    terminales.quitar(fila)
    anotar(request, "terminal_baja", str(fila.id))
    messages.success(request, texto("acceso.terminales.quitada", nombre=str(fila)))
    return redirect("acceso-terminales")


# register


@requiere(Rol.ADMINISTRADOR, Rol.AUDITOR)
@require_GET
def registro(request: HttpRequest) -> HttpResponse:
    """Who read, came in or changed what."""
    lineas = Registro.objects.order_by("-id")
    busca = request.GET.get("q", "").strip()[:60]
    if busca:
        lineas = lineas.filter(Q(persona=busca) | Q(objeto=busca) | Q(que=busca))
    leyo(request, "registro")
    pagina = Paginator(lineas, 100).get_page(request.GET.get("p"))
    return render(
        request,
        "acceso/registro.html",
        {"pagina": pagina, "q": busca, "pestanas": pestanas(request, cargos_de(request))},
    )
