"""Opening and closing: the night, a desk or a centre, with the buttons of its page."""

from __future__ import annotations

from typing import Final

from prep.simulacro.puertas.centro import orden_en
from prep.simulacro.puertas.navegador import Navegador, PuertaCerrada

MARCHA: Final = "/coordinacion/marcha/"
NOCHE: Final = f"{MARCHA}noche/"


def los_que_marchan(nav: Navegador) -> list[str]:
    """Pages of what whoever asks may open: the night first, and then each desk."""
    suyas = [r for r in nav.ir(MARCHA).enlaces if r.startswith(MARCHA) and r != MARCHA]
    return sorted(suyas, key=lambda r: r != NOCHE)


def decir(nav: Navegador, ruta: str, que: str) -> None:
    """Press the button that opens or closes it; where it is so already, somebody else did, and there is none."""
    pagina = nav.ir(ruta)
    if (forma := pagina.forma(con="orden")) is None:
        raise PuertaCerrada(f"{ruta} no ofrece en qué decirlo.")
    if ("que", que) not in pagina.botones:
        return
    pagina = nav.enviar(ruta, [*forma.campos, ("que", que)])
    if ("que", que) in pagina.botones:
        raise PuertaCerrada(f"{ruta} sigue ofreciendo «{que}».")
    nav.acuso(orden_en(forma.campos))
