"""The forms of the door, in our words, with our lockout before any code is looked at."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as cuenta
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base import forms as segundo
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as llave
from django import forms
from django.core.exceptions import ValidationError

from prep.acceso import bloqueos, terminales
from prep.acceso.registro import no_entro
from prep.diseno.textos import texto


def vestir(forma: forms.Form, rotulos: dict[str, str]) -> None:
    """Labels of ours, no placeholders, and no link inside a help text."""
    for nombre, campo in forma.fields.items():
        campo.widget.attrs.pop("placeholder", None)
        campo.help_text = ""
        if nombre in rotulos:
            campo.label = texto(rotulos[nombre])
    codigo = forma.fields.get("code")
    if codigo is not None:
        campo_de_codigo = {"inputmode": "numeric", "class": "codigo", "maxlength": "12", "autofocus": True}
        codigo.widget.attrs |= campo_de_codigo


class Entrar(cuenta.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vestir(self, {"login": "acceso.entrar.usuario", "password": "acceso.entrar.clave"})
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "autofocus": True}


class CambiarClave(cuenta.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rotulos = {"oldpassword": "actual", "password1": "nueva", "password2": "otra_vez"}
        vestir(self, {campo: f"acceso.clave.{rotulo}" for campo, rotulo in rotulos.items()})
        self.fields["password1"].help_text = texto("acceso.clave.ayuda")

    def clean_oldpassword(self) -> str:
        """Looked at by the door, with its turns and its lockout."""
        dicha: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, dicha):
            raise get_adapter().validation_error("enter_current_password")
        return dicha

    def clean(self) -> dict[str, Any]:
        dicho: dict[str, Any] = super().clean()
        if dicho.get("password1") is not None and dicho.get("password1") == dicho.get("oldpassword"):
            self.add_error("password1", get_adapter().validation_error("misma_contrasena"))
        return dicho


class Confirmar(cuenta.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vestir(self, {"password": "acceso.entrar.clave"})


class _ConBloqueo(forms.Form):
    """A code is looked at only as often as a password."""

    user: Any

    def clean_code(self) -> str:
        terminal = terminales.de(context.request)
        quien = (self.user.usuario, terminal.id if terminal else None)
        try:
            with bloqueos.mirando(*quien):
                codigo: str = super().clean_code()  # type: ignore[misc]
        except bloqueos.Bloqueado:
            no_entro(self.user.usuario, terminal, "bloqueo")
            raise ValidationError(texto("acceso.errores.bloqueada")) from None
        except ValidationError:
            no_entro(self.user.usuario, terminal, "código")
            raise
        bloqueos.acerto(*quien)
        return codigo


class Codigo(_ConBloqueo, segundo.AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vestir(self, {"code": "acceso.segundo.codigo"})


class ConfirmarConCodigo(_ConBloqueo, segundo.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vestir(self, {"code": "acceso.segundo.codigo"})


class ActivarCodigo(_ConBloqueo, totp.ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vestir(self, {"code": "acceso.segundo.codigo_de_la_aplicacion"})


class NuevaLlave(llave.AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vestir(self, {"name": "acceso.segundo.nombre"})
        self.fields["name"].max_length = 60


class CodigoDeTerminal(forms.Form):
    codigo = forms.CharField(
        max_length=20, widget=forms.TextInput(attrs={"class": "codigo", "autocomplete": "off", "autofocus": True})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vestir(self, {"codigo": "acceso.terminal.codigo"})

    def clean_codigo(self) -> str:
        self.terminal = terminales.usar(self.cleaned_data["codigo"])
        if self.terminal is None:
            raise ValidationError(texto("acceso.terminal.no_sirve"))
        return str(self.cleaned_data["codigo"])


class NuevaTerminal(forms.Form):
    nombre = forms.CharField(max_length=100)
    lugar = forms.CharField(max_length=60)

    def __init__(self, *args: Any, lugares: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if lugares is not None:
            self.fields["lugar"] = forms.ChoiceField(choices=[(lugar, lugar) for lugar in lugares])
        vestir(self, {"nombre": "acceso.terminales.nombre", "lugar": "acceso.terminales.lugar"})
