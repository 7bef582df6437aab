from django.apps import AppConfig


class IntercambioConfig(AppConfig):
    name = "prep.intercambio"
    label = "intercambio"
    verbose_name = "Intercambio con teléfonos y nodos"
    default_auto_field = "django.db.models.BigAutoField"
