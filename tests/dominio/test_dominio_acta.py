"""From facts to an acta: what a night does to it, and what holds in any order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fabrica_hechos import ACTA, DOS, ESCANEO, FOTO, HOJA, INICIO, OTRA, UNO, Pluma
from hypothesis import given
from hypothesis import strategies as st
from test_dominio_estados import paseo

from prep.dominio.acta.acta import Acta, Imagen, Publicada, estado, rechazar
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Hecho, MotivoSinActa, Tipo
from prep.dominio.acta.transiciones import Captura, Custodia, Rechazo


def hora(n: int) -> datetime:
    """When the pluma writes its n-th fact."""
    return INICIO + timedelta(seconds=n)


def ultimo_rechazo(pluma: Pluma) -> Rechazo | None:
    anomalias = pluma.estado.anomalias
    return anomalias[-1][1] if anomalias and anomalias[-1][0] == pluma.hechos[-1].id else None


def test_sin_hechos_se_espera() -> None:
    assert estado([]) == Acta()
    assert (Acta().custodia, Acta().captura, Acta().ronda) == (Custodia.ESPERADA, Captura.POR_CAPTURAR, 1)
    assert not Acta().por_pto
    assert Acta().participantes == set()
    assert Acta().acordado is None


def test_una_noche_sin_tropiezos() -> None:
    p = Pluma()
    p(Tipo.ACOPIADA, "acopio", hora="2027-06-06T20:00:00-06:00")
    p(Tipo.DIGITALIZADA, "digital", imagen=ESCANEO, documento="Copia PE", mecanismo="D-F")
    p(Tipo.IDENTIFICADA, "digital", imagen=ESCANEO, por="pto")
    assert p.estado.custodia is Custodia.IDENTIFICADA
    p.verificada()
    acta = p.estado
    assert acta.anomalias == []
    assert acta.captura is Captura.VERIFICADA
    assert acta.publicada == Publicada(
        imagen=Imagen(ESCANEO, "Escáner", "Copia PE", None, "D-F"),
        asentado=Asentado.leer(UNO),
        acopio=datetime.fromisoformat("2027-06-06T20:00:00-06:00"),
        captura=hora(5),
        verificacion=hora(6),
        por_pto=True,
    )
    assert acta.publicada.imagen.origen == "CATD"
    assert acta.participantes == {"ana", "beto"}
    assert [c.operador for c in acta.capturas] == ["ana", "beto"]


def test_la_foto_trae_su_hora_y_su_origen() -> None:
    p = Pluma()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=FOTO, hora="2027-06-06T18:45:00-06:00", mecanismo="I")
    p(Tipo.ACOPIADA, "acopio", hora="2027-06-06T22:00:00-06:00")
    p(Tipo.IDENTIFICADA, "cae", imagen=FOTO, por="qr")
    p.verificada(FOTO)
    publicada = p.estado.publicada
    assert publicada is not None
    tomada = datetime.fromisoformat("2027-06-06T18:45:00-06:00")
    assert publicada.imagen == Imagen(FOTO, "Móvil", "Acta PREP", tomada, "I")
    assert publicada.imagen.origen == "CASILLA"
    assert publicada.acopio == tomada
    assert not publicada.por_pto
    assert p.estado.acopio == datetime.fromisoformat("2027-06-06T22:00:00-06:00")


def test_urna_electronica() -> None:
    p = Pluma()
    p(Tipo.DIGITALIZADA, imagen=ESCANEO, medio="Urna Electrónica")
    assert p.estado.imagenes == [Imagen(ESCANEO, "Urna Electrónica", "Acta PREP", None, "")]
    assert p.estado.imagenes[0].origen == "CATD"


def test_foto_y_escaneo_son_una_acta_y_se_publica_la_imagen_capturada() -> None:
    p = Pluma()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=FOTO, hora="2027-06-06T18:45:00-06:00")
    p(Tipo.IDENTIFICADA, "cae", imagen=FOTO, por="qr")
    p(Tipo.DIGITALIZADA, "digital", imagen=ESCANEO)
    p(Tipo.DIGITALIZADA, "digital", imagen=ESCANEO)  # twice is once
    acta = p.estado
    assert acta.custodia is Custodia.IDENTIFICADA
    assert [i.sha256 for i in acta.imagenes] == [FOTO, ESCANEO]
    p(Tipo.CAPTURADA, "ana", imagen=ESCANEO, valores=UNO)
    assert ultimo_rechazo(p) is Rechazo.OTRA_IMAGEN
    p.verificada(FOTO)
    publicada = p.estado.publicada
    assert publicada is not None
    assert publicada.imagen.sha256 == FOTO


def test_una_imagen_duplicada_se_quita_y_la_que_se_lee_no() -> None:
    p = Pluma()
    p.escaneada()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=FOTO, hora=INICIO.isoformat())
    p(Tipo.DUPLICADA, imagen=ESCANEO)
    assert ultimo_rechazo(p) is Rechazo.OTRA_IMAGEN
    p(Tipo.DUPLICADA, imagen=OTRA)
    assert ultimo_rechazo(p) is Rechazo.OTRA_IMAGEN
    p(Tipo.DUPLICADA, imagen=FOTO)
    assert ultimo_rechazo(p) is None
    assert [i.sha256 for i in p.estado.imagenes] == [ESCANEO]
    assert p.estado.imagen is not None


def test_redigitalizar_durante_la_captura_la_empieza_de_nuevo() -> None:
    p = Pluma()
    p.escaneada()
    p(Tipo.CAPTURADA, "ana", imagen=ESCANEO, valores=UNO)
    p(Tipo.REDIGITALIZAR, "beto", imagen=ESCANEO, motivo="Borrosa.")
    acta = p.estado
    assert (acta.custodia, acta.captura, acta.ronda) == (Custodia.REDIGITALIZAR, Captura.POR_CAPTURAR, 2)
    assert (acta.imagen, acta.imagenes, acta.desechadas, acta.capturas) == (None, [], {ESCANEO}, [])
    p(Tipo.CAPTURADA, "beto", imagen=ESCANEO, valores=UNO)
    assert ultimo_rechazo(p) is Rechazo.FALTA_IMAGEN
    p(Tipo.ACOPIADA, "acopio", hora=INICIO.isoformat())
    assert p.estado.custodia is Custodia.REDIGITALIZAR
    p(Tipo.DIGITALIZADA, "digital", imagen=ESCANEO)
    assert ultimo_rechazo(p) is Rechazo.IMAGEN_DESECHADA
    p(Tipo.DIGITALIZADA, "digital", imagen=OTRA)
    p(Tipo.IDENTIFICADA, "digital", imagen=ESCANEO, por="qr")
    assert ultimo_rechazo(p) is Rechazo.IMAGEN_DESECHADA
    p(Tipo.IDENTIFICADA, "digital", imagen=OTRA, por="qr")
    p.verificada(OTRA)  # ana may type again: it is another picture
    publicada = p.estado.publicada
    assert publicada is not None
    assert publicada.imagen.sha256 == OTRA


def test_si_la_foto_no_se_distingue_y_ya_hay_escaneo_se_sigue_con_el() -> None:
    p = Pluma()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=FOTO, hora=INICIO.isoformat())
    p(Tipo.DIGITALIZADA, "digital", imagen=ESCANEO)
    p(Tipo.IDENTIFICADA, "digital", imagen=FOTO, por="qr")
    p(Tipo.REDIGITALIZAR, "ana", imagen=FOTO, motivo="Borrosa.")
    p(Tipo.SIN_ACTA, "acopio", motivo="3")
    assert ultimo_rechazo(p) is Rechazo.ESTADO_CUSTODIA
    p(Tipo.IDENTIFICADA, "digital", imagen=ESCANEO, por="persona")
    p.verificada(ESCANEO)
    assert p.estado.captura is Captura.VERIFICADA


def test_la_foto_no_se_distingue_y_el_sobre_nunca_llego() -> None:
    p = Pluma()
    p(Tipo.FOTOGRAFIADA, "cae", imagen=FOTO, hora=INICIO.isoformat())
    p(Tipo.SIN_ACTA, "acopio", motivo="1")
    assert ultimo_rechazo(p) is Rechazo.ESTADO_CUSTODIA
    p(Tipo.REDIGITALIZAR, "ana", imagen=FOTO, motivo="Es otra cosa.")
    p(Tipo.SIN_ACTA, "acopio", motivo="1")
    acta = p.estado
    assert (acta.custodia, acta.sin_acta) == (Custodia.SIN_ACTA, MotivoSinActa.PAQUETE_NO_ENTREGADO)
    p(Tipo.SIN_ACTA, "acopio", motivo="3")
    assert p.estado.sin_acta is MotivoSinActa.SIN_SOBRE


@pytest.mark.parametrize(
    ("tipo", "contenido", "custodia"),
    [
        (Tipo.ACOPIADA, {"hora": INICIO.isoformat()}, Custodia.ACOPIADA),
        (Tipo.FOTOGRAFIADA, {"imagen": FOTO, "hora": INICIO.isoformat()}, Custodia.FOTOGRAFIADA),
        (Tipo.DIGITALIZADA, {"imagen": FOTO}, Custodia.DIGITALIZADA),
    ],
)
def test_sin_acta_hasta_que_aparece(tipo: Tipo, contenido: dict[str, Any], custodia: Custodia) -> None:
    p = Pluma()
    p(Tipo.SIN_ACTA, "acopio", motivo="2")
    assert p.estado.sin_acta is MotivoSinActa.CASILLA_NO_INSTALADA
    p(tipo, "acopio", **contenido)
    assert (p.estado.custodia, p.estado.sin_acta) == (custodia, None)


def test_el_primer_sello_de_acopio_es_el_que_vale() -> None:
    p = Pluma()
    p(Tipo.ACOPIADA, "acopio", hora="2027-06-06T20:00:00-06:00")
    p(Tipo.ACOPIADA, "acopio", hora="2027-06-06T21:00:00-06:00")
    assert p.estado.anomalias == []
    assert p.estado.acopio == datetime.fromisoformat("2027-06-06T20:00:00-06:00")


# --- double capture --------------------------------------------------------------------------------------------------


def test_discrepancia_dictamen_y_verificacion() -> None:
    p = Pluma()
    p.escaneada()
    p(Tipo.CAPTURADA, "ana", imagen=ESCANEO, valores=UNO)
    p(Tipo.CAPTURADA, "beto", imagen=ESCANEO, valores=DOS)
    assert (p.estado.captura, p.estado.acordado) == (Captura.DISCREPANTE, None)
    for quien in ("ana", "beto"):
        p(Tipo.DICTAMINADA, quien, imagen=ESCANEO, valores=DOS)
        assert ultimo_rechazo(p) is Rechazo.MISMA_PERSONA
    dictamen = p(Tipo.DICTAMINADA, "caro", imagen=ESCANEO, valores=DOS, motivo="")
    acordado = p.estado.acordado
    assert acordado is not None
    assert (acordado.hecho, acordado.operador) == (dictamen.id, "caro")
    assert (acordado.hora, acordado.asentado) == (dictamen.hora, Asentado.leer(DOS))
    assert p.estado.participantes == {"ana", "beto", "caro"}
    for quien in ("ana", "beto", "caro"):
        p(Tipo.VERIFICADA, quien, base=dictamen.id)
        assert ultimo_rechazo(p) is Rechazo.MISMA_PERSONA
    p(Tipo.VERIFICADA, "vera", base=p.hechos[3].id)
    assert ultimo_rechazo(p) is Rechazo.OTRA_BASE
    p(Tipo.VERIFICADA, "vera", base=dictamen.id)
    publicada = p.estado.publicada
    assert publicada is not None
    assert publicada.asentado == Asentado.leer(DOS)
    assert publicada.captura == dictamen.hora


def test_nadie_captura_dos_veces_aunque_escriba_otra_cosa() -> None:
    p = Pluma()
    p.escaneada()
    p(Tipo.CAPTURADA, "ana", imagen=ESCANEO, valores=UNO)
    for valores in (UNO, DOS):
        p(Tipo.CAPTURADA, "ana", imagen=ESCANEO, valores=valores)
        assert ultimo_rechazo(p) is Rechazo.MISMA_PERSONA
    assert p.estado.captura is Captura.PRIMERA


def test_el_lector_automatico_devuelve_una_coincidencia() -> None:
    p = Pluma()
    p.escaneada()
    base = p.dos_iguales()
    p(Tipo.REVISADA, "lector", base=base.id, opinion="devuelve")
    assert (p.estado.captura, p.estado.acordado) == (Captura.DISCREPANTE, None)
    p(Tipo.VERIFICADA, "vera", base=base.id)
    assert ultimo_rechazo(p) is Rechazo.ESTADO_CAPTURA
    dictamen = p(Tipo.DICTAMINADA, "caro", imagen=ESCANEO, valores=UNO)
    p(Tipo.VERIFICADA, "vera", base=dictamen.id)
    assert p.estado.captura is Captura.VERIFICADA


def test_la_verificacion_devuelve_y_se_captura_de_nuevo() -> None:
    p = Pluma()
    p.escaneada()
    base = p.dos_iguales()
    p(Tipo.DEVUELTA, "vera", base=base.id, motivo=" ")
    assert ultimo_rechazo(p) is Rechazo.SIN_MOTIVO
    p(Tipo.DEVUELTA, "vera", base=base.id, motivo="El 7 es 1.")
    acta = p.estado
    assert (acta.captura, acta.ronda, acta.capturas, acta.acordado) == (Captura.DEVUELTA, 2, [], None)
    assert acta.imagen is not None
    p.verificada(valores=DOS)
    assert p.estado.captura is Captura.VERIFICADA


def test_al_devolver_un_dictamen_se_olvida() -> None:
    p = Pluma()
    p.escaneada()
    p(Tipo.CAPTURADA, "ana", imagen=ESCANEO, valores=UNO)
    p(Tipo.CAPTURADA, "beto", imagen=ESCANEO, valores=DOS)
    dictamen = p(Tipo.DICTAMINADA, "caro", imagen=ESCANEO, valores=DOS)
    p(Tipo.DEVUELTA, "vera", base=dictamen.id, motivo="No.")
    assert p.estado.dictamen is None
    p.dos_iguales()
    acordado = p.estado.acordado
    assert acordado is not None
    assert acordado.operador == "beto"
    assert p.estado.participantes == {"ana", "beto"}


# --- after publication -----------------------------------------------------------------------------------------------


def reabierta() -> Pluma:
    p = Pluma()
    p.escaneada()
    p.verificada()
    p(Tipo.REABIERTA, "super", motivo="Difiere del original.", autoriza="coord")
    return p


def test_reabrir_pide_motivo_y_a_otra_persona() -> None:
    p = Pluma()
    p.escaneada()
    p.verificada()
    for motivo, autoriza, rechazo in [
        (" ", "coord", Rechazo.SIN_MOTIVO),
        ("Difiere.", "super", Rechazo.AUTORIZA_LA_MISMA),
        ("Difiere.", "", Rechazo.AUTORIZA_LA_MISMA),
        ("Difiere.", "  ", Rechazo.AUTORIZA_LA_MISMA),
        ("Difiere.", " super ", Rechazo.AUTORIZA_LA_MISMA),
    ]:
        p(Tipo.REABIERTA, "super", motivo=motivo, autoriza=autoriza)
        assert ultimo_rechazo(p) is rechazo
    p(Tipo.REABIERTA, "ana", motivo="Difiere.", autoriza="coord")
    assert ultimo_rechazo(p) is None


def test_lo_publicado_sigue_hasta_verificar_de_nuevo() -> None:
    p = reabierta()
    antes = p.estado.publicada
    assert antes is not None
    assert (p.estado.captura, p.estado.ronda) == (Captura.DEVUELTA, 2)
    p(Tipo.REDIGITALIZAR, "ana", imagen=ESCANEO, motivo="Mejor imagen.")
    assert p.estado.publicada == antes
    p(Tipo.SIN_ACTA, "acopio", motivo="3")
    assert ultimo_rechazo(p) is Rechazo.ESTADO_CUSTODIA
    p(Tipo.DIGITALIZADA, "digital", imagen=OTRA)
    p(Tipo.IDENTIFICADA, "digital", imagen=OTRA, por="qr")
    p.dos_iguales(OTRA, DOS)
    assert p.estado.publicada == antes
    p(Tipo.VERIFICADA, "vera", base=p.hechos[-1].id)
    despues = p.estado.publicada
    assert despues is not None
    assert (despues.imagen.sha256, despues.asentado) == (OTRA, Asentado.leer(DOS))


def test_de_un_acta_verificada_no_se_pide_otra_imagen_sin_reabrirla() -> None:
    p = Pluma()
    p.escaneada()
    p.verificada()
    p(Tipo.REDIGITALIZAR, "ana", imagen=ESCANEO, motivo="Mejor imagen.")
    assert ultimo_rechazo(p) is Rechazo.ESTADO_CAPTURA
    assert p.estado.custodia is Custodia.IDENTIFICADA


@pytest.mark.parametrize(("antes", "despues"), [("1", None), ("2", None), ("3", 3)])
def test_el_cotejo_es_de_la_lectura_publicada(antes: str, despues: int | None) -> None:
    p = Pluma()
    p.escaneada()
    p(Tipo.COTEJADA, "coteja", resultado="1")
    assert ultimo_rechazo(p) is Rechazo.ESTADO_CAPTURA
    p.verificada()
    p(Tipo.COTEJADA, "ana", resultado="1")
    assert ultimo_rechazo(p) is Rechazo.MISMA_PERSONA
    p(Tipo.COTEJADA, "coteja", resultado=antes)
    assert p.estado.cotejo == int(antes)
    p(Tipo.REABIERTA, "super", motivo="Cotejo.", autoriza="coord")
    assert p.estado.cotejo == int(antes)  # the reading it spoke of is still the published one
    p.verificada(valores=DOS)
    assert p.estado.cotejo == despues
    p(Tipo.COTEJADA, "otra", resultado="2")
    assert p.estado.cotejo == 2


def test_los_incidentes_no_mueven_nada() -> None:
    p = Pluma()
    uno = p(Tipo.INCIDENTE, texto="Se fue la luz.")
    p.escaneada()
    dos = p(Tipo.INCIDENTE, texto="Volvió.")
    assert p.estado.incidentes == [uno.id, dos.id]
    assert p.estado.custodia is Custodia.IDENTIFICADA


# --- sheets ----------------------------------------------------------------------------------------------------------


def test_una_hoja_se_identifica_y_todo_sigue_en_el_acta() -> None:
    h = Pluma(HOJA)
    h(Tipo.DIGITALIZADA, imagen=ESCANEO)
    h(Tipo.IDENTIFICADA, imagen=ESCANEO, por="persona")
    assert ultimo_rechazo(h) is Rechazo.HOJA
    h(Tipo.IDENTIFICADA, imagen=ESCANEO, por="persona", acta=ACTA)
    assert (h.estado.custodia, h.estado.es) == (Custodia.IDENTIFICADA, ACTA)
    h(Tipo.CAPTURADA, imagen=ESCANEO, valores=UNO)
    assert ultimo_rechazo(h) is Rechazo.HOJA
    assert h.estado.captura is Captura.POR_CAPTURAR


@pytest.mark.parametrize("tipo", [Tipo.SIN_ACTA, Tipo.DUPLICADA, Tipo.VERIFICADA, Tipo.COTEJADA, Tipo.REABIERTA])
def test_lo_que_no_le_pasa_a_una_hoja(tipo: Tipo) -> None:
    hecho = Pluma(HOJA)(tipo, motivo="1", imagen=ESCANEO)
    assert rechazar(Acta(), hecho) is Rechazo.HOJA


def test_una_hoja_fuera_de_catalogo_que_luego_se_identifica() -> None:
    h = Pluma(HOJA)
    h(Tipo.DIGITALIZADA, imagen=ESCANEO)
    h(Tipo.FUERA_DE_CATALOGO, eleccion="AYUN", seccion="9999")
    h(Tipo.FUERA_DE_CATALOGO, eleccion="GUB", seccion="9999")
    assert (h.estado.custodia, h.estado.fuera) == (Custodia.FUERA_DE_CATALOGO, {"eleccion": "GUB", "seccion": "9999"})
    h(Tipo.IDENTIFICADA, imagen=ESCANEO, por="pto", acta=ACTA)
    assert (h.estado.custodia, h.estado.fuera, h.estado.es) == (Custodia.IDENTIFICADA, None, ACTA)


def test_un_acta_del_catalogo_no_queda_fuera_ni_es_otra() -> None:
    p = Pluma()
    p(Tipo.DIGITALIZADA, imagen=ESCANEO)
    p(Tipo.FUERA_DE_CATALOGO, eleccion="GUB")
    assert ultimo_rechazo(p) is Rechazo.EN_CATALOGO
    p(Tipo.IDENTIFICADA, imagen=ESCANEO, por="persona", acta="140024C02001")
    assert ultimo_rechazo(p) is Rechazo.EN_CATALOGO
    p(Tipo.IDENTIFICADA, imagen=OTRA, por="persona", acta=ACTA)
    assert ultimo_rechazo(p) is Rechazo.OTRA_IMAGEN
    p(Tipo.IDENTIFICADA, imagen=ESCANEO, por="persona", acta=ACTA)
    assert ultimo_rechazo(p) is None


def test_redigitalizar_antes_de_identificar() -> None:
    p = Pluma()
    p(Tipo.DIGITALIZADA, imagen=ESCANEO)
    p(Tipo.DIGITALIZADA, imagen=OTRA)
    p(Tipo.REDIGITALIZAR, imagen=FOTO, motivo="Borrosa.")
    assert ultimo_rechazo(p) is Rechazo.OTRA_IMAGEN
    p(Tipo.REDIGITALIZAR, imagen=OTRA, motivo="\t")
    assert ultimo_rechazo(p) is Rechazo.SIN_MOTIVO
    p(Tipo.REDIGITALIZAR, imagen=OTRA, motivo="Borrosa.")
    assert [i.sha256 for i in p.estado.imagenes] == [ESCANEO]
    p(Tipo.IDENTIFICADA, imagen=ESCANEO, por="qr")
    p(Tipo.FOTOGRAFIADA, imagen=FOTO, hora=INICIO.isoformat())
    p(Tipo.REDIGITALIZAR, imagen=FOTO, motivo="Borrosa.")
    assert ultimo_rechazo(p) is Rechazo.OTRA_IMAGEN  # it is not the one being read


# --- in any order ----------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.sampled_from([ACTA, HOJA]), st.randoms(use_true_random=False))
def test_cualquier_orden_y_repeticion_da_la_misma_acta(semilla: int, sujeto: str, azar: random.Random) -> None:
    hechos, _ = paseo(semilla, sujeto, 30)
    esperado = estado(hechos)
    revueltos = hechos + azar.choices(hechos, k=azar.randrange(20))
    azar.shuffle(revueltos)
    assert estado(revueltos) == esperado
    assert estado(iter(revueltos)) == esperado


@given(st.integers(0, 10**6), st.data())
def test_ningun_conjunto_de_hechos_se_pierde_ni_falla(semilla: int, datos: st.DataObject) -> None:
    """Facts written without contact: some of the causes are missing. None raises; each is applied or an anomaly."""
    hechos, _ = paseo(semilla, ACTA, 40)
    algunos = [h for h in hechos if datos.draw(st.booleans())]
    acta = estado(algunos)
    anomalas = {i for i, _ in acta.anomalias}
    assert anomalas <= {h.id for h in algunos}
    assert len(anomalas) == len(acta.anomalias)
    # Anomalies are exactly what has no effect: without them the state is the same.
    legales = estado(h for h in algunos if h.id not in anomalas)
    assert legales.anomalias == []
    acta.anomalias = []
    assert legales == acta


_VALORES = st.builds(
    lambda a, n, t: {"votos": {"A": a, "NULOS": n}, "total_asentado": t},
    *[st.integers(0, 9999) | st.sampled_from(["Ilegible", "Sin dato"])] * 3,
)


@given(_VALORES, _VALORES, st.booleans(), st.booleans())
def test_dos_capturas_iguales_coinciden_llegue_quien_llegue_primero(
    uno: dict[str, Any], dos: dict[str, Any], iguales: bool, invertido: bool
) -> None:
    segunda = (
        {"total_asentado": uno["total_asentado"], "votos": dict(reversed(uno["votos"].items()))} if iguales else dos
    )
    p = Pluma()
    p.escaneada()
    personas = ["ana", "beto"]
    for quien, valores in zip(reversed(personas) if invertido else personas, (uno, segunda), strict=True):
        p(Tipo.CAPTURADA, quien, imagen=ESCANEO, valores=valores)
    assert p.estado.captura is (Captura.COINCIDE if segunda == uno else Captura.DISCREPANTE)


@given(st.permutations(["ana", "beto", "caro"]), st.lists(st.sampled_from(["ana", "beto", "caro"]), max_size=12))
def test_una_persona_no_hace_dos_pasos_de_una_ronda(orden: Sequence[str], insisten: list[str]) -> None:
    """Whoever insists, each person of a round appears once, and who verifies neither typed nor ruled."""
    p = Pluma()
    p.escaneada()
    for n, quien in enumerate([*insisten, *orden, "vera"]):
        acta = p.estado
        base = acta.acordado.hecho if acta.acordado else ""
        p(Tipo.CAPTURADA, quien, imagen=ESCANEO, valores=UNO if n % 2 else DOS)
        p(Tipo.DICTAMINADA, quien, imagen=ESCANEO, valores=UNO)
        p(Tipo.VERIFICADA, quien, base=base)
    anomalas = {i for i, _ in p.estado.anomalias}
    hicieron = [h.operador for h in p.hechos if h.id not in anomalas and h.tipo in _DE_PERSONAS]
    assert len(set(hicieron)) == len(hicieron)
    assert p.estado.captura is Captura.VERIFICADA


_DE_PERSONAS = {Tipo.CAPTURADA, Tipo.DICTAMINADA, Tipo.VERIFICADA}


def test_el_orden_es_el_de_los_identificadores_y_no_el_de_los_relojes() -> None:
    p = Pluma()
    p.escaneada()
    p.verificada()
    descompuestos: list[Hecho] = [replace(h, hora=INICIO - timedelta(days=n)) for n, h in enumerate(p.hechos)]
    assert estado(descompuestos).captura is Captura.VERIFICADA
    assert estado(descompuestos).anomalias == []
