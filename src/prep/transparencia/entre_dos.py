"""A secret kept so that it opens only with the passphrases of two people: a private key, or the number of a module.

    {"formato":"prep/entre_dos/1","sales":[…, …],"cifrado":…}

Each passphrase, by itself, goes through scrypt with a salt of its own; both results together, and neither alone, make
the key (HKDF-SHA256) that encrypts it with ChaCha20-Poly1305. Whoever forgets theirs loses it for both.
"""

import getpass
import os
import unicodedata
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from prep.transparencia.canonico import NoCanonico, canonico, leer_canonico
from prep.transparencia.errores import ErrorEmision, FormatoInvalido, NoDisponible
from prep.transparencia.nota import b64, de_b64

FORMATO = "prep/entre_dos/1"
MINIMO = 15
"""Letters that each passphrase has at least."""
_UNA_VEZ = bytes(12)
"""The key is of one file: its salts are random."""
_QUIENES = ("la primera persona", "la segunda persona")


def cifrar(secreto: str, frases: tuple[str, str]) -> str:
    """What is kept of a secret between two people."""
    sales = (os.urandom(16), os.urandom(16))
    cifrado = ChaCha20Poly1305(_llave(frases, sales)).encrypt(_UNA_VEZ, secreto.encode(), FORMATO.encode())
    return canonico({"formato": FORMATO, "sales": [b64(s) for s in sales], "cifrado": b64(cifrado)}).decode()


def es_de_dos(texto: str) -> bool:
    """Whether that is a secret kept between two people, well made or not."""
    return texto.lstrip().startswith("{")


def descifrar(texto: str, frases: tuple[str, str]) -> str:
    """The secret. Raise `ErrorEmision` if it is not one, or a passphrase is another."""
    try:
        dicho = leer_canonico(texto.strip().encode())
        if not isinstance(dicho, dict) or set(dicho) != {"formato", "sales", "cifrado"} or dicho["formato"] != FORMATO:
            raise FormatoInvalido("no es un secreto guardado entre dos personas")
        una, otra = (de_b64(s, "la sal") for s in dicho["sales"])
        cifrado = de_b64(dicho["cifrado"], "lo cifrado")
        if (len(una), len(otra)) != (16, 16):
            raise FormatoInvalido("no es un secreto guardado entre dos personas")
    except (NoCanonico, ValueError, TypeError, AttributeError) as error:
        raise FormatoInvalido(f"lo guardado entre dos personas no se entiende: {error}") from error
    try:
        return ChaCha20Poly1305(_llave(frases, (una, otra))).decrypt(_UNA_VEZ, cifrado, FORMATO.encode()).decode()
    except InvalidTag:
        raise ErrorEmision(
            "no abre: una de las dos frases no es la suya, o van en otro orden, o el archivo está dañado"
        ) from None


def pedir(archivo: Path) -> tuple[str, str]:
    """The passphrases with which it is opened, which each person types unseen."""
    una, otra = (_preguntar(f"{archivo}: frase de {quien}: ", archivo) for quien in _QUIENES)
    return una, otra


def pedir_nuevas(archivo: Path) -> tuple[str, str]:
    """The passphrases under which it will be kept, each typed twice. Raise `ErrorEmision` if they are no good."""
    frases = []
    for quien in _QUIENES:
        frase = _preguntar(f"{archivo}: frase nueva de {quien}, {MINIMO} letras o más: ", archivo)
        if len(frase) < MINIMO:
            raise ErrorEmision(f"la frase de {quien} es corta: use {MINIMO} letras o más, por ejemplo cuatro palabras")
        if _preguntar("Otra vez, igual: ", archivo) != frase:
            raise ErrorEmision(f"{quien} no escribió lo mismo las dos veces: no se guardó nada")
        frases.append(frase)
    una, otra = frases
    if una == otra:
        raise ErrorEmision("las dos frases son la misma: cada persona escribe la suya, sin que la otra la sepa")
    return una, otra


def en_memoria(archivo: Path) -> bool:
    """Whether what is written there is on no disk: Linux's tmpfs or ramfs, where it may not be."""
    donde, clase = archivo.parent.resolve(), ""
    largo = -1
    try:
        renglones = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    for renglon in renglones:  # of two mounted in one place, the last one is seen
        antes, _, despues = renglon.partition(" - ")
        punto = Path(antes.split(" ")[4].replace("\\040", " "))
        if donde.is_relative_to(punto) and len(punto.parts) >= largo:
            largo, clase = len(punto.parts), despues.split(" ")[0]
    return clase in ("tmpfs", "ramfs")


def _preguntar(que: str, archivo: Path) -> str:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        raise NoDisponible(
            f"{archivo} está guardado entre dos personas y aquí no hay teclado en que escriban sus frases: ábralo "
            "antes con «prep llaves abrir» y nombre con --llave el que quede abierto"
        ) from None
    return unicodedata.normalize("NFKC", getpass.getpass(que))


def _llave(frases: tuple[str, str], sales: tuple[bytes, bytes]) -> bytes:
    una, otra = (
        Scrypt(salt=sal, length=32, n=2**17, r=8, p=1).derive(frase.encode())
        for frase, sal in zip(frases, sales, strict=True)
    )
    return HKDF(SHA256(), 32, salt=None, info=FORMATO.encode()).derive(una + otra)
