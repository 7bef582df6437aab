from django.apps import AppConfig


class CatdConfig(AppConfig):
    name = "prep.catd"
    label = "catd"
    verbose_name = "Acopio y digitalización"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from prep.acceso.destinos import registrar
        from prep.catd.oficina import ACOPIAN, DIGITALIZAN, MANDAN, abre

        registrar("catd-acopio", "catd.acopio.titulo", "catd.acopio.explica", ACOPIAN, abre)
        registrar("catd-digitalizacion", "catd.digitalizacion.titulo", "catd.digitalizacion.explica", DIGITALIZAN, abre)
        registrar("catd-centros", "catd.centros.titulo", "catd.centros.explica", MANDAN, abre)
