"""What can keep a process from being stored or used."""

from prep.plataforma.errores import Impedimento


class CatalogoError(Impedimento):
    """Nothing was written. The message says what happened and what to do."""

    codigo = 1


class ProcesoCongelado(CatalogoError):
    """Puesta en ceros already fixed the process."""


class ProcesoDesconocido(CatalogoError):
    """There is no such process, or it is not clear which one is meant."""


class CatalogoAlterado(CatalogoError):
    """What is stored is not what its fingerprint says."""
