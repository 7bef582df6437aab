from django.apps import AppConfig


class CcvConfig(AppConfig):
    name = "prep.ccv"
    label = "ccv"
    verbose_name = "Captura y verificación"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from prep.bitacora.actas import derivar
        from prep.ccv.espera import Esperas

        derivar(Esperas())
