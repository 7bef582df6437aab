"""Use cases of the catalogue: `importar` a folder, `congelar` it for the night, `cargar` it fast."""

from prep.catalogo.services.cargar import cargar, informativo, modo, regla_de_practica, rutas, sin_gente, vigente
from prep.catalogo.services.congelar import congelar
from prep.catalogo.services.errores import ProcesoDesconocido
from prep.catalogo.services.guardar import Guardado, Resultado, guardar, importar

__all__ = [
    "Guardado",
    "ProcesoDesconocido",
    "Resultado",
    "cargar",
    "congelar",
    "guardar",
    "importar",
    "informativo",
    "modo",
    "regla_de_practica",
    "rutas",
    "sin_gente",
    "vigente",
]
