"""Accounts from a list of people (CSV), and the slips with which each comes in for the first time."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from prep.acceso import bloqueos, sesiones
from prep.acceso.facultades import Escribano, Nombramiento, nombrar, quitar
from prep.acceso.models import Cuenta, nueva_persona
from prep.acceso.registro import asentar
from prep.acceso.roles import TODOS, Rol, incompatibles
from prep.dominio.comun.autoridad import TODO
from prep.plataforma import letras

COLUMNAS: Final = ("usuario", "nombre", "roles", "lugar", "alcance")
MAXIMO: Final = 20_000
"""Lines of one list."""


@dataclass(frozen=True, slots=True)
class Pase:
    """What is printed for one person, and kept nowhere else."""

    usuario: str
    clave: str
    nombre: str
    lugar: str
    roles: tuple[Rol, ...]


class ListaConErrores(ValueError):
    """Every line that is wrong, and why; nothing was saved."""

    def __init__(self, errores: list[str]) -> None:
        self.errores = errores
        super().__init__("\n".join(errores))


@dataclass(slots=True)
class _Fila:
    usuario: str
    nombre: str
    roles: tuple[Rol, ...]
    lugar: str
    alcance: tuple[str, ...] = field(default=(TODO,))


def clave_nueva() -> str:
    """Sixteen letters and digits that are not mistaken for one another, in fours: 73 bits."""
    return "-".join(letras.al_azar(4).lower() for _ in range(4))


def usuario_de(nombre: str, ocupados: set[str]) -> str:
    """`María de la Luz Peña` → `maria.pena`, and a number where somebody has it."""
    llano = unicodedata.normalize("NFKD", nombre.lower()).encode("ascii", "ignore").decode()
    partes = re.findall(r"[a-z]+", llano) or ["persona"]
    base = ".".join(dict.fromkeys((partes[0], partes[-1])))[:50]
    candidato, n = base, 2
    while candidato in ocupados:
        candidato, n = f"{base}{n}", n + 1
    return candidato


def leer(texto: str) -> list[_Fila]:
    """The lines of a list: columns usuario (may be empty), nombre, roles (`capturista|verificador`), lugar, alcance.

    A line without usuario is that of who has that name in that place already, if anybody: one human is one person.
    """
    lector = csv.DictReader(io.StringIO(texto.removeprefix("\ufeff")), strict=True)
    try:
        _columnas(lector)
        return _personas(lector)
    except csv.Error:
        raise ListaConErrores(
            [f"Línea {lector.line_num}: no es una lista CSV bien formada. Guárdela otra vez como CSV."]
        ) from None


def _columnas(lector: csv.DictReader[str]) -> None:
    """Those that the first line names, as we call them."""
    columnas = [c.strip().lower() for c in lector.fieldnames or ()]
    if faltan := [c for c in ("nombre", "roles", "lugar") if c not in columnas]:
        raise ListaConErrores(
            [f"Faltan las columnas {', '.join(faltan)}. La primera línea las nombra: {', '.join(COLUMNAS)}."]
        )
    if sobran := [c for c in columnas if c not in COLUMNAS]:
        raise ListaConErrores([f"Sobran las columnas {', '.join(sobran)}. Las que hay son: {', '.join(COLUMNAS)}."])
    lector.fieldnames = columnas


def _personas(lector: csv.DictReader[str]) -> list[_Fila]:
    filas: list[_Fila] = []
    errores: list[str] = []
    ocupados: set[str] = set()
    retirados: set[str] = set()
    en_la_lista: set[str] = set()
    de_alguien: dict[tuple[str, str], list[str]] = {}
    cuentas = Cuenta.objects.order_by("-activa", "id").values_list("usuario", "nombre", "lugar", "activa")
    for usuario, nombre, lugar, activa in cuentas:
        ocupados.add(usuario)
        if not activa:
            retirados.add(usuario)
        de_alguien.setdefault((nombre.casefold(), lugar), []).append(usuario)
    for linea in lector:
        dicho = {c: (linea.get(c) or "").strip() for c in COLUMNAS}
        if not any(dicho.values()):
            continue
        if len(filas) == MAXIMO:
            raise ListaConErrores([f"La lista pasa de {MAXIMO} personas: divídala."])
        if not dicho["usuario"] and (suyos := de_alguien.get((dicho["nombre"].casefold(), dicho["lugar"]))):
            dicho["usuario"] = suyos.pop(0)  # homonyms: as many accounts as lines, in order
        fila, fallas = _fila(dicho, ocupados)
        if fila.usuario in en_la_lista:
            fallas.append(f"el usuario «{fila.usuario}» ya está en otra línea.")
        if fila.usuario in retirados:
            fallas.append(
                f"la cuenta «{fila.usuario}» se retiró y no vuelve; quite la línea, o escriba un usuario nuevo."
            )
        errores += [f"Línea {lector.line_num}: {falla}" for falla in fallas]
        filas.append(fila)
        ocupados.add(fila.usuario)
        en_la_lista.add(fila.usuario)
    if errores:
        raise ListaConErrores(errores)
    return filas


def _fila(dicho: dict[str, str], ocupados: set[str]) -> tuple[_Fila, list[str]]:
    fallas: list[str] = []
    usuario = dicho["usuario"].lower() or usuario_de(dicho["nombre"], ocupados)
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,59}", usuario):
        fallas.append(f"el usuario «{usuario}» debe tener letras sin acento, números, punto o guion.")
    nombres = [r.strip().lower() for r in re.split(r"[|;]", dicho["roles"]) if r.strip()]
    raros = [r for r in nombres if r not in TODOS]
    roles = tuple(Rol(r) for r in dict.fromkeys(nombres) if r not in raros)
    if raros or not nombres:
        fallas.append(f"no existe el rol «{', '.join(raros)}»; los que hay son {', '.join(sorted(TODOS))}.")
    if incompatibles(roles):
        fallas.append(
            f"una misma persona no puede ser {' y '.join(roles)}: quien captura no manda, y quien observa no escribe."
        )
    for columna, maximo in (("nombre", 200), ("lugar", 60)):
        if not 0 < len(dicho[columna]) <= maximo:
            fallas.append(f"{columna}: falta, o pasa de {maximo} letras.")
    if any(not c.isprintable() for valor in dicho.values() for c in valor):
        fallas.append("hay caracteres que no se ven; escriba la línea otra vez.")
    alcance = tuple(a for a in re.split(r"[|;\s]+", dicho["alcance"]) if a) or (TODO,)
    return _Fila(usuario, dicho["nombre"], roles, dicho["lugar"], alcance), fallas


@transaction.atomic
def importar(texto: str, escribano: Escribano) -> list[Pase]:
    """Save a whole list or nothing, its roles as facts that `escribano` signs. Who had an account keeps it, with the
    roles and place said now; the slips are those of the new ones. The same list twice is as once.

    The roles are the last thing: until then whoever works goes on, and what they do meanwhile counts."""
    filas = leer(texto)
    previas = {c.usuario: c for c in Cuenta.objects.filter(usuario__in=[f.usuario for f in filas])}
    pases = [Pase(f.usuario, clave_nueva(), f.nombre, f.lugar, f.roles) for f in filas if f.usuario not in previas]
    with ThreadPoolExecutor(2) as hilos:
        contrasenas = dict(
            zip((p.usuario for p in pases), hilos.map(make_password, (p.clave for p in pases)), strict=True)
        )
    ahora = sesiones.reloj.ahora()
    nombramientos = []
    for f in filas:
        if (cuenta := previas.get(f.usuario)) is None:
            cuenta = Cuenta(usuario=f.usuario, password=contrasenas[f.usuario], alta=ahora, persona=nueva_persona())
            asentar(escribano.persona, "cuenta_alta", cuenta.persona)
        de_la_lista = None if cuenta.pk is None else ("nombre", "lugar")  # what was changed meanwhile stays
        cuenta.nombre, cuenta.lugar = f.nombre, f.lugar
        cuenta.save(update_fields=de_la_lista)
        nombramientos.append(Nombramiento(cuenta.persona, f.roles, f.lugar, f.alcance))
    nombrar(nombramientos, escribano, ahora)
    return pases


def otra_clave(cuenta: Cuenta) -> str:
    """A new first password; every session of the account ends, and so does its lockout."""
    clave = clave_nueva()
    cuenta.set_password(clave)
    cuenta.clave_provisional = True
    cuenta.epoca += 1
    cuenta.save(update_fields=["password", "clave_provisional", "epoca"])
    bloqueos.levantar(cuenta.usuario)
    return clave


def retirar(cuenta: Cuenta, escribano: Escribano | None) -> bool:
    """At once: its next request is nobody's, and by a fact that `escribano` signs its person may do nothing more. What
    they did stays. False where the account ended and the roles did not: who signs may not take them away, or nobody
    signs. Twice is as once."""
    if cuenta.activa:
        cuenta.activa = False
        cuenta.epoca += 1
        cuenta.save(update_fields=["activa", "epoca"])
    return escribano is not None and quitar(cuenta.persona, escribano, sesiones.reloj.ahora())


def sin_entrar(cuentas: Iterable[Cuenta]) -> list[Cuenta]:
    return [c for c in cuentas if c.activa and c.entro is None]
