"""The static results site: what millions look at, made from the files of a corte and nothing else.

`paginas(corte)` gives the files that go under the corte's own folder, and `dibujos(corte)` the same in shares that can
be drawn apart; `recursos(corte)`, the style and modules that every corte shares; `portada(corte)`, the few pages at the
root that are rewritten at each switch. All are pure: same corte, same bytes. See docs/portal.md.
"""

from prep.portal.sitio import dibujos, paginas, portada, recursos

__all__ = ["dibujos", "paginas", "portada", "recursos"]
