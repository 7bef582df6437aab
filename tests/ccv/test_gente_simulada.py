"""The people of a drill at their desks: they ask what a browser asks; and some agree to publish what no paper says."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from gente import CLAVE, SECRETO
from gente import dentro as dentro_de
from noche import INICIO, carpeta_de_ejemplo
from prep.acceso.roles import CON_SEGUNDO_FACTOR, Rol
from prep.dominio.acta.acta import EN_CORRECCION
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Captura, Custodia
from prep.dominio.practica import DONDE
from prep.practica.ejercicio import leer
from prep.simulacro.acuses import Acuses
from prep.simulacro.confabulados import Quedo, como_quedo
from prep.simulacro.gente import ConTelefono, DeCentro, DeMesa, Mundo, Pase, Reloj, Sala, Sentada
from prep.simulacro.maquinas import Bases, Maquina
from prep.simulacro.plan import leer_plan
from prep.simulacro.puertas.escritorio import EnManos, Escritorio
from prep.simulacro.puertas.navegador import Navegador, SesionTerminada
from prep.simulacro.votos import Suerte, Votos

if TYPE_CHECKING:
    from centro import Centro


@pytest.fixture
def servida(django_db_setup: None, bitacora_nueva: Any) -> Iterator[tuple[Centro, str]]:
    """A centre, and the address where it is served."""
    from centro import Centro
    from pytest_django.live_server_helper import LiveServer

    from prep.ccv import oficina

    servidor, centro = LiveServer("localhost"), Centro()
    with pytest.MonkeyPatch.context() as cambio:
        cambio.setattr(oficina, "reloj", centro.reloj)
        yield centro, servidor.url
    servidor.stop()


def dentro(nav: Navegador, centro: Centro, *roles: Rol, lugar: str = "CCV") -> None:
    """Somebody new of those roles is in."""
    cliente, _ = centro.entra(*roles, lugar=lugar)
    nav._galletas = {n: m.value for n, m in cliente.cookies.items()}


class Mira(Sentada):
    """Somebody who looks at whether their page opens."""

    def turno(self) -> bool:
        return self.nav.ir("/cuenta/").ruta == "/cuenta/"


@pytest.mark.parametrize("rol", [Rol.CAPTURISTA, Rol.COORDINADOR])
def test_whoever_was_away_until_their_session_ended_signs_in_again(servida: Any, tmp_path: Path, rol: Rol) -> None:
    """At their terminal, with the second factor that they took, where they took one."""
    from prep.acceso.models import Sesion

    centro, url = servida
    (tmp_path / "plan.toml").write_text("[gente]\n", encoding="utf-8")
    mundo = Mundo(leer_plan(tmp_path / "plan.toml"), Reloj(10_000), {}, {}, list, {}, lambda: False)
    cuenta = centro.persona(rol)
    quien = Mira(mundo, Pase(cuenta.usuario, "", "", CLAVE), url, "ccv")
    quien.secreto = SECRETO if rol in CON_SEGUNDO_FACTOR else ""
    quien.nav._galletas = {n: m.value for n, m in dentro_de(cuenta).cookies.items()}
    assert quien._intentar(quien.turno)
    for sin_sesion in (lambda: quien.nav.ir("/cuenta/"), lambda: quien.nav.imagen("/ccv/imagen/x/")):
        Sesion.objects.all().delete()
        with pytest.raises(SesionTerminada):
            sin_sesion()
    assert quien._intentar(quien.turno) and mundo.problemas == []
    assert quien.nav.ir("/cuenta/").ruta == "/cuenta/"


def teclear(centro: Centro, suya: EnManos) -> list[tuple[str, str]]:
    return [(f"v.{c}", str(centro.valores(suya.acta)[c])) for c in suya.pedidos]


class Aqui(Maquina):
    """The machine of a test, as a drill looks into one."""

    def url(self, rol: str) -> str:
        de = connection.settings_dict
        return make_conninfo(
            host=de["HOST"],
            port=de["PORT"] or None,
            user=de["USER"],
            password=de["PASSWORD"] or None,
            dbname=de["NAME"],
        )


def test_the_next_acta_costs_a_send_and_a_picture(servida: Any, tmp_path: Path) -> None:
    """It comes inside the answer, whole: what it is of, its fields to type or to look at, its slip. And what each send
    did is known by its command, and found."""
    centro, url = servida
    claves = centro.claves[:3]
    for clave in claves:
        centro.llega(clave)
        centro.captura(clave, "ajena-1")
    pedidas: Counter[str] = Counter()
    acuses, aqui = Acuses(), Aqui("aqui", tmp_path, "", 0, Bases(tmp_path))
    for rol, mesa, estado in (
        (Rol.CAPTURISTA, "captura", Captura.COINCIDE),
        (Rol.VERIFICADOR, "verificacion", Captura.VERIFICADA),
    ):
        pedidas.clear()
        nav = Navegador(url, lambda: None, lambda que: pedidas.update([que]), "ccv", acuso=acuses.dar)
        dentro(nav, centro, rol)
        escritorio, vistas = Escritorio(nav, (mesa,)), []
        for _ in claves:
            suya = escritorio.tomar()
            assert suya is not None and suya.imagen
            if mesa == "captura":
                assert list(suya.pedidos) == centro.campos(suya.acta)
            else:
                assert suya.mostrados == {c: str(v) for c, v in centro.valores(suya.acta).items()}
            assert escritorio.enviar(suya, "enviar", *teclear(centro, suya)) == ""
            vistas.append(suya.acta)
        assert sorted(vistas) == sorted(claves)
        assert pedidas["ccv"] == len(["page", "take", "page", "picture"]) + 2 * len(["send", "picture"]) + 1
        assert escritorio.tomar() is None
        assert {centro.acta(c).captura for c in claves} == {estado}
    assert len(acuses) == 2 * len(claves) and acuses.perdidos([aqui]) == []
    acuses.dar("un hecho que nadie tiene")
    assert acuses.perdidos([aqui]) == ["un hecho que nadie tiene"]
    tamano, raiz = aqui.cabeza()
    assert aqui.los_primeros(tamano + 7).tamano == tamano > 0 and aqui.los_primeros(tamano).raiz() == raiz


def test_whoever_visits_a_drill_has_actas_to_practise_with(centro: Centro, tmp_path: Path) -> None:
    shutil.copytree(carpeta_de_ejemplo(), tmp_path / "proceso")
    aqui = Aqui("aqui", tmp_path, "", 0, Bases(tmp_path))
    aqui.preparar_practica(cede=0)
    (uno,) = aqui.procesos()
    assert uno.wait() == 0, aqui._registro().read_text()
    juego = leer(tmp_path / "practica")
    assert juego is not None and all(juego.de(mesa).ejercicios for mesa in DONDE)


class Gente:
    """People of a drill over one acta, who do as they are told: nobody types wrong unless on purpose, and nobody fails
    to see."""

    def __init__(self, centro: Centro, url: str, carpeta: Path) -> None:
        self.centro, self.url = centro, url
        (carpeta / "plan.toml").write_text("[gente]\nerrores = 0\natrapa = 100\n", encoding="utf-8")
        papeles = Votos(centro.proceso, 1).papeles()
        papel = next(p for p in papeles if p.suerte is Suerte.NORMAL and p.esperada.casilla.catd)
        self.clave, self.catd = papel.esperada.clave, papel.esperada.casilla.catd
        huella = centro.llega(self.clave)
        plan, reloj = leer_plan(carpeta / "plan.toml"), Reloj(10_000)
        self.mundo = Mundo(plan, reloj, {self.clave: papel}, {huella: self.clave}, centro.campos, {}, lambda: False)
        reloj.empezar()
        self._cotejan = self._de_centro()

    def _de_centro(self) -> DeCentro:
        quien = DeCentro(self.mundo, Pase("acopia", "", "", ""), self.url, [], [], Sala(self.mundo))
        dentro(quien.nav, self.centro, Rol.ACOPIADOR, lugar=self.catd)
        return quien

    def _de_mesa(self, usuario: str, *roles: Rol, mesas: tuple[str, ...]) -> Sentada:
        quien = DeMesa(self.mundo, Pase(usuario, "", "", ""), self.url, mesas, Sala(self.mundo), "CCV")
        dentro(quien.nav, self.centro, *roles)
        return quien

    def capturan(self, *usuarios: str) -> None:
        for usuario in usuarios:
            assert self._de_mesa(usuario, Rol.CAPTURISTA, mesas=("captura",)).turno()

    def verifica(self, usuario: str) -> None:
        assert self._de_mesa(usuario, Rol.VERIFICADOR, mesas=("diferencias", "verificacion")).turno()

    def supervisa(self) -> None:
        roles = (Rol.SUPERVISOR, Rol.COORDINADOR)
        assert self._de_mesa("supervisor-1", *roles, mesas=("decision", "peticiones", "identificacion")).turno()

    def coteja(self) -> None:
        assert self._cotejan.turno()

    @property
    def quedo(self) -> Quedo:
        return como_quedo(self.mundo, self.clave)


@pytest.fixture
def gente(servida: Any, tmp_path: Path) -> Gente:
    return Gente(*servida, tmp_path)


def test_two_who_type_and_one_who_verifies_agree_and_the_cotejo_sees_it(gente: Gente) -> None:
    """What three people published is found beside its paper, and opened and typed again by others."""
    mundo, clave = gente.mundo, gente.clave
    mundo.confabulados = frozenset({"capturista-1", "capturista-2", "verificador-1"})
    gente.capturan("capturista-1", "capturista-2")
    gente.verifica("verificador-1")
    assert mundo.alteradas == {clave: {"capturista-1", "capturista-2"}} and mundo.toleradas == {clave}
    assert gente.quedo == Quedo(terminada=False, la_paro="nadie", mal=True)
    gente.coteja()
    assert mundo.hicieron["distintas en el cotejo"] == 1 and gente.centro.acta(clave).cotejo == EN_CORRECCION
    assert gente.quedo == Quedo(terminada=False, la_paro="el cotejo", mal=True)
    mundo.confabulados = frozenset()
    gente.verifica("verificador-2")  # asks to open it again
    gente.supervisa()
    gente.capturan("capturista-3", "capturista-4")
    gente.verifica("verificador-3")
    assert not gente.quedo.mal and not gente.quedo.terminada  # whoever has the paper has not looked again
    gente.coteja()
    assert gente.quedo == Quedo(terminada=True, la_paro="el cotejo", mal=False)


def test_one_who_alters_alone_is_stopped_by_the_other_capture(gente: Gente) -> None:
    """The third person rules what the paper says, though whoever verifies then would have let anything pass."""
    gente.mundo.confabulados = frozenset({"capturista-1", "verificador-2"})
    gente.capturan("capturista-1", "capturista-2")
    gente.verifica("verificador-1")
    gente.verifica("verificador-2")
    gente.coteja()
    assert gente.quedo == Quedo(terminada=True, la_paro="la otra captura", mal=False) and not gente.mundo.toleradas


def test_what_was_altered_once_others_had_typed_it_never_counted(gente: Gente) -> None:
    gente.capturan("capturista-2", "capturista-3")
    gente.mundo.altero(gente.clave, "capturista-1")  # who was told that it had been done
    gente.verifica("verificador-1")
    gente.coteja()
    assert gente.quedo == Quedo(terminada=True, la_paro="no llegó a contar", mal=False)


def test_two_who_alter_alike_are_stopped_by_whoever_verifies(gente: Gente) -> None:
    gente.mundo.confabulados = frozenset({"capturista-1", "capturista-2"})
    gente.capturan("capturista-1", "capturista-2")
    gente.verifica("verificador-1")
    assert gente.quedo.la_paro == "quien verifica"
    gente.capturan("capturista-3")  # typed anew by two others
    gente.capturan("capturista-4")
    gente.verifica("verificador-2")
    gente.coteja()
    assert gente.quedo == Quedo(terminada=True, la_paro="quien verifica", mal=False)


def test_who_sees_a_picture_of_another_acta_says_so_and_it_gets_to_its_own(gente: Gente) -> None:
    """The picture that came with one acta is of another, and of the first there is one of a table."""
    centro, mundo = gente.centro, gente.mundo
    otra = next(c for c in centro.claves if c != gente.clave)
    cruzada, nada = centro.guarda(b"de otra"), centro.guarda(b"una mesa")
    mundo.de_quien |= {cruzada: gente.clave, nada: ""}
    for clave, huella in ((otra, cruzada), (centro.claves[-1], nada)):
        centro.hace(Tipo.DIGITALIZADA, clave, "campo", imagen=huella, medio="Móvil", hora=INICIO.isoformat())
    for usuario in ("supervisor-1", "supervisor-2"):
        quien = gente._de_mesa(usuario, Rol.SUPERVISOR, Rol.COORDINADOR, mesas=("peticiones", "identificacion"))
        for _ in range(4):
            quien.turno()
    gente.supervisa()  # the sheet, a second time
    assert mundo.hicieron["imágenes que no eran del acta"] == 2
    assert centro.acta(otra).custodia is centro.acta(centro.claves[-1]).custodia is Custodia.REDIGITALIZAR
    assert cruzada in centro.acta(gente.clave).identificadas


def test_who_takes_one_acta_for_another_names_two_by_two(gente: Gente, tmp_path: Path) -> None:
    fotos = {c: tmp_path / c for c in "abcde"}
    for c, foto in fotos.items():
        foto.write_bytes(c.encode())
    tomadas: list[tuple[str, bytes]] = []

    class Toma:
        por_enviar = 0

        def fotografiar(self, acta: str, foto: bytes) -> None:
            tomadas.append((acta, foto))

    cae = ConTelefono(
        gente.mundo, "cae-1", gente.url, "", b"", [(0.0, c, f) for c, f in fotos.items()], lambda _: Toma()
    )  # type: ignore[arg-type,return-value]
    cae.otra_cosa = b"una mesa"
    cae.se_equivoca.set()
    cae.turno()
    assert tomadas == [("b", b"una mesa"), ("b", b"a"), ("a", b"b"), ("d", b"c"), ("c", b"d"), ("e", b"e")]
    assert cae.cruzadas == ["a", "b", "c", "d"]
