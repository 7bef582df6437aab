from django.apps import AppConfig


class BitacoraConfig(AppConfig):
    name = "prep.bitacora"
    label = "bitacora"
    verbose_name = "Bitácora de hechos"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from prep.bitacora.actas import ProyeccionDeActas
        from prep.bitacora.proyecciones import registrar

        registrar("actas", ProyeccionDeActas())
