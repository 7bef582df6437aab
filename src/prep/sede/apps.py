from django.apps import AppConfig


class SedeConfig(AppConfig):
    name = "prep.sede"
    label = "sede"
    verbose_name = "Sede"

    def ready(self) -> None:
        from prep.coordinacion.pestanas import registrar
        from prep.sede.alarmas import VEN_MAQUINAS

        registrar("sede-maquinas", "sede.maquinas.titulo", VEN_MAQUINAS)
