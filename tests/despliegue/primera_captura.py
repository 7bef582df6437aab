"""The first acta of a collection centre, at its pages: `primera_captura.py ACTA IMAGE TRUTH TERMINAL:USER:KEY ×2`.

Run inside the laptop with the program that was installed there: one person receives the package and scans, another one
types what the acta says.
"""

import json
import sys
import time
from pathlib import Path

from prep.plataforma.arranque import django_sin_base

django_sin_base()

from prep.intercambio.linea import Http  # noqa: E402
from prep.simulacro.puertas.centro import Centro  # noqa: E402
from prep.simulacro.puertas.entrada import entrar  # noqa: E402
from prep.simulacro.puertas.escritorio import Escritorio  # noqa: E402
from prep.simulacro.puertas.navegador import Navegador  # noqa: E402

AQUI, AUTORIDAD = "https://localhost", Path("/etc/prep/tls/autoridad.crt")


def sentarse(pase: str) -> Navegador:
    terminal, usuario, clave = pase.split(":")
    navegador = Navegador(AQUI, lambda: time.sleep(1), lambda _: None, "CATD")
    navegador._linea = Http(AQUI, AUTORIDAD)
    entrar(navegador, terminal, usuario, clave, f"girasol tranvia {usuario}")
    return navegador


acta, imagen, verdad, acopia, captura = sys.argv[1:]
centro = Centro(sentarse(acopia))
centro.recibir(acta, set())
centro.digitalizar("acta.png", Path(imagen).read_bytes())
escritorio = Escritorio(sentarse(captura), ["captura"])
while (suya := escritorio.tomar()) is None:
    time.sleep(0.2)
dice = {campo: str(c["valor"]) for campo, c in json.loads(Path(verdad).read_text())["campos"].items()}
assert suya.acta == acta and set(suya.pedidos) <= set(dice), (suya.acta, suya.pedidos)
assert not escritorio.enviar(suya, "enviar", *((f"v.{campo}", dice[campo]) for campo in suya.pedidos))
print(f"capturada {acta}")
