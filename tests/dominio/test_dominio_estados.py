"""docs/estados.md against the code, and the fold against docs/estados.md."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from fabrica_hechos import ACTA, DOS, ESCANEO, FOTO, HOJA, OTRA, UNO, Pluma
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from prep.dominio.acta.acta import Acta, estado, rechazar
from prep.dominio.acta.hechos import FORMA, Hecho, Tipo, escribir_hecho, leer_hecho
from prep.dominio.acta.transiciones import CAPTURA, CUSTODIA, DE_CAPTURA, Captura, Custodia, Rechazo

PAGINA = (Path(__file__).resolve().parents[2] / "docs" / "estados.md").read_text(encoding="utf-8")
_FLECHA = re.compile(r"(\S+) --> (\S+): (\w+)(?: \((\w+)\))?")


def flechas(titulo: str) -> tuple[str, dict[tuple[str, str, str], str]]:
    """Initial state and arrows (from, label, case) -> to of the diagram under a heading."""
    diagrama = PAGINA.split(f"## {titulo}")[1].split("```mermaid\nstateDiagram-v2\n")[1].split("```")[0]
    inicio, *resto = [linea.strip() for linea in diagrama.strip().splitlines()]
    halladas = {}
    for linea in resto:
        partes = _FLECHA.fullmatch(linea)
        assert partes, linea
        desde, hacia, tipo, caso = partes.groups(default="")
        assert (desde, tipo, caso) not in halladas, linea
        halladas[desde, tipo, caso] = hacia
    return inicio.removeprefix("[*] --> "), halladas


def tabla(titulo: str) -> list[list[str]]:
    """Rows of the table under a heading, without its header."""
    lineas = [x for x in PAGINA.split(f"## {titulo}")[1].split("\n## ")[0].splitlines() if x.startswith("|")]
    return [[celda.strip().strip("`") for celda in linea.strip("|").split("|")] for linea in lineas[2:]]


def rechazos_de(celda: str) -> set[str]:
    return set(re.findall(r"[A-Z_]{4,}", celda))


def test_el_diagrama_de_custodia_es_la_tabla() -> None:
    inicio, dibujadas = flechas("CUSTODIA")
    assert inicio == Acta().custodia == "esperada"
    assert dibujadas == {(desde.value, tipo.value, ""): hacia.value for (desde, tipo), hacia in CUSTODIA.items()}
    assert {e for (desde, _, _), hacia in dibujadas.items() for e in (desde, hacia)} == {c.value for c in Custodia}


def test_el_diagrama_de_captura_es_la_tabla() -> None:
    inicio, dibujadas = flechas("CAPTURA")
    assert inicio == Acta().captura == "por_capturar"
    assert dibujadas == {(d.value, tipo.value, caso): h.value for (d, tipo, caso), h in CAPTURA.items()}
    assert {e for (desde, _, _), hacia in dibujadas.items() for e in (desde, hacia)} == {c.value for c in Captura}


def test_cada_tipo_mueve_una_sola_maquina() -> None:
    de_custodia = {tipo for _, tipo in CUSTODIA}
    assert not de_custodia & DE_CAPTURA
    assert de_custodia | DE_CAPTURA | {Tipo.INCIDENTE} == set(Tipo) == set(FORMA)


def test_cada_rechazo_con_su_texto() -> None:
    filas = tabla("Refusals")
    assert [(codigo, texto) for codigo, texto, _ in filas] == [(r.name, r.value) for r in Rechazo]
    assert all(cuando for _, _, cuando in filas)


def test_cada_hecho_tiene_quien_lo_haga() -> None:
    assert [fila[0] for fila in tabla("Who does what")] == [t.value for t in sorted(Tipo, key=_en_la_pagina)]
    assert all(quien and jamas for _, quien, jamas, _ in tabla("Who does what"))


def _en_la_pagina(tipo: Tipo) -> int:
    orden = [fila[0] for fila in tabla("Who does what")]
    return orden.index(tipo.value)


# --- random facts ----------------------------------------------------------------------------------------------------

PERSONAS = ("ana", "beto", "caro", "dani")
IMAGENES = (FOTO, ESCANEO, OTRA)


def contenido_al_azar(azar: random.Random, tipo: Tipo, acta: Acta, sujeto: str) -> dict[str, Any]:
    """A well-formed content, likely to fit the state but free not to."""
    imagen = acta.imagen.sha256 if acta.imagen and azar.random() < 0.8 else azar.choice(IMAGENES)
    base = acta.acordado.hecho if acta.acordado and azar.random() < 0.85 else "otra"
    valores = azar.choice([UNO, UNO, DOS])
    motivo = azar.choice(["No se distingue.", "No se distingue.", " "])
    match tipo:
        case Tipo.ACOPIADA:
            return {"hora": "2027-06-06T19:00:00-06:00"}
        case Tipo.FOTOGRAFIADA:
            return {"imagen": imagen, "hora": "2027-06-06T18:30:00-06:00"}
        case Tipo.DIGITALIZADA | Tipo.DUPLICADA:
            return {"imagen": azar.choice(IMAGENES)}
        case Tipo.IDENTIFICADA:
            dicha = {"acta": azar.choice([ACTA, ACTA, "140024C02001"])} if azar.random() < 0.5 else {}
            return {"imagen": azar.choice(IMAGENES), "por": azar.choice(["qr", "persona", "pto"]), **dicha}
        case Tipo.REDIGITALIZAR:
            return {"imagen": imagen, "motivo": motivo}
        case Tipo.SIN_ACTA:
            return {"motivo": azar.choice("1234")}
        case Tipo.FUERA_DE_CATALOGO:
            return {"eleccion": "GUB"}
        case Tipo.CAPTURADA | Tipo.DICTAMINADA:
            return {"imagen": imagen, "valores": valores}
        case Tipo.REVISADA:
            return {"base": base, "opinion": "devuelve"}
        case Tipo.VERIFICADA:
            return {"base": base}
        case Tipo.DEVUELTA:
            return {"base": base, "motivo": motivo}
        case Tipo.REABIERTA:
            return {"motivo": motivo, "autoriza": azar.choice(PERSONAS)}
        case Tipo.COTEJADA:
            return {"resultado": azar.choice("123")}
        case Tipo.INCIDENTE:
            return {"texto": "Se fue la luz."}


def paseo(semilla: int, sujeto: str, pasos: int = 40) -> tuple[list[Hecho], set[tuple[str, str]]]:
    """Facts of one subject, legal or not, and every (type, refusal) that was seen."""
    azar = random.Random(semilla)
    pluma, vistos = Pluma(sujeto), set()
    for _ in range(pasos):
        acta = pluma.estado
        posibles = [t for s, t in CUSTODIA if s is acta.custodia]
        posibles += [t for s, t, _ in CAPTURA if s is acta.captura]
        tipo = azar.choice(posibles) if azar.random() < 0.8 else azar.choice(list(Tipo))
        contenido = contenido_al_azar(azar, tipo, acta, sujeto)
        hecho = pluma(tipo, azar.choice(PERSONAS), **contenido)
        assert leer_hecho(escribir_hecho(hecho)) == hecho
        if rechazo := rechazar(acta, hecho):
            vistos.add((tipo.value, rechazo.name))
    return pluma.hechos, vistos


def test_los_rechazos_de_la_tabla_son_los_que_hay() -> None:
    vistos: dict[str, set[str]] = defaultdict(set)
    for semilla in range(200):
        for tipo, rechazo in paseo(semilla, HOJA if semilla % 4 == 0 else ACTA)[1]:
            vistos[tipo].add(rechazo)
    escritos = {fila[0]: rechazos_de(fila[3]) for fila in tabla("Who does what")}
    assert {t: vistos[t] for t in escritos} == escritos
    assert set().union(*escritos.values()) == {r.name for r in Rechazo}


# --- the page as the model -------------------------------------------------------------------------------------------

_, DIBUJO_CUSTODIA = flechas("CUSTODIA")
_, DIBUJO_CAPTURA = flechas("CAPTURA")


class Modelo:
    """What docs/estados.md says, written again without looking at the fold."""

    def __init__(self) -> None:
        self.custodia, self.captura, self.ronda = "esperada", "por_capturar", 1
        self.imagenes: list[str] = []
        self.desechadas: set[str] = set()
        self.vigente: str | None = None
        self.tecleado: list[tuple[str, str, str]] = []  # person, values, fact
        self.acordado: str | None = None
        self.valores = ""
        self.publicada: tuple[str, str] | None = None
        self.cotejo: int | None = None

    def paso(self, h: Hecho) -> str | None:
        """The refusal's name, or `None` after moving on."""
        tipo, c = h.tipo.value, h.contenido
        if tipo == "incidente":
            return None
        if tipo == "fuera_de_catalogo" or c.get("acta", ACTA) != ACTA:
            return "EN_CATALOGO"
        if any(t == tipo for _, t, _ in DIBUJO_CAPTURA):
            return self._captura(h, tipo, c)
        if (self.custodia, tipo, "") not in DIBUJO_CUSTODIA:
            return "ESTADO_CUSTODIA"
        imagen = c.get("imagen")
        if imagen in self.desechadas:
            return "IMAGEN_DESECHADA"
        if tipo == "sin_acta" and (self.imagenes or self.publicada):
            return "ESTADO_CUSTODIA"
        if tipo == "redigitalizar" and self.captura == "verificada":
            return "ESTADO_CAPTURA"
        if tipo in ("identificada", "duplicada", "redigitalizar") and imagen not in self.imagenes:
            return "OTRA_IMAGEN"
        if tipo == "duplicada" and imagen == self.vigente:
            return "OTRA_IMAGEN"
        if tipo == "redigitalizar":
            if self.vigente is not None and imagen != self.vigente:
                return "OTRA_IMAGEN"
            if not c["motivo"].strip():
                return "SIN_MOTIVO"
        self.custodia = DIBUJO_CUSTODIA[self.custodia, tipo, ""]
        if tipo in ("fotografiada", "digitalizada") and imagen not in self.imagenes:
            self.imagenes.append(str(imagen))
        elif tipo == "identificada":
            self.vigente = imagen
        elif tipo in ("duplicada", "redigitalizar"):
            self.imagenes.remove(str(imagen))
        if tipo == "redigitalizar":
            self.desechadas.add(str(imagen))
            self.vigente, self.captura = None, "por_capturar"
            self._otra_ronda()
        return None

    def _otra_ronda(self) -> None:
        self.ronda += 1
        self.tecleado, self.acordado = [], None

    def _captura(self, h: Hecho, tipo: str, c: Any) -> str | None:
        if self.custodia != "identificada":
            return "FALTA_IMAGEN"
        caso = ""
        if tipo == "capturada" and self.captura == "primera":
            caso = "igual" if str(c["valores"]) == self.tecleado[0][1] else "distinta"
        if (self.captura, tipo, caso) not in DIBUJO_CAPTURA:
            return "ESTADO_CAPTURA"
        if c.get("imagen", self.vigente) != self.vigente:
            return "OTRA_IMAGEN"
        if "base" in c and c["base"] != self.acordado:
            return "OTRA_BASE"
        if tipo in ("devuelta", "reabierta") and not c["motivo"].strip():
            return "SIN_MOTIVO"
        if tipo == "reabierta":
            if c["autoriza"] == h.operador:
                return "AUTORIZA_LA_MISMA"
        elif h.operador in [persona for persona, _, _ in self.tecleado]:
            return "MISMA_PERSONA"
        self.captura = DIBUJO_CAPTURA[self.captura, tipo, caso]
        if tipo in ("capturada", "dictaminada"):
            self.tecleado.append((h.operador, str(c["valores"]), h.id))
            self.valores = str(c["valores"])
        if self.captura in ("coincide", "dictaminada"):
            self.acordado = self.tecleado[-1][2]
        elif tipo == "revisada":
            self.acordado = None
        elif tipo == "verificada":
            self.publicada = (str(self.vigente), self.valores)
            self.cotejo = 3 if self.cotejo == 3 else None
        elif tipo == "cotejada":
            self.cotejo = int(c["resultado"])
        elif tipo in ("devuelta", "reabierta"):
            self._otra_ronda()
        return None


class ActaContraLaPagina(RuleBasedStateMachine):
    """Any fact, from anybody, at any moment: fold and page agree on whether it is admitted and what follows."""

    def __init__(self) -> None:
        super().__init__()
        self.pluma, self.modelo = Pluma(), Modelo()
        self.acta = Acta()
        self.rechazados: list[tuple[str, str]] = []

    def _hecho(self, tipo: Tipo, azar: random.Random, operador: str) -> None:
        hecho = self.pluma(tipo, operador, **contenido_al_azar(azar, tipo, self.acta, ACTA))
        rechazo = rechazar(self.acta, hecho)
        esperado = self.modelo.paso(hecho)
        assert (rechazo.name if rechazo else None) == esperado, hecho
        if esperado:
            self.rechazados.append((hecho.id, esperado))
        self.acta = self.pluma.estado

    @rule(tipo=st.sampled_from(Tipo), azar=st.randoms(use_true_random=False), operador=st.sampled_from(PERSONAS))
    def cualquiera(self, tipo: Tipo, azar: random.Random, operador: str) -> None:
        self._hecho(tipo, azar, operador)

    @precondition(lambda self: self.modelo.custodia != "identificada")
    @rule(azar=st.randoms(use_true_random=False), operador=st.sampled_from(PERSONAS))
    def avanzar_custodia(self, azar: random.Random, operador: str) -> None:
        posibles = sorted({t for s, t, _ in DIBUJO_CUSTODIA if s == self.modelo.custodia})
        self._hecho(Tipo(azar.choice(posibles)), azar, operador)

    @precondition(lambda self: self.modelo.custodia == "identificada")
    @rule(azar=st.randoms(use_true_random=False), operador=st.sampled_from(PERSONAS))
    def avanzar_captura(self, azar: random.Random, operador: str) -> None:
        posibles = sorted({t for s, t, _ in DIBUJO_CAPTURA if s == self.modelo.captura})
        self._hecho(Tipo(azar.choice(posibles)), azar, operador)

    @invariant()
    def mismo_estado(self) -> None:
        acta, modelo = self.acta, self.modelo
        assert (acta.custodia, acta.captura, acta.ronda) == (modelo.custodia, modelo.captura, modelo.ronda)
        assert [i.sha256 for i in acta.imagenes] == modelo.imagenes
        assert acta.desechadas == modelo.desechadas
        assert (acta.imagen.sha256 if acta.imagen else None) == modelo.vigente
        assert (acta.acordado.hecho if acta.acordado else None) == modelo.acordado
        assert acta.participantes == {persona for persona, _, _ in modelo.tecleado}
        publicada = acta.publicada
        assert (
            (publicada.imagen.sha256, str(_en_orden(publicada.asentado.escribir()))) if publicada else None
        ) == modelo.publicada
        assert acta.cotejo == modelo.cotejo
        assert [(i, r.name) for i, r in acta.anomalias] == self.rechazados
        assert (acta.sin_acta is not None) == (modelo.custodia == "sin_acta")

    @invariant()
    def nadie_hace_las_dos_mitades(self) -> None:
        personas = [c.operador for c in self.acta.capturas]
        if self.acta.dictamen:
            personas.append(self.acta.dictamen.operador)
        assert len(set(personas)) == len(personas) <= 3


def _en_orden(escrito: dict[str, Any]) -> dict[str, Any]:
    return {"votos": escrito["votos"], "total_asentado": escrito["total_asentado"]}


ActaContraLaPagina.TestCase.settings = settings(stateful_step_count=30)
TestActaContraLaPagina = ActaContraLaPagina.TestCase


def test_los_hechos_al_azar_llegan_a_todas_partes() -> None:
    """The walks that other tests use do reach every state: a walk that went nowhere would prove nothing."""
    actas = [estado(paseo(semilla, ACTA)[0]) for semilla in range(100)]
    hojas = [estado(paseo(semilla, HOJA)[0]) for semilla in range(40)]
    assert {a.custodia for a in actas + hojas} == set(Custodia) - {Custodia.ESPERADA}
    assert {a.captura for a in actas} == set(Captura)
    assert any(a.publicada and a.captura is not Captura.VERIFICADA for a in actas)
