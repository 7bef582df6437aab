from django.apps import AppConfig


class DisenoConfig(AppConfig):
    name = "prep.diseno"
    label = "diseno"
    verbose_name = "Diseño"
