from django.apps import AppConfig


class CcvConfig(AppConfig):
    name = "prep.ccv"
    label = "ccv"
    verbose_name = "Captura y verificación"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from prep.acceso import marcha
        from prep.acceso.destinos import registrar
        from prep.bitacora.actas import derivar
        from prep.ccv.espera import Esperas
        from prep.ccv.pasos import ESCRITORIOS, ROLES

        derivar(Esperas())
        marcha.ESCRITORIOS.update({nombre: f"ccv.{nombre}.titulo" for nombre in ESCRITORIOS})
        registrar(
            "ccv-inicio", "ccv.inicio.titulo", "ccv.inicio.explica", {r for roles in ROLES.values() for r in roles}
        )
