"""Second factors that go with an account to another machine, where there may be no network to set one up by.

The secrets are in clear here and nowhere else: whoever carries them seals them for the machine that they go to, and
there they are kept encrypted with its own key. A code of paper that was used here may be used once there too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.conf import settings

from prep.acceso.cifrado import cifrar, descifrar
from prep.acceso.models import Cuenta

_SECRETOS: Final = ("secret", "seed")
"""What the database has encrypted: of an application of codes, of the codes of paper. A security key has none here."""


def llevar(cuenta: Cuenta) -> dict[str, Any]:
    """Those of an account. `dominio`: that of this machine, which its security keys are of."""
    suyos = Authenticator.objects.filter(user=cuenta).order_by("pk").values_list("type", "data")
    return {"dominio": settings.DOMINIO, "suyos": [[tipo, _cambiar(datos, descifrar)] for tipo, datos in suyos]}


def poner(cuenta: Cuenta, dicho: Mapping[str, Any]) -> None:
    """Give a new account those that serve here: security keys, where both machines have their names under one domain;
    the codes of paper, only beside something else, so that whoever must have a second factor is not left without."""
    llaves = dicho["dominio"] != "" and dicho["dominio"] == settings.DOMINIO
    por_si = {Authenticator.Type.TOTP, *([Authenticator.Type.WEBAUTHN] if llaves else [])}
    if not any(tipo in por_si for tipo, _ in dicho["suyos"]):
        return
    for tipo, datos in dicho["suyos"]:
        if tipo in {*por_si, Authenticator.Type.RECOVERY_CODES}:
            Authenticator.objects.create(user=cuenta, type=tipo, data=_cambiar(datos, cifrar))


def _cambiar(datos: Mapping[str, Any], como: Callable[[str], str]) -> dict[str, Any]:
    return {clave: como(dicho) if clave in _SECRETOS else dicho for clave, dicho in datos.items()}
