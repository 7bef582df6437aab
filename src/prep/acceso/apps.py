from django.apps import AppConfig


class AccesoConfig(AppConfig):
    name = "prep.acceso"
    label = "acceso"
    verbose_name = "Acceso"
