"""Dated stamps of a checkpoint (RFC 3161): somebody else says that it existed at a moment.

What is stamped is the SHA-256 of the checkpoint's text, so `openssl ts -verify` checks it with no tool of ours. A stamp
lives in `sellos/<tamano>.tsr`. It is optional and comes after the corte is out: a failure here delays nothing.

Anybody can make a certificate that says it stamps: whether the one that signed comes from an authority worth trusting
is not decided here.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from prep.transparencia.almacen import Almacen
from prep.transparencia.der import BOOLEANO, ENTERO, OCTETOS, SECUENCIA, Nodo, escribir, escribir_entero, leer
from prep.transparencia.errores import ErrorEmision, FirmaInvalida, FormatoInvalido, NoDisponible
from prep.transparencia.nota import Nota
from prep.transparencia.registro import MAXIMO_PUNTO, ruta_punto
from prep.transparencia.web import enviar

MAXIMO_RESPUESTA = 100_000
_SHA256 = "2.16.840.1.101.3.4.2.1"
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    _SHA256: hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_RESUMEN, _TIPO_DE_CONTENIDO = "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.3"
_MAL_FORMADO = (
    *(IndexError, KeyError, ValueError, TypeError, UnsupportedAlgorithm),
    *(x509.ExtensionNotFound, x509.DuplicateExtension, x509.InvalidVersion),
)


@dataclass(frozen=True)
class Sello:
    """A stamp whose signature held. `hora` in UTC; `autoridad`: subject of the certificate that signed."""

    hora: datetime
    autoridad: str


def ruta_sello(tamano: int) -> str:
    return f"sellos/{tamano:06d}.tsr"


def peticion(texto: bytes, nonce: int) -> bytes:
    """DER of a TimeStampReq for `texto`, asking for the certificate."""
    algoritmo = escribir(SECUENCIA, Nodo.oid(_SHA256), escribir(5))
    huella = escribir(SECUENCIA, algoritmo, escribir(OCTETOS, sha256(texto).digest()))
    return escribir(SECUENCIA, escribir_entero(1), huella, escribir_entero(nonce), escribir(BOOLEANO, b"\xff"))


def verificar_sello(tsr: bytes, texto: bytes, nonce: int | None = None) -> Sello:
    """Check that a TimeStampResp stamps `texto` and that its certificate, fit for stamping, signed it."""
    try:
        return _verificar(leer(tsr), texto, nonce)
    except ErrorEmision:
        raise
    except _MAL_FORMADO as e:
        raise FormatoInvalido("el sello no tiene la forma que debe") from e


def _verificar(respuesta: Nodo, texto: bytes, nonce: int | None) -> Sello:
    if respuesta.hijos[0].hijos[0].entero not in (0, 1):
        raise FormatoInvalido("la autoridad de sellos rechazó la petición")
    contenido = respuesta.hijos[1]
    if contenido.hijos[0].texto_oid != _SIGNED_DATA:
        raise FormatoInvalido("el sello no es un documento firmado (CMS)")
    firmado = contenido.hijos[1].hijos[0]
    encapsulado = firmado.hijos[2]
    if encapsulado.hijos[0].texto_oid != _TST_INFO:
        raise FormatoInvalido("lo firmado no es un sello de tiempo")
    tst = encapsulado.hijos[1].hijos[0].valor
    info = leer(tst)
    huella = info.hijos[2]
    if huella.hijos[0].hijos[0].texto_oid != _SHA256 or huella.hijos[1].valor != sha256(texto).digest():
        raise FirmaInvalida("el sello es de otro texto")
    if nonce is not None and nonce not in [h.entero for h in info.hijos[5:] if h.etiqueta == ENTERO]:
        raise FirmaInvalida("el sello responde a otra petición")
    hora = _hora(info.hijos[4].valor.decode("ascii"))
    certificados = [
        x509.load_der_x509_certificate(c.crudo) for n in firmado.hijos if n.etiqueta == 0xA0 for c in n.hijos
    ]
    (firmante,) = firmado.hijos[-1].hijos
    certificado = _certificado(firmante, certificados)
    _firma_cms(firmante, tst, certificado)
    if not certificado.not_valid_before_utc <= hora <= certificado.not_valid_after_utc:
        raise FirmaInvalida("el certificado de la autoridad de sellos no estaba vigente a esa hora")
    uso = certificado.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if ExtendedKeyUsageOID.TIME_STAMPING not in uso:
        raise FirmaInvalida("el certificado del sello no sirve para sellar")
    return Sello(hora, certificado.subject.rfc4514_string())


def _hora(texto: str) -> datetime:
    """GeneralizedTime in UTC, with or without fraction."""
    formato = "%Y%m%d%H%M%S.%fZ" if "." in texto else "%Y%m%d%H%M%SZ"
    return datetime.strptime(texto, formato).replace(tzinfo=UTC)


def _certificado(firmante: Nodo, certificados: list[x509.Certificate]) -> x509.Certificate:
    """The certificate that the signer names by issuer and serial number."""
    emisor, serie = firmante.hijos[1].hijos
    for c in certificados:
        if c.serial_number == serie.entero and c.issuer.public_bytes() == emisor.crudo:
            return c
    raise FirmaInvalida("el sello no trae el certificado de quien lo firma")


def _firma_cms(firmante: Nodo, tst: bytes, certificado: x509.Certificate) -> None:
    """The signature covers the signed attributes; these cover the stamp by its digest."""
    resumen = _HASHES[firmante.hijos[2].hijos[0].texto_oid]
    atributos = firmante.hijos[3]
    if atributos.etiqueta != 0xA0:
        raise FormatoInvalido("el sello no trae atributos firmados")
    valores = {a.hijos[0].texto_oid: a.hijos[1].hijos[0] for a in atributos.hijos}
    calculo = hashes.Hash(resumen())
    calculo.update(tst)
    if valores[_RESUMEN].valor != calculo.finalize() or valores[_TIPO_DE_CONTENIDO].texto_oid != _TST_INFO:
        raise FirmaInvalida("el contenido del sello fue alterado")
    mensaje = b"\x31" + atributos.crudo[1:]  # signed as a SET OF, stored under [0]
    firma, llave = firmante.hijos[5].valor, certificado.public_key()
    try:
        if isinstance(llave, rsa.RSAPublicKey):
            llave.verify(firma, mensaje, padding.PKCS1v15(), resumen())
        elif isinstance(llave, ec.EllipticCurvePublicKey):
            llave.verify(firma, mensaje, ec.ECDSA(resumen()))
        elif isinstance(llave, ed25519.Ed25519PublicKey):
            llave.verify(firma, mensaje)
        else:
            raise FormatoInvalido("la autoridad de sellos firma con un algoritmo que no se conoce")
    except InvalidSignature as e:
        raise FirmaInvalida("la firma del sello no corresponde") from e


def pedir_sello(url: str, texto: bytes, espera: float = 20.0) -> bytes:
    """Ask an authority for a stamp of `texto`, check it and return it (DER TimeStampResp)."""
    if not url.startswith(("http://", "https://")):
        raise FormatoInvalido(f"no es una dirección http(s): {url!r}")
    nonce = secrets.randbits(63)
    tipos = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    codigo, tsr = enviar(url, peticion(texto, nonce), tipos, MAXIMO_RESPUESTA, espera)
    if codigo != 200:
        raise NoDisponible(f"la autoridad de sellos respondió {codigo}")
    verificar_sello(tsr, texto, nonce=nonce)
    return tsr


def sellar(almacen: Almacen, tamano: int, url: str) -> Sello:
    """Stamp the checkpoint of `tamano` leaves and publish the stamp. One already there is kept."""
    datos = almacen.leer(ruta_punto(tamano), MAXIMO_PUNTO)
    if datos is None:
        raise NoDisponible(f"no hay punto de control de {tamano} hojas")
    texto = Nota.leer(datos).texto
    tsr = almacen.leer(ruta_sello(tamano), MAXIMO_RESPUESTA) or pedir_sello(url, texto)
    almacen.escribir(ruta_sello(tamano), tsr)
    return verificar_sello(tsr, texto)
