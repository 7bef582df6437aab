"""Published PREP databases, read as their publishers left them: `leer(rutas) -> list[BasePublicada]`."""

from prep.reproduccion.lector import leer
from prep.reproduccion.publicado import Anomalia, BasePublicada, ErrorDeLectura, Hueco, Nota, Renglon

__all__ = ["Anomalia", "BasePublicada", "ErrorDeLectura", "Hueco", "Nota", "Renglon", "leer"]
