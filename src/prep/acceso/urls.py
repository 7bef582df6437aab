"""`/entrar/…` for coming in and `/cuenta/…` for whoever is in. Each says who may ask; allauth's views are told here."""

from __future__ import annotations

from allauth.account import views as cuenta
from allauth.mfa.base import views as segundo
from allauth.mfa.recovery_codes import views as codigos
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as llave
from django.urls import path
from django.views.generic import RedirectView

from prep.acceso import views
from prep.acceso.permisos import Vista, abierta, en_preparacion

otros_codigos = codigos.generate_recovery_codes
inicio = RedirectView.as_view(pattern_name="acceso-cuenta")


def _de_aqui(ruta: str) -> Vista:
    """The admin has no door of its own: it is entered, left and locked by ours."""
    return abierta(RedirectView.as_view(pattern_name=ruta, query_string=True))


urlpatterns = [
    path("", abierta(inicio), name="inicio"),
    path("admin/login/", _de_aqui("account_login")),
    path("admin/logout/", _de_aqui("account_logout")),
    path("admin/password_change/", _de_aqui("account_change_password")),
    path("entrar/", abierta(cuenta.login), name="account_login"),
    path("entrar/segundo/", abierta(segundo.authenticate), name="mfa_authenticate"),
    path("entrar/terminal/", views.terminal, name="acceso-terminal"),
    path("cuenta/salir/", abierta(cuenta.logout), name="account_logout"),
    path("cuenta/sesion/", views.sesion, name="acceso-sesion"),
    path("cuenta/", views.cuenta, name="acceso-cuenta"),
    path("cuenta/otras/", views.cerrar_otras, name="acceso-cerrar-otras"),
    path("cuenta/clave/", en_preparacion(cuenta.password_change), name="account_change_password"),
    path("cuenta/confirmar/", en_preparacion(cuenta.reauthenticate), name="account_reauthenticate"),
    path("cuenta/confirmar/codigo/", en_preparacion(segundo.reauthenticate), name="mfa_reauthenticate"),
    path("cuenta/confirmar/llave/", en_preparacion(llave.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("cuenta/segundo/", en_preparacion(segundo.index), name="mfa_index"),
    path("cuenta/segundo/codigo/", en_preparacion(totp.activate_totp), name="mfa_activate_totp"),
    path("cuenta/segundo/codigo/quitar/", en_preparacion(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("cuenta/segundo/llaves/", en_preparacion(llave.list_webauthn), name="mfa_list_webauthn"),
    path("cuenta/segundo/llaves/nueva/", en_preparacion(llave.add_webauthn), name="mfa_add_webauthn"),
    path("cuenta/segundo/llaves/<int:pk>/quitar/", en_preparacion(llave.remove_webauthn), name="mfa_remove_webauthn"),
    path("cuenta/segundo/codigos/", en_preparacion(codigos.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("cuenta/segundo/codigos/otros/", en_preparacion(otros_codigos), name="mfa_generate_recovery_codes"),
    path("cuenta/personas/", views.personas, name="acceso-personas"),
    path("cuenta/personas/<str:usuario>/liberar/", views.liberar, name="acceso-liberar"),
    path("cuenta/personas/<str:usuario>/clave/", views.otra_clave, name="acceso-otra-clave"),
    path("cuenta/personas/<str:usuario>/retirar/", views.retirar, name="acceso-retirar"),
    path("cuenta/personas/<str:usuario>/sin-segundo/", views.sin_segundo, name="acceso-sin-segundo"),
    path("cuenta/terminales/", views.terminales_del_lugar, name="acceso-terminales"),
    path("cuenta/terminales/<uuid:ident>/quitar/", views.quitar_terminal, name="acceso-quitar-terminal"),
    path("cuenta/registro/", views.registro, name="acceso-registro"),
]
