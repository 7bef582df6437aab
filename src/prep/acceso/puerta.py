"""How allauth comes in at our door: who may try, what is said, and what is asked again."""

from __future__ import annotations

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from prep.acceso import bloqueos, sesiones, terminales
from prep.acceso.cifrado import cifrar, descifrar
from prep.acceso.models import Cuenta
from prep.acceso.registro import anotar, asentar, no_entro
from prep.diseno.textos import LENGUA, catalogo, texto


class PorContrasena(BaseBackend):
    """User and password. A user that does not exist takes as long as one that does."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **otros: Any
    ) -> Cuenta | None:
        cuenta = Cuenta.objects.filter(usuario=username.strip().lower()).first()
        if cuenta is None:
            make_password(password)
            return None
        return cuenta if cuenta.check_password(password) and cuenta.activa else None

    def get_user(self, user_id: int) -> Cuenta | None:
        return Cuenta.objects.filter(pk=user_id, activa=True).first()


_DE_LA_CUENTA: Final = {
    "password_changed": "clave_propia",
    "totp_activated": "segundo_alta",
    "webauthn_added": "segundo_alta",
    "totp_deactivated": "segundo_baja",
    "webauthn_removed": "segundo_baja",
    "recovery_codes_generated": "codigos_nuevos",
}
"""What people do to how they come in, as the register says it."""


class _Dice:
    """Errors and messages of allauth said from our texts."""

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        clave = f"acceso.errores.{code}"
        return ValidationError(texto(clave if clave in catalogo(LENGUA) else "acceso.errores.otro"), code=code)


class Cuentas(_Dice, DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Cuenta | None:
        """From an enrolled terminal only, and not for ever: no password is looked at for anybody else."""
        terminal = terminales.de(request)
        if terminal is None:
            raise self.validation_error("sin_terminal")
        usuario = str(credentials.get("username", "")).strip().lower()[:60]
        try:
            with bloqueos.mirando(usuario, terminal.id):
                cuenta = authenticate(request, **credentials)
        except bloqueos.Bloqueado:
            no_entro(usuario, terminal, "bloqueo")
            raise self.validation_error("bloqueada") from None
        if not isinstance(cuenta, Cuenta):
            no_entro(usuario, terminal, "contraseña")
            return None
        if not Authenticator.objects.filter(user=cuenta).exists():
            bloqueos.acerto(usuario, terminal.id)  # else half of who it is: wrong codes still count until `login`
        return cuenta

    def login(self, request: HttpRequest, user: Any) -> None:
        user.backend = "prep.acceso.puerta.PorContrasena"
        super().login(request, user)
        record_authentication(request, user, method="password", reauthenticated=True)  # coming in is saying who one is
        request.terminal = terminal = terminales.de(request)  # type: ignore[attr-defined]
        if terminal:
            bloqueos.acerto(user.usuario, terminal.id)
        sesiones.empezar(request.session, str(terminal.id) if terminal else "")
        if user.entro is None:
            user.entro = sesiones.reloj.ahora()
            user.save(update_fields=["entro"])
        anotar(request, "entro")

    def logout(self, request: HttpRequest) -> None:
        anotar(request, "salio")
        super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        user.clave_provisional = False
        user.set_password(password)
        user.save(update_fields=["password", "clave_provisional"])  # what was changed meanwhile stays

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("acceso-cuenta")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """With a second factor, that and not the password."""
        metodos = super().get_reauthentication_methods(user)
        segundos = [m for m in metodos if m["id"].startswith("mfa")]
        return segundos or metodos

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: Any = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """What is worth saying of what allauth says."""
        if message_template:
            nombre = message_template.rsplit("/", 1)[-1].removesuffix(".txt")
            if (clave := f"acceso.mensajes.{nombre}") not in catalogo(LENGUA):
                return
            message = texto(clave)
        super().add_message(request, level, message=message, extra_tags=extra_tags)

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """Accounts have no e-mail: what allauth would tell their person goes on the register."""
        asentar(user.persona, _DE_LA_CUENTA.get(template_prefix.rsplit("/", 1)[-1], "cuenta_cambio"))

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        raise self.validation_error("username_password_mismatch")


class SegundoFactor(_Dice, DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return cifrar(text)

    def decrypt(self, encrypted_text: str) -> str:
        return descifrar(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A security key is of the domain that the machines have in common, for names under it."""
        entidad: dict[str, str] = super().get_public_key_credential_rp_entity()
        comun = settings.DOMINIO
        return entidad | {"id": comun} if comun and f".{entidad['id']}".endswith(f".{comun}") else entidad

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever must have a second factor keeps one."""
        from prep.acceso.facultades import facultades_de
        from prep.acceso.roles import CON_SEGUNDO_FACTOR

        cuenta = authenticator.user
        if not any(c.rol in CON_SEGUNDO_FACTOR for c in facultades_de(cuenta.persona)):
            return True
        otros = Authenticator.objects.filter(user=cuenta).exclude(pk=authenticator.pk)
        return otros.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        n = Authenticator.objects.filter(user=user, type=type).count()
        return texto("acceso.segundo.nombre_llave", n=n + 1)
