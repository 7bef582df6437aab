"""Who must have signed for a checkpoint to count (C2SP tlog-policy, draft): logs, witnesses, groups and a quorum."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from prep.transparencia.errores import FormatoInvalido
from prep.transparencia.nota import COFIRMA, FIRMA, LlavePublica
from prep.transparencia.punto import PuntoFirmado, abrir_punto

MAXIMO_BYTES = 100_000
NADIE = "none"


@dataclass(frozen=True)
class Politica:
    """Keys and quorum. `testigos`: name in the policy -> key; `grupos`: name -> (k, members), as defined."""

    registros: tuple[LlavePublica, ...]
    testigos: dict[str, LlavePublica] = field(default_factory=dict)
    grupos: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str = NADIE
    direcciones: dict[str, str] = field(default_factory=dict)

    def abrir(self, datos: bytes) -> PuntoFirmado:
        """Check a checkpoint's signatures with the keys of this policy (not its quorum)."""
        return abrir_punto(datos, self.registros, self.testigos.values())

    def cumple(self, punto: PuntoFirmado) -> bool:
        """Whether the verified cosignatures reach the quorum."""
        firmaron = {f.llave.publica for f in punto.cofirmas}
        return self._dicen({n for n, ll in self.testigos.items() if ll.publica in firmaron})

    def _dicen(self, testigos: Collection[str]) -> bool:
        si = set(testigos)
        for nombre, (k, miembros) in self.grupos.items():
            if sum(m in si for m in miembros) >= k:
                si.add(nombre)
        return self.quorum == NADIE or self.quorum in si

    def descripcion(self) -> str:
        """The quorum in a sentence."""
        if self.quorum == NADIE:
            return "no se exige ninguna cofirma"
        if self.quorum in self.testigos:
            return f"se exige la cofirma de {self.quorum}"
        k, miembros = self.grupos[self.quorum]
        return f"se exigen {k} de {len(miembros)}: {', '.join(miembros)}"


def leer_politica(datos: bytes) -> Politica:
    """Parse a policy file. Raises `FormatoInvalido` naming the line."""
    if len(datos) > MAXIMO_BYTES:
        raise FormatoInvalido("la política es demasiado grande")
    if malo := re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", datos):
        raise FormatoInvalido(f"política: carácter no permitido {malo.group()!r}")
    if datos and not datos.endswith(b"\n"):
        raise FormatoInvalido("política: la última línea no termina en salto de línea")
    lector = _Lector()
    # Names are opaque octets by the specification; surrogateescape keeps any octet intact.
    for numero, linea in enumerate(datos.decode("utf-8", "surrogateescape").split("\n"), 1):
        partes = re.split(r"[ \t]+", linea.strip(" \t"))
        if partes[0] and not partes[0].startswith("#"):
            try:
                lector.linea(partes)
            except FormatoInvalido as e:
                raise FormatoInvalido(f"política, línea {numero}: {e}") from e
    return lector.politica()


class _Lector:
    def __init__(self) -> None:
        self.registros: list[LlavePublica] = []
        self.testigos: dict[str, LlavePublica] = {}
        self.grupos: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.direcciones: dict[str, str] = {}
        self.quorum: str | None = None
        self.agrupados: set[str] = set()

    def linea(self, partes: list[str]) -> None:
        match partes:
            case ["log", vkey, *url] if len(url) <= 1:
                llave = self._llave(vkey, FIRMA, self.registros)
                self.registros.append(llave)
                self._direccion(llave.nombre, url)
            case ["witness", nombre, vkey, *url] if len(url) <= 1:
                self._nuevo(nombre)
                self.testigos[nombre] = self._llave(vkey, COFIRMA, list(self.testigos.values()))
                self._direccion(nombre, url)
            case ["group", nombre, cuantos, *miembros] if miembros:
                self._nuevo(nombre)
                self._grupo(nombre, cuantos, miembros)
            case ["quorum", nombre]:
                if self.quorum is not None:
                    raise FormatoInvalido("hay más de una línea «quorum»")
                if nombre != NADIE:
                    self._definido(nombre)
                self.quorum = nombre
            case _:
                raise FormatoInvalido(f"no se entiende «{' '.join(partes)[:80]}»")

    def politica(self) -> Politica:
        if self.quorum is None:
            raise FormatoInvalido("política: falta la línea «quorum»")
        return Politica(tuple(self.registros), self.testigos, self.grupos, self.quorum, self.direcciones)

    def _direccion(self, nombre: str, url: list[str]) -> None:
        if url:
            self.direcciones[nombre] = url[0]

    def _llave(self, vkey: str, tipo: int, otras: list[LlavePublica]) -> LlavePublica:
        llave = LlavePublica.leer(vkey)
        if llave.tipo != tipo:
            raise FormatoInvalido(f"la llave de {llave.nombre} no es del tipo que corresponde")
        if any(o.publica == llave.publica for o in otras):
            raise FormatoInvalido(f"la llave de {llave.nombre} está repetida")
        return llave

    def _nuevo(self, nombre: str) -> None:
        if nombre == NADIE or nombre in self.testigos or nombre in self.grupos:
            raise FormatoInvalido(f"el nombre «{nombre}» ya está en uso")

    def _definido(self, nombre: str) -> None:
        if nombre not in self.testigos and nombre not in self.grupos:
            raise FormatoInvalido(f"«{nombre}» no se ha definido en líneas anteriores")

    def _grupo(self, nombre: str, cuantos: str, miembros: list[str]) -> None:
        for m in miembros:
            self._definido(m)
            if m in self.agrupados:
                raise FormatoInvalido(f"«{m}» ya pertenece a un grupo")
            self.agrupados.add(m)
        n = len(miembros)
        k = {"all": n, "any": 1}.get(cuantos) or (int(cuantos) if re.fullmatch(r"[1-9][0-9]{0,3}", cuantos) else 0)
        if not 1 <= k <= n:
            raise FormatoInvalido(f"un grupo de {n} no puede exigir «{cuantos}»")
        self.grupos[nombre] = (k, tuple(miembros))
