"""The static results site: what millions look at, made from the files of a corte and nothing else.

`paginas(corte)` gives the files that go under the corte's own folder, `recursos(corte)` the style and modules that
every corte shares, `portada(corte)` the few pages at the root that are rewritten at each switch. All three are pure:
same corte, same bytes. See docs/portal.md.
"""

from prep.portal.sitio import paginas, portada, recursos

__all__ = ["paginas", "portada", "recursos"]
