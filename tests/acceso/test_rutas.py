"""Every URL × every role, in one table: who gets in, and over what. A route that is not in it fails."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path

from gente import dentro, persona, terminal
from prep.acceso.models import Cuenta
from prep.acceso.permisos import Acceso, requiere
from prep.acceso.roles import CON_SEGUNDO_FACTOR, LECTURA, MANDO, OPERATIVOS, TODOS, Rol, incompatibles
from prep.acceso.umbral import OTRAS_PUERTAS

pytestmark = pytest.mark.django_db
NADIE: frozenset[Rol] = frozenset()
ADMIN, AUD = Rol.ADMINISTRADOR, Rol.AUDITOR
COORDINAN = MANDO | {AUD, Rol.COTAPREP, Rol.CONSEJO}
IDENTIFICAN = frozenset({Rol.DIGITALIZADOR, Rol.COORDINADOR, Rol.SUPERVISOR})
EN_ESCRITORIO = IDENTIFICAN | {Rol.CAPTURISTA, Rol.VERIFICADOR, Rol.ACOPIADOR}

TABLA: dict[str, tuple[str, frozenset[Rol] | None]] = {
    # route: (method, roles that get in; None, anybody at all)
    "": ("GET", None),
    "admin/login/": ("GET", None),
    "admin/logout/": ("GET", None),
    "admin/password_change/": ("GET", None),
    "entrar/": ("GET", None),
    "entrar/segundo/": ("GET", None),
    "entrar/terminal/": ("GET", None),
    "cuenta/salir/": ("GET", None),
    "cuenta/sesion/": ("GET", None),
    "cuenta/": ("GET", TODOS),
    "cuenta/clave/": ("GET", TODOS),
    "cuenta/confirmar/": ("GET", TODOS),
    "cuenta/confirmar/codigo/": ("GET", TODOS),
    "cuenta/confirmar/llave/": ("GET", TODOS),
    "cuenta/segundo/": ("GET", TODOS),
    "cuenta/segundo/codigo/": ("GET", TODOS),
    "cuenta/segundo/codigo/quitar/": ("GET", TODOS),
    "cuenta/segundo/llaves/": ("GET", TODOS),
    "cuenta/segundo/llaves/nueva/": ("GET", TODOS),
    "cuenta/segundo/llaves/<int:pk>/quitar/": ("GET", TODOS),
    "cuenta/segundo/codigos/": ("GET", TODOS),
    "cuenta/segundo/codigos/otros/": ("GET", TODOS),
    "cuenta/personas/": ("GET", MANDO | {AUD}),
    "cuenta/personas/<str:usuario>/liberar/": ("POST", MANDO),
    "cuenta/personas/<str:usuario>/clave/": ("POST", MANDO),
    "cuenta/personas/<str:usuario>/retirar/": ("POST", MANDO),
    "cuenta/personas/<str:usuario>/sin-segundo/": ("POST", frozenset({ADMIN})),
    "cuenta/terminales/": ("GET", MANDO),
    "cuenta/terminales/<uuid:ident>/quitar/": ("POST", MANDO),
    "cuenta/registro/": ("GET", frozenset({ADMIN, AUD})),
    "ccv/": ("GET", TODOS),
    "ccv/captura/": ("GET", frozenset({Rol.CAPTURISTA})),
    "ccv/diferencias/": ("GET", frozenset({Rol.VERIFICADOR, Rol.SUPERVISOR})),
    "ccv/decision/": ("GET", frozenset({Rol.SUPERVISOR})),
    "ccv/verificacion/": ("GET", frozenset({Rol.VERIFICADOR})),
    "coordinacion/": ("GET", COORDINAN),
    "coordinacion/puestos/": ("GET", MANDO | {AUD}),
    "coordinacion/actas/": ("GET", COORDINAN),
    "ccv/peticiones/": ("GET", frozenset({Rol.SUPERVISOR, Rol.COORDINADOR})),
    "ccv/identificacion/": ("GET", IDENTIFICAN),
    "ccv/identificacion/buscar/": ("GET", IDENTIFICAN),
    "ccv/cotejo/": ("GET", frozenset({Rol.ACOPIADOR, Rol.COORDINADOR})),
    "ccv/cotejo/buscar/": ("GET", frozenset({Rol.ACOPIADOR, Rol.COORDINADOR})),
    "ccv/reapertura/": ("GET", frozenset({Rol.VERIFICADOR, Rol.SUPERVISOR})),
    "ccv/reapertura/buscar/": ("GET", frozenset({Rol.VERIFICADOR, Rol.SUPERVISOR})),
    "ccv/reapertura/<str:clave>/": ("GET", frozenset({Rol.VERIFICADOR, Rol.SUPERVISOR})),
    "ccv/reapertura/<str:clave>/imagen/": ("GET", frozenset({Rol.VERIFICADOR, Rol.SUPERVISOR})),
    "ccv/imagen/<str:clave>/": ("GET", EN_ESCRITORIO),
    "ccv/imagen/<str:clave>/<str:otra>/": ("GET", EN_ESCRITORIO),
    "coordinacion/acta/<str:clave>/": ("GET", COORDINAN),
    "coordinacion/acta/<str:clave>/imagen/<str:huella>/": ("GET", COORDINAN),
    "coordinacion/avisos/": ("GET", frozenset({Rol.SUPERVISOR, ADMIN, AUD})),
    "coordinacion/avisos/<str:ident>/": ("GET", frozenset({Rol.SUPERVISOR, ADMIN, AUD})),
    "coordinacion/muros/": ("GET", frozenset({Rol.SUPERVISOR, ADMIN})),
    "coordinacion/muros/<uuid:ident>/quitar/": ("POST", frozenset({Rol.SUPERVISOR, ADMIN})),
    "muro/<str:enlace>/": ("GET", None),
    "diseno/": ("GET", None),
    "diseno/telefono/": ("GET", None),
    "diseno/puerta/": ("GET", None),
}


def rutas(resolver: Any = None, antes: str = "") -> dict[str, URLPattern]:
    """Every route that this server answers, but for those with a door of their own."""
    todas: dict[str, URLPattern] = {}
    for r in (resolver or get_resolver()).url_patterns:
        donde = antes + str(r.pattern)
        if isinstance(r, URLResolver):
            if r.app_name not in OTRAS_PUERTAS:
                todas |= rutas(r, donde)
        else:
            todas[donde] = r
    return todas


def test_the_table_has_every_route_and_every_route_declares_who_gets_in() -> None:
    assert rutas().keys() == TABLA.keys()
    for ruta, patron in rutas().items():
        acceso = getattr(patron.callback, "acceso", None)
        assert isinstance(acceso, Acceso), ruta
        assert acceso.roles == (TABLA[ruta][1] or NADIE), ruta


@pytest.fixture
def escena() -> dict[str, Any]:
    """A person and a terminal of the place, over which the sensitive acts are tried."""
    otro = persona(Rol.CAPTURISTA, lugar="CCV")
    return {
        "clave": "140024C010005",
        "usuario": otro.usuario,
        "otra": "0" * 64,
        "huella": "0" * 64,
        "pk": 1,
        "ident": terminal(Client(), "CCV").id,
    }


def con(ruta: str, escena: dict[str, Any]) -> str:
    """The address of a route over the scene's objects."""
    return "/" + re.sub(r"<\w+:(\w+)>", lambda m: str(escena[m[1]]), ruta)


@pytest.mark.parametrize("rol", sorted(TODOS))
def test_each_role_gets_into_its_routes_and_no_other(rol: Rol, escena: dict[str, Any]) -> None:
    cliente = dentro(persona(rol, lugar="CCV"))
    for ruta, (metodo, roles) in TABLA.items():
        if roles is None:
            continue
        Cuenta.objects.filter(usuario=escena["usuario"]).update(activa=True)
        estado = cliente.generic(metodo, con(ruta, escena)).status_code
        assert (estado != 403) == (rol in roles), f"{rol} en {ruta}: {estado}"
        assert estado < 500, ruta


@pytest.mark.parametrize("ruta", sorted(r for r, (_, roles) in TABLA.items() if roles is not None))
def test_nobody_gets_in_without_having_come_in(ruta: str, escena: dict[str, Any]) -> None:
    respuesta = Client().get(con(ruta, escena))
    assert respuesta.status_code == 302
    assert respuesta.headers["Location"].startswith("/entrar/?next=")
    assert Client().post(con(ruta, escena)).status_code == 401


ACTOS = ("liberar", "clave", "retirar", "sin-segundo")


@pytest.mark.parametrize(
    ("quien", "sobre", "se_puede"),
    [
        ((Rol.SUPERVISOR, "CCV"), (Rol.CAPTURISTA, "CCV"), {"liberar", "clave", "retirar"}),
        ((Rol.SUPERVISOR, "CCV"), (Rol.CAPTURISTA, "CATD 1"), set()),  # of another place
        ((Rol.SUPERVISOR, "CCV"), (Rol.ADMINISTRADOR, "CCV"), set()),  # whoever takes the password takes the role
        ((Rol.SUPERVISOR, "CCV"), (Rol.SUPERVISOR, "CCV"), set()),
        *(((Rol.SUPERVISOR, "CCV"), (rol, "CCV"), set()) for rol in sorted(LECTURA)),  # whoever is watched
        ((Rol.ADMINISTRADOR, "Sede"), (Rol.AUDITOR, "CCV"), set(ACTOS)),
        ((Rol.COORDINADOR, "CATD 1"), (Rol.ACOPIADOR, "CATD 1"), {"liberar", "clave", "retirar"}),
        ((Rol.ADMINISTRADOR, "Sede"), (Rol.SUPERVISOR, "CCV"), set(ACTOS)),
        ((Rol.ADMINISTRADOR, "Sede"), (Rol.ADMINISTRADOR, "Sede"), set(ACTOS)),
        ((Rol.AUDITOR, "Sede"), (Rol.CAPTURISTA, "Sede"), set()),
    ],
)
def test_an_account_answers_only_to_whoever_commands_its_place(
    quien: tuple[Rol, str], sobre: tuple[Rol, str], se_puede: set[str]
) -> None:
    cuenta, otra = persona(quien[0], lugar=quien[1]), persona(sobre[0], lugar=sobre[1])
    cliente = dentro(cuenta)
    for acto in ACTOS:
        Cuenta.objects.filter(pk=otra.pk).update(activa=True)
        estado = cliente.post(f"/cuenta/personas/{otra.usuario}/{acto}/").status_code
        assert (estado in (200, 302)) == (acto in se_puede), f"{acto}: {estado}"
        assert estado in (200, 302, 403, 404)
    propia = cliente.post(f"/cuenta/personas/{cuenta.usuario}/retirar/").status_code
    assert propia in (403, 404)  # nobody over themselves


def test_a_supervisor_sees_the_people_of_the_place_and_not_those_of_another() -> None:
    aqui, alla = persona(Rol.CAPTURISTA, lugar="CCV"), persona(Rol.CAPTURISTA, lugar="CATD 1")
    html = dentro(persona(Rol.SUPERVISOR, lugar="CCV")).get("/cuenta/personas/").content.decode()
    assert aqui.usuario in html
    assert alla.usuario not in html
    html = dentro(persona(Rol.AUDITOR, lugar="Sede")).get("/cuenta/personas/").content.decode()
    assert aqui.usuario in html
    assert alla.usuario in html
    assert "Retirar" not in html  # reads everything, writes nothing


# routes of a desk: what one that declares its object, and one that declares nothing, answer


def _objeto(request: Any, clave: str) -> frozenset[str] | None:
    return frozenset({clave, "distrito:3"}) if clave.startswith("01") else None


def _vista(request: Any, clave: str = "") -> Any:
    return HttpResponse("dentro")


urlpatterns = [
    path("acta/<str:clave>/", requiere(Rol.CAPTURISTA, sobre=_objeto)(_vista)),
    path("muda/", _vista),
]


@override_settings(ROOT_URLCONF=__name__)
def test_a_role_reaches_only_the_objects_of_its_reach() -> None:
    def pide(cuenta: Cuenta, clave: str) -> int:
        return dentro(cuenta).get(f"/acta/{clave}/").status_code

    todo = persona(Rol.CAPTURISTA)
    suya = persona(Rol.CAPTURISTA, alcance=("0100B00GUB",))
    distrito = persona(Rol.CAPTURISTA, alcance=("distrito:3",))
    otra = persona(Rol.CAPTURISTA, alcance=("distrito:4",))
    assert [pide(c, "0100B00GUB") for c in (todo, suya, distrito, otra)] == [200, 200, 200, 403]
    assert [pide(c, "0101B00GUB") for c in (todo, suya, distrito, otra)] == [200, 403, 200, 403]
    assert pide(todo, "99") == 404  # another process's object is not here
    assert pide(persona(Rol.VERIFICADOR), "0100B00GUB") == 403


@override_settings(ROOT_URLCONF=__name__)
def test_a_route_that_declares_nothing_is_closed_to_everybody() -> None:
    assert Client().get("/muda/").status_code == 403


@pytest.mark.parametrize("rol", sorted(TODOS))
def test_the_admin_is_for_the_central_operation_and_the_auditor_looks(rol: Rol) -> None:
    cliente = dentro(persona(rol))
    dentro_del_admin = cliente.get("/admin/").status_code == 200
    assert dentro_del_admin == (rol in {Rol.ADMINISTRADOR, Rol.AUDITOR})
    assert cliente.get("/admin/bitacora/hecho/").status_code == (200 if dentro_del_admin else 302)
    for ajena in ("mfa/authenticator", "account/emailaddress", "auth/group"):
        assert cliente.get(f"/admin/{ajena}/").status_code in (302, 403, 404)
    if rol == Rol.AUDITOR:
        assert cliente.get("/admin/catalogo/persona/add/").status_code == 403


def test_no_two_groups_of_roles_meet_in_one_person() -> None:
    assert OPERATIVOS | MANDO | LECTURA == TODOS
    assert len(OPERATIVOS) + len(MANDO) + len(LECTURA) == len(TODOS)
    assert not incompatibles([Rol.CAPTURISTA, Rol.VERIFICADOR])
    assert incompatibles([Rol.CAPTURISTA, Rol.SUPERVISOR])
    assert incompatibles([Rol.AUDITOR, Rol.ACOPIADOR])
    assert MANDO < CON_SEGUNDO_FACTOR
