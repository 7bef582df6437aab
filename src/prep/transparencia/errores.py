"""What can go wrong when emitting or checking, in words a person can act on."""

import errno
import lzma
import struct
import zipfile
import zlib


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


ZIP_ROTO = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError, RuntimeError, EOFError),
    *(ValueError, OSError, OverflowError, IndexError, KeyError),
)
"""What the standard library raises of an archive that is damaged, or that somebody made to be."""

_CAUSAS = {
    errno.ENOENT: "no existe",
    errno.EACCES: "no hay permiso",
    errno.EPERM: "no hay permiso",
    errno.EEXIST: "ya existe",
    errno.EISDIR: "es una carpeta, no un archivo",
    errno.ENOTDIR: "no es una carpeta",
    errno.ENOTEMPTY: "la carpeta no está vacía",
    errno.ENOSPC: "no queda espacio en el disco",
    errno.EDQUOT: "se acabó el espacio que le toca en el disco",
    errno.EROFS: "el disco es de solo lectura",
    errno.ENAMETOOLONG: "el nombre es demasiado largo",
    errno.ELOOP: "los enlaces dan vueltas",
    errno.EMFILE: "hay demasiados archivos abiertos",
    errno.ENOMEM: "no alcanza la memoria",
    errno.EIO: "el disco falló",
    errno.EADDRINUSE: "otro programa ya usa ese puerto",
    errno.EADDRNOTAVAIL: "esa dirección no es de este equipo",
    errno.ECONNREFUSED: "nadie atiende en esa dirección",
    **dict.fromkeys((errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED), "se cortó la conexión"),
    errno.ETIMEDOUT: "no contestó a tiempo",
    errno.EHOSTUNREACH: "no se llega a ese equipo",
    errno.ENETUNREACH: "no hay red",
}

_POR_CLASE = {  # by name: whoever did not use the network has no need to load it
    "UnicodeDecodeError": "no es texto en UTF-8",
    "gaierror": "ese nombre no se encuentra en la red",
    "TimeoutError": "no contestó a tiempo",
    **dict.fromkeys(("RemoteDisconnected", "SSLEOFError", "SSLZeroReturnError"), "se cortó la conexión"),
    "SSLCertVerificationError": "su certificado no es de fiar",
}


def causa(error: Exception) -> str:
    """What the operating system or the network says, in Spanish: "no existe", "no hay permiso"…"""
    dentro = getattr(error, "reason", None)  # urllib wraps it
    if isinstance(dentro, Exception):
        return causa(dentro)
    if (clase := type(error).__name__) in _POR_CLASE:
        return _POR_CLASE[clase]
    numero = (error.errno if isinstance(error, OSError) else None) or 0
    return _CAUSAS.get(numero, f"falló ({errno.errorcode.get(numero, clase)})")
