from django.apps import AppConfig


class BitacoraConfig(AppConfig):
    name = "prep.bitacora"
    label = "bitacora"
    verbose_name = "Bitácora de hechos"
    default_auto_field = "django.db.models.BigAutoField"
