"""The night, its centres and desks open, pause and close; incidents have somebody who attends them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pen import ANYBODY

from prep.dominio.comun.autoridad import INSTITUTO, Autoridad
from prep.dominio.comun.hecho import Escrito, nuevo_hecho
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.operacion import Detencion, Marcha, Punto, Revision, incidente, servicio

NOW = datetime(2027, 6, 6, tzinfo=UTC)
INCIDENT = "incidente:00000000-0000-4000-8000-000000000001"


class Log:
    def __init__(self, subject: str) -> None:
        self.subject, self.written = subject, list[Escrito]()

    def __call__(self, tipo: str, *knows: Escrito, by: str = INSTITUTO, who: str = "ana", **content: Any) -> Escrito:
        known = [e.hecho.id for e in knows or self.written[-1:]]
        self.written.append(Escrito(nuevo_hecho(tipo, self.subject, who, NOW, content, known), by))
        return self.written[-1]


def test_open_pause_resume_close_and_extend() -> None:
    log = Log("catd:c-12")
    assert servicio([], ANYBODY).marcha is Marcha.SIN_ABRIR
    for tipo, then in (
        *(("abierto", Marcha.ABIERTO), ("pausado", Marcha.PAUSADO), ("abierto", Marcha.ABIERTO)),
        *(("cerrado", Marcha.CERRADO), ("abierto", Marcha.ABIERTO)),
    ):
        log(tipo, **({"motivo": "Se fue la luz."} if tipo == "pausado" else {}))
        state = servicio(log.written, ANYBODY)
        assert (state.marcha, state.motivo) == (then, "Se fue la luz." if tipo == "pausado" else "")
    log("cerrado", motivo="Ya no llega nada.")
    assert servicio(log.written, ANYBODY).motivo == "Ya no llega nada."
    closed = servicio(log.written, ANYBODY)
    assert (closed.quien, closed.desde, closed.cabezas) == ("ana", NOW, (log.written[-1].hecho.id,))
    log("pausado", motivo="Tarde.")
    assert [r for _, r in servicio(log.written, ANYBODY).anomalias] == [Rechazo.ESTADO_CUSTODIA]


def test_what_a_centre_has_is_what_was_last_found_and_the_worse_where_two_did_not_know_of_each_other() -> None:
    log = Log("catd:c-12")
    assert servicio([], ANYBODY).revisiones == {}
    first = log("revisado", punto="energia", listo=False, nota="No hay planta.")
    log("revisado", first, punto="energia", listo=True)
    log("abierto", first)
    state = servicio(log.written, ANYBODY)
    assert state.revisiones == {Punto.ENERGIA: Revision(True, "", "ana", NOW)}
    assert (state.marcha, state.anomalias) == (Marcha.ABIERTO, [])
    log("revisado", first, punto="energia", listo=False, nota="Se descompuso.")
    for order in (log.written, log.written[::-1]):
        assert servicio(order, ANYBODY).revisiones[Punto.ENERGIA].nota == "Se descompuso."
    stranger = log("revisado", punto="red", listo=True, by="nobody")
    state = servicio(log.written, Autoridad.de([]))
    assert Punto.RED not in state.revisiones and [i for i, _ in state.anomalias] == [stranger.hecho.id]


def test_what_nobody_opened_works_and_can_be_stopped() -> None:
    assert {m for m in Marcha if m.trabaja} == {Marcha.SIN_ABRIR, Marcha.ABIERTO}
    for tipo, then in (("pausado", Marcha.PAUSADO), ("cerrado", Marcha.CERRADO)):
        log = Log("catd:c-12")
        log(tipo, motivo="Evacuación.")
        assert servicio(log.written, ANYBODY).marcha is then


def test_who_coordinates_a_centre_stops_no_other() -> None:
    places = {"coord": ("coordinador", "c-12"), "jefa": ("administrador", "SEDE"), "ana": ("acopiador", "c-12")}
    node = {"llave": "ab" * 32, "clase": "catd", "nombre": "Centro"}
    facts = [Escrito(nuevo_hecho("alta", "nodo:n", INSTITUTO, NOW, node), INSTITUTO)]
    for who, (rol, lugar) in places.items():
        alta = nuevo_hecho("alta", f"persona:{who}", INSTITUTO, NOW, {"rol": rol, "lugar": lugar})
        facts.append(Escrito(alta, INSTITUTO))
    who_may = Autoridad.de(facts)
    for who, centre, refused in (
        *(("coord", "c-12", []), ("jefa", "c-13", [])),
        *(("coord", "c-13", [Rechazo.FUERA_DE_ALCANCE]), ("ana", "c-12", [Rechazo.SIN_FACULTAD])),
    ):
        log = Log(f"catd:{centre}")
        log("pausado", who=who, by="n", motivo="Fallas.")
        assert [r for _, r in servicio(log.written, who_may).anomalias] == refused


def test_a_centre_is_under_contingency_from_when_it_is_declared_until_it_ends() -> None:
    log = Log("catd:c-12")
    log("abierto")
    for tipo, then in (("contingencia_declarada", "Sin enlace."), ("contingencia_terminada", "")):
        log(tipo, **({"motivo": "Sin enlace."} if then else {}))
        again = log(tipo, **({"motivo": "Otra."} if then else {}))
        state = servicio(log.written, ANYBODY)
        assert (state.contingencia, state.marcha) == (then, Marcha.ABIERTO)
        assert state.anomalias[-1] == (again.hecho.id, Rechazo.ESTADO_CUSTODIA)
    for n in range(12):  # who ended the first one knew of no other, whatever the names
        log = Log("catd:c-12")
        first = log("contingencia_declarada", motivo="Se cayó el enlace.")
        log("contingencia_terminada", first, motivo=f"Desde la sede, {n}.")
        ended = log("contingencia_terminada", first, motivo="Desde el centro.")
        log("contingencia_declarada", ended, motivo="Se cayó otra vez.")
        assert servicio(log.written, ANYBODY).contingencia == "Se cayó otra vez."
    log = Log("catd:c-12")
    log("contingencia_declarada", by="intruso", motivo="No es mía.")
    assert servicio(log.written, Autoridad.de([])).contingencia == ""


def test_of_two_who_did_not_know_of_each_other_the_cautious_one_wins() -> None:
    for n in range(12):  # whatever their names, which are what decides among equals
        log = Log("proceso:x")
        log("reglas", lugares_distintos=True)
        opened = log("abierto")
        log("pausado", opened, motivo=f"Falla {n}.")
        again = log("abierto", opened)
        night = servicio(log.written, ANYBODY)
        assert night.marcha is Marcha.PAUSADO and [i for i, _ in night.anomalias] == [again.hecho.id]


def test_without_authority_or_without_what_it_speaks_of_it_counts_for_nothing() -> None:
    log = Log("escritorio:captura")
    log("abierto", by="intruso")
    log("pintado")
    night = servicio(log.written, ANYBODY)
    assert night.marcha is Marcha.SIN_ABRIR
    assert sorted(r.name for _, r in night.anomalias) == ["NODO_DESCONOCIDO", "NO_INTERPRETADO"]
    assert [r for _, r in servicio(log.written[1:], Autoridad()).anomalias] == [Rechazo.ESPERA]


def test_the_publication_is_stopped_by_two_people_and_goes_on_by_one() -> None:
    log = Log("proceso:x")
    log("abierto")
    asked = log("detencion_pedida", motivo="Se publica otra elección.")
    night = servicio(log.written, ANYBODY)
    assert night.detencion is None and night.pedidas == {
        asked.hecho.id: Detencion(asked.hecho.id, "Se publica otra elección.", "ana", asked.hecho.id, NOW)
    }
    log("detenida", peticion=asked.hecho.id)  # whoever asked
    log("detenida", who="eva", peticion="0" * 64)  # what nobody asked
    night = servicio(log.written, ANYBODY)
    assert night.detencion is None
    assert [r for _, r in night.anomalias] == [Rechazo.MISMA_PERSONA, Rechazo.SIN_PETICION]
    said = log("detenida", who="eva", peticion=asked.hecho.id).hecho.id
    night = servicio(log.written, ANYBODY)
    assert night.detencion == Detencion(asked.hecho.id, "Se publica otra elección.", "ana", said, NOW, "eva")
    assert (night.marcha, night.pedidas) == (Marcha.ABIERTO, {})  # work goes on
    late = log("detencion_pedida", motivo="Otra vez.")
    assert servicio(log.written, ANYBODY).anomalias[-1] == (late.hecho.id, Rechazo.ESTADO_CUSTODIA)
    log("reanudada", who="ana")
    assert servicio(log.written, ANYBODY).detencion is None
    again = log("reanudada", who="ana")
    assert servicio(log.written, ANYBODY).anomalias[-1] == (again.hecho.id, Rechazo.SIN_PETICION)


def test_two_accounts_of_one_person_do_not_stop_the_publication() -> None:
    same = nuevo_hecho("misma_persona", "persona:ana", INSTITUTO, NOW, {"otra": "eva"})
    who_may = Autoridad.de([Escrito(same, INSTITUTO)])
    log = Log("proceso:x")
    asked = log("detencion_pedida", motivo="Falla.")
    log("detenida", who="eva", peticion=asked.hecho.id)
    assert [r for _, r in servicio(log.written, who_may).anomalias] == [Rechazo.MISMA_PERSONA]
    stranger = log("detenida", who="luz", by="nobody", peticion=asked.hecho.id)
    night = servicio(log.written, who_may)
    assert night.detencion is None and night.anomalias[-1] == (stranger.hecho.id, Rechazo.NODO_DESCONOCIDO)


def test_of_two_who_ask_to_stop_it_apart_either_may_be_confirmed_and_going_on_apart_is_overruled() -> None:
    for n in range(12):  # whatever their names, which are what decides among equals
        log = Log("proceso:x")
        opened = log("abierto")
        first = log("detencion_pedida", opened, motivo=f"Falla {n}.")
        second = log("detencion_pedida", opened, who="eva", motivo=f"Otra {n}.")
        log("detenida", second, who="luz", peticion=second.hecho.id)
        log("reanudada", first, who="ana")
        stopped = servicio(log.written, ANYBODY).detencion
        assert stopped is not None and (stopped.pide, stopped.confirma) == ("eva", "luz")


def test_an_incident_is_opened_attended_and_solved_once() -> None:
    log = Log(INCIDENT)
    log("abierto", lugar="c-12", clave="SIN-RED", texto="No hay internet.")
    log("atendido", who="beto")
    log("resuelto", who="caro", texto="Volvió con el segundo enlace.")
    log("resuelto", who="dani", texto="Otra vez.")
    state = incidente(log.written, ANYBODY)
    assert (state.lugar, state.clave, state.atiende, state.solucion) == (
        *("c-12", "SIN-RED", "beto"),
        "Volvió con el segundo enlace.",
    )
    assert [r for _, r in state.anomalias] == [Rechazo.ESTADO_CUSTODIA]
    log("abierto", lugar="c-13", clave="OTRA", texto="Otra cosa.")
    again = incidente(log.written, ANYBODY)
    assert (again.lugar, again.clave, again.texto) == ("c-12", "SIN-RED", "No hay internet.")
    assert [r for _, r in again.anomalias] == [Rechazo.ESTADO_CUSTODIA] * 2
    quick = Log(INCIDENT)
    quick("abierto", lugar="c-12", clave="OTRA", texto="Papel atorado.")
    quick("resuelto", who="caro", texto="Se desatoró.")
    assert incidente(quick.written, ANYBODY).atiende == "caro"
    lost = incidente(quick.written[1:], ANYBODY)
    assert [r for _, r in lost.anomalias] == [Rechazo.ESPERA]
    quick("abierto", by="intruso", lugar="x", clave="x", texto="x")
    assert incidente(quick.written, ANYBODY).anomalias[-1][1] is Rechazo.NODO_DESCONOCIDO
