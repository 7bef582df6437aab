from django.apps import AppConfig


class CatalogoConfig(AppConfig):
    name = "prep.catalogo"
    label = "catalogo"
    verbose_name = "Catálogo del proceso"
    default_auto_field = "django.db.models.BigAutoField"
