"""Passwords that whoever knows where somebody works would try first."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

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
"""Letters that a password must have besides these words."""
_PALABRA: Final = re.compile("|".join(sorted(PALABRAS, key=len, reverse=True)))


class SinPalabrasDelLugar:
    """Refuses one that is made of these words, with whatever digits and signs."""

    def validate(self, password: str, user: Any = None) -> None:
        llano = unicodedata.normalize("NFKD", password.casefold()).encode("ascii", "ignore").decode()
        quedan, quitadas = _PALABRA.subn("", llano)
        if quitadas and sum(c.isalpha() for c in quedan) < QUEDAN:
            raise ValidationError(texto("acceso.errores.palabras_del_lugar"), code="palabras_del_lugar")

    def get_help_text(self) -> str:
        return texto("acceso.errores.palabras_del_lugar")
