"""What a node emits by delegation: checked alone, and against the institute's, where each attack is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from parciales import AJENO, NODO, DeNodo, Escenario, delegar, escenario, reconocer, traer

from emision_fabrica import INSTITUTO, Noche
from prep.comprobacion.informe import Nivel
from prep.comprobacion.verificar import Opciones, Verificado, verificar
from prep.dominio.acta.asentado import Asentado
from prep.transparencia.almacen import Carpeta
from prep.transparencia.canonico import leer_canonico
from prep.transparencia.delegacion import RUTA_PRUEBA, TODO, leer_delegacion, probar_delegacion
from prep.transparencia.errores import ErrorEmision
from prep.transparencia.hojas import origen_de_nodo
from prep.transparencia.nota import FIRMA, LlavePrivada
from prep.transparencia.politica import Politica
from prep.transparencia.registro import Registro, leer_historia


def revisar(donde: Path, **opciones: Any) -> Verificado:
    return verificar(Carpeta(donde), Opciones(espera=0, **opciones))


def juntos(caso: Escenario) -> Verificado:
    return revisar(caso.centro.carpeta, nodos=[Carpeta(caso.nodo.carpeta)])


def dichos(informe: Verificado, *niveles: Nivel) -> str:
    return "\n".join(f"{h.asunto}: {h.texto}" for h in informe.hallazgos if h.nivel in (niveles or (Nivel.MAL,)))


@pytest.fixture(scope="module")
def modelo(tmp_path_factory: pytest.TempPathFactory) -> Escenario:
    return escenario(tmp_path_factory.mktemp("parcial"))


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
    assert "todavía no reconoce" in dichos(juntos(caso), Nivel.SIN_COMPROBAR)  # nobody is accused of being cut off
    traer(caso.centro, caso.nodo)
    distinta, otra = [c for c, a in caso.nodo.asentados.items() if a is not None][:2]
    for clave in (distinta, otra):
        caso.centro.asentados[clave] = cambiada(caso.centro.asentados[clave])
    caso.centro.publicar(0.5)
    reconocer(caso.centro, caso.nodo, {distinta: "en_conflicto", otra: "superada"})
    informe = juntos(caso)
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
    assert "publicó 1 cortes que el instituto todavía no reconoce" in dichos(juntos(caso), Nivel.SIN_COMPROBAR)


def test_a_node_acknowledged_when_its_delegation_had_expired_is_warned_of(caso: Escenario) -> None:
    otro_nodo(caso, *delegar(caso.centro, horas=0.4))
    for _ in range(2):
        caso.centro.publicar(0)
    caso.reconectar()
    informe = juntos(caso)
    assert informe.codigo == 0, informe.como_dict()
    assert "ya vencida la delegación: de que publicara antes responde su propio reloj" in dichos(informe, Nivel.AVISO)


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
    solo, junto = revisar(caso.nodo.carpeta, politica=Politica((INSTITUTO.llave,))), juntos(caso)
    assert solo.codigo == 1 and dice in dichos(solo), solo.como_dict()
    assert junto.codigo == 1 and dice in dichos(junto), junto.como_dict()


@ataque(AGAINST, "el instituto mostró al nodo otra historia que esta")
def delegated_after_the_fact_in_a_history_shown_to_nobody(caso: Escenario) -> None:
    """The institute signs, beside its log, another one in which the delegation was there from the beginning."""
    otra = Noche(caso.centro.carpeta.with_name("oculta"), secciones=6)
    otro_nodo(caso, *delegar(otra))
    caso.reconectar()


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
    informe = juntos(caso)
    assert informe.codigo == 1 and dice in dichos(informe), informe.como_dict()


def test_a_proof_of_a_delegation_holds_only_for_its_leaf_and_its_institute(caso: Escenario) -> None:
    assert leer_delegacion(caso.nodo.prueba, [INSTITUTO.llave]).nodo == "catd-1"
    historia = leer_historia(caso.centro.almacen, [INSTITUTO.llave])
    for mala, llaves in (
        (probar_delegacion(historia, 0), [INSTITUTO.llave]),  # of a leaf that delegates nobody
        (caso.nodo.prueba, [AJENO.llave]),
        (b"\n".join(x for x in caso.nodo.prueba.split(b"\n") if not x.startswith(b"extra")), [INSTITUTO.llave]),
        (caso.nodo.prueba.replace(b"index 3", b"index 1"), [INSTITUTO.llave]),
    ):
        with pytest.raises(ErrorEmision):
            leer_delegacion(mala, llaves)
    for nombre, suyo in (
        ("a.example", "a.example/nodo-x"),
        ("a.example/simulacro", "a.example/nodo-x/simulacro"),
        ("a/prueba", "a/nodo-x/prueba"),
    ):
        assert origen_de_nodo(nombre, "x") == suyo
