from django.apps import AppConfig


class CoordinacionConfig(AppConfig):
    name = "prep.coordinacion"
    label = "coordinacion"
    verbose_name = "Coordinación"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from prep.acceso import destinos
        from prep.coordinacion import pestanas
        from prep.coordinacion.alcances import DETIENEN, VEN, VEN_AVISOS, VEN_PERSONAS
        from prep.coordinacion.muros import HACEN

        for ruta, roles in (
            ("coordinacion-tablero", VEN),
            ("coordinacion-puestos", VEN_PERSONAS),
            ("coordinacion-actas", VEN),
            ("coordinacion-recuperar", VEN_PERSONAS),
            ("coordinacion-telefonos", VEN_PERSONAS),
            ("coordinacion-avisos", VEN_AVISOS),
            ("coordinacion-marchas", DETIENEN),
            ("coordinacion-muros", HACEN),
        ):
            pestanas.registrar(ruta, f"coordinacion.pestana.{ruta}", roles)
        destinos.registrar("coordinacion-tablero", "coordinacion.tablero.titulo", "coordinacion.tablero.explica", VEN)
