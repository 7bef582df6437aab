"""Passwords that would be tried first: by anybody, and by whoever knows where somebody works."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from django.contrib.auth.password_validation import CommonPasswordValidator, UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError

from prep.diseno.textos import texto

PALABRAS: Final = (
    *("prep", "ople", "ine", "catd", "ccv", "acta", "actas", "casilla", "casillas", "captura", "capturista"),
    *("verificador", "verificacion", "supervisor", "supervision", "coordinador", "acopio", "digitalizador", "auditor"),
    *("administrador", "admin", "instituto", "electoral", "eleccion", "elecciones", "jornada", "voto", "votos"),
    *("resultados", "preliminares", "simulacro", "mexico", "password", "contrasena", "clave"),
)
"""Of the product, of whoever runs it and of what is done with it; docs/acceso.md says them to people."""
QUEDAN: Final = 4
"""Letters that a password must have besides these words; with fewer, what is left of one is no word of a list."""
_ORILLAS: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_PALABRA: Final = re.compile("|".join(sorted(PALABRAS, key=len, reverse=True)))


class SinLoSuyo(UserAttributeSimilarityValidator):
    """Refuses one that is much like the user or the name of whoever chooses it, in our words."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("usuario", "nombre"))

    def get_error_message(self) -> str:
        return texto("acceso.errores.parecida")


class SinLasMasComunes(CommonPasswordValidator):
    """Refuses the most common ones, and those that are one of them with digits and signs around, or over and over: most
    of the list is shorter than what is asked for, and that is how people make it longer."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        medio = _ORILLAS.sub("", password.lower())
        vuelta = (medio + medio).find(medio, 1) if medio else 0
        if len(medio[:vuelta]) >= QUEDAN:
            super().validate(medio[:vuelta], user)


class SinPalabrasDelLugar:
    """Refuses one that is made of these words, with whatever digits and signs."""

    def validate(self, password: str, user: Any = None) -> None:
        llano = unicodedata.normalize("NFKD", password.casefold()).encode("ascii", "ignore").decode()
        quedan, quitadas = _PALABRA.subn("", llano)
        if quitadas and sum(c.isalpha() for c in quedan) < QUEDAN:
            raise ValidationError(texto("acceso.errores.palabras_del_lugar"), code="palabras_del_lugar")

    def get_help_text(self) -> str:
        return texto("acceso.errores.palabras_del_lugar")
