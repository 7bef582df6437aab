"""Where private keys live: a file only its owner can read, or a hardware module through PKCS#11; the file, or that of
the module's PIN, may be kept between two people (`entre_dos`), who type their passphrases whenever it is opened.

`firmante(donde)` opens either: a path, or `pkcs11:token=PREP;object=instituto?module-path=/…/libsofthsm2.so&name=…`
(RFC 7512 plus `name`, the name of the key in notes, and `type=cofirma` for cosigning keys). The PIN comes from the
variable `PREP_PIN` or from `pin-source=FILE`, never from the address.
"""

import ctypes
import os
import stat
import sys
import urllib.parse
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from prep.transparencia.entre_dos import cifrar, descifrar, en_memoria, es_de_dos, pedir, pedir_nuevas
from prep.transparencia.errores import ErrorEmision, FormatoInvalido, NoDisponible, causa
from prep.transparencia.nota import COFIRMA, FIRMA, Firmante, LlavePrivada, LlavePublica

_PR_SET_DUMPABLE: Final = 4


def crear(nombre: str, carpeta: Path, tipo: int = FIRMA, archivo: str | None = None) -> tuple[Path, Path]:
    """Make a key pair: `<archivo>.skey` (mode 0600) and `<archivo>.vkey`. Never overwrites. Returns both paths."""
    llave = LlavePrivada.nueva(nombre, tipo)
    base = archivo or nombre.replace("/", "-")
    if not base or base.startswith(".") or "/" in base:
        raise FormatoInvalido(f"«{base}» no sirve como nombre de archivo")
    carpeta.mkdir(parents=True, exist_ok=True)
    privada, publica = carpeta / f"{base}.skey", carpeta / f"{base}.vkey"
    _exigir_nuevo(publica)
    _guardar(privada, llave.skey)
    publica.write_text(llave.llave.vkey + "\n", encoding="utf-8")
    return privada, publica


def repartir(de: Path, a: Path) -> None:
    """Keep between two people the secret that is, in clear, in a file of memory; that file is erased."""
    secreto = _leer(de)
    if es_de_dos(secreto):
        raise ErrorEmision(f"{de} ya está guardado entre dos personas")
    if not en_memoria(de):
        raise ErrorEmision(
            f"{de} está en un disco, de donde no se borra del todo: haga el secreto en memoria, por ejemplo en "
            "/run/prep, y repártalo desde ahí"
        )
    a.parent.mkdir(parents=True, exist_ok=True)
    _exigir_nuevo(a)
    _guardar(a, cifrar(secreto, pedir_nuevas(a)))
    de.unlink()


def abrir(de: Path, a: Path) -> None:
    """Leave in clear, in a file of memory that only its owner can read, what two people keep."""
    secreto = _leer(de)
    if not es_de_dos(secreto):
        raise ErrorEmision(f"{de} no está guardado entre dos personas")
    if not en_memoria(a):
        raise ErrorEmision(f"{a} quedaría en un disco: ábralo en memoria, por ejemplo en /run/prep")
    _exigir_nuevo(a)
    _guardar(a, descifrar(secreto, pedir(de)))


def _exigir_nuevo(archivo: Path) -> None:
    if archivo.exists():
        raise ErrorEmision(f"ya existe {archivo}: una llave no se reescribe")


def _guardar(archivo: Path, secreto: str) -> None:
    """Whole, in a file that was not there and only its owner reads."""
    try:
        descriptor = os.open(archivo, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        _exigir_nuevo(archivo)
        raise
    except OSError as e:
        raise NoDisponible(f"no se pudo escribir {archivo}: {causa(e)}") from e
    with os.fdopen(descriptor, "w", encoding="utf-8") as f:
        f.write(secreto + "\n")
        f.flush()
        os.fsync(f.fileno())


def _leer(archivo: Path) -> str:
    """The text of a secret, as it is kept; refused if others can read it."""
    try:
        with archivo.open(encoding="utf-8") as f:
            permisos = stat.S_IMODE(os.fstat(f.fileno()).st_mode)
            texto = f.read(10_000)
    except (OSError, UnicodeDecodeError) as e:
        raise NoDisponible(f"no se pudo leer {archivo}: {causa(e)}") from e
    if permisos & 0o077:
        raise ErrorEmision(f"otras personas pueden leer {archivo}: quíteles el permiso con «chmod 600 {archivo}»")
    return texto.strip()


def _secreto(archivo: Path) -> str:
    """What a file keeps; if it is between two people, they type their passphrases."""
    texto = _leer(archivo)
    return descifrar(texto, pedir(archivo)) if es_de_dos(texto) else texto


def leer_privada(archivo: Path) -> LlavePrivada:
    """A key file, refused if others can read it."""
    return LlavePrivada.leer(_secreto(archivo))


def leer_publica(archivo: Path) -> LlavePublica:
    try:
        return LlavePublica.leer(archivo.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as e:
        raise NoDisponible(f"no se pudo leer la llave {archivo}: {causa(e)}") from e


def firmante(donde: str | Path) -> Firmante:
    """Open whoever signs: a key file or a `pkcs11:` address. From there on no other program of the same user reads the
    memory of this one, nor what it was started with."""
    _sin_ser_mirado()
    if str(donde).startswith("pkcs11:"):
        return FirmantePkcs11(str(donde))
    return leer_privada(Path(donde))


def _sin_ser_mirado() -> None:
    """Linux: not to be traced, nor to leave its memory in a file where it falls; what it starts later is as usual."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


class FirmantePkcs11:
    """An Ed25519 key that never leaves its module. Close it, or use it in a `with`."""

    def __init__(self, direccion: str) -> None:
        try:
            import pkcs11
        except ImportError as e:
            raise NoDisponible("para firmar con un módulo criptográfico instale «prep-abierto[pkcs11]»") from e
        campos, modulo, pin = _direccion(direccion)
        try:
            ficha = pkcs11.lib(modulo).get_token(token_label=campos["token"])
            self._sesion: Any = ficha.open(user_pin=pin)
            clase = pkcs11.ObjectClass
            self._privada: Any = self._sesion.get_key(object_class=clase.PRIVATE_KEY, label=campos["object"])
            publica: Any = self._sesion.get_key(object_class=clase.PUBLIC_KEY, label=campos["object"])
            punto = bytes(publica[pkcs11.Attribute.EC_POINT])
        except (pkcs11.PKCS11Error, OSError, RuntimeError) as e:
            motivo = str(e) or type(e).__name__
            raise NoDisponible(f"el módulo criptográfico no abrió la llave «{campos['object']}»: {motivo}") from e
        if len(punto) not in (32, 34):
            raise FormatoInvalido(f"la llave «{campos['object']}» no es Ed25519")
        self._mecanismo = pkcs11.Mechanism.EDDSA
        tipo = COFIRMA if campos.get("type") == "cofirma" else FIRMA
        self.llave = LlavePublica(campos["name"], tipo, punto[-32:])

    def firmar(self, mensaje: bytes) -> bytes:
        return bytes(self._privada.sign(mensaje, mechanism=self._mecanismo))

    def cerrar(self) -> None:
        self._sesion.close()

    def __enter__(self) -> "FirmantePkcs11":
        return self

    def __exit__(self, tipo: type[BaseException] | None, e: BaseException | None, t: TracebackType | None) -> None:
        self.cerrar()


def _direccion(direccion: str) -> tuple[dict[str, str], str, str]:
    """Fields, module path and PIN of a `pkcs11:` address."""
    camino, _, consulta = direccion.removeprefix("pkcs11:").partition("?")
    campos = {
        k: urllib.parse.unquote(v)
        for parte in (*camino.split(";"), *consulta.split("&"))
        if parte
        for k, _, v in [parte.partition("=")]
    }
    faltan = [c for c in ("token", "object", "module-path", "name") if c not in campos]
    if faltan:
        raise FormatoInvalido(f"a la dirección pkcs11 le falta: {', '.join(faltan)}")
    pin = _secreto(Path(campos["pin-source"])) if "pin-source" in campos else os.environ.get("PREP_PIN", "")
    if not pin:
        raise NoDisponible("falta el PIN: póngalo en la variable PREP_PIN o en pin-source=ARCHIVO")
    return campos, campos["module-path"], pin
