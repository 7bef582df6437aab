"""Signed notes, checkpoints, cosignatures, policies and proof files, on published examples and properties."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep.transparencia.arbol import Arbol, hoja, prueba_inclusion
from prep.transparencia.errores import ErrorEmision, FirmaInvalida, FormatoInvalido
from prep.transparencia.nota import (
    COFIRMA,
    FIRMA,
    Firma,
    LlavePrivada,
    LlavePublica,
    Nota,
    firmar,
    leer_firmas,
    nota_firmada,
)
from prep.transparencia.politica import leer_politica
from prep.transparencia.pruebas import PeticionDeCofirma, PruebaDeInclusion
from prep.transparencia.punto import Punto, abrir_punto

# The key and the note of the documentation of Go's sumdb/note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_PRIVADA = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
NOTA_NEUMANN = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
# The examples of signed-note, tlog-cosignature and tlog-witness.
NOTA_SALVATORE = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW"
    "9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
).encode()
PUNTO_SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4U"
    "RYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5O"
    "WXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()
PETICION_SOFA = (
    b"old 20852014\n"
    b"PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    b"5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n"
) + PUNTO_SOFA

INSTITUTO = LlavePrivada("ople.example/prep", FIRMA, b"\1" * 32)
TESTIGO = LlavePrivada("universidad.example", COFIRMA, b"\2" * 32)
TESTIGO2 = LlavePrivada("diario.example", COFIRMA, b"\3" * 32)
PUNTO = Punto("ople.example/prep", 1, b"\7" * 32)


def test_go_documentation_key_and_note():
    llave = LlavePublica.leer(NEUMANN)
    assert llave.vkey == NEUMANN and llave.tipo == FIRMA
    privada = LlavePrivada.leer(NEUMANN_PRIVADA)
    assert privada.llave == llave and privada.skey == NEUMANN_PRIVADA
    nota = Nota.leer(NOTA_NEUMANN)
    assert [v.llave for v in nota.comprobar([llave])] == [llave]
    assert nota_firmada(nota.texto, [privada]).escribir() == NOTA_NEUMANN


def test_every_altered_byte_of_the_note_is_refused():
    for i in range(len(NOTA_NEUMANN)):
        mala = bytearray(NOTA_NEUMANN)
        mala[i] ^= 1
        with pytest.raises(ErrorEmision):
            Nota.leer(bytes(mala)).comprobar([LlavePublica.leer(NEUMANN)])


def test_examples_of_the_specifications_keep_their_bytes():
    for ejemplo in (NOTA_SALVATORE, PUNTO_SOFA):
        assert Nota.leer(ejemplo).escribir() == ejemplo
    assert Nota.leer(NOTA_SALVATORE).texto.decode().endswith("\n\ned è subito sera.\n")
    nota = Nota.leer(PUNTO_SOFA)
    assert Punto.leer(nota.texto).tamano == 20852163 and Punto.leer(nota.texto).texto() == nota.texto
    assert int.from_bytes(nota.firmas[1].firma[:8]) == 1679315147 and len(nota.firmas[1].firma) == 72
    peticion = PeticionDeCofirma.leer(PETICION_SOFA)
    assert (peticion.viejo, len(peticion.hashes), peticion.punto) == (20852014, 4, PUNTO_SOFA)
    assert peticion.escribir() == PETICION_SOFA


def test_openssl_checks_a_cosignature(tmp_path):
    """The message and the signature of a cosignature, seen by a tool we did not write."""
    firma = firmar(PUNTO.texto(), TESTIGO, 1_717_000_000)
    (tmp_path / "m").write_bytes(b"cosignature/v1\ntime 1717000000\n" + PUNTO.texto())
    (tmp_path / "s").write_bytes(firma.firma[8:])
    der = bytes.fromhex("302a300506032b6570032100") + TESTIGO.llave.publica
    (tmp_path / "k").write_bytes(der)
    orden = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "k", "-rawin", "-in", "m"]
    assert subprocess.run([*orden, "-sigfile", "s"], cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "m").write_bytes(b"cosignature/v1\ntime 1717000001\n" + PUNTO.texto())
    assert subprocess.run([*orden, "-sigfile", "s"], cwd=tmp_path, capture_output=True).returncode != 0


def test_unknown_keys_are_ignored_and_known_bad_ones_reject():
    nota = nota_firmada(PUNTO.texto(), [INSTITUTO, TESTIGO], 5)
    assert [v.hora for v in nota.comprobar([INSTITUTO.llave, TESTIGO.llave])] == [None, 5]
    assert len(nota.comprobar([INSTITUTO.llave, TESTIGO2.llave])) == 1
    with pytest.raises(FirmaInvalida):
        nota.comprobar([TESTIGO2.llave])
    rota = Nota(nota.texto, (nota.firmas[0], Firma(TESTIGO.llave.nombre, TESTIGO.llave.id, b"\0" * 72)))
    with pytest.raises(FirmaInvalida):
        rota.comprobar([INSTITUTO.llave, TESTIGO.llave])


def test_checkpoint_must_be_signed_by_the_log_it_names():
    ajena = LlavePrivada("otro.example", FIRMA, b"\4" * 32)
    with pytest.raises(FirmaInvalida):
        abrir_punto(nota_firmada(PUNTO.texto(), [ajena]).escribir(), [ajena.llave, INSTITUTO.llave])
    with pytest.raises(FirmaInvalida):
        abrir_punto(nota_firmada(PUNTO.texto(), [TESTIGO], 3).escribir(), [INSTITUTO.llave], [TESTIGO.llave])
    assert abrir_punto(nota_firmada(PUNTO.texto(), [INSTITUTO]).escribir(), [INSTITUTO.llave]).punto == PUNTO


@pytest.mark.parametrize(
    "malo", [b"a\n1\n", b"a\n01\nAA==\n", b"a\n1\nAA==\n", b"a\n-1\n" + b"A" * 43 + b"=\n", PUNTO.texto() + b"extra\n"]
)
def test_malformed_checkpoints(malo):
    with pytest.raises(FormatoInvalido):
        Punto.leer(malo)


@given(st.binary(max_size=200))
def test_noise_never_surprises(datos):
    for leer in (Nota.leer, leer_politica, PruebaDeInclusion.leer, PeticionDeCofirma.leer):
        try:
            leer(datos)
        except FormatoInvalido:
            pass


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_round_trips(texto):
    nota = nota_firmada(f"{texto}\n".encode(), [INSTITUTO])
    assert Nota.leer(nota.escribir()) == nota and nota.comprobar([INSTITUTO.llave])


def test_merging_keeps_one_line_per_key():
    nota = nota_firmada(PUNTO.texto(), [INSTITUTO])
    cofirma, tardia = firmar(PUNTO.texto(), TESTIGO, 10), firmar(PUNTO.texto(), TESTIGO, 20)
    junta = nota.con([cofirma]).con([tardia])
    assert junta.firmas == (nota.firmas[0], cofirma)
    assert leer_firmas(cofirma.linea.encode()) == (cofirma,)


POLITICA = f"""# quién vigila
log {INSTITUTO.llave.vkey} https://prep.example/
witness uni {TESTIGO.llave.vkey}
\twitness diario   {TESTIGO2.llave.vkey} https://diario.example/testigo
group dos all uni diario
quorum dos
"""


def test_policy():
    politica = leer_politica(POLITICA.encode())
    una, dos = ([INSTITUTO, TESTIGO], [INSTITUTO, TESTIGO, TESTIGO2])
    assert not politica.cumple(politica.abrir(nota_firmada(PUNTO.texto(), una, 1).escribir()))
    assert politica.cumple(politica.abrir(nota_firmada(PUNTO.texto(), dos, 1).escribir()))
    alguna = leer_politica(POLITICA.replace("all", "any").encode())
    assert alguna.cumple(alguna.abrir(nota_firmada(PUNTO.texto(), una, 1).escribir()))
    assert politica.direcciones["diario"] == "https://diario.example/testigo"


@pytest.mark.parametrize(
    ("de", "a"),
    [
        ("quorum dos", ""),
        ("quorum dos", "quorum dos\nquorum uni"),
        ("quorum dos", "quorum nadie"),
        ("group dos all uni diario", "group dos 3 uni diario"),
        ("group dos all uni diario", "group dos 0 uni diario"),
        ("group dos all uni diario", "group uni all uni diario"),
        ("group dos all uni diario", "group dos all uni uni"),
        ("group dos all uni diario", "group dos all none"),
        (TESTIGO2.llave.vkey, TESTIGO.llave.vkey),
        (TESTIGO2.llave.vkey, INSTITUTO.llave.vkey),
        ("# quién", "qué # quién"),
        ("quorum dos\n", "quorum dos"),
        ("vigila", "vigila\0"),
    ],
)
def test_policies_refused(de, a):
    with pytest.raises(FormatoInvalido):
        leer_politica(POLITICA.replace(de, a).encode())


def test_proof_file():
    hojas = [str(i).encode() for i in range(11)]
    arbol = Arbol(map(hoja, hojas))
    nota = nota_firmada(Punto("ople.example/prep", 11, arbol.raiz()).texto(), [INSTITUTO, TESTIGO, TESTIGO2], 9)
    prueba = PruebaDeInclusion(7, prueba_inclusion(arbol.nodos, 7, 11), nota.escribir(), b"acta")
    leida = PruebaDeInclusion.leer(prueba.escribir())
    assert leida.escribir() == prueba.escribir() and leida.extra == b"acta"
    politica = leer_politica(POLITICA.encode())
    assert leida.verificar(hojas[7], politica).punto.tamano == 11
    with pytest.raises(ErrorEmision):
        leida.verificar(hojas[8], politica)
    sin_testigos = nota_firmada(Punto("ople.example/prep", 11, arbol.raiz()).texto(), [INSTITUTO])
    with pytest.raises(FirmaInvalida):
        PruebaDeInclusion(7, leida.hashes, sin_testigos.escribir()).verificar(hojas[7], politica)
