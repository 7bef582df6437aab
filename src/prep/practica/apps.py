from django.apps import AppConfig


class PracticaConfig(AppConfig):
    name = "prep.practica"
    label = "practica"
    verbose_name = "Práctica"
    default_auto_field = "django.db.models.BigAutoField"
