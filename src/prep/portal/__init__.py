"""The static results site: what millions look at, made from the files of a corte and nothing else.

`paginas(corte)` gives the files that go under the corte's own folder, and `dibujos(corte)` the same in shares that can
be drawn apart; `recursos(corte)`, the style and modules that every corte shares; `portada(corte)`, the few pages at the
root that are rewritten at each switch. All are pure: same corte, same bytes. See docs/portal.md.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prep.portal.sitio import dibujos, paginas, portada, recursos

__all__ = ["dibujos", "paginas", "portada", "recursos"]


def __getattr__(nombre: str) -> Any:
    """What draws is loaded by whoever draws: this room's commands do not wait for it."""
    if nombre not in __all__:
        raise AttributeError(f"{__name__} has no {nombre}")
    from prep.portal import sitio

    return getattr(sitio, nombre)
