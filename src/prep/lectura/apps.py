from django.apps import AppConfig


class LecturaConfig(AppConfig):
    name = "prep.lectura"
    label = "lectura"
    verbose_name = "Lectura automática"
    default_auto_field = "django.db.models.BigAutoField"
