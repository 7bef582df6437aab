"""The people of a drill: each comes in by their door and works, in a thread of their own, until the night ends."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from prep.dominio.acta.hechos import HOJA
from prep.dominio.comun.valores import Valor
from prep.simulacro import humano
from prep.simulacro.acuses import Acuses
from prep.simulacro.plan import Plan
from prep.simulacro.puertas.aplicacion import Aplicacion
from prep.simulacro.puertas.centro import Centro, Habilitacion, de_centro
from prep.simulacro.puertas.entrada import entrar, volver
from prep.simulacro.puertas.escritorio import EnManos, Escritorio, pedir_reapertura
from prep.simulacro.puertas.mando import decir, los_que_marchan
from prep.simulacro.puertas.navegador import Navegador, PuertaCerrada, SesionTerminada
from prep.simulacro.puertas.telefono import Telefono
from prep.simulacro.votos import Papel

_TROPIEZOS: Final = 20
"""Answers that nobody should get after which a person stops and says so."""
_REINTENTO_S: Final = 3.0
"""Seconds after which what got no answer is sent again, as pages do."""
_OCIO_S: Final = 0.4
"""Seconds, more or less, after which somebody with nothing to do raises their eyes."""
_MIRAR_S: Final = 0.5
"""Seconds between two looks of a room, at least; twice as many after each that found nothing, `_VACIAS` times."""
_VACIAS: Final = 3
_SE_MIRA: Final = ("captura", "diferencias", "decision", "verificacion", "identificacion")
"""Where somebody may say that a picture is not of the acta that it came with."""


class FinDeLaNoche(Exception):
    """Everybody goes home."""


class Reloj:
    """The night's own time: it begins when told, and runs `velocidad` times as fast."""

    def __init__(self, velocidad: int) -> None:
        self.velocidad = velocidad
        self.fin = threading.Event()
        self._empieza = threading.Event()
        self._desde = 0.0

    def empezar(self) -> None:
        self._desde = time.monotonic()
        self._empieza.set()

    def minuto(self) -> float:
        """Minutes of the night that have gone by."""
        return (time.monotonic() - self._desde) * self.velocidad / 60 if self._empieza.is_set() else 0.0

    def esperar(self, segundos: float) -> None:
        """Let so many seconds of the night pass."""
        self.reposar(segundos / self.velocidad)

    def reposar(self, segundos: float) -> None:
        """The same, of seconds of anybody's: those of a machine that does not answer run no faster."""
        if self.fin.wait(segundos):
            raise FinDeLaNoche

    def esperar_el(self, minuto: float) -> None:
        while not self._empieza.wait(0.2):
            self.reposar(0)
        self.esperar(max(0.0, (minuto - self.minuto()) * 60))


@dataclass(slots=True)
class Mundo:
    """What everybody shares. `papeles`: what each acta says; `renglones`: its fields, in the order of the paper;
    `encabezados`: which one it is, by casilla and election; `duplican`: whether to send this one twice."""

    plan: Plan
    reloj: Reloj
    papeles: Mapping[str, Papel]
    de_quien: dict[str, str]
    """Acta of each picture, by the hash of its bytes; empty where it is of none."""
    renglones: Callable[[str], Sequence[str]]
    encabezados: Mapping[tuple[str, str], str]
    duplican: Callable[[], bool]
    problemas: list[str] = field(default_factory=list)
    hicieron: Counter[str] = field(default_factory=Counter)
    """What people typed, got wrong and found."""
    torpes: Mapping[str, int] = field(default_factory=dict)
    """Users who type worse than the rest: fields in 10,000."""
    teclearon: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Of each who types: fields, and those that do not say what the paper does."""
    confabulados: frozenset[str] = frozenset()
    """Users who type on purpose, all alike, what no paper says."""
    alteradas: dict[str, set[str]] = field(default_factory=dict)
    """Actas that they altered, and who did."""
    toleradas: set[str] = field(default_factory=set)
    """Those that one of them, who verifies, let pass."""
    distintas: dict[str, bool] = field(default_factory=dict)
    """Actas that whoever collated found different, and whether somebody took it upon them to have them opened again."""
    acuses: Acuses = field(default_factory=Acuses)
    cierran: threading.Event = field(default_factory=threading.Event)
    """Set once everything is done: centres close."""
    _pedidas: Counter[str] = field(default_factory=Counter)
    _candado: threading.Lock = field(default_factory=threading.Lock)

    def navegador(self, direccion: str, puerta: str) -> Navegador:
        def contar(que: str) -> None:
            with self._candado:
                self._pedidas[que] += 1

        def esperar() -> None:
            self.reloj.reposar(_REINTENTO_S)

        return Navegador(direccion, esperar, contar, puerta, lambda: self.duplican(), self.acuses.dar)

    @property
    def pedidas(self) -> Counter[str]:
        with self._candado:
            return Counter(self._pedidas)

    def tropezo(self, quien: str, que: object) -> None:
        """Somebody got what they should not."""
        with self._candado:
            self.problemas.append(f"{quien}: {que}")

    def altero(self, clave: str, quien: str) -> None:
        with self._candado:
            self.alteradas.setdefault(clave, set()).add(quien)

    def tolero(self, clave: str) -> None:
        with self._candado:
            self.toleradas.add(clave)

    def anotar(self, que: str, cuantos: int = 1) -> None:
        with self._candado:
            self.hicieron[que] += cuantos

    def tecleo(self, quien: str, campos: int, mal: int) -> None:
        """Somebody typed so many fields, so many of them wrong."""
        with self._candado:
            self.hicieron["campos tecleados"] += campos
            self.hicieron["campos mal tecleados"] += mal
            antes = self.teclearon.get(quien, (0, 0))
            self.teclearon[quien] = (antes[0] + campos, antes[1] + mal)

    def por_abrir(self) -> str | None:
        """An acta to be opened again, for whoever asks."""
        with self._candado:
            clave = next((c for c, tomada in self.distintas.items() if not tomada), None)
            if clave is not None:
                self.distintas[clave] = True
            return clave

    def dice(self, clave: str) -> Mapping[str, Valor | None]:
        """What the paper of an acta says, field by field; what is no acta says nothing."""
        if not clave:
            return {}
        valores: Mapping[str, Any] = self.papeles[clave].valores
        return {**{c: v for c, v in valores.items() if c != "votos"}, **valores["votos"]}


@dataclass(frozen=True, slots=True)
class Pase:
    """With what a person comes in: the slip, the code of their terminal, the password that they will take."""

    usuario: str
    clave: str
    terminal: str
    propia: str


class Persona(threading.Thread):
    """Does `turno` again and again; false when there was nothing to do."""

    def __init__(self, mundo: Mundo, nombre: str, direccion: str, puerta: str) -> None:
        super().__init__(name=nombre, daemon=True)
        self.mundo, self.direccion = mundo, direccion
        self.nav = mundo.navegador(direccion, puerta)
        self.lista = threading.Event()
        self.azar = random.Random(f"{mundo.plan.semilla}|{nombre}")

    def run(self) -> None:
        try:
            self._intentar(self.llegar)
            self.lista.set()
            self.mundo.reloj.esperar_el(0)
            desde = self.mundo.reloj.minuto()
            while True:
                if not self._intentar(self.turno):
                    self.mundo.reloj.reposar(self.azar.uniform(0.5, 1.5) * _OCIO_S)
                if (self.mundo.reloj.minuto() - desde) * 60 > humano.JORNADA_S:
                    self.mundo.reloj.esperar(humano.DESCANSO_S)
                    desde = self.mundo.reloj.minuto()
        except FinDeLaNoche:
            return
        except Exception as error:
            self.mundo.tropezo(self.name, f"{type(error).__name__}: {error}")
        finally:
            self.lista.set()

    def _intentar(self, que: Callable[[], Any]) -> Any:
        """Do it; what should not have been answered is on record, and it is tried again a few times."""
        for _ in range(_TROPIEZOS):
            try:
                return que()
            except PuertaCerrada as error:
                self.mundo.tropezo(self.name, error)
                self.mundo.reloj.reposar(_REINTENTO_S)
        raise PuertaCerrada("no pudo seguir.")

    def llegar(self) -> None: ...

    def turno(self) -> bool:
        raise NotImplementedError

    def pausa(self, que: str) -> None:
        self.mundo.reloj.esperar(humano.tarda(que, self.azar))


class Sentada(Persona):
    """Somebody with an account."""

    def __init__(self, mundo: Mundo, pase: Pase, direccion: str, puerta: str) -> None:
        super().__init__(mundo, pase.usuario, direccion, puerta)
        self.pase, self.secreto = pase, ""

    def llegar(self) -> None:
        p = self.pase
        self.secreto = entrar(self.nav, p.terminal, p.usuario, p.clave, p.propia)

    def _intentar(self, que: Callable[[], Any]) -> Any:
        """Whoever did nothing for so long that their session ended signs in again, and begins anew."""

        def hacer() -> Any:
            try:
                return que()
            except SesionTerminada:
                volver(self.nav, self.pase.usuario, self.pase.propia, self.secreto)
                return que()

        return super()._intentar(hacer)

    def _mirar(self, suya: EnManos) -> str:
        """Of which acta the picture is: whoever took it knows. Without one, what the heading says."""
        if not suya.imagen:
            return self.mundo.encabezados.get(suya.encabezado, "")
        return self.mundo.de_quien.get(sha256(suya.imagen).hexdigest(), suya.acta)


class Sala:
    """Those who sit at the same desks. Of the idle, one looks at a time, less often the longer nothing waits; whoever
    finds something calls the rest."""

    def __init__(self, mundo: Mundo) -> None:
        self._cada = max(humano.MIRAR_S / mundo.reloj.velocidad, _MIRAR_S)
        self._proxima, self._vacias = 0.0, 0
        self._candado = threading.Lock()

    def toca_mirar(self) -> bool:
        with self._candado:
            if (ahora := time.monotonic()) < self._proxima:
                return False
            self._proxima = ahora + self._cada * 2 ** min(self._vacias, _VACIAS)
            return True

    def vio(self, hay: bool) -> None:
        with self._candado:
            self._vacias = 0 if hay else self._vacias + 1
            if hay:
                self._proxima = 0.0


class Asiento:
    """Where one of a room sits: asks for an acta, and after there was none, only once one waits."""

    def __init__(self, escritorio: Escritorio, sala: Sala) -> None:
        self.escritorio, self.sala, self._espera = escritorio, sala, False

    def tomar(self) -> EnManos | None:
        if self._espera:
            if not self.sala.toca_mirar():
                return None
            self._espera = not self.escritorio.mirar()
            self.sala.vio(not self._espera)
            if self._espera:
                return None
        suya = self.escritorio.tomar()
        self._espera = suya is None
        return suya


class DeMesa(Sentada):
    """At desks: the first of these that has an acta for them. `donde`: in the CCV, or at a CATD's own machine."""

    def __init__(
        self, mundo: Mundo, pase: Pase, direccion: str, mesas: tuple[str, ...], sala: Sala, donde: str
    ) -> None:
        super().__init__(mundo, pase, direccion, donde.lower())
        self.escritorio, self.donde = Escritorio(self.nav, mesas), donde
        self.asiento = Asiento(self.escritorio, sala)

    def turno(self) -> bool:
        if "verificacion" in self.escritorio.nombres and self._reabrir():
            return True
        if (suya := self.asiento.tomar()) is None:
            return False
        mesa, clave = self.escritorio.nombre, self._mirar(suya)
        self.pausa(mesa)
        if mesa in _SE_MIRA and self._ve_que_no_es(clave, suya):
            self.escritorio.enviar(suya, "problema", ("problema", "otra_casilla" if clave else "no_es_acta"))
            self.mundo.anotar("imágenes que no eran del acta")
        else:
            getattr(self, f"_{mesa}")(self.escritorio, clave, suya)
        return True

    def _ve_que_no_es(self, clave: str, suya: EnManos) -> bool:
        """Whether they notice that the picture is not of the acta that it came with. A sheet came with none."""
        if clave == suya.acta or suya.acta.startswith(HOJA):
            return False
        return self.azar.randrange(100) < self.mundo.plan.atrapa

    def _reabrir(self) -> bool:
        """Ask to open again what whoever collated found different."""
        if (clave := self.mundo.por_abrir()) is None:
            return False
        self.pausa("reapertura")
        pedir_reapertura(self.nav, clave, "El cotejo la encontró distinta del papel.")
        self.mundo.anotar("reaperturas pedidas")
        return True

    def _teclear(self, clave: str, suya: EnManos) -> list[tuple[str, str]]:
        dice = self.mundo.dice(clave)
        errores = self.mundo.torpes.get(self.name, self.mundo.plan.errores)
        azar = random.Random(f"{self.name}|{clave}|{self.mundo.plan.semilla}|{','.join(suya.pedidos)}")
        tecleado = humano.teclear(suya.pedidos, dice, errores, azar)
        bien = humano.teclear(suya.pedidos, dice, 0, azar)
        if self.name in self.mundo.confabulados and (alterado := humano.alterar(tecleado)) != tecleado:
            tecleado = alterado
            self.mundo.altero(clave, self.name)
        self.mundo.tecleo(self.name, len(tecleado), sum(tecleado[c] != bien[c] for c in bien))
        return [(f"v.{c}", v) for c, v in tecleado.items()]

    def _captura(self, escritorio: Escritorio, clave: str, suya: EnManos) -> None:
        escritorio.enviar(suya, "enviar", *self._teclear(clave, suya))
        self.mundo.anotar(f"capturas en {self.donde}")

    def _diferencias(self, escritorio: Escritorio, clave: str, suya: EnManos) -> None:
        escritorio.enviar(suya, "enviar", *self._teclear(clave, suya))
        self.mundo.anotar("diferencias dictaminadas")

    def _decision(self, escritorio: Escritorio, clave: str, suya: EnManos) -> None:
        escritorio.enviar(suya, "enviar", *self._teclear(clave, suya), ("motivo", "Se lee así en la imagen."))
        self.mundo.anotar("decididas por supervisión")

    def _verificacion(self, escritorio: Escritorio, clave: str, suya: EnManos) -> None:
        mal = humano.se_ven(suya.mostrados, self.mundo.dice(clave), self.mundo.plan.atrapa, self.azar)
        if mal and self.name in self.mundo.confabulados and clave in self.mundo.alteradas:
            self.mundo.tolero(clave)
            mal = []
        if mal:
            motivo = ("motivo", "No es lo que dice la imagen.")
            escritorio.enviar(suya, "devolver", *(("campo", c) for c in mal), motivo)
            self.mundo.anotar("devueltas por quien verifica")
        else:
            escritorio.enviar(suya, "enviar")

    def _identificacion(self, escritorio: Escritorio, clave: str, suya: EnManos) -> None:
        escritorio.enviar(suya, "enviar", ("acta", clave if suya.acta.startswith(HOJA) else suya.acta))

    def _peticiones(self, escritorio: Escritorio, clave: str, suya: EnManos) -> None:
        escritorio.enviar(suya, "si")


@dataclass(order=True, slots=True)
class Paquete:
    """What arrives at a centre of a casilla. `minuto`: when; `actas`: those that it brings, by key, with the text of
    their QR; `faltan`: those without acta, with the reason; `escanear`: pictures of those to be scanned."""

    minuto: float
    casilla: str
    actas: dict[str, str] = field(compare=False)
    faltan: dict[str, str] = field(compare=False)
    escanear: dict[str, Path] = field(compare=False)


class DeCentro(Sentada):
    """Receives packages (`acopia`) and scans their actas (`digitaliza`), at their centre's machine; in between,
    compares with the paper what was verified of them."""

    def __init__(
        self, mundo: Mundo, pase: Pase, direccion: str, acopia: list[Paquete], digitaliza: list[Paquete], sala: Sala
    ) -> None:
        super().__init__(mundo, pase, direccion, "catd")
        self.centro = Centro(self.nav)
        self.asiento = Asiento(Escritorio(self.nav, ("cotejo",)), sala)
        self.por_acopiar, self.por_digitalizar = acopia, digitaliza

    def turno(self) -> bool:
        ahora = self.mundo.reloj.minuto()
        if self.por_acopiar and self.por_acopiar[0].minuto <= ahora:
            self._acopiar(self.por_acopiar[0])
            self.por_acopiar.pop(0)
            return True
        if self.por_digitalizar and self.por_digitalizar[0].minuto <= ahora:
            paquete = self.por_digitalizar[0]
            for clave, foto in paquete.escanear.items():
                self.pausa("digitalizacion")
                self.centro.digitalizar(f"{clave}.jpg", foto.read_bytes())
            self.por_digitalizar.pop(0)
            return True
        return self._cotejar()

    def _cotejar(self) -> bool:
        if (suya := self.asiento.tomar()) is None:
            return False
        self.pausa("cotejo")
        clave = suya.acta or self._mirar(suya)  # the paper in one's hand is that acta's, whatever its picture shows
        mostrados = dict(zip(self.mundo.renglones(clave), suya.cifras, strict=True))
        mal = humano.se_ven(mostrados, self.mundo.dice(clave), self.mundo.plan.atrapa, self.azar)
        resultado = "3" if mal else "2" if clave in self.mundo.distintas else "1"
        motivo = [("motivo", ", ".join(mal))] if mal else []
        if not self.asiento.escritorio.enviar(suya, "enviar", ("resultado", resultado), *motivo):
            self.mundo.anotar("actas cotejadas")
            if mal:
                self.mundo.anotar("distintas en el cotejo")
                self.mundo.distintas[clave] = False
        return True

    def _acopiar(self, paquete: Paquete) -> None:
        listas: set[str] = set()
        for clave, qr in paquete.actas.items():
            if clave not in listas:
                self.pausa("acopio")
                listas |= {clave, *self.centro.recibir(qr, set(paquete.actas) - listas - {clave})}
        for clave, motivo in paquete.faltan.items():
            self.pausa("acopio")
            self.centro.sin_acta(clave, motivo)


class Manda(Sentada):
    """Whoever says that work begins, at the hour of the plan, and that it ends, once nothing is left to do. `abrio`,
    `cerro`: at which minutes of the night, each page of what they open, in that order; they close from the last."""

    def __init__(self, mundo: Mundo, pase: Pase, direccion: str, puerta: str) -> None:
        super().__init__(mundo, pase, direccion, puerta)
        self.suyas: list[str] = []
        self.abrio: dict[str, float] = {}
        self.cerro: dict[str, float] = {}

    def turno(self) -> bool:
        por_abrir = [r for r in self.suyas if r not in self.abrio]
        por_cerrar = [r for r in reversed(self.suyas) if r not in self.cerro]
        if por_abrir and self.mundo.reloj.minuto() >= self.mundo.plan.abren:
            self._decir(por_abrir[0], "abierto", self.abrio)
        elif not por_abrir and por_cerrar and self.mundo.cierran.is_set():
            self._decir(por_cerrar[0], "cerrado", self.cerro)
        else:
            return False
        return True

    def _decir(self, ruta: str, que: str, cuando: dict[str, float]) -> None:
        self.pausa("marcha")
        decir(self.nav, ruta, que)
        cuando[ruta] = self.mundo.reloj.minuto()


class Coordina(Manda):
    """Whoever coordinates a centre; before they open it, they review it point by point."""

    def __init__(self, mundo: Mundo, pase: Pase, direccion: str, catd: str) -> None:
        super().__init__(mundo, pase, direccion, "catd")
        self.catd, self.habilitacion = catd, Habilitacion(self.nav, catd)
        self.suyas = [de_centro(catd)]
        self.por_revisar: list[str] = []

    def llegar(self) -> None:
        super().llegar()
        self.por_revisar = self.habilitacion.por_revisar()

    def turno(self) -> bool:
        if not self.por_revisar:
            return super().turno()
        self.pausa("habilitacion")
        self.habilitacion.listo(self.por_revisar[0])
        self.por_revisar.pop(0)
        return True


class Opera(Manda):
    """Central operation: the night, and every desk."""

    def llegar(self) -> None:
        super().llegar()
        self.suyas = los_que_marchan(self.nav)


class ConTelefono(Persona):
    """A CAE: photographs the actas of their casillas as they are posted, `salidas`, and sends them."""

    def __init__(
        self,
        mundo: Mundo,
        nombre: str,
        direccion: str,
        codigo: str,
        instituto: bytes,
        salidas: list[tuple[float, str, Path]],
        telefono: Callable[[Navegador], Telefono | Aplicacion],
    ) -> None:
        super().__init__(mundo, nombre, direccion, "telefono")
        self.codigo, self.instituto, self.salidas = codigo, instituto, sorted(salidas)
        self.telefono = telefono(self.nav)
        self.sin_senal = threading.Event()
        """While set, it keeps what it has."""
        self.se_equivoca = threading.Event()
        """While set, they take each acta for the one that follows."""
        self.cruzadas: list[str] = []
        """The actas that they took one for the other, in pairs."""
        self.otra_cosa = b""
        """A picture of no acta, to be taken for the first that they are wrong about."""

    def llegar(self) -> None:
        self.telefono.alta(self.codigo, self.instituto)

    def turno(self) -> bool:
        ahora, hizo = self.mundo.reloj.minuto(), False
        while self.salidas and self.salidas[0][0] <= ahora:
            self.pausa("fotografia")
            self._equivocarse()
            _, clave, foto = self.salidas.pop(0)
            self.telefono.fotografiar(clave, foto.read_bytes())
            hizo = True
        if self.telefono.por_enviar and not self.sin_senal.is_set():
            self.telefono.entregar()
            return True
        return hizo

    def _equivocarse(self) -> None:
        """Exchange the names of the next two, unless the first was exchanged already."""
        if not self.se_equivoca.is_set() or len(self.salidas) == 1 or self.salidas[0][1] in self.cruzadas:
            return
        (a, una, foto), (b, otra, suya) = self.salidas[:2]
        self.salidas[:2] = [(a, otra, foto), (b, una, suya)]
        self.cruzadas += [una, otra]
        if self.otra_cosa:
            self.telefono.fotografiar(otra, self.otra_cosa)
            self.otra_cosa = b""

    @property
    def debe(self) -> int:
        return len(self.salidas) + self.telefono.por_enviar
