"""What goes worse than it should and breaks nothing: somebody who types badly, or takes one acta for another, a line
that carries little; and the fingerprint of what runs, signed and compared as the script of a night asks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from prep.dominio.acta.transiciones import Captura
from prep.plataforma.idioma import cuantos
from prep.plataforma.reloj import RelojSistema
from prep.sede import actos
from prep.sede.cotejo import diferencias
from prep.sede.huella import tomar
from prep.simulacro.enlace import Enlace
from prep.simulacro.plan import hora_de
from prep.simulacro.retratos import otra_cosa

if TYPE_CHECKING:
    from prep.simulacro.fallas import Fallas, Probada
    from prep.simulacro.plan import Falla


def _torpe(fallas: Fallas, falla: Falla) -> None:
    """The last so many capturistas of the centre, who collude with nobody, type that many fields wrong."""
    mundo = fallas.noche.mundo
    quienes = [f"capturista-{mundo.plan.capturistas - i}" for i in range(falla.personas)]
    de_esta: list[tuple[Probada, dict[str, tuple[int, int]]]] = []

    def empiezan() -> None:
        que = f"{cuantos(falla.personas, 'capturista')} que teclea mal {falla.errores:,} de cada 10,000 campos"
        probada = fallas.probar(falla, f"{que}, de {hora_de(falla.de)} a {hora_de(falla.a)}")
        de_esta.append((probada, {q: mundo.teclearon.get(q, (0, 0)) for q in quienes}))
        mundo.torpes = dict.fromkeys(quienes, falla.errores)

    def terminan() -> None:
        mundo.torpes = {}
        probada, antes = de_esta[0]
        suyos = [(mundo.teclearon.get(q, (0, 0)), antes[q]) for q in quienes]
        campos, mal = (sum(ahora[i] - previo[i] for ahora, previo in suyos) for i in (0, 1))
        fallas.midio(probada, f"tecleó mal {mal:,} de {cuantos(campos, 'campo')}")

    fallas.poner(falla.de, empiezan)
    fallas.poner(falla.a, terminan)


def _lento(fallas: Fallas, falla: Falla) -> None:
    """The line of the first so many phones that are not the app carries so many bytes a second, of any second."""
    suyos = [uno for uno, _ in fallas.simulados()[: falla.telefonos]]
    centro = fallas.noche.centro
    pila = ExitStack()
    de_esta: list[Probada] = []

    def empieza() -> None:
        linea = pila.enter_context(Enlace(centro.puerto, lleva=falla.bytes))
        for uno in suyos:
            uno.nav.por(f"http://127.0.0.1:{linea.puerto}")
        que = f"{cuantos(len(suyos), 'teléfono')} con {falla.bytes:,} bytes por segundo de línea"
        de_esta.append(fallas.probar(falla, f"{que}, de {hora_de(falla.de)} a {hora_de(falla.a)}"))

    def termina() -> None:
        guardadas = cuantos(sum(uno.telefono.por_enviar for uno in suyos), "fotografía")
        for uno in suyos:
            uno.nav.por(centro.direccion)
        desde = time.monotonic()

        def aun_no() -> bool:
            if any(uno.telefono.por_enviar for uno in suyos):
                return True
            pila.close()
            fallas.midio(de_esta[0], f"le quedaban {guardadas}, y las entregó", time.monotonic() - desde)
            return False

        fallas.ver(aun_no)

    fallas.poner(falla.de, empieza)
    fallas.poner(falla.a, termina)


def _cruzadas(fallas: Fallas, falla: Falla) -> None:
    """The first so many phones that are not the app name each acta as the one that follows, and once what is no acta.
    It is over when all of those are verified: which picture each is published with is the judge's to say."""
    from prep.bitacora.models import Acta

    suyos = [uno for uno, _ in fallas.simulados()[: falla.telefonos]]
    de_esta: list[Probada] = []

    def empiezan() -> None:
        for i, uno in enumerate(suyos):
            foto = otra_cosa([fallas.noche.mundo.plan.semilla, i])
            fallas.noche.mundo.de_quien[sha256(foto).hexdigest()] = ""
            uno.otra_cosa = foto
            uno.se_equivoca.set()
        que = f"{cuantos(len(suyos), 'teléfono')} que {'toma' if len(suyos) == 1 else 'toman'} un acta por otra"
        de_esta.append(fallas.probar(falla, f"{que}, de {hora_de(falla.de)} a {hora_de(falla.a)}"))

    def terminan() -> None:
        for uno in suyos:
            uno.se_equivoca.clear()
        desde = time.monotonic()

        def aun_no() -> bool:
            claves = [clave for uno in suyos for clave in uno.cruzadas]
            if Acta.objects.filter(clave__in=claves, captura=Captura.VERIFICADA).count() < len(claves):
                return True
            fotos = cuantos(len(claves), "fotografía llegó", "fotografías llegaron")
            fallas.midio(de_esta[0], f"{fotos} con el nombre de otra acta", time.monotonic() - desde)
            return False

        fallas.ver(aun_no)

    fallas.poner(falla.de, empiezan)
    fallas.poner(falla.a, terminan)


def _huella(fallas: Fallas, falla: Falla) -> None:
    """Sign what runs in the middle of the night, and compare it with what the puesta en ceros signed: no fault, but a
    step of the script."""

    def firma() -> None:
        publicador = fallas.noche.sede.publicador
        inicial = next(h for h in actos.firmadas(publicador) if h["tipo"] == "huella" and h["momento"] == "antes")
        documento = publicador.almacen.leer(f"documentos/{inicial['documento']}.json")
        actual = tomar()
        actos.huella(publicador, RelojSistema().ahora(), "durante", actual)
        distinto = diferencias(json.loads(documento or b"{}"), actual)
        fallas.decir(f"{hora_de(falla.de)} huella intermedia, firmada: {'; '.join(distinto) or 'igual a la inicial'}")
        fallas.noche.mundo.problemas.extend(f"Lo que corre cambió a media noche: {que}." for que in distinto)

    fallas.poner(falla.de, firma)


HACER: Final[dict[str, Callable[[Fallas, Falla], None]]] = {
    "torpe": _torpe,
    "lento": _lento,
    "cruzadas": _cruzadas,
    "huella": _huella,
}
