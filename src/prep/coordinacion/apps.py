from django.apps import AppConfig


class CoordinacionConfig(AppConfig):
    name = "prep.coordinacion"
    label = "coordinacion"
    verbose_name = "Coordinación"
    default_auto_field = "django.db.models.BigAutoField"
