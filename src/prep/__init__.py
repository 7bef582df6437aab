"""PREP Abierto: preliminary election results that any citizen can check."""
