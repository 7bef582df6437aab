"""A stamping authority of its own: `openssl ts`, with its certificates in a folder."""

import shutil
import subprocess

import pytest

CONFIGURACION = """
[tsa]
default_tsa = uno
[uno]
serial = serie
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
certs = ca.pem
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
signer_digest = sha256
"""


def autoridad(d):
    """That folder, with a certificate authority and a stamping authority under it."""
    if shutil.which("openssl") is None:
        pytest.skip("falta openssl")

    def openssl(*a):
        return subprocess.run(["openssl", *a], cwd=d, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=CA",
            "-days", "30")  # fmt: skip
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "tsa.key", "-out",
            "tsa.csr", "-subj", "/CN=Sellos de prueba")  # fmt: skip
    (d / "ext").write_text("extendedKeyUsage=critical,timeStamping\n")
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
            "-extfile", "ext", "-out", "tsa.pem")  # fmt: skip
    (d / "tsa.cnf").write_text(CONFIGURACION)
    (d / "serie").write_text("01\n")
    return d


def responder(tsa, pregunta):
    (tsa / "pregunta.tsq").write_bytes(pregunta)
    orden = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "pregunta.tsq", "-out", "respuesta.tsr"]
    subprocess.run(orden, cwd=tsa, check=True, capture_output=True)
    return (tsa / "respuesta.tsr").read_bytes()
