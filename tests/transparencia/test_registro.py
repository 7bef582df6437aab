"""The log on disk: crashes at any instant, late cosignatures, and Go's own library reading it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emision_fabrica import AUDITOR, INSTITUTO, NOTARIA, PROCESO
from prep.transparencia import arbol
from prep.transparencia.almacen import Carpeta
from prep.transparencia.errores import FirmaInvalida, FormatoInvalido, Inconsistente
from prep.transparencia.hojas import TIPOS, escribir_hoja, leer_hoja
from prep.transparencia.nota import FIRMA, LlavePrivada, Nota, firmar
from prep.transparencia.registro import Registro, Teselas, desempacar, empacar, leer_historia, ruta_punto, ruta_tesela

GO = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")


class Muerte(Exception):
    """The process died here."""


class Mortal(Carpeta):
    """A folder whose writer dies at a given write, before or after it takes effect."""

    def __init__(self, carpeta, vidas):
        super().__init__(carpeta, duradero=False)
        self.vidas = vidas

    def _quizas(self):
        self.vidas -= 1
        if self.vidas == 0:
            raise Muerte

    def escribir(self, ruta, datos):
        self._quizas()
        super().escribir(ruta, datos)
        self._quizas()

    def reemplazar(self, ruta, datos):
        self._quizas()
        super().reemplazar(ruta, datos)
        self._quizas()


def leer(carpeta):
    return leer_historia(Carpeta(carpeta), [INSTITUTO.llave])


def test_leaves_of_all_sizes_and_every_past_head(tmp_path):
    registro = Registro(Carpeta(tmp_path, duradero=False), INSTITUTO)
    hojas = [b"x" * (i % 7) + str(i).encode() for i in range(300)]
    for i, h in enumerate(hojas):
        assert registro.agregar(h) == i
    historia = leer(tmp_path)
    assert list(historia.hojas) == hojas
    teselas = Teselas(Carpeta(tmp_path), 300)
    for n in (1, 2, 255, 256, 257, 300):
        assert arbol.raiz(teselas, n) == arbol.raiz_de(map(arbol.hoja, hojas[:n]))
        nota = Nota.leer((tmp_path / ruta_punto(n)).read_bytes())
        assert nota.texto.split(b"\n")[1] == str(n).encode()
    assert registro.agregar(hojas[5]) == 5 and leer(tmp_path).punto.tamano == 300


@pytest.mark.parametrize("ya_hay", [0, 1, 255, 256])
def test_killed_at_any_write_it_resumes_and_says_nothing_twice(tmp_path, ya_hay):
    base = tmp_path / "base"
    registro = Registro(Carpeta(base, duradero=False), INSTITUTO)
    for i in range(ya_hay):
        registro.agregar(b"hoja %d" % i)
    limpia = tmp_path / "limpia"
    shutil.copytree(base, limpia) if base.exists() else limpia.mkdir()
    for h in (b"a", b"b"):
        Registro(Carpeta(limpia, duradero=False), INSTITUTO).agregar(h)
    for vidas in range(1, 100):
        carpeta = tmp_path / str(vidas)
        shutil.copytree(base, carpeta) if base.exists() else carpeta.mkdir()
        try:
            Registro(Mortal(carpeta, vidas), INSTITUTO).agregar(b"a")
        except Muerte:
            murio = True
        else:
            murio = False
        if (carpeta / "checkpoint").exists():
            leer(carpeta)  # whatever a reader sees is whole
        # The next writer comes with something else; what was begun is finished first.
        Registro(Carpeta(carpeta, duradero=False), INSTITUTO).agregar(b"a" if vidas % 2 else b"b")
        for h in (b"a", b"b"):
            Registro(Carpeta(carpeta, duradero=False), INSTITUTO).agregar(h)
        hojas = list(leer(carpeta).hojas)[ya_hay:]
        assert sorted(hojas) == [b"a", b"b"]
        if hojas == [b"a", b"b"]:
            assert _contenido(carpeta) == _contenido(limpia)
        shutil.rmtree(carpeta)
        if not murio:
            break
    else:
        pytest.fail("nunca terminó")


def _contenido(carpeta):
    return {r: (carpeta / r).read_bytes() for r in Carpeta(carpeta).rutas()}


def test_what_is_written_once_is_not_rewritten(tmp_path):
    carpeta = Carpeta(tmp_path)
    carpeta.escribir("a/b", b"1")
    carpeta.escribir("a/b", b"1")
    with pytest.raises(Inconsistente):
        carpeta.escribir("a/b", b"2")
    for mala in ("../x", "/etc/passwd", "a//b", "a/../b", "", ".oculto", "http://x/y", "a\\b", "a/.."):
        with pytest.raises(FormatoInvalido):
            carpeta.leer(mala)
    (tmp_path / "enlace").symlink_to("/etc")
    with pytest.raises(FormatoInvalido):
        carpeta.leer("enlace/passwd")


def test_a_log_signed_by_somebody_else_is_not_continued(tmp_path):
    Registro(Carpeta(tmp_path, duradero=False), INSTITUTO).agregar(b"a")
    with pytest.raises(FirmaInvalida):
        Registro(Carpeta(tmp_path, duradero=False), LlavePrivada("ople.example/prep", FIRMA, b"\5" * 32)).agregar(b"b")


def test_cosignatures_arrive_late(tmp_path):
    registro = Registro(Carpeta(tmp_path, duradero=False), INSTITUTO)
    for h in (b"a", b"b"):
        registro.agregar(h)
    testigos = [AUDITOR.llave, NOTARIA.llave]
    texto = Nota.leer((tmp_path / ruta_punto(1)).read_bytes()).texto
    registro.agregar_firmas([firmar(texto, AUDITOR, 100)], testigos, 1)
    assert len(leer_historia(Carpeta(tmp_path), [INSTITUTO.llave], testigos).firmado.cofirmas) == 0
    texto = Nota.leer((tmp_path / "checkpoint").read_bytes()).texto
    registro.agregar_firmas(firmar(texto, AUDITOR, 200).linea.encode(), testigos, 2)
    registro.agregar_firmas([firmar(texto, NOTARIA, 300), firmar(texto, AUDITOR, 400)], testigos, 2)
    cofirmas = leer_historia(Carpeta(tmp_path), [INSTITUTO.llave], testigos).firmado.cofirmas
    assert [(f.llave.nombre, f.hora) for f in cofirmas] == [(AUDITOR.llave.nombre, 200), (NOTARIA.llave.nombre, 300)]
    with pytest.raises(FirmaInvalida):
        registro.agregar_firmas([firmar(b"otro texto\n", NOTARIA, 1)], [NOTARIA.llave], 1)
    desconocida = firmar(texto, LlavePrivada("x.example", 4, b"\6" * 32), 1)
    assert len(registro.agregar_firmas([desconocida], testigos, 2).firmas) == 3


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_round_trip(hojas):
    assert desempacar(empacar(hojas), len(hojas)) == hojas
    if hojas:
        with pytest.raises(FormatoInvalido):
            desempacar(empacar(hojas)[:-1], len(hojas))


@pytest.mark.parametrize(
    "campos",
    [
        {"corte": 1, "manifiesto": "0" * 64},
        {"corte": -1, "manifiesto": "0" * 64, "ruta": "cortes/0001"},
        {"corte": 1, "manifiesto": "0" * 63, "ruta": "cortes/0001"},
        {"corte": 1, "manifiesto": "0" * 64, "ruta": "../x"},
        {"corte": 1, "manifiesto": "0" * 64, "ruta": "cortes/0001", "otro": 1},
        {"corte": True, "manifiesto": "0" * 64, "ruta": "cortes/0001"},
    ],
)
def test_leaves_refused(campos):
    with pytest.raises(FormatoInvalido):
        escribir_hoja("corte", proceso=PROCESO, modo="prueba", hora="2024-06-02T20:00:00-06:00", **campos)


def test_every_kind_of_leaf_reads_back():
    comun = {"proceso": PROCESO, "modo": "jornada", "hora": "2024-06-02T20:00:00-06:00"}
    h = "a" * 64
    hojas = {
        "corte": {"corte": 3, "manifiesto": h, "ruta": "cortes/0003"},
        "puesta_en_ceros": {"documento": h},
        "huella": {"momento": "antes", "software": h, "documento": h},
        "llaves": {
            "accion": "alta",
            "papel": "auditor",
            "llave": AUDITOR.llave.vkey,
            "anterior": None,
            "motivo": "inicio",
        },
        "contingencia": {"clave": "C-7", "texto": "Sin energía en la sede", "documento": h},
        "correccion": {"corte": 2, "corregido_por": 3, "motivo": "acta 140001B0100G", "documento": h},
        "delegacion": {
            "nodo": "catd-12",
            "llave": h,
            "desde": "2024-06-02T08:00:00-06:00",
            "hasta": "2024-06-03T08:00:00-06:00",
            "documento": h,
        },
        "punto_de_nodo": {"nodo": "catd-12", "delegacion": h, "hojas": 4, "raiz": h, "documento": h},
        "verdad_sellada": {"compromiso": h},
        "verdad_abierta": {"documento": h},
        "prorroga": {"hasta": "2024-06-03T20:00:00-06:00", "motivo": "Faltan paquetes", "documento": h},
        "acto_final": {"clave": "informe", "texto": "Informe final", "documento": h},
        "cierre": {"corte": 90, "documento": h},
        "aprobacion": {"persona": "p-7", "muestra": h, "documento": h},
        "fe_publica": {"acto": 3, "persona": "p-8", "texto": "Se hizo ante mí", "documento": h},
    }
    assert set(hojas) == set(TIPOS)
    for tipo, campos in hojas.items():
        datos = escribir_hoja(tipo, **comun, **campos)
        assert leer_hoja(datos) == {"formato": "prep/hoja/1", "tipo": tipo, **comun, **campos} and len(datos) < 1024
    for mala in ({**comun, "modo": "ensayo"}, {**comun, "hora": "2024-06-02 20:00"}, {**comun, "proceso": "a b"}):
        with pytest.raises(FormatoInvalido):
            escribir_hoja("cierre", **mala, corte=1, documento=h)


@pytest.fixture(scope="module")
def juez(tmp_path_factory, pytestconfig):
    """Go's note and tlog as a command: `juez FOLDER VKEY`."""
    if shutil.which("go") is None or not GO.exists():
        pytest.skip("faltan Go y golang.org/x/mod (apt-get install golang-go golang-golang-x-mod-dev)")
    carpeta = tmp_path_factory.mktemp("juez")
    shutil.copy(pytestconfig.rootpath / "herramientas" / "juez.go", carpeta)
    entorno = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(carpeta / "cache"),
        "GOFLAGS": "",
    }
    subprocess.run(["go", "build", "-o", "juez", "juez.go"], cwd=carpeta, env=entorno, check=True, timeout=280)
    return lambda d: subprocess.run(
        [carpeta / "juez", d, INSTITUTO.llave.vkey], capture_output=True, text=True, timeout=60
    )


def test_go_accepts_300_cortes_and_rejects_an_altered_byte(tmp_path, juez):
    registro = Registro(Carpeta(tmp_path, duradero=False), INSTITUTO)
    for i in range(1, 301):
        registro.agregar(
            escribir_hoja(
                "corte",
                proceso=PROCESO,
                modo="simulacro",
                hora="2024-06-02T20:00:00-06:00",
                corte=i,
                manifiesto=f"{i:064x}",
                ruta=f"cortes/{i:04d}",
            )
        )
    r = juez(tmp_path)
    assert (r.returncode, r.stdout) == (0, "ACEPTADO 300\n"), r.stdout + r.stderr
    for ruta, byte in (
        ("tile/entries/000", 5000),
        ("tile/entries/001.p/44", 700),
        (ruta_tesela(0, 0), 4000),
        (ruta_tesela(0, 1, 44), 33),
        ("checkpoint", 25),
        ("puntos/000123", 30),
    ):
        archivo = tmp_path / ruta
        bueno = archivo.read_bytes()
        archivo.write_bytes(bueno[:byte] + bytes([bueno[byte] ^ 1]) + bueno[byte + 1 :])
        assert juez(tmp_path).returncode == 1, ruta
        archivo.write_bytes(bueno)
    assert juez(tmp_path).returncode == 0
