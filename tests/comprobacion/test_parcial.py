"""What a node emits by delegation: checked alone, and against the institute's, where each attack is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from emision_fabrica import INSTITUTO, Noche
from prep.comprobacion.informe import Nivel
from prep.comprobacion.verificar import Opciones, Verificado, verificar
from prep.dominio.acta.asentado import Asentado
from prep.transparencia.almacen import Carpeta
from prep.transparencia.canonico import leer_canonico
from prep.transparencia.delegacion import LLAVE_NODO, RUTA_PRUEBA, TODO, leer_delegacion, probar_delegacion
from prep.transparencia.errores import ErrorEmision
from prep.transparencia.hojas import leer_hoja, origen_de_nodo
from prep.transparencia.nota import FIRMA, LlavePrivada
from prep.transparencia.politica import Politica
from prep.transparencia.registro import LLAVE_INSTITUTO, Registro, leer_historia

NODO = LlavePrivada(origen_de_nodo(INSTITUTO.llave.nombre, "catd-1"), FIRMA, b"\7" * 32)
AJENO = LlavePrivada(NODO.llave.nombre, FIRMA, b"\x08" * 32)
"""Another machine's key, under the name of the node's log."""


@dataclass
class DeNodo(Noche):
    """A node's cortes parciales: no puesta en ceros, and the log begins with its delegation."""

    prueba: bytes = b""
    documento: bytes = b""
    llave: LlavePrivada = NODO
    dice: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.registro = Registro(self.almacen, self.llave, llave_en=LLAVE_NODO)
        (self.carpeta / "politica").unlink()

    def comenzar(self) -> None:
        hoja = leer_delegacion(self.prueba, [INSTITUTO.llave]).hoja
        huella = sha256(self.documento).hexdigest()
        self.almacen.escribir(f"documentos/{huella}.json", self.documento)
        self.almacen.escribir(RUTA_PRUEBA, self.prueba)
        self.almacen.escribir(LLAVE_INSTITUTO, f"{INSTITUTO.llave.vkey}\n".encode())
        self.registro.agregar(hoja)
        self.dice = {"parcial": {"nodo": "catd-1", "nombre": "CATD 1", "delegacion": huella}}

    def publicar(self, fraccion: float = 0.3, cierre: bool = False, **cambios: Any) -> Path:
        self.capturar(fraccion)
        manifiesto, archivos = self.preparar()
        return self.emitir(manifiesto | self.dice | cambios, archivos)


def delegar(centro: Noche, alcance: Any = TODO, horas: float = 24, **cambios: Any) -> tuple[bytes, bytes]:
    """(proof, document) of a delegation that the institute signs now."""
    desde = centro.hora(centro.corte)
    campos: dict[str, Any] = {"nodo": "catd-1", "llave": NODO.llave.publica.hex(), "desde": desde.isoformat()}
    campos |= {"hasta": (desde + timedelta(hours=horas)).isoformat()} | cambios
    posicion = centro.acto("delegacion", doc={"nombre": "CATD 1", "alcance": alcance}, **campos)
    historia = leer_historia(centro.almacen, [INSTITUTO.llave])
    documento = centro.almacen.leer(f"documentos/{leer_hoja(historia.hojas[posicion])['documento']}.json")
    assert documento is not None
    return probar_delegacion(historia, posicion), documento


def reconocer(centro: Noche, nodo: DeNodo, otras: dict[str, str] | None = None, **cambios: Any) -> None:
    historia = leer_historia(nodo.almacen, [nodo.llave.llave])
    campos = {"nodo": "catd-1", "delegacion": sha256(nodo.documento).hexdigest()}
    campos |= {"hojas": historia.punto.tamano, "raiz": historia.punto.raiz.hex()} | cambios
    lista = [{"acta": c, "porque": p} for c, p in (otras or {}).items()]
    centro.acto("punto_de_nodo", doc={"punto": historia.firmado.nota.escribir().decode(), "otras": lista}, **campos)


def traer(centro: Noche, nodo: DeNodo) -> None:
    """The node's facts get to the centre."""
    centro.asentados |= nodo.asentados
    centro.hashes |= nodo.hashes
    for imagen in (nodo.carpeta / "imagenes").glob("*/*"):
        centro.almacen.escribir(f"imagenes/{imagen.parent.name}/{imagen.name}", imagen.read_bytes())


@dataclass
class Escenario:
    centro: Noche
    nodo: DeNodo

    def copia(self, a: Path) -> Escenario:
        return Escenario(self.centro.copia(a / "centro"), self.nodo.copia(a / "nodo"))

    def reconectar(self, otras: dict[str, str] | None = None) -> None:
        traer(self.centro, self.nodo)
        self.centro.publicar(0.5)
        reconocer(self.centro, self.nodo, otras)

    def verificar(self) -> Verificado:
        return revisar(self.centro.carpeta, nodos=[Carpeta(self.nodo.carpeta)])


def revisar(donde: Path, **opciones: Any) -> Verificado:
    return verificar(Carpeta(donde), Opciones(espera=0, **opciones))


def dichos(informe: Verificado, *niveles: Nivel) -> str:
    return "\n".join(f"{h.asunto}: {h.texto}" for h in informe.hallazgos if h.nivel in (niveles or (Nivel.MAL,)))


@pytest.fixture(scope="module")
def modelo(tmp_path_factory: pytest.TempPathFactory) -> Escenario:
    """The institute delegated before the night; cut off, the node published twice; nothing has reached the centre."""
    raiz = tmp_path_factory.mktemp("parcial")
    centro = Noche(raiz / "centro", secciones=6)
    centro.poner_en_ceros()
    prueba, documento = delegar(centro)
    nodo = DeNodo(raiz / "nodo", secciones=6, semilla=3, prueba=prueba, documento=documento)
    nodo.comenzar()
    for _ in range(2):
        nodo.publicar(0.2)
    return Escenario(centro, nodo)


@pytest.fixture
def caso(modelo: Escenario, tmp_path: Path) -> Escenario:
    return modelo.copia(tmp_path)


def test_a_partial_publication_is_right_alone_and_says_whose_it_is(caso: Escenario) -> None:
    for politica in (None, Politica((INSTITUTO.llave,))):
        informe = revisar(caso.nodo.carpeta, politica=politica, todo=True)
        assert informe.codigo == 0, informe.como_dict()
        assert "CORRECTO: el corte PARCIAL de CATD 1, 2 de jal-2024" in informe.veredicto
        assert "solo las actas que tiene CATD 1, nodo «catd-1», delegado por «ople.example/prep»" in dichos(
            informe, Nivel.AVISO
        )
        assert "sin firmar" not in dichos(informe, Nivel.AVISO) and informe.como_dict()["parcial"] == "CATD 1"


def test_every_acta_reappears_equal_or_the_institute_says_why_not(caso: Escenario) -> None:
    assert "todavía no reconoce" in dichos(caso.verificar(), Nivel.SIN_COMPROBAR)  # nobody is accused of being cut off
    traer(caso.centro, caso.nodo)
    distinta, otra = [c for c, a in caso.nodo.asentados.items() if a is not None][:2]
    for clave in (distinta, otra):
        caso.centro.asentados[clave] = cambiada(caso.centro.asentados[clave])
    caso.centro.publicar(0.5)
    reconocer(caso.centro, caso.nodo, {distinta: "en_conflicto", otra: "superada"})
    informe = caso.verificar()
    assert informe.codigo == 0, informe.como_dict()
    publicadas = len(caso.nodo.asentados)
    assert f"{publicadas - 2} de las {publicadas} actas que publicó dicen lo mismo en el corte 2" in dichos(
        informe, Nivel.BIEN
    )
    avisos = dichos(informe, Nivel.AVISO)
    assert f"acta {distinta}: el instituto publica otra lectura y lo dice (en_conflicto" in avisos
    assert f"acta {otra}: el instituto publica otra lectura y lo dice (superada" in avisos
    sin_nodo = revisar(caso.centro.carpeta)
    assert sin_nodo.codigo == 0 and "no se recalculó" in sin_nodo.veredicto and "nodos" in sin_nodo.no_recalculados
    caso.nodo.publicar(0.2)
    assert "publicó 1 cortes que el instituto todavía no reconoce" in dichos(caso.verificar(), Nivel.SIN_COMPROBAR)


def cambiada(acta: Asentado | None) -> Asentado:
    assert acta is not None
    return Asentado(acta.totales, {**acta.votos, "PAN": 1 + int(acta.votos["PAN"]) if acta.votos["PAN"] != 1 else 3})


Ataque = Callable[[Escenario], None]
ALONE: dict[str, tuple[str, Ataque]] = {}
AGAINST: dict[str, tuple[str, Ataque]] = {}


def ataque(tabla: dict[str, tuple[str, Ataque]], dice: str) -> Callable[[Ataque], Ataque]:
    def anotar(f: Ataque) -> Ataque:
        tabla[f.__name__] = (dice, f)
        return f

    return anotar


def otro_nodo(caso: Escenario, prueba: bytes, documento: bytes, llave: LlavePrivada = NODO) -> None:
    """The node begins again, with what is given here."""
    donde = caso.nodo.carpeta.with_name("otro")
    caso.nodo = DeNodo(donde, secciones=6, semilla=3, prueba=prueba, documento=documento, llave=llave)
    caso.nodo.comenzar()
    caso.nodo.publicar(0.2)


@ataque(ALONE, "ninguna llave conocida firma")
def signed_with_the_key_of_another_node(caso: Escenario) -> None:
    otro_nodo(caso, caso.nodo.prueba, caso.nodo.documento, AJENO)


@ataque(ALONE, "la delegación vale de")
def published_when_it_had_expired(caso: Escenario) -> None:
    otro_nodo(caso, *delegar(caso.centro, horas=0.1))
    caso.nodo.publicar(0.2)


@ataque(ALONE, "vale desde antes de haberse firmado")
def delegated_from_before_it_was_signed(caso: Escenario) -> None:
    otro_nodo(caso, *delegar(caso.centro, desde="2024-06-02T18:00:00-06:00"))


@ataque(ALONE, "que no es de su alcance")
def actas_of_casillas_that_were_not_delegated(caso: Escenario) -> None:
    otro_nodo(caso, *delegar(caso.centro, alcance=["140001B0100"]))


@ataque(ALONE, "no muestra una delegación del instituto")
def delegated_by_somebody_else(caso: Escenario) -> None:
    falsa = LlavePrivada(INSTITUTO.llave.nombre, FIRMA, b"\x09" * 32)
    otra = Noche(caso.centro.carpeta.with_name("falsa"), secciones=6)
    otra.registro = Registro(otra.almacen, falsa)
    campos = {k: v for k, v in leer_canonico(caso.nodo.documento).items() if k in ("nodo", "llave", "desde", "hasta")}
    otra.acto("delegacion", doc={"nombre": "CATD 1", "alcance": TODO}, **campos)
    historia = leer_historia(otra.almacen, [falsa.llave])
    (caso.nodo.carpeta / RUTA_PRUEBA).write_bytes(probar_delegacion(historia, 0))


@ataque(ALONE, "no dice de quién es como debe: no dice ser parcial")
def a_corte_that_does_not_say_it_is_partial(caso: Escenario) -> None:
    caso.nodo.dice = {}
    caso.nodo.publicar(0.2)


@ataque(ALONE, "empieza por la hoja con que el instituto lo delegó")
def a_log_that_begins_otherwise(caso: Escenario) -> None:
    donde = caso.nodo.carpeta.with_name("otro")
    caso.nodo = replace(caso.nodo, carpeta=donde, corte=0, anterior=None)
    caso.nodo.registro.agregar(leer_delegacion(delegar(caso.centro, horas=30)[0], [INSTITUTO.llave]).hoja)
    caso.nodo.comenzar()
    caso.nodo.publicar(0.2)


@ataque(ALONE, "fue alterad")
def an_altered_file(caso: Escenario) -> None:
    (archivo,) = (caso.nodo.carpeta / "cortes/0002/bd").glob("*.zip")
    datos = bytearray(archivo.read_bytes())
    datos[len(datos) // 2] ^= 1
    archivo.write_bytes(datos)


@pytest.mark.parametrize("nombre", ALONE)
def test_a_partial_publication_that_is_wrong_is_found_alone_and_beside_the_institutes(
    nombre: str, caso: Escenario
) -> None:
    dice, atacar = ALONE[nombre]
    atacar(caso)
    solo, junto = revisar(caso.nodo.carpeta, politica=Politica((INSTITUTO.llave,))), caso.verificar()
    assert solo.codigo == 1 and dice in dichos(solo), solo.como_dict()
    assert junto.codigo == 1 and dice in dichos(junto), junto.como_dict()


@ataque(AGAINST, "el instituto mostró al nodo otra historia que esta")
def delegated_after_the_fact_in_a_history_shown_to_nobody(caso: Escenario) -> None:
    """The institute signs, beside its log, another one in which the delegation was there from the beginning."""
    otra = Noche(caso.centro.carpeta.with_name("oculta"), secciones=6)
    otro_nodo(caso, *delegar(otra))
    caso.reconectar()


@ataque(AGAINST, "a ese nodo nadie lo había delegado antes")
def acknowledged_before_it_was_delegated(caso: Escenario) -> None:
    prueba, documento = delegar(caso.centro.copia(caso.centro.carpeta.with_name("antes")), horas=30)
    otro_nodo(caso, prueba, documento)
    caso.reconectar()
    delegar(caso.centro, horas=30)


@ataque(AGAINST, "y el corte 2 no la trae")
def an_acta_that_is_missing_at_the_centre(caso: Escenario) -> None:
    traer(caso.centro, caso.nodo)
    clave = next(iter(caso.nodo.asentados))
    del caso.centro.asentados[clave]
    caso.centro.hashes.pop(clave, None)
    caso.centro.publicar(0)
    reconocer(caso.centro, caso.nodo)


@ataque(AGAINST, "publica otra lectura y nadie lo dijo")
def an_acta_that_reads_otherwise_at_the_centre(caso: Escenario) -> None:
    traer(caso.centro, caso.nodo)
    clave = next(c for c, a in caso.nodo.asentados.items() if a is not None)
    caso.centro.asentados[clave] = cambiada(caso.nodo.asentados[clave])
    caso.centro.publicar(0)
    reconocer(caso.centro, caso.nodo)


@ataque(AGAINST, "y después la retiró")
def an_acta_that_the_node_takes_back(caso: Escenario) -> None:
    caso.nodo.asentados.pop(clave := next(iter(caso.nodo.asentados)))
    caso.nodo.hashes.pop(clave, None)
    caso.nodo.publicar(0)
    caso.reconectar()


@ataque(AGAINST, "el nodo mostró dos historias")
def a_node_whose_log_forks(caso: Escenario) -> None:
    rama = caso.nodo.copia(caso.nodo.carpeta.with_name("rama"))
    rama.azar.seed(99)
    caso.nodo.publicar(0.2)
    caso.reconectar()
    rama.publicar(0.2)
    caso.nodo = rama


@ataque(AGAINST, "el punto de control que firmó el nodo no es el que la hoja dice")
def acknowledged_of_what_the_node_never_signed(caso: Escenario) -> None:
    traer(caso.centro, caso.nodo)
    caso.centro.publicar(0.5)
    reconocer(caso.centro, caso.nodo, hojas=1)


@ataque(AGAINST, "dice ser parcial de «catd-1»")
def the_institute_calls_its_own_corte_partial(caso: Escenario) -> None:
    caso.reconectar()
    caso.centro.publicar(0.2, **caso.nodo.dice)


@ataque(AGAINST, "no es la publicación de un nodo")
def the_institutes_own_publication_instead_of_a_nodes(caso: Escenario) -> None:
    caso.reconectar()
    caso.nodo = replace(caso.nodo, carpeta=caso.centro.carpeta)


@pytest.mark.parametrize("nombre", AGAINST)
def test_what_the_institute_does_not_account_for_is_found(nombre: str, caso: Escenario) -> None:
    dice, atacar = AGAINST[nombre]
    atacar(caso)
    informe = caso.verificar()
    assert informe.codigo == 1 and dice in dichos(informe), informe.como_dict()


def test_a_proof_of_a_delegation_holds_only_for_its_leaf_and_its_institute(caso: Escenario) -> None:
    assert leer_delegacion(caso.nodo.prueba, [INSTITUTO.llave]).nodo == "catd-1"
    historia = leer_historia(caso.centro.almacen, [INSTITUTO.llave])
    for mala, llaves in (
        (probar_delegacion(historia, 0), [INSTITUTO.llave]),  # of a leaf that delegates nobody
        (caso.nodo.prueba, [AJENO.llave]),
        (b"\n".join(x for x in caso.nodo.prueba.split(b"\n") if not x.startswith(b"extra")), [INSTITUTO.llave]),
        (caso.nodo.prueba.replace(b"index 2", b"index 1"), [INSTITUTO.llave]),
    ):
        with pytest.raises(ErrorEmision):
            leer_delegacion(mala, llaves)
    for nombre, suyo in (
        ("a.example", "a.example/nodo-x"),
        ("a.example/simulacro", "a.example/nodo-x/simulacro"),
        ("a/prueba", "a/nodo-x/prueba"),
    ):
        assert origen_de_nodo(nombre, "x") == suyo
