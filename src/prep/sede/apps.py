from django.apps import AppConfig


class SedeConfig(AppConfig):
    name = "prep.sede"
    label = "sede"
    verbose_name = "Sede"

    def ready(self) -> None:
        from prep.coordinacion.alcances import VEN_PERSONAS
        from prep.coordinacion.pestanas import registrar

        registrar("sede-maquinas", "sede.maquinas.titulo", VEN_PERSONAS)
