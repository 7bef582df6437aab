from django.apps import AppConfig


class AccesoConfig(AppConfig):
    name = "prep.acceso"
    label = "acceso"
    verbose_name = "Acceso"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset

        from prep.acceso.sesiones import al_cambiar_de_segundo

        for cambio in (authenticator_added, authenticator_removed, authenticator_reset):
            cambio.connect(al_cambiar_de_segundo)
