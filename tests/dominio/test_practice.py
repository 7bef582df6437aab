"""Practice: what a person did is theirs alone, joins whatever the order, and gives nobody a faculty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

from pen import ANYBODY

from prep.dominio.comun.autoridad import INSTITUTO, Autoridad
from prep.dominio.comun.facultades import Rol
from prep.dominio.comun.hecho import Escrito, nuevo_hecho
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.practica import donde_practican, practicas

NOW = datetime(2027, 6, 1, tzinfo=UTC)


def finished(
    errors: int, *knows: Escrito, who: str = "ana", hours: int = 0, by: str = INSTITUTO, **more: Any
) -> Escrito:
    content = {
        "escritorio": "captura",
        "ejercicio": "0" * 64,
        "campos": 100,
        "errores": errors,
        "tolera": 2,
        "segundos": 90,
    }
    known = [e.hecho.id for e in knows]
    hour = NOW + timedelta(hours=hours)
    return Escrito(nuevo_hecho("terminada", "practica:ana", who, hour, {**content, "teclas": 9, **more}, known), by)


def test_admitted_from_the_first_time_that_was_good_enough_whatever_comes_after() -> None:
    bad = finished(3)
    good = finished(2, bad, hours=1)
    worse = finished(9, bad, good, hours=2)
    for order in permutations((bad, good, worse)):
        state = practicas(order, ANYBODY).en["captura"]
        assert (state.veces, state.admitida, state.ultima) == (3, NOW + timedelta(hours=1), worse.hecho)
    assert practicas([bad], ANYBODY).en["captura"].admitida is None
    assert practicas([], ANYBODY).en["captura"].veces == 0


def test_what_was_tolerated_then_decides() -> None:
    assert practicas([finished(5, tolera=5)], ANYBODY).en["captura"].admitida == NOW
    assert practicas([finished(5, tolera=4)], ANYBODY).en["captura"].admitida is None


def test_nobody_practises_for_somebody_else_nor_without_authority() -> None:
    assert [r for _, r in practicas([finished(0, who="eva")], ANYBODY).anomalias] == [Rechazo.SIN_FACULTAD]
    stranger = practicas([finished(0, by="intruso")], Autoridad())
    assert (stranger.en["captura"].veces, [r for _, r in stranger.anomalias]) == (0, [Rechazo.NODO_DESCONOCIDO])
    first = finished(0)
    waits = practicas([finished(0, first, hours=1)], ANYBODY)
    assert (waits.en["captura"].veces, [r for _, r in waits.anomalias]) == (0, [Rechazo.ESPERA])


def test_each_desk_admits_by_itself() -> None:
    typed, verified = finished(0), finished(3, escritorio="verificacion")
    en = practicas([typed, verified], ANYBODY).en
    assert (en["captura"].admitida, en["verificacion"].admitida) == (NOW, None)
    assert [donde for donde, suya in en.items() if suya.veces] == ["captura", "verificacion"]


def test_who_works_at_a_desk_practises_there() -> None:
    assert donde_practican([Rol.CAPTURISTA]) == ["captura"]
    assert donde_practican([Rol.VERIFICADOR]) == ["diferencias", "verificacion"]
    assert donde_practican([Rol.SUPERVISOR]) == ["diferencias", "peticiones", "identificacion"]
    assert donde_practican([Rol.COORDINADOR]) == ["peticiones", "identificacion", "cotejo", "acopio", "digitalizacion"]
    assert donde_practican([Rol.DIGITALIZADOR]) == ["identificacion", "digitalizacion"]
    assert donde_practican([Rol.ACOPIADOR]) == ["cotejo", "acopio"]
    assert donde_practican([Rol.CAE, Rol.CAPTURISTA]) == ["captura"]  # by what each role does, and not among them
    assert donde_practican([Rol.CAE, Rol.AUDITOR]) == donde_practican([]) == []
