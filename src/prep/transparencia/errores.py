"""What can go wrong when emitting or checking, in words a person can act on."""


class ErrorEmision(ValueError):
    """Base of every refusal of this room. Its text is plain Spanish and may be shown as it is."""


class FormatoInvalido(ErrorEmision):
    """Bytes that do not follow the format they claim (note, checkpoint, tile, manifest…)."""


class FirmaInvalida(ErrorEmision):
    """A note without a valid signature of a known key, or with a bad one."""


class PruebaInvalida(ErrorEmision):
    """A Merkle proof, root or tile that does not add up."""


class Inconsistente(ErrorEmision):
    """Two histories of the same log that cannot both be true: something was rewritten, withdrawn or forked."""


class NoDisponible(ErrorEmision):
    """A file that should be there could not be read: nothing can be said about it."""
