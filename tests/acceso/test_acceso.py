"""Coming in and what follows: terminal, password, lockout, second factor, sessions, revocation, the register."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.exceptions import InvalidTag
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.db.utils import IntegrityError
from django.test import Client

from gente import CLAVE, SECRETO, dentro, nombrar, persona, terminal
from prep.acceso import bloqueos, cifrado, hashers, listas, sesiones, terminales
from prep.acceso.models import Cuenta, Intento, Registro, Sesion, Terminal
from prep.acceso.roles import Rol
from prep.plataforma.reloj import RelojFijo

pytestmark = pytest.mark.django_db


@pytest.fixture
def reloj(monkeypatch: pytest.MonkeyPatch) -> RelojFijo:
    fijo = RelojFijo(datetime(2027, 6, 6, 20, 0, tzinfo=UTC))
    monkeypatch.setattr(sesiones, "reloj", fijo)
    return fijo


def entrar(cliente: Client, usuario: str, clave: str = CLAVE) -> Any:
    return cliente.post("/entrar/", {"login": usuario, "password": clave})


def adentro(cliente: Client) -> bool:
    return cliente.get("/cuenta/sesion/").status_code == 200


# terminals


def test_without_an_enrolled_terminal_no_password_is_looked_at(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cuenta = persona(Rol.CAPTURISTA)
    miradas: list[str] = []
    monkeypatch.setattr(hashers.Argon2PorTurnos, "verify", lambda *a: miradas.append("verify"))
    monkeypatch.setattr(hashers.Argon2PorTurnos, "encode", lambda *a: miradas.append("encode"))
    for usuario in (cuenta.usuario, "nadie"):
        respuesta = entrar(client, usuario)
        assert "no está dado de alta" in respuesta.content.decode()
    assert miradas == []
    assert not Intento.objects.exists()


def test_a_code_enrols_one_browser_once_and_not_after_a_day(client: Client, reloj: RelojFijo) -> None:
    _, codigo = terminales.nueva("Mesa 1", "CCV")
    otra = Client()
    assert client.post("/entrar/terminal/", {"codigo": codigo.lower().replace("-", " ")}).status_code == 302
    assert "no sirve" in otra.post("/entrar/terminal/", {"codigo": codigo}).content.decode()
    assert terminales.GALLETA not in otra.cookies
    tarde, codigo = terminales.nueva("Mesa 2", "CCV")
    reloj.avanzar(timedelta(hours=25))
    assert "no sirve" in otra.post("/entrar/terminal/", {"codigo": codigo}).content.decode()
    tarde.refresh_from_db()
    assert tarde.alta is None
    assert codigo.replace("-", "") not in str(Terminal.objects.values_list("codigo", flat=True))


def test_a_terminal_cookie_cannot_be_made_up_nor_moved_to_another_session(client: Client) -> None:
    cuenta = persona(Rol.CAPTURISTA)
    for inventada in ("", "x", str(terminales.nueva("Mesa", "CCV")[0].id)):
        client.cookies[terminales.GALLETA] = inventada
        assert "no está dado de alta" in entrar(client, cuenta.usuario).content.decode()
    ladron = dentro(cuenta)
    assert adentro(ladron)
    terminal(ladron)  # the same session, from another computer
    assert not adentro(ladron)


def test_a_terminal_taken_away_ends_its_sessions_at_the_next_request() -> None:
    cuenta = persona(Rol.CAPTURISTA)
    cliente = dentro(cuenta)
    assert adentro(cliente)
    terminales.quitar(Terminal.objects.get())
    assert not adentro(cliente)
    assert "no está dado de alta" in entrar(cliente, cuenta.usuario).content.decode()


# passwords and lockout


def test_the_first_password_lets_one_choose_another_and_nothing_else(client: Client) -> None:
    cuenta = persona(Rol.CAPTURISTA, lista=False)
    terminal(client)
    assert entrar(client, f" {cuenta.usuario.upper()} ").status_code == 302
    assert client.get("/cuenta/").headers["Location"] == "/cuenta/clave/"
    assert client.get("/admin/").status_code in (302, 403)
    nueva = {"oldpassword": CLAVE, "password1": "girasol tranvia cobalto", "password2": "girasol tranvia cobalto"}
    debil = {"oldpassword": CLAVE, "password1": "1234567890", "password2": "1234567890"}
    assert "común" in client.post("/cuenta/clave/", debil).content.decode()
    assert client.post("/cuenta/clave/", nueva).status_code == 302
    assert client.get("/cuenta/").status_code == 200
    cuenta.refresh_from_db()
    assert not cuenta.clave_provisional
    assert cuenta.entro is not None


def cambio(vieja: str, nueva: str = "girasol tranvia cobalto") -> dict[str, str]:
    return {"oldpassword": vieja, "password1": nueva, "password2": nueva}


def test_changing_the_password_is_no_way_of_guessing_it() -> None:
    cliente = dentro(persona(Rol.CAPTURISTA))
    for _ in range(bloqueos.POR_PERSONA):
        assert "no es su contraseña actual" in cliente.post("/cuenta/clave/", cambio("no es")).content.decode()
    assert "demasiados intentos" in cliente.post("/cuenta/clave/", cambio(CLAVE)).content.decode()
    bloqueos.levantar(Cuenta.objects.get().usuario)
    assert cliente.post("/cuenta/clave/", cambio(CLAVE)).status_code == 302


def test_all_that_is_wrong_with_a_new_password_is_said_at_once() -> None:
    cuenta = persona(Rol.CAPTURISTA, lista=False)
    Cuenta.objects.filter(pk=cuenta.pk).update(usuario="capturista.12345678")
    pagina = dentro(cuenta).post("/cuenta/clave/", cambio(CLAVE, "1234567890")).content.decode()
    assert "se parece demasiado a su usuario" in pagina and "común" in pagina


def test_the_new_password_is_another_one() -> None:
    cuenta = persona(Rol.CAPTURISTA, lista=False)
    cliente = dentro(cuenta)
    assert "ya tiene" in cliente.post("/cuenta/clave/", cambio(CLAVE, CLAVE)).content.decode()
    cuenta.refresh_from_db()
    assert cuenta.clave_provisional


def test_the_admin_is_left_and_locked_by_our_door() -> None:
    cliente = dentro(persona(Rol.ADMINISTRADOR))
    for suya, nuestra in (("password_change", "/cuenta/clave/"), ("logout", "/cuenta/salir/")):
        assert cliente.post(f"/admin/{suya}/").headers["Location"] == nuestra


def test_lockout_is_of_a_user_at_a_terminal_and_a_supervisor_lifts_it_at_once(client: Client) -> None:
    cuenta, companera = persona(Rol.CAPTURISTA), persona(Rol.CAPTURISTA)
    terminal(client)
    for _ in range(bloqueos.POR_PERSONA):
        assert "no coinciden" in entrar(client, cuenta.usuario, "no es").content.decode()
    assert "demasiados intentos" in entrar(client, cuenta.usuario).content.decode()  # the right one, too
    otra = Client()
    terminal(otra)
    assert entrar(otra, cuenta.usuario).status_code == 302  # the person, at their own table
    assert entrar(client, companera.usuario).status_code == 302  # another person, at this table
    supervisor = dentro(persona(Rol.SUPERVISOR))
    assert "Bloqueada" in supervisor.get("/cuenta/personas/?solo=bloqueada").content.decode()
    assert supervisor.post(f"/cuenta/personas/{cuenta.usuario}/liberar/").status_code == 302
    tercera = Client()
    tercera.cookies[terminales.GALLETA] = client.cookies[terminales.GALLETA].value
    assert entrar(tercera, cuenta.usuario).status_code == 302


def test_lockout_ends_by_itself_and_is_not_made_longer_by_asking(client: Client, reloj: RelojFijo) -> None:
    cuenta = persona(Rol.CAPTURISTA)
    terminal(client)
    for _ in range(bloqueos.POR_PERSONA + 3):
        entrar(client, cuenta.usuario, "no es")
    reloj.avanzar(bloqueos.VENTANA - timedelta(seconds=1))
    assert "demasiados" in entrar(client, cuenta.usuario).content.decode()
    reloj.avanzar(timedelta(seconds=1))
    assert entrar(client, cuenta.usuario).status_code == 302


def test_going_through_a_list_of_users_locks_the_terminal(client: Client) -> None:
    cuenta = persona(Rol.CAPTURISTA)
    mesa = terminal(client)
    for i in range(bloqueos.POR_TERMINAL):
        bloqueos.intentar(f"usuario{i}", mesa.id)
    assert "demasiados" in entrar(client, cuenta.usuario).content.decode()


def test_an_unknown_user_costs_and_says_the_same(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cuenta = persona(Rol.CAPTURISTA)
    terminal(client)
    vueltas: list[int] = []
    real = hashers.turno
    monkeypatch.setattr(hashers, "turno", lambda *a: (vueltas.append(1), real(*a))[1])
    dichos = []
    for usuario in (cuenta.usuario, "nadie.conocido"):
        vueltas.clear()
        html = entrar(client, usuario, "no es").content.decode()
        dichos.append((len(vueltas), "no coinciden" in html, cuenta.nombre in html))
    assert dichos == [(1, True, False)] * 2


# the cost of passwords


def test_passwords_are_looked_at_by_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    juntas, mas = 0, 0
    candado = threading.Lock()

    def lento(*args: Any) -> str:
        nonlocal juntas, mas
        with candado:
            juntas += 1
            mas = max(mas, juntas)
        time.sleep(0.02)
        with candado:
            juntas -= 1
        return "argon2$x"

    monkeypatch.setattr("django.contrib.auth.hashers.Argon2PasswordHasher.encode", lento)
    with ThreadPoolExecutor(20) as hilos:
        list(hilos.map(make_password, ["clave"] * 40))
    assert mas == hashers.TURNOS


def test_who_finds_no_turn_is_told_to_wait_and_nothing_breaks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cuenta = persona(Rol.CAPTURISTA)
    terminal(client)
    with hashers.turno(), hashers.turno():
        monkeypatch.setattr(hashers.turno.__wrapped__, "__defaults__", (0.01,))
        respuesta = entrar(client, cuenta.usuario)
    assert respuesta.status_code == 503
    assert respuesta.headers["Retry-After"]
    assert "muchas personas" in respuesta.content.decode()
    assert not Intento.objects.exists()  # nobody looked at the password
    assert entrar(client, cuenta.usuario).status_code == 302


def test_a_password_costs_what_owasp_asks_and_less_than_fifty_megabytes() -> None:
    guardada = make_password("una frase larga")
    assert guardada.startswith("argon2$argon2id$v=19$m=47104,t=2,p=1$")
    assert check_password("una frase larga", guardada)


# second factor


def codigo(paso: int = 0) -> str:
    return format_hotp_value(hotp_value(SECRETO, int(time.time()) // 30 + paso))


def test_a_code_is_asked_for_serves_once_and_is_locked_like_a_password(client: Client) -> None:
    cuenta = persona(Rol.SUPERVISOR)
    terminal(client)
    assert entrar(client, cuenta.usuario).headers["Location"] == "/entrar/segundo/"
    assert client.get("/cuenta/").status_code == 302
    assert not adentro(client)
    bueno = codigo()
    assert client.post("/entrar/segundo/", {"code": bueno}).status_code == 302
    assert adentro(client)
    otra = Client()
    terminal(otra)
    entrar(otra, cuenta.usuario)
    assert "ya se usó" in otra.post("/entrar/segundo/", {"code": bueno}).content.decode()
    for _ in range(bloqueos.POR_PERSONA):
        otra.post("/entrar/segundo/", {"code": "000000"})
    assert "demasiados intentos" in otra.post("/entrar/segundo/", {"code": codigo(1)}).content.decode()
    assert not adentro(otra)


def test_a_right_password_does_not_forgive_wrong_codes(client: Client) -> None:
    cuenta = persona(Rol.SUPERVISOR)
    terminal(client)
    for _ in range(20):
        entrar(client, cuenta.usuario)
        for _ in range(bloqueos.POR_PERSONA - 1):
            client.post("/entrar/segundo/", {"code": "000000"})
    assert "demasiados intentos" in client.post("/entrar/segundo/", {"code": codigo()}).content.decode()
    assert not adentro(client)


def test_who_is_in_starts_again_with_no_attempts(client: Client) -> None:
    cuenta = persona(Rol.SUPERVISOR)
    terminal(client)
    entrar(client, cuenta.usuario, "no es")
    entrar(client, cuenta.usuario)
    assert Intento.objects.count() == 2
    client.post("/entrar/segundo/", {"code": codigo()})
    assert adentro(client)
    assert not Intento.objects.exists()


@pytest.mark.parametrize("rol", [Rol.SUPERVISOR, Rol.COORDINADOR, Rol.ADMINISTRADOR, Rol.AUDITOR])
def test_who_commands_or_reads_everything_sets_one_up_before_anything_else(rol: Rol) -> None:
    cuenta = persona(rol, lista=False)
    Cuenta.objects.update(clave_provisional=False)
    cliente = dentro(cuenta)
    assert cliente.get("/cuenta/").headers["Location"] == "/cuenta/segundo/"
    assert cliente.get("/cuenta/segundo/codigo/").status_code == 200
    assert cliente.get("/admin/").status_code == 403


def test_what_is_sent_before_the_account_is_ready_is_not_done_and_says_why() -> None:
    cuenta = persona(Rol.CAPTURISTA, lista=False)
    cliente = dentro(cuenta)
    orden = {"accion": "enviar"}
    respuesta = cliente.post("/ccv/captura/", orden, headers={"Accept": "application/json"})
    assert respuesta.status_code == 409
    assert "contraseña" in respuesta.json()["frase"]
    assert respuesta.json()["codigo"] == respuesta.headers["X-Codigo"]
    assert "ir" not in respuesta.json()  # the page stays, and what was typed with it
    pagina = cliente.post("/ccv/captura/", orden, headers={"Accept": "text/html"})
    assert pagina.status_code == 409
    assert "Antes falta un paso" in pagina.content.decode()
    assert cliente.get("/ccv/captura/").headers["Location"] == "/cuenta/clave/"


def test_who_must_have_one_keeps_one_and_its_secret_is_not_in_the_database() -> None:
    cuenta = persona(Rol.SUPERVISOR)
    cliente = dentro(cuenta)
    assert "dé de alta otro" in cliente.post("/cuenta/segundo/codigo/quitar/").content.decode()
    assert Authenticator.objects.filter(user=cuenta).exists()
    assert SECRETO not in str(Authenticator.objects.values_list("data", flat=True))
    capturista = persona(Rol.CAPTURISTA)
    Authenticator.objects.create(user=capturista, type="totp", data=Authenticator.objects.get(user=cuenta).data)
    assert dentro(capturista).post("/cuenta/segundo/codigo/quitar/").status_code == 302
    assert not Authenticator.objects.filter(user=capturista).exists()


def test_what_is_kept_of_a_second_factor_is_sealed_by_an_approved_cipher() -> None:
    escrito = cifrado.cifrar(SECRETO)
    assert cifrado.descifrar(escrito) == SECRETO and escrito != cifrado.cifrar(SECRETO)
    crudo = base64.b64decode(escrito)
    assert len(crudo) == 12 + len(SECRETO) + 16  # AES-GCM: what is used once, the text, the tag
    for i in range(len(crudo)):
        otro = crudo[:i] + bytes([crudo[i] ^ 1]) + crudo[i + 1 :]
        with pytest.raises(InvalidTag):
            cifrado.descifrar(base64.b64encode(otro).decode())


# step-up


def sin_confirmar(cliente: Client) -> None:
    sesion = cliente.session
    sesion["account_authentication_methods"] = []
    sesion.save()


def test_a_sensitive_act_asks_again_and_then_does_what_was_asked() -> None:
    cuenta, jefa = persona(Rol.CAPTURISTA), persona(Rol.SUPERVISOR)
    cliente = dentro(jefa)
    sin_confirmar(cliente)
    respuesta = cliente.post(f"/cuenta/personas/{cuenta.usuario}/retirar/")
    assert respuesta.headers["Location"].startswith("/cuenta/confirmar/codigo/")  # the second factor, not the password
    cuenta.refresh_from_db()
    assert cuenta.activa
    vuelta = {"code": codigo(), "next": f"/cuenta/personas/{cuenta.usuario}/retirar/"}
    assert cliente.post(respuesta.headers["Location"], vuelta).status_code == 302
    cuenta.refresh_from_db()
    assert not cuenta.activa


def test_what_waits_to_be_confirmed_is_still_asked_for_its_permission() -> None:
    """Between asking and confirming, the role was taken away."""
    cuenta, jefa = persona(Rol.CAPTURISTA), persona(Rol.SUPERVISOR)
    cliente = dentro(jefa)
    sin_confirmar(cliente)
    donde = cliente.post(f"/cuenta/personas/{cuenta.usuario}/retirar/").headers["Location"]
    nombrar(jefa.persona, [Rol.CAPTURISTA], jefa.lugar)
    cliente.post(donde, {"code": codigo(), "next": f"/cuenta/personas/{cuenta.usuario}/retirar/"})
    cuenta.refresh_from_db()
    assert cuenta.activa


# sessions


def test_a_session_in_use_goes_on_and_one_that_is_not_ends(reloj: RelojFijo) -> None:
    cliente = dentro(persona(Rol.CAPTURISTA))
    for _ in range(10):
        reloj.avanzar(timedelta(minutes=50))
        assert cliente.get("/cuenta/").status_code == 200
    reloj.avanzar(sesiones.SIN_USO)
    assert cliente.get("/cuenta/").status_code == 302


def test_asking_how_long_is_left_is_not_using_it(reloj: RelojFijo) -> None:
    cliente = dentro(persona(Rol.CAPTURISTA))
    reloj.avanzar(timedelta(minutes=111))
    estado = cliente.get("/cuenta/sesion/").json()
    assert (estado["segundos"], estado["se_alarga"]) == (540, True)
    assert cliente.post("/cuenta/sesion/").json()["segundos"] == 7200
    reloj.avanzar(timedelta(minutes=119))
    assert cliente.get("/cuenta/sesion/").json()["segundos"] == 60
    reloj.avanzar(timedelta(minutes=1))
    assert cliente.get("/cuenta/sesion/").status_code == 401


def test_a_day_is_the_most_that_a_session_lasts(reloj: RelojFijo) -> None:
    cliente = dentro(persona(Rol.CAPTURISTA))
    for _ in range(13):
        reloj.avanzar(timedelta(hours=1))
        assert cliente.post("/cuenta/sesion/").status_code == 200
    estado = cliente.post("/cuenta/sesion/").json()
    assert (estado["segundos"], estado["se_alarga"]) == (3600, False)
    reloj.avanzar(timedelta(hours=1))
    assert not adentro(cliente)


@pytest.mark.parametrize(
    "revocar",
    [
        lambda cuenta: listas.retirar(cuenta, None),
        listas.otra_clave,
        lambda cuenta: Cuenta.objects.filter(pk=cuenta.pk).update(epoca=5),
    ],
    ids=["retirar", "otra_clave", "epoca"],
)
def test_revocation_is_in_effect_at_the_next_request(revocar: Callable[[Cuenta], object]) -> None:
    cuenta = persona(Rol.CAPTURISTA)
    cliente = dentro(cuenta)
    assert adentro(cliente)
    cuenta.refresh_from_db()
    revocar(cuenta)
    assert not adentro(cliente)


def test_one_sees_where_else_one_is_in_and_ends_it_there() -> None:
    cuenta = persona(Rol.CAPTURISTA)
    aqui, alla = dentro(cuenta), dentro(cuenta)
    ajena = dentro(persona(Rol.CAPTURISTA))
    html = aqui.get("/cuenta/").content.decode()
    assert html.count("<li>Mesa, desde el ") == 1 and "Cerrarla ahí" in html
    assert aqui.post("/cuenta/otras/", follow=True).status_code == 200
    assert [adentro(c) for c in (aqui, alla, ajena)] == [True, False, True]
    assert "Cerrarla ahí" not in aqui.get("/cuenta/").content.decode()
    assert Registro.objects.filter(que="otras_cerradas", persona=cuenta.persona).count() == 1


def test_another_second_factor_ends_every_other_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "on_commit", lambda hacer, **_: hacer())  # a request of a test is never committed
    cuenta = persona(Rol.SUPERVISOR)
    aqui, alla = dentro(cuenta), dentro(cuenta)
    assert aqui.post("/cuenta/segundo/codigos/otros/").status_code == 302
    assert (adentro(aqui), adentro(alla)) == (True, False)


def test_a_role_taken_away_is_gone_at_the_next_request() -> None:
    cuenta = persona(Rol.ADMINISTRADOR)
    cliente = dentro(cuenta)
    assert cliente.get("/cuenta/registro/").status_code == 200
    nombrar(cuenta.persona, [Rol.COTAPREP], "Sede")
    assert cliente.get("/cuenta/registro/").status_code == 403


def test_a_page_that_is_asked_for_by_htmx_is_answered_401_and_not_another_page() -> None:
    assert Client().get("/cuenta/", headers={"HX-Request": "true"}).status_code == 401
    assert Client().post("/cuenta/personas/ana/liberar/").status_code == 401


# register


def test_who_came_in_read_and_changed_what_is_on_record_without_names_and_for_ever() -> None:
    cuenta, jefa = persona(Rol.CAPTURISTA), persona(Rol.SUPERVISOR)
    cliente = dentro(jefa)
    cliente.get("/cuenta/personas/")
    cliente.post(f"/cuenta/personas/{cuenta.usuario}/liberar/")
    lineas = list(Registro.objects.order_by("id").values_list("persona", "que", "objeto", "terminal"))
    mesa = Terminal.objects.get().id
    assert lineas == [
        (jefa.persona, "leyo", "personas", mesa),
        (jefa.persona, "cuenta_liberada", cuenta.persona, mesa),
    ]
    assert cuenta.usuario not in str(lineas)
    with pytest.raises(IntegrityError, match="no se cambia"), connection.cursor() as c:
        c.execute("DELETE FROM acceso_registro")


def test_who_did_not_come_in_or_was_refused_is_on_record_too(client: Client) -> None:
    cuenta, mesa = persona(Rol.CAPTURISTA), terminal(client)
    entrar(client, cuenta.usuario, "clave-equivocada-77")
    entrar(client, "mi-contraseña-en-la-otra-caja")
    cliente = dentro(cuenta)
    for _ in range(2):
        assert cliente.get("/cuenta/registro/").status_code == 403
    datos = {"oldpassword": CLAVE, "password1": "otra distinta 41", "password2": "otra distinta 41"}
    cliente.post("/cuenta/clave/", datos)
    lineas = list(Registro.objects.order_by("id").values_list("persona", "que", "objeto", "motivo"))
    assert lineas == [
        (cuenta.persona, "no_entro", "", "contraseña"),
        ("", "no_entro", "", "contraseña"),
        (cuenta.persona, "negado", "/cuenta/registro/", ""),
        (cuenta.persona, "clave_propia", "", ""),
    ]
    assert mesa.id == Registro.objects.earliest("id").terminal


@pytest.mark.parametrize("clave", ["Prep2027!!!", "CAPTURISTA-12345", "instituto.electoral", "Supervisión#2027"])
def test_a_password_made_of_the_words_of_this_work_is_refused(clave: str) -> None:
    with pytest.raises(ValidationError, match="palabras de este trabajo"):
        validate_password(clave)
    validate_password(f"{clave} jirafa")


@pytest.mark.parametrize("clave", ["1q2w3e4r5t", "mariposa1990", "!!Football2027", "qwertyqwerty", "iloveyou 2024"])
def test_a_common_password_made_longer_is_refused(clave: str) -> None:
    with pytest.raises(ValidationError, match="muy común"):
        validate_password(clave)
    validate_password(f"{clave} jirafa azul")


def test_over_tls_no_other_host_can_set_a_cookie_of_ours() -> None:
    """The names follow from the settings of a night, in a process of its own."""
    codigo = (
        "import django; django.setup(); from django.conf import settings as s; from prep.acceso import terminales as t;"
        "from prep.plataforma.pases import galleta; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, t.GALLETA,"
        "galleta(), s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_PATH)"
    )
    con_tls = {n: v for n, v in os.environ.items() if n != "PREP_SIN_TLS"}
    dicho = subprocess.run([sys.executable, "-c", codigo], env=con_tls, check=True, capture_output=True, text=True)
    nombres = [f"__Host-{n}" for n in ("sessionid", "csrftoken", "prep-terminal", "prep_pase")]
    assert dicho.stdout.split() == [*nombres, "True", "/"]


def test_the_secrets_of_the_door_are_not_in_any_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    cuenta = persona(Rol.CAPTURISTA)
    terminal(client)
    with caplog.at_level(0):
        entrar(client, cuenta.usuario, "clave-equivocada-77")
        entrar(client, cuenta.usuario)
    assert "clave-equivocada-77" not in caplog.text
    assert CLAVE not in caplog.text


def test_what_keeps_a_page_from_being_made_is_told_and_is_no_failure() -> None:
    """No process has been imported: the desk that searches its catalogue says so."""
    respuesta = dentro(persona(Rol.SUPERVISOR)).get("/ccv/identificacion/")
    assert respuesta.status_code == 200  # nothing waits: the catalogue is not asked for
    respuesta = dentro(persona(Rol.SUPERVISOR)).get("/ccv/identificacion/buscar/?q=12")
    assert respuesta.status_code == 503
    assert "Todavía no se puede" in respuesta.content.decode() and "prep proceso importar" in respuesta.content.decode()


def test_a_database_that_goes_away_as_the_session_is_kept_is_waited_for_and_ends_nobodys_session() -> None:
    """What the page says at its end, "saved", is kept in the session: the act is done, and the answer is lost."""

    def se_va(ejecutar: Callable[..., Any], consulta: str, *resto: Any) -> Any:
        if consulta.startswith('UPDATE "acceso_sesion"'):
            raise OperationalError("server closed the connection unexpectedly")
        return ejecutar(consulta, *resto)

    ruta = f"/cuenta/personas/{persona(Rol.CAPTURISTA).usuario}/liberar/"
    supervisor = dentro(persona(Rol.SUPERVISOR))
    supervisor.raise_request_exception = False
    with connection.execute_wrapper(se_va):
        assert supervisor.post(ruta).status_code == 503
    assert supervisor.post(ruta).status_code == 302


def test_a_session_that_was_ended_meanwhile_is_not_kept_again() -> None:
    def se_acaba(ejecutar: Callable[..., Any], consulta: str, *resto: Any) -> Any:
        if consulta.startswith('UPDATE "acceso_sesion"'):
            Sesion.objects.filter(cuenta_id=cuenta.id).delete()
        return ejecutar(consulta, *resto)

    cuenta = persona(Rol.CAPTURISTA)
    aqui, _ = dentro(cuenta), dentro(cuenta)
    with connection.execute_wrapper(se_acaba):
        assert aqui.post("/cuenta/otras/").status_code == 401
    assert not adentro(aqui)
