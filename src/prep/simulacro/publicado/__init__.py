"""Published PREP databases, read as their publishers left them: `leer(rutas) -> list[BasePublicada]`."""

from prep.simulacro.publicado.lector import leer
from prep.simulacro.publicado.modelo import Anomalia, BasePublicada, ErrorDeLectura, Hueco, Nota, Renglon

__all__ = ["Anomalia", "BasePublicada", "ErrorDeLectura", "Hueco", "Nota", "Renglon", "leer"]
