"""The demonstration process: the shape of a real one, with parties and candidates that do not exist."""

from prep.catalogo.ejemplo.generador import CASILLAS_MAXIMO, CASILLAS_MINIMO, NACIONAL, ejemplo

__all__ = ["CASILLAS_MAXIMO", "CASILLAS_MINIMO", "NACIONAL", "ejemplo"]
