"""What can keep a process from being stored or used."""


class CatalogoError(Exception):
    """Nothing was written. The message says what happened and what to do."""


class ProcesoCongelado(CatalogoError):
    """Puesta en ceros already fixed the process."""


class ProcesoDesconocido(CatalogoError):
    """There is no such process, or it is not clear which one is meant."""


class CatalogoAlterado(CatalogoError):
    """What is stored is not what its fingerprint says."""
