"""The static results site: what millions look at, made from the files of a corte and nothing else.

`paginas(corte)` gives the files that go under the corte's own folder, `recursos(corte)` the style and modules that
every corte shares, `portada(corte)` the few pages at the root that are rewritten at each switch. All three are pure:
same corte, same bytes. See docs/portal.md.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prep.portal.sitio import paginas, portada, recursos

__all__ = ["paginas", "portada", "recursos"]


def __getattr__(nombre: str) -> Any:
    """Loaded by whoever draws: the commands of this room need not wait for it."""
    if nombre in __all__:
        from prep.portal import sitio

        return getattr(sitio, nombre)
    raise AttributeError(nombre)
