from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest


class CcvConfig(AppConfig):
    name = "prep.ccv"
    label = "ccv"
    verbose_name = "Captura y verificación"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from prep.acceso import marcha, sin_quien
        from prep.acceso.destinos import registrar
        from prep.bitacora.actas import derivar
        from prep.ccv import atoradas, cola
        from prep.ccv.espera import Esperas
        from prep.ccv.pasos import ESCRITORIOS, ROLES

        derivar(Esperas())
        marcha.ESCRITORIOS.update({nombre: f"ccv.{nombre}.titulo" for nombre in ESCRITORIOS})
        registrar(
            "ccv-inicio", "ccv.inicio.titulo", "ccv.inicio.explica", {r for roles in ROLES.values() for r in roles}
        )
        marcha.EN_MANOS.append(cola.de_todos)
        sin_quien.DICEN.append(atoradas.sin_quien)
        user_logged_out.connect(_al_salir)


def _al_salir(request: HttpRequest, user: Any, **_: Any) -> None:
    """Whoever leaves gives back what they held. A session that ends by itself, which no view asked for, leaves it to
    its page."""
    from prep.ccv import cola

    if user is not None and request.resolver_match is not None:
        cola.dejar(user.persona)
