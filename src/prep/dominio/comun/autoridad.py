"""Who may act is part of the facts: nodes, devices and persons, enrolled and revoked by signed facts of whoever may.

`Autoridad.de(facts)` is a pure function of a set. Grants count wherever they lie in it; a revocation says from which
sequence of which node it counts. What somebody did without authority is kept, named, and changes nothing.

It is computed from the root down, so that no two revocations can fight: the institute (whose key everybody has by other
means) enrols nodes, administrators and the rules of the process; administrators enrol and revoke everybody else; a
coordinator cut off from the centre enrols emergency accounts of their own node, all of which count as one person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from prep.dominio.comun import campos
from prep.dominio.comun.facultades import (
    CON_TELEFONO,
    DEL_DISPOSITIVO,
    FACULTADES,
    ClaseDispositivo,
    ClaseNodo,
    Rol,
)
from prep.dominio.comun.hecho import Escrito, Hecho
from prep.dominio.comun.historia import ordenar
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.comun.registro import Clase, TipoDeHecho, registrar

INSTITUTO: Final = "instituto"
"""The node and the person of the institute itself: the root of every authority."""
_CERCANIA: Final = (
    *(Rechazo.PERSONA_DESCONOCIDA, Rechazo.SIN_FACULTAD, Rechazo.FUERA_DE_ALCANCE, Rechazo.DISPOSITIVO),
)
"""Of several roles that fall short, the one that came closest says why."""
TODO: Final = "*"
"""The reach of whoever attends everything."""

_ALCANCE: Final = campos.lista(campos.texto, 12_000)

NODO = registrar(
    Clase(
        "nodo",
        re.compile(r"[A-Za-z0-9._-]{1,40}"),
        {
            "alta": TipoDeHecho(
                {"llave": campos.sha256, "clase": campos.uno_de(*ClaseNodo), "nombre": campos.texto},
                {"alcance": _ALCANCE},
            ),
            "alcance": TipoDeHecho({"alcance": _ALCANCE, "desde": campos.entero(1), "motivo": campos.texto}),
            "baja": TipoDeHecho({"desde": campos.entero(1), "motivo": campos.texto}),
        },
    )
)
PERSONA = registrar(
    Clase(
        "persona",
        re.compile(r"[A-Za-z0-9._-]{1,60}"),
        {
            "alta": TipoDeHecho(
                {"rol": campos.uno_de(*Rol), "lugar": campos.texto},
                {"alcance": _ALCANCE, "emergencia": campos.si_o_no},
            ),
            "baja": TipoDeHecho(
                {"desde": campos.mapa(campos.entero(1)), "motivo": campos.texto}, {"rol": campos.uno_de(*Rol)}
            ),
            "misma_persona": TipoDeHecho({"otra": campos.persona}),
        },
    )
)
DISPOSITIVO = registrar(
    Clase(
        "dispositivo",
        re.compile(r"[A-Za-z0-9._-]{1,60}"),
        {
            "alta": TipoDeHecho(
                {"llave": campos.sha256, "clase": campos.uno_de(*ClaseDispositivo)},
                {"persona": campos.persona, "nodo": campos.nombre},
            ),
            "baja": TipoDeHecho(
                {"desde": campos.entero(1), "motivo": campos.texto}, {"nodos": campos.mapa(campos.entero(1))}
            ),
        },
    )
)
MARCHA: Final = {
    "abierto": TipoDeHecho({}, {"motivo": campos.texto}),
    "pausado": TipoDeHecho({"motivo": campos.texto}),
    "cerrado": TipoDeHecho({}, {"motivo": campos.texto}),
}
"""What is said of the night, a CATD or a desk: whether work goes on (`prep.dominio.operacion`)."""
DETENCION: Final = {
    "detencion_pedida": TipoDeHecho({"motivo": campos.texto}),
    "detenida": TipoDeHecho({"peticion": campos.sha256}),
    "reanudada": TipoDeHecho({}, {"motivo": campos.texto}),
}
"""What is said of the publication: that it stop, by one person; that it does, by another; that it goes on, by one."""
PROCESO = registrar(
    Clase(
        "proceso",
        re.compile(r"[A-Za-z0-9._-]{1,60}"),
        {
            "reglas": TipoDeHecho(
                {},
                {
                    "lugares_distintos": campos.si_o_no,
                    "alcance_estricto": campos.si_o_no,
                    "terminales_firman": campos.si_o_no,
                },
            ),
            **MARCHA,
            **DETENCION,
        },
    )
)
CLASES_DE_AUTORIDAD: Final = (NODO.nombre, PERSONA.nombre, DISPOSITIVO.nombre, PROCESO.nombre)
"""Classes whose facts `Autoridad.de` reads."""
_DE_QUIEN_YA_ESTA: Final = ("alcance", "baja")
"""What is said of whoever was enrolled: it is looked at after every enrolment."""
_SOBRE_TODO: Final = frozenset({TODO})
_EMERGENCIA: Final = "emergencia."
"""Before a node's name: whoever is behind its emergency accounts."""
SIEMPRE: Final = 2**62
"""A sequence after every other one: what counts from now on."""


@dataclass(frozen=True, slots=True)
class Reglas:
    """What the process decides and the fold must know.

    `lugares_distintos`: the two who type the same picture must be in different places. `alcance_estricto`: a node acts
    only on the casillas of its reach. `terminales_firman`: what is done at a desk counts only if its terminal signed.
    """

    lugares_distintos: bool = False
    alcance_estricto: bool = False
    terminales_firman: bool = False


@dataclass(slots=True)
class Nodo:
    """An installation: raw public key (hex), kind; `alcances`: (sequence of its chain, casillas that it attends from
    there on), the first as it was enrolled; `baja`: first sequence that does not count."""

    llave: str
    clase: ClaseNodo
    nombre: str
    alcances: list[tuple[int, frozenset[str]]]
    baja: int | None = None

    def alcance_en(self, secuencia: int) -> frozenset[str]:
        """Casillas that it attends at that place of its chain. Of two that begin at one place, the last one said."""
        return max((desde, i, suyo) for i, (desde, suyo) in enumerate(self.alcances) if desde <= secuencia)[2]

    @property
    def alcance(self) -> frozenset[str]:
        """Casillas that it attends from now on."""
        return self.alcance_en(SIEMPRE)


@dataclass(slots=True)
class Dispositivo:
    """A phone or a terminal: public key (hex), whose it is. `bajas`: (first sequence of its own that does not count,
    node → first sequence of that node's chain where nothing it signed counts)."""

    llave: str
    clase: ClaseDispositivo
    persona: str
    nodo: str
    bajas: list[tuple[int, Mapping[str, int]]] = field(default_factory=list)

    def de_baja(self, e: Escrito) -> bool:
        """Whether it could not sign that any more. Whoever steals one chooses the sequence it signs with, but not the
        place of a node's chain where that arrives."""
        return any(
            e.secuencia_dispositivo >= desde or e.secuencia >= nodos.get(e.nodo, nodos.get(TODO, e.secuencia + 1))
            for desde, nodos in self.bajas
        )


_Dado = TypeVar("_Dado", Nodo, Dispositivo)


@dataclass(frozen=True, slots=True)
class Cargo:
    """One role of one person in one place. `alta`: the fact that gave it; `sabe`: the facts that one knew."""

    rol: Rol
    lugar: str
    alcance: frozenset[str]
    emergencia_de: str = ""
    alta: str = ""
    sabe: frozenset[str] = frozenset()


@dataclass(slots=True)
class Persona:
    """What a person may be: `cargos`; `bajas`: (its fact, role or none for all, node → first sequence that does not
    count). A role that is given knowing that it was taken away is given again."""

    cargos: list[Cargo] = field(default_factory=list)
    bajas: list[tuple[str, str | None, Mapping[str, int]]] = field(default_factory=list)

    def cargos_en(self, nodo: str, secuencia: int) -> Sequence[Cargo]:
        """Roles that count for a fact at that place of that node's chain."""
        if not self.bajas:
            return self.cargos
        return [
            cargo
            for cargo in self.cargos
            if not any(
                (rol is None or rol == cargo.rol)
                and baja not in cargo.sabe
                and secuencia >= desde.get(nodo, desde.get(TODO, secuencia + 1))
                for baja, rol, desde in self.bajas
            )
        ]


@dataclass(frozen=True, slots=True)
class Cambios:
    """Who is not what they were. `reglas`: those of the process changed, and anything may be judged otherwise."""

    reglas: bool
    nodos: set[str]
    personas: set[str]
    dispositivos: set[str]


@dataclass(slots=True)
class Autoridad:
    """Everybody who may act, and on what. Built by `de`; read-only for everybody else.

    `ignorados`: (id of a fact of authority, why it counts for nothing).
    """

    nodos: dict[str, Nodo] = field(default_factory=dict)
    personas: dict[str, Persona] = field(default_factory=dict)
    dispositivos: dict[str, Dispositivo] = field(default_factory=dict)
    reglas: Reglas = Reglas()
    ignorados: list[tuple[str, Rechazo]] = field(default_factory=list)
    _misma: dict[str, str] = field(default_factory=dict)
    _emergencias: dict[str, str] = field(default_factory=dict)
    _hechos: dict[str, Hecho] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def de(cls, escritos: Iterable[Escrito]) -> Autoridad:
        """What a set of facts of authority says, from the root down. In each stratum, what somebody knew goes before
        what they said, and then the content decides; what waits for others counts already."""
        autoridad = cls()
        todos = list(escritos)
        historia = ordenar(todos)
        orden = {h.id: i for i, h in enumerate((*historia.hechos, *historia.esperan))}
        pendientes = sorted(todos, key=lambda e: (orden[e.hecho.id], e.nodo, e.secuencia))
        autoridad._hechos = {e.hecho.id: e.hecho for e in pendientes}
        aplicados: set[str] = set()
        for estrato in (autoridad._del_instituto, autoridad._de_administradores, autoridad._de_coordinadores):
            tomados = [e for e in pendientes if e.hecho.interpretado and estrato(e)]
            for e in sorted(tomados, key=lambda e: e.hecho.tipo in _DE_QUIEN_YA_ESTA):
                if e.hecho.id not in aplicados:
                    aplicados.add(e.hecho.id)
                    autoridad._aplicar(e)
            pendientes = [e for e in pendientes if e.hecho.id not in aplicados]
        autoridad._juntar_emergencias()
        for e in pendientes:
            if e.hecho.clase == PROCESO.nombre and e.hecho.tipo != "reglas":
                continue  # the opening and closing of the night belong to another fold
            rechazo = autoridad.rechazar(e) if e.hecho.interpretado else Rechazo.NO_INTERPRETADO
            autoridad.ignorados.append((e.hecho.id, rechazo or Rechazo.SIN_FACULTAD))
        return autoridad

    # --- strata ---

    def _del_instituto(self, e: Escrito) -> bool:
        return e.nodo == INSTITUTO

    def _de_administradores(self, e: Escrito) -> bool:
        """Administrators revoke nobody who may revoke them."""
        hecho = e.hecho
        if hecho.clase not in (PERSONA.nombre, DISPOSITIVO.nombre) or self._rechazar(e, {Rol.ADMINISTRADOR}):
            return False
        if hecho.tipo == "alta":
            return hecho.contenido.get("rol") not in (Rol.ADMINISTRADOR, Rol.SEDE)
        propia = self.personas.get(hecho.clave)
        return propia is None or not any(c.rol in (Rol.ADMINISTRADOR, Rol.SEDE) for c in propia.cargos)

    def _de_coordinadores(self, e: Escrito) -> bool:
        """Only emergency accounts of their own node, named after it."""
        hecho, contenido = e.hecho, e.hecho.contenido
        return (
            (hecho.clase, hecho.tipo) == (PERSONA.nombre, "alta")
            and contenido.get("emergencia") is True
            and hecho.clave.startswith(f"{e.nodo}.")
            and contenido["rol"] not in (Rol.ADMINISTRADOR, Rol.SEDE, Rol.COORDINADOR)
            and self._rechazar(e, {Rol.COORDINADOR}) is None
        )

    def _aplicar(self, e: Escrito) -> None:
        hecho, c = e.hecho, e.hecho.contenido
        match hecho.clase, hecho.tipo:
            case "nodo", "alta":
                alcance = frozenset(c.get("alcance", (TODO,)))
                nodo = Nodo(c["llave"], ClaseNodo(c["clase"]), c["nombre"], [(1, alcance)])
                self._dar_de_alta(self.nodos, hecho, nodo)
            case "nodo", "alcance" if hecho.clave in self.nodos:
                self.nodos[hecho.clave].alcances.append((c["desde"], frozenset(c["alcance"])))
            case "nodo", "baja" if hecho.clave in self.nodos:
                nodo = self.nodos[hecho.clave]
                nodo.baja = min(c["desde"], nodo.baja or c["desde"])
            case "persona", "alta":
                de = e.nodo if c.get("emergencia") else ""
                sabe = self._lo_que_sabia(hecho)
                cargo = Cargo(Rol(c["rol"]), c["lugar"], frozenset(c.get("alcance", (TODO,))), de, hecho.id, sabe)
                self.personas.setdefault(hecho.clave, Persona()).cargos.append(cargo)
            case "persona", "baja":
                self.personas.setdefault(hecho.clave, Persona()).bajas.append((hecho.id, c.get("rol"), c["desde"]))
            case "persona", "misma_persona":
                una, otra = sorted((self._raiz(hecho.clave), self._raiz(c["otra"])))
                if una != otra:
                    self._misma[otra] = una
            case "dispositivo", "alta":
                clase = ClaseDispositivo(c["clase"])
                suyo = Dispositivo(c["llave"], clase, c.get("persona", ""), c.get("nodo", ""))
                self._dar_de_alta(self.dispositivos, hecho, suyo)
            case "dispositivo", "baja" if hecho.clave in self.dispositivos:
                self.dispositivos[hecho.clave].bajas.append((c["desde"], c.get("nodos", {})))
            case "proceso", "reglas":
                self.reglas = Reglas(**c)
            case (("nodo" | "dispositivo"), _):  # who was not enrolled, as far as is known here
                self.ignorados.append((hecho.id, Rechazo.ESPERA))

    def _dar_de_alta(self, dados: dict[str, _Dado], hecho: Hecho, dado: _Dado) -> None:
        """One name, one key, once: another enrolment of that name is named. Of two that fight, the content decides."""
        if dados.setdefault(hecho.clave, dado) is not dado:
            self.ignorados.append((hecho.id, Rechazo.YA_EXISTE))

    def _juntar_emergencias(self) -> None:
        """The emergency accounts of one node are one person's, and so is any account of whoever has one of them, those
        of other nodes among them."""
        for cuenta, persona in self.personas.items():
            nodos = {c.emergencia_de for c in persona.cargos}
            for nodo in nodos if "" not in nodos else ():
                una, otra = sorted(
                    (self.identidad(cuenta), self.identidad(_EMERGENCIA + nodo)),
                    key=lambda quien: (not quien.startswith(_EMERGENCIA), quien),
                )
                if una != otra:
                    self._emergencias[otra] = una

    def _lo_que_sabia(self, hecho: Hecho) -> frozenset[str]:
        """Every fact of authority that the writer of one knew, as far as they are here."""
        sabe: set[str] = set()
        pendientes = list(hecho.conocidos)
        while pendientes:
            otro = pendientes.pop()
            if otro not in sabe:
                sabe.add(otro)
                pendientes += self._hechos[otro].conocidos if otro in self._hechos else ()
        return frozenset(sabe)

    # --- questions ---

    def identidad(self, persona: str) -> str:
        """The human behind an account, as far as facts tell: accounts said to be one person's are one, and all the
        emergency accounts of one node are one, so that it never settles an acta alone."""
        quien = self._raiz(persona)
        while quien in self._emergencias:
            quien = self._emergencias[quien]
        return quien

    def cuentas_de(self, persona: str) -> set[str]:
        """Every account of the human behind one, itself included."""
        raiz = self._raiz(persona)
        return {persona, raiz, *(p for p in self._misma if self._raiz(p) == raiz)}

    def cambios(self, otra: Autoridad) -> Cambios:
        """What is told of whom that `otra` tells differently: the rest of the facts are judged alike by both."""
        cuentas = {*self.personas, *otra.personas, *_cuentas(self._misma), *_cuentas(otra._misma)}
        return Cambios(
            self.reglas != otra.reglas,
            _distintos(self.nodos, otra.nodos),
            {
                p
                for p in cuentas
                if self.personas.get(p) != otra.personas.get(p) or self.identidad(p) != otra.identidad(p)
            },
            _distintos(self.dispositivos, otra.dispositivos),
        )

    def _raiz(self, persona: str) -> str:
        while persona in self._misma:
            persona = self._misma[persona]
        return persona

    def alcance_de_nodo(self, nodo: str, secuencia: int = SIEMPRE) -> frozenset[str]:
        """Casillas on which a node acts at a place of its chain, or from now on: everything, unless the process says
        that each acts only on its own."""
        suyo = self.nodos.get(nodo)
        return suyo.alcance_en(secuencia) if suyo and self.reglas.alcance_estricto else _SOBRE_TODO

    def roles_de(self, persona: str) -> frozenset[Rol]:
        """Roles that a person has and has not lost everywhere: what a desk may open for them."""
        suya = self.personas.get(persona)
        if suya is None:
            return frozenset()
        return frozenset(
            c.rol
            for c in suya.cargos
            if not any(baja not in c.sabe and rol in (None, c.rol) for baja, rol, _ in suya.bajas)
        )

    def cargos_vigentes(self, persona: str) -> tuple[Cargo, ...]:
        """Roles of a person that nothing takes away from what is written from now on, at any node."""
        suya = self.personas.get(persona)
        if suya is None:
            return ()
        nodos = {n for _, _, desde in suya.bajas for n in desde} - {TODO} or {""}
        return tuple(c for c in suya.cargos if all(c in suya.cargos_en(n, SIEMPRE) for n in nodos))

    def rechazar_todos(self, origenes: Iterable[Escrito]) -> Rechazo | None:
        """Why a fact counts for nothing, whoever vouches for it; `None` when one of those who do may."""
        primero = None
        for e in origenes:
            rechazo = self.rechazar(e)
            if rechazo is None:
                return None
            primero = primero or rechazo
        return primero or Rechazo.NODO_DESCONOCIDO

    def rechazar(self, e: Escrito) -> Rechazo | None:
        """Why this fact counts for nothing because of who wrote it; `None` when they may."""
        if e.nodo == INSTITUTO:
            return None
        return self._rechazar(e, None)

    def _rechazar(self, e: Escrito, roles: set[Rol] | None) -> Rechazo | None:
        hecho = e.hecho
        nodo = self.nodos.get(e.nodo)
        if nodo is None or (nodo.baja is not None and e.secuencia >= nodo.baja):
            return Rechazo.NODO_DESCONOCIDO
        if hecho.tipo == "publicada" and not _puede_publicar(e, nodo):
            return Rechazo.SIN_FACULTAD
        persona = self.personas.get(hecho.persona)
        if persona is None:
            return Rechazo.PERSONA_DESCONOCIDA
        que = f"{hecho.clase}.{hecho.tipo}"
        cerca = Rechazo.PERSONA_DESCONOCIDA
        for cargo in persona.cargos_en(e.nodo, e.secuencia):
            rechazo = self._rechazar_cargo(e, que, cargo, roles)
            if rechazo is None:
                return None
            cerca = max(cerca, rechazo, key=_CERCANIA.index)
        return cerca

    def _rechazar_cargo(self, e: Escrito, que: str, cargo: Cargo, roles: set[Rol] | None) -> Rechazo | None:
        """Why one role of a person does not let them write that."""
        faculta = que in FACULTADES[cargo.rol] and cargo.emergencia_de in ("", e.nodo)
        if not faculta or (roles is not None and cargo.rol not in roles):
            return Rechazo.SIN_FACULTAD
        if not self._alcanza(e, cargo):
            return Rechazo.FUERA_DE_ALCANCE
        return None if self._firmado(e, que, cargo.rol) else Rechazo.DISPOSITIVO

    def _alcanza(self, e: Escrito, cargo: Cargo) -> bool:
        clase, clave = e.hecho.clase, e.hecho.clave
        if clase == "catd":  # whoever coordinates a centre opens and closes no other
            return cargo.rol is not Rol.COORDINADOR or cargo.lugar == clave
        if clase != "acta":
            return True
        alcance, casilla, de_nodo = cargo.alcance, clave[:11], self.alcance_de_nodo(e.nodo, e.secuencia)
        return (TODO in alcance or casilla in alcance) and (TODO in de_nodo or casilla in de_nodo)

    def _firmado(self, e: Escrito, que: str, rol: Rol) -> bool:
        """Whether the device that had to sign did: phones always, terminals when the process says so."""
        aparato = self.dispositivos.get(e.dispositivo) if e.dispositivo else None
        if e.dispositivo:
            if aparato is None or aparato.de_baja(e):
                return False
            if que not in DEL_DISPOSITIVO[aparato.clase] or aparato.persona not in ("", e.hecho.persona):
                return False
        if rol in CON_TELEFONO:
            return aparato is not None and aparato.persona == e.hecho.persona
        if self.reglas.terminales_firman and rol not in (Rol.SEDE, Rol.LECTOR):
            return aparato is not None and aparato.nodo in ("", e.nodo)
        return True


def _puede_publicar(e: Escrito, nodo: Nodo) -> bool:
    """Cortes are of an installation of the sede; any other one may say what its own emission carried."""
    return nodo.clase is ClaseNodo.SEDE or e.hecho.contenido.get("nodo") == e.nodo


def _distintos(unos: Mapping[str, Any], otros: Mapping[str, Any]) -> set[str]:
    """Names that do not say the same in both."""
    return {nombre for nombre in unos.keys() | otros.keys() if unos.get(nombre) != otros.get(nombre)}


def _cuentas(misma: Mapping[str, str]) -> set[str]:
    """Every account that is said to be one person's."""
    return {*misma, *misma.values()}
