"""Every URL × every role × whose object, in tables: who gets in, and over what. A route that is not in them fails."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.utils import timezone

from gente import dentro, persona, telefono, terminal
from noche import INICIO, carpeta_de_ejemplo
from prep.acceso.models import Cuenta
from prep.acceso.permisos import Acceso, requiere
from prep.acceso.roles import CON_SEGUNDO_FACTOR, LECTURA, MANDO, OPERATIVOS, TODOS, Rol, incompatibles
from prep.acceso.umbral import OTRAS_PUERTAS
from prep.bitacora.models import Hecho
from prep.catalogo.services import importar
from prep.ccv.models import Turno
from prep.ccv.pasos import ESCRITORIOS, ROLES, Paso
from prep.ccv.services import SE_LEEN, Ficha
from prep.ccv.views import escritorios
from prep.ccv.views.comun import roles_de
from prep.coordinacion.models import Muro
from prep.papel import vigente
from prep.plataforma.almacen import evidencia

pytestmark = pytest.mark.django_db
NADIE: frozenset[Rol] = frozenset()
ADMIN, AUD = Rol.ADMINISTRADOR, Rol.AUDITOR
COORDINAN = MANDO | {AUD, Rol.COTAPREP, Rol.CONSEJO}
IDENTIFICAN = frozenset({Rol.DIGITALIZADOR, Rol.COORDINADOR, Rol.SUPERVISOR})
PRACTICAN = IDENTIFICAN | {Rol.CAPTURISTA, Rol.VERIFICADOR, Rol.ACOPIADOR}
ACOPIAN = frozenset({Rol.ACOPIADOR, Rol.COORDINADOR})
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
    "cuenta/otras/": ("POST", TODOS),
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
    "casilla/": ("GET", None),
    "casilla/trabajador.js": ("GET", None),
    "diseno/lector.wasm": ("GET", None),
    "casilla/textos.json": ("GET", None),
    "casilla/app.webmanifest": ("GET", None),
    "catd/acopio/": ("GET", ACOPIAN),
    "catd/acopio/acuse/": ("GET", ACOPIAN),
    "catd/acopio/etiquetas/": ("GET", ACOPIAN),
    "catd/acopio/<str:clave>/corregir/": ("GET", frozenset({Rol.COORDINADOR})),
    "catd/sin-acta/": ("GET", ACOPIAN),
    "catd/digitalizacion/": ("GET", frozenset({Rol.DIGITALIZADOR, Rol.COORDINADOR})),
    "catd/practica/": ("GET", ACOPIAN | {Rol.DIGITALIZADOR}),
    "catd/practica/acopio/": ("GET", ACOPIAN),
    "catd/practica/digitalizacion/": ("GET", frozenset({Rol.DIGITALIZADOR, Rol.COORDINADOR})),
    "catd/centros/": ("GET", frozenset({Rol.COORDINADOR, ADMIN})),
    "catd/centros/<str:clave>/": ("GET", frozenset({Rol.COORDINADOR, ADMIN})),
    "catd/centros/<str:clave>/habilitacion/": ("GET", frozenset({Rol.COORDINADOR, ADMIN})),
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
    "ccv/practica/": ("GET", PRACTICAN),
    "ccv/practica/captura/": ("GET", frozenset({Rol.CAPTURISTA})),
    "ccv/practica/diferencias/": ("GET", frozenset({Rol.VERIFICADOR, Rol.SUPERVISOR})),
    "ccv/practica/verificacion/": ("GET", frozenset({Rol.VERIFICADOR})),
    "ccv/practica/peticiones/": ("GET", frozenset({Rol.SUPERVISOR, Rol.COORDINADOR})),
    "ccv/practica/identificacion/": ("GET", IDENTIFICAN),
    "ccv/practica/cotejo/": ("GET", frozenset({Rol.ACOPIADOR, Rol.COORDINADOR})),
    "practica/imagen/<str:huella>/": ("GET", PRACTICAN),
    "ccv/imagen/<str:clave>/": ("GET", EN_ESCRITORIO),
    "ccv/imagen/<str:clave>/<str:otra>/": ("GET", EN_ESCRITORIO),
    "coordinacion/acta/<str:clave>/": ("GET", COORDINAN),
    "coordinacion/acta/<str:clave>/imagen/<str:huella>/": ("GET", COORDINAN),
    "coordinacion/avisos/": ("GET", frozenset({Rol.SUPERVISOR, ADMIN, AUD})),
    "coordinacion/avisos/<str:ident>/": ("GET", frozenset({Rol.SUPERVISOR, ADMIN, AUD})),
    "coordinacion/recuperar/": ("GET", MANDO | {AUD}),
    "coordinacion/recuperar/lista/": ("GET", MANDO | {AUD}),
    "coordinacion/recuperar/<str:casilla>/": ("GET", MANDO | {AUD}),
    "coordinacion/recuperar/<str:casilla>/anotar/": ("POST", MANDO),
    "coordinacion/telefonos/": ("GET", MANDO | {AUD}),
    "coordinacion/telefonos/<str:ident>/": ("GET", MANDO | {AUD}),
    "coordinacion/telefonos/<str:ident>/baja/": ("POST", frozenset({ADMIN})),
    "coordinacion/maquinas/": ("GET", MANDO | {AUD}),
    "coordinacion/maquinas/alarmas/": ("GET", MANDO | {AUD}),
    "metricas/": ("GET", None),
    "coordinacion/marcha/": ("GET", frozenset({Rol.SUPERVISOR, ADMIN})),
    "coordinacion/marcha/<str:que>/": ("GET", frozenset({Rol.SUPERVISOR, ADMIN})),
    "coordinacion/publicacion/": ("GET", frozenset({ADMIN})),
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


def de_otra_puerta(sala: str, resolver: Any = None, antes: str = "", dentro_de: bool = False) -> list[str]:
    """The routes of a room that asks for itself, but for what any address would match."""
    todas: list[str] = []
    for r in (resolver or get_resolver()).url_patterns:
        donde = antes + str(r.pattern)
        if isinstance(r, URLResolver):
            todas += de_otra_puerta(sala, r, donde, dentro_de or r.app_name == sala)
        elif dentro_de and "(?P" not in donde:
            todas.append(donde)
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
        "casilla": "140024C0100",
        "usuario": otro.usuario,
        "otra": "0" * 64,
        "huella": "0" * 64,
        "que": "captura",
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


# every route that names an object × every role × whose object it is

DE_UNA_PERSONA = {"del lugar": MANDO, "de otro lugar": frozenset({ADMIN}), "de otro proceso": NADIE}
OBJETOS: dict[str, dict[str, frozenset[Rol]]] = {
    # route: whose object, and the roles that reach it; to the others who get into the route there is no such object
    "cuenta/segundo/llaves/<int:pk>/quitar/": {"suyo": TODOS, "de otra persona": NADIE, "de otro proceso": NADIE},
    "cuenta/personas/<str:usuario>/liberar/": DE_UNA_PERSONA,
    "cuenta/personas/<str:usuario>/clave/": DE_UNA_PERSONA,
    "cuenta/personas/<str:usuario>/retirar/": DE_UNA_PERSONA,
    "cuenta/personas/<str:usuario>/sin-segundo/": {**DE_UNA_PERSONA, "del lugar": frozenset({ADMIN})},
    "cuenta/terminales/<uuid:ident>/quitar/": DE_UNA_PERSONA,
    "catd/acopio/<str:clave>/corregir/": {"sin recibir": NADIE, "de otro proceso": NADIE},
    "catd/centros/<str:clave>/": {"de otro proceso": NADIE},
    "catd/centros/<str:clave>/habilitacion/": {"de otro proceso": NADIE},
    "ccv/imagen/<str:clave>/": {"suyo": EN_ESCRITORIO, "de otra persona": NADIE, "de otro proceso": NADIE},
    "ccv/imagen/<str:clave>/<str:otra>/": {"suyo": NADIE, "de otra persona": NADIE, "de otro proceso": NADIE},
    "practica/imagen/<str:huella>/": {"de otro proceso": NADIE},
    "ccv/reapertura/<str:clave>/": {"sin publicar": NADIE, "de otro proceso": NADIE},
    "ccv/reapertura/<str:clave>/imagen/": {"sin publicar": NADIE, "de otro proceso": NADIE},
    "coordinacion/acta/<str:clave>/": {"de otro proceso": NADIE},
    "coordinacion/acta/<str:clave>/imagen/<str:huella>/": {"de otro proceso": NADIE},
    "coordinacion/avisos/<str:ident>/": {"de otro proceso": NADIE},
    "coordinacion/recuperar/<str:casilla>/": {"de este proceso": MANDO | {AUD}, "de otro proceso": NADIE},
    "coordinacion/recuperar/<str:casilla>/anotar/": {"de este proceso": MANDO, "de otro proceso": NADIE},
    "coordinacion/telefonos/<str:ident>/": {
        "del lugar": MANDO | {AUD},
        "de otro lugar": frozenset({ADMIN, AUD}),
        "de otro proceso": NADIE,
    },
    "coordinacion/telefonos/<str:ident>/baja/": {
        "del lugar": frozenset({ADMIN}),
        "de otro lugar": frozenset({ADMIN}),
        "de otro proceso": NADIE,
    },
    "coordinacion/marcha/<str:que>/": {"escritorio": frozenset({Rol.SUPERVISOR, ADMIN}), "de otro proceso": NADIE},
    "coordinacion/muros/<uuid:ident>/quitar/": {
        "suyo": frozenset({Rol.SUPERVISOR, ADMIN}),
        "de otra persona": frozenset({ADMIN}),
        "de otro proceso": NADIE,
    },
    "muro/<str:enlace>/": {"de otro proceso": NADIE},
}


def objeto(ruta: str, de_quien: str, cuenta: Cuenta) -> dict[str, Any]:
    """One more object of the route, of whoever it is; of another process, a key that is nothing here."""
    lugar = "CATD 1" if de_quien == "de otro lugar" else cuenta.lugar
    dueno = cuenta if de_quien == "suyo" else persona(Rol.CAPTURISTA, lugar=lugar)
    aqui = de_quien != "de otro proceso"
    if "<str:usuario>" in ruta:
        return {"usuario": dueno.usuario if aqui else "nadie.de.aqui"}
    if "muros/<uuid:ident>" in ruta:
        muro = Muro.objects.create(persona=dueno.persona, nombre="Muro", alta=timezone.now())
        return {"ident": muro.id if aqui else uuid4()}
    if "telefonos/<str:ident>" in ruta:
        return {"ident": telefono(dueno).id if aqui else "tel-de-nadie"}
    if "<uuid:ident>" in ruta:
        return {"ident": terminal(Client(), lugar).id if aqui else uuid4()}
    if "<int:pk>" in ruta:
        llave = Authenticator.objects.create(user=dueno, type="webauthn", data={"name": "Llave", "credential": {}})
        return {"pk": llave.pk if aqui else llave.pk + 1000}
    clave = f"{uuid4().int % 10**6:06}B0100GUB"
    if "<str:casilla>" in ruta:
        return {"casilla": vigente.formas().proceso.elecciones[0].actas[0].clave[:11] if aqui else clave[:11]}
    if "imagen/<str:clave>" in ruta and aqui:  # to look at another picture, another one has to be asked for
        huella = hashlib.sha256(clave.encode()).hexdigest()
        evidencia().escribir(f"imagenes/{huella[:2]}/{huella}.jpg", b"\xff\xd8")
        que = {"acta": clave, "paso": "captura", "eleccion": "GUB", "imagen": huella, "orden": clave}
        Turno.objects.filter(persona=dueno.persona).delete()
        Turno.objects.create(persona=dueno.persona, vence=timezone.now() + timedelta(minutes=5), **que)
    return {
        "clave": clave,
        "otra": "ab" * 32,
        "huella": "ab" * 32,
        "ident": "ab" * 8,
        "enlace": "inventado",
        "que": "captura" if aqui else "otro",
    }


def test_every_route_that_names_an_object_says_whose() -> None:
    assert OBJETOS.keys() == {ruta for ruta in TABLA if "<" in ruta}


@pytest.mark.parametrize("rol", sorted(TODOS))
def test_each_role_reaches_its_objects_and_those_of_nobody_else(rol: Rol) -> None:
    importar(carpeta_de_ejemplo(), INICIO)
    cuenta = persona(rol, lugar="CCV")
    cliente = dentro(cuenta)
    for ruta, casos in OBJETOS.items():
        metodo, roles = TABLA[ruta]
        for de_quien, alcanzan in casos.items():
            estado = cliente.generic(metodo, con(ruta, objeto(ruta, de_quien, cuenta))).status_code
            entra = roles is None or rol in roles
            esperado = {403} if not entra else {200, 302} if rol in alcanzan else {404}
            assert estado in esperado, f"{rol} en {ruta}, {de_quien}: {estado}"


# the desks: what is sent names its object in a slip that the server signed

HACEN = {
    (Paso.CAPTURA, "enviar"): {},
    (Paso.DIFERENCIAS, "enviar"): {},
    (Paso.DECISION, "enviar"): {"motivo": "Se ve claro."},
    (Paso.VERIFICACION, "enviar"): {},
    (Paso.VERIFICACION, "devolver"): {"motivo": "No coincide.", "campo": "TOTAL"},
    (Paso.IDENTIFICACION, "enviar"): {"acta": "una"},
    (Paso.IDENTIFICACION, "fuera"): {"eleccion": "una"},
    (Paso.COPIA, "enviar"): {"acta": "una"},
    (Paso.COTEJO, "enviar"): {"resultado": "1"},
    **{(paso, accion): {} for paso in ESCRITORIOS["peticiones"] for accion in ("si", "no")},
    **{(paso, "problema"): {"problema": "ilegible"} for paso in (*SE_LEEN, *ESCRITORIOS["identificacion"])},
}
SOLO: dict[tuple[Paso, str], tuple[Rol, ...]] = {  # of those who sit at the desk
    (Paso.IDENTIFICACION, "fuera"): (Rol.SUPERVISOR, Rol.COORDINADOR),
    (Paso.IDENTIFICACION, "problema"): (Rol.SUPERVISOR, Rol.DIGITALIZADOR),
}
FICHAS = {"suya, de otro proceso": 409, "de otra persona": 400, "de otro escritorio": 400, "de otra llave": 400}


def con_claves(otros: dict[str, str]) -> dict[str, str]:
    """What goes beside a slip, with keys of this process where it asks for one."""
    eleccion = vigente.formas().proceso.elecciones[0]
    return otros | {c: v for c, v in (("acta", eleccion.actas[0].clave), ("eleccion", eleccion.clave)) if c in otros}


def ficha(de_quien: str, paso: Paso, escritorio: str, cuenta: Cuenta) -> str:
    otro = next(p for p in Paso if p not in ESCRITORIOS[escritorio])
    suya = Ficha(
        orden=f"ccv-{uuid4()}",
        acta="990001B0100GUB",
        paso=otro if de_quien == "de otro escritorio" else paso,
        imagen="ab" * 32,
        persona="p-otra" if de_quien == "de otra persona" else cuenta.persona,
        base="cd" * 32,
        campos=("TOTAL",),
    )
    if de_quien == "de otra llave":
        with override_settings(SECRET_KEY="la de otra instalación"):
            return suya.escribir()
    return suya.escribir()


def test_everything_that_a_desk_does_is_tried() -> None:
    assert HACEN.keys() == escritorios._ACTOS.keys()


@pytest.mark.parametrize("rol", sorted(TODOS))
def test_a_desk_does_nothing_with_what_it_did_not_give_to_that_person(rol: Rol) -> None:
    importar(carpeta_de_ejemplo(), INICIO)
    cuenta = persona(rol, lugar="CCV")
    cliente = dentro(cuenta)
    for (paso, accion), otros in HACEN.items():
        escritorio = next(e for e, pasos in ESCRITORIOS.items() if paso in pasos)
        for de_quien, estado in FICHAS.items():
            envio = {
                "ficha": ficha(de_quien, paso, escritorio, cuenta),
                "accion": accion,
                "v.TOTAL": "1",
                **con_claves(otros),
            }
            respuesta = cliente.post(f"/ccv/{escritorio}/", envio)
            suyos = SOLO.get((paso, accion), ROLES[paso])
            esperado = 403 if rol not in roles_de(escritorio) else 400 if rol not in suyos else estado
            if escritorio == "identificacion" and (accion, estado) == ("enviar", 409):
                esperado = 400 if rol in suyos else esperado  # an acta is never taken for another one
            assert respuesta.status_code == esperado, f"{rol} en {paso}, {accion}, {de_quien}: {respuesta.content!r}"
    assert not Hecho.objects.filter(clase__in=["acta", "hoja"]).exists()


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
    for ruta in de_otra_puerta("admin"):
        if ruta in TABLA:
            continue
        donde = con(ruta, {"object_id": "nadie", "content_type_id": "1"})
        for metodo in ("GET", "POST"):
            respuesta = cliente.generic(metodo, donde)
            assert respuesta.status_code < 500, f"{rol}: {metodo} {donde}"
            if not dentro_del_admin:
                assert respuesta.headers["Location"].startswith("/admin/login/"), f"{rol}: {metodo} {donde}"
            elif donde.split("/")[2] in ("mfa", "account", "auth") or (rol == AUD and donde.endswith("/add/")):
                assert respuesta.status_code in (302, 403, 404), f"{rol}: {metodo} {donde}"


DE_LOS_NODOS: dict[str, tuple[tuple[str, ...], Any, int]] = {
    # route: methods, what is sent by somebody who is in and signs nothing, and what it is answered
    "v1/objetos/sha256/<huella>": (("PUT", "GET"), None, 401),
    "v1/hechos": (("POST",), [], 401),
    "v1/dispositivo": (("GET",), None, 401),
    "v1/nodo": (("POST",), {"cadenas": {}, "dice": {}}, 401),
    "v1/nodo/fotos": (("POST",), [], 401),
    "v1/nodo/objetos/sha256/<huella>": (("PUT",), None, 401),
    "v1/nodo/hechos": (("POST",), [], 401),
    "v1/nodo/hechos/<int:despues>": (("GET",), None, 401),
    "v1/altas": (("POST",), {"codigo": "CCCCC-CCCCC", "llave": "x", "firma": "x"}, 422),
}


@pytest.mark.parametrize("rol", sorted(TODOS))
def test_to_the_door_of_the_nodes_only_a_signature_is_a_credential(rol: Rol) -> None:
    assert {r for r in de_otra_puerta("ninja") if not r.endswith("/")} == DE_LOS_NODOS.keys()
    cliente = dentro(persona(rol))
    habia = Hecho.objects.count()
    for ruta, (metodos, cuerpo, estado) in DE_LOS_NODOS.items():
        for metodo in metodos:
            donde = con(ruta.replace("<huella>", "<str:huella>"), {"huella": "ab" * 32, "despues": "0"})
            respuesta = cliente.generic(metodo, donde, orjson.dumps(cuerpo), content_type="application/json")
            assert respuesta.status_code == estado, f"{rol}: {metodo} {donde}: {respuesta.content!r}"
            assert estado != 200 or len(respuesta.json()["rechazados"]) == 1
    assert Hecho.objects.count() == habia


def test_no_two_groups_of_roles_meet_in_one_person() -> None:
    assert OPERATIVOS | MANDO | LECTURA == TODOS
    assert len(OPERATIVOS) + len(MANDO) + len(LECTURA) == len(TODOS)
    assert not incompatibles([Rol.CAPTURISTA, Rol.VERIFICADOR])
    assert incompatibles([Rol.CAPTURISTA, Rol.SUPERVISOR])
    assert incompatibles([Rol.AUDITOR, Rol.ACOPIADOR])
    assert MANDO < CON_SEGUNDO_FACTOR
