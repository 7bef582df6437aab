from django.apps import AppConfig


class CoordinacionConfig(AppConfig):
    name = "prep.coordinacion"
    label = "coordinacion"
    verbose_name = "Coordinación"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from prep.acceso.destinos import registrar
        from prep.coordinacion.alcances import VEN

        registrar("coordinacion-tablero", "coordinacion.tablero.titulo", "coordinacion.tablero.explica", VEN)
