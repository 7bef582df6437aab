"""What the institute has signed about this bitácora outside of it: who holds only the database cannot change that.

Every published corte signed how many facts there were and the root of their tree; the puesta en ceros, the key of each
node. The log of cortes is read first, under the institute's key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prep.comprobacion.informe import Informe, Nivel
from prep.comprobacion.registro import leer_registro
from prep.dominio.comun.autoridad import Autoridad
from prep.transparencia.almacen import Lector
from prep.transparencia.errores import ErrorEmision, NoDisponible
from prep.transparencia.politica import Politica

Raices = Mapping[int, tuple[str, str]]
"""Roots that somebody signed: size -> (root in hex, what signed it)."""


@dataclass(frozen=True, slots=True)
class Publicado:
    """What a publication says. `llaves`: raw public keys of the institute, now and before; `nodos`: raw key (hex) of
    each node at the puesta en ceros. `problemas`: what is wrong with it; `pendientes`: what could not be looked at;
    `avisos`: worth knowing."""

    proceso: str | None
    modo: str | None
    llaves: frozenset[bytes]
    raices: Raices
    nodos: Mapping[str, str]
    problemas: tuple[str, ...] = ()
    pendientes: tuple[str, ...] = ()
    avisos: tuple[str, ...] = ()

    def contra(self, proceso: str, modo: str, llave: bytes, quien: Autoridad) -> Iterator[str]:
        """What the publication itself has wrong, and where who may write here is not whom it says."""
        yield from (f"la publicación: {problema}" for problema in self.problemas)
        if self.proceso is not None and (self.proceso, self.modo) != (proceso, modo):
            yield (
                f"la publicación es de «{self.proceso}», {self.modo}, y esta bitácora dice ser de «{proceso}», {modo}: "
                "no es la suya, o la cambiaron"
            )
        if self.llaves and llave not in self.llaves:
            yield "la llave del instituto que guarda esta bitácora no es la que firma lo publicado: la cambiaron"
        for nodo, suya in sorted(self.nodos.items()):
            aqui = quien.nodos.get(nodo)
            if aqui is None:
                yield f"falta el alta del nodo «{nodo}», cuya llave firmó la puesta en ceros"
            elif aqui.llave != suya:
                yield f"la llave del nodo «{nodo}» no es la que firmó la puesta en ceros: la cambiaron"


def leer_publicado(lector: Lector, politica: Politica | None = None) -> Publicado:
    """Read a publication, its signatures first. `politica`: the institute's key, had by other means than the site.

    Raises `NoDisponible` where there is nothing to read or no key to read it with.
    """
    informe = Informe()
    llaves: frozenset[bytes] = frozenset()
    raices: dict[int, tuple[str, str]] = {}
    nodos: dict[str, str] = {}
    try:
        registro = leer_registro(lector, politica, informe)
    except NoDisponible:
        raise
    except ErrorEmision as error:
        informe.mal("registro", str(error))
    else:
        llaves = frozenset(llave.publica for llave in registro.llaves)
        for numero, m in sorted(registro.manifiestos.items()):
            raices.setdefault(m.posicion, (m.raiz, f"el corte {numero}"))
        dichos = registro.ceros.get("llaves", {}) if registro.ceros else {}
        if isinstance(dichos, dict) and all(isinstance(v, str) for v in dichos.values()):
            nodos = dichos
        else:
            informe.mal("actos", "la puesta en ceros no dice bien las llaves de los nodos")
    return Publicado(
        informe.proceso,
        informe.modo,
        llaves,
        raices,
        nodos,
        _textos(informe, Nivel.MAL),
        _textos(informe, Nivel.SIN_COMPROBAR),
        _textos(informe, Nivel.AVISO),
    )


def _textos(informe: Informe, nivel: Nivel) -> tuple[str, ...]:
    textos = [h.texto for h in informe.hallazgos if h.nivel == nivel]
    if mas := informe.hay(nivel) - len(textos):
        textos.append(f"y {mas:,} más")
    return tuple(textos)
