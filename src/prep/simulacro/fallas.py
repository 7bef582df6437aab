"""What a plan breaks, when, and what became of it: tried, and survived."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from prep.plataforma.idioma import cuantos
from prep.plataforma.reloj import RelojSistema
from prep.sede import actos
from prep.simulacro import averias, tropiezos
from prep.simulacro.plan import BASE, CENTRO, TODOS, Falla, hora_de
from prep.simulacro.puertas.navegador import MAS_TARDE, REPETIDAS, SIN_RESPUESTA
from prep.simulacro.puertas.telefono import Telefono

if TYPE_CHECKING:
    import random

    from prep.publicacion.corte import Corte
    from prep.simulacro.gente import ConTelefono
    from prep.simulacro.maquinas import Maquina
    from prep.simulacro.montar import Montaje


_CADA_S: Final = 1.0
"""Seconds between two looks at what is waited for."""


@dataclass(frozen=True, slots=True)
class Tenia:
    """The bitácora of a machine as a fault began: how many facts, and the root of the tree over them."""

    maquina: Maquina
    tamano: int
    raiz: bytes

    def perdidos(self) -> int:
        """How many of those facts are no more, at least: where as many are there and the tree is another, one."""
        ahora = self.maquina.los_primeros(self.tamano)
        return self.tamano - ahora.tamano or int(ahora.raiz() != self.raiz)


@dataclass(slots=True)
class Probada:
    """A fault as it went. `que`: in words; `tenian`: what each machine that was on had as it began; `paso`: what it
    broke works again; `midio`: what was seen, once all of those machines could be looked at; `segundos`: until all was
    as before (RTO); `perdidos`: facts of those that are no more (RPO)."""

    falla: Falla
    que: str
    tenian: list[Tenia]
    paso: bool = False
    midio: str = ""
    segundos: int | None = None
    perdidos: int = 0


@dataclass(order=True, slots=True)
class _Paso:
    minuto: float
    orden: int
    hacer: Callable[[], None] = field(compare=False)


class Fallas:
    """The timeline of a plan. `al(minuto)` does what is due; from the thread that starts processes."""

    def __init__(self, noche: Montaje, azar: random.Random, decir: Callable[[str], None]) -> None:
        self.noche, self._azar, self.decir = noche, azar, decir
        self.probadas: list[Probada] = []
        self._parte = 0
        self._impedia = False
        noche.mundo.duplican = self._duplica
        self._pasos: list[_Paso] = []
        self._por_ver: list[Callable[[], bool]] = []
        """What is waited for: false once it came."""
        self._mirada = 0.0
        for falla in noche.mundo.plan.fallas:
            _HACER[falla.tipo](self, falla)
        self._pasos.sort()

    def al(self, minuto: float) -> None:
        while self._pasos and self._pasos[0].minuto <= minuto:
            self._pasos.pop(0).hacer()
        if time.monotonic() - self._mirada > _CADA_S:
            por_ver, self._por_ver = self._por_ver, []
            self._por_ver += [aun_no for aun_no in por_ver if aun_no()]  # what they add is seen the next time
            self._mirada = time.monotonic()

    @property
    def pendientes(self) -> int:
        return len(self._pasos) + len(self._por_ver)

    @property
    def impide_cortes(self) -> bool:
        """Whether something is on that stops them."""
        return any(not p.paso and p.falla.impide_cortes for p in self.probadas)

    def debe_corte(self) -> bool:
        """Whether something that stopped them is over since this was last asked: one must come out after it."""
        antes, self._impedia = self._impedia, self.impide_cortes
        return antes and not self._impedia

    def corte(self) -> Corte | None:
        """Make one. It is wrong that it does not come out, unless something that stops them is on; and that it comes
        out with an alarm, which no fault gives reason for."""
        from prep.publicacion.corte import hacer_corte
        from prep.publicacion.publicador import CorteImposible

        mundo = self.noche.mundo
        hora = hora_de(mundo.reloj.minuto())
        try:
            corte = hacer_corte(self.noche.sede.publicador, RelojSistema().ahora())
        except CorteImposible as error:
            (self.decir if self.impide_cortes else mundo.problemas.append)(f"{hora} {error}")
            return None
        mundo.problemas += [f"{hora} corte {corte.numero}: {alarma}" for alarma in corte.alarmas]
        return corte

    @property
    def en_curso(self) -> list[str]:
        return [p.que for p in self.probadas if not p.midio]

    def poner(self, minuto: float, hacer: Callable[[], None]) -> None:
        self._pasos.append(_Paso(minuto, len(self._pasos), hacer))

    def ver(self, aun_no: Callable[[], bool]) -> None:
        """Wait for something: `aun_no` says whether it has not come."""
        self._por_ver.append(aun_no)

    def sin_servicio(self) -> int:
        """How many requests were not attended: without an answer, or told to come back."""
        pedidas = self.noche.mundo.pedidas
        return pedidas[SIN_RESPUESTA] + pedidas[MAS_TARDE]

    def hasta_que_contesten(
        self, probada: Probada, maquinas: Sequence[Maquina], sin: int, desde: float, vio: str = ""
    ) -> None:
        """It ends when all of them answer, but for whoever has no power; a server that ended meanwhile is started
        again. `sin`: requests that were not attended before it; `desde`: since when until then is counted; `vio`: what
        else was seen."""

        def aun_no() -> bool:
            for m in maquinas:
                m.revivir()
            if not all(m.apagada or m.contesta() for m in maquinas):
                return True
            quedaron = cuantos(self.sin_servicio() - sin, "petición", "peticiones")
            self.midio(probada, f"{vio}{quedaron} sin atender, repetidas", time.monotonic() - desde)
            return False

        self.ver(aun_no)

    def probar(self, falla: Falla, que: str) -> Probada:
        prendidas = (m for m in (self.noche.centro, *self.noche.nodos) if not m.apagada)
        probada = Probada(falla, que, [Tenia(m, *m.cabeza()) for m in prendidas])
        self.probadas.append(probada)
        self.decir(f"{hora_de(falla.de)} FALLA: {que}")
        return probada

    def midio(self, probada: Probada, dicho: str, segundos: float | None = None) -> None:
        """What it broke works again. `segundos`: until all was as before. It is over once every machine that was on as
        it began has what it had then: one that another fault has off is waited for."""
        probada.paso = True

        def aun_no() -> bool:
            if any(t.maquina.apagada for t in probada.tenian):
                return True
            self._asentar(probada, dicho, segundos)
            return False

        self.ver(aun_no)

    def _asentar(self, probada: Probada, dicho: str, segundos: float | None) -> None:
        """Say it, and sign it as whoever operates the sede declares what happened: it goes to the report."""
        dicho = f"empezó a las {hora_de(probada.falla.de)}; {dicho}"
        probada.perdidos = sum(t.perdidos() for t in probada.tenian)
        if segundos is not None:
            probada.segundos = round(segundos)
            dicho += f"; todo de vuelta en {probada.segundos} s"
        dicho += f"; {cuantos(probada.perdidos, 'hecho con acuse perdido', 'hechos con acuse perdidos')}"
        if probada.perdidos:
            self.noche.mundo.problemas.append(f"{probada.que}: {dicho}")
        probada.midio = dicho
        clave, texto = f"SIMULACRO-{probada.falla.tipo.upper()}", f"{probada.que}: {dicho}"
        actos.contingencia(self.noche.sede.publicador, RelojSistema().ahora(), clave, texto)
        self.decir(f"{hora_de(self.noche.mundo.reloj.minuto())} {probada.que}: {dicho}")

    def _lugares(self, donde: str) -> list[int]:
        return list(range(len(self.noche.nodos))) if donde == TODOS else [int(donde.partition("-")[2]) - 1]

    def maquinas(self, donde: str) -> list[Maquina]:
        return [self.noche.centro] if donde == CENTRO else [self.noche.nodos[i] for i in self._lugares(donde)]

    # --- each of them ------------------------------------------------------------------------------------------------

    def _sin_internet(self, falla: Falla) -> None:
        for i in self._lugares(falla.donde):
            self._cortar(falla, i)

    def _cortar(self, falla: Falla, i: int) -> None:
        enlace, nodo, centro = self.noche.enlaces[i], self.noche.nodos[i], self.noche.centro
        de_esta: list[Probada] = []

        def corta() -> None:
            enlace.cortar()
            de_esta.append(
                self.probar(falla, f"{nodo.nombre} sin internet de {hora_de(falla.de)} a {hora_de(falla.a)}")
            )

        def une() -> None:
            tenia, desde = nodo.cadenas()[nodo.nombre], time.monotonic()
            debe = tenia - centro.cadenas()[nodo.nombre]
            enlace.unir()

            def aun_no() -> bool:
                if centro.cadenas()[nodo.nombre] < tenia:
                    return True
                dicho = f"siguió trabajando; debía {cuantos(debe, 'hecho')} al volver"
                self.midio(de_esta[0], dicho, time.monotonic() - desde)
                return False

            self.ver(aun_no)

        self.poner(falla.de, corta)
        self.poner(falla.a, une)

    def _muere(self, falla: Falla) -> None:
        def muere() -> None:
            if falla.donde == BASE:
                averias.matar_base(self, falla)
                return
            for maquina in self.maquinas(falla.donde):
                self._matar(falla, maquina)

        self.poner(falla.de, muere)

    def _matar(self, falla: Falla, maquina: Maquina) -> None:
        """Kill it and start it again; what it did not answer meanwhile is asked again."""
        probada = self.probar(falla, f"kill -9 al servidor de {maquina.nombre}")
        sin, desde = self.sin_servicio(), time.monotonic()
        maquina.matar()
        maquina.servir()
        self.hasta_que_contesten(probada, [maquina], sin, desde)

    def _duplicado(self, falla: Falla) -> None:
        de_esta: list[tuple[Probada, int]] = []

        def empieza() -> None:
            antes = self.noche.mundo.pedidas[REPETIDAS]
            self._parte = falla.parte
            que = f"{falla.parte} de cada 100 envíos, dos veces, de {hora_de(falla.de)} a {hora_de(falla.a)}"
            de_esta.append((self.probar(falla, que), antes))

        def termina() -> None:
            self._parte = 0
            probada, antes = de_esta[0]
            repetidas = self.noche.mundo.pedidas[REPETIDAS] - antes
            self.midio(probada, f"{cuantos(repetidas, 'envío llegó', 'envíos llegaron')} dos veces")

        self.poner(falla.de, empieza)
        self.poner(falla.a, termina)

    def _duplica(self) -> bool:
        return self._parte > 0 and self._azar.randrange(100) < self._parte

    def simulados(self) -> list[tuple[ConTelefono, Telefono]]:
        """Whose phone is not the app itself, which has a line and a clock of its own."""
        return [(uno, uno.telefono) for uno in self.noche.telefonos if isinstance(uno.telefono, Telefono)]

    def _tarde(self, falla: Falla) -> None:
        suyos = [uno for uno, _ in self.simulados()[: falla.telefonos]]
        de_esta: list[Probada] = []

        def calla() -> None:
            for uno in suyos:
                uno.sin_senal.set()
            que = f"{cuantos(len(suyos), 'teléfono')} sin señal de {hora_de(falla.de)} a {hora_de(falla.a)}"
            de_esta.append(self.probar(falla, que))

        def habla() -> None:
            guardadas = cuantos(sum(uno.telefono.por_enviar for uno in suyos), "fotografía")
            for uno in suyos:
                uno.sin_senal.clear()
            desde = time.monotonic()

            def aun_no() -> bool:
                if any(uno.telefono.por_enviar for uno in suyos):
                    return True
                self.midio(de_esta[0], f"guardó {guardadas} y las entregó después", time.monotonic() - desde)
                return False

            self.ver(aun_no)

        self.poner(falla.de, calla)
        self.poner(falla.a, habla)

    def _reloj(self, falla: Falla) -> None:
        suyos = self.simulados()[-falla.telefonos :]

        def adelanta() -> None:
            for _, telefono in suyos:
                telefono.desfase = timedelta(minutes=falla.minutos)
            probada = self.probar(falla, f"{cuantos(len(suyos), 'teléfono')} con el reloj {falla.minutos:+} min")

            def aun_no() -> bool:
                if any(uno.debe for uno, _ in suyos):
                    return True
                hora = sum(bool(telefono.corrige) for _, telefono in suyos)
                self.midio(probada, f"{cuantos(hora, 'aprendió', 'aprendieron')} la hora del nodo; se recibió todo")
                return False

            self.ver(aun_no)

        self.poner(falla.de, adelanta)


_HACER: Final[dict[str, Callable[[Fallas, Falla], None]]] = {
    **averias.HACER,
    **tropiezos.HACER,
    "sin_internet": Fallas._sin_internet,
    "muere": Fallas._muere,
    "duplicado": Fallas._duplicado,
    "tarde": Fallas._tarde,
    "reloj": Fallas._reloj,
}
