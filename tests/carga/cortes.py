"""A sede that makes a corte every so many seconds until its input ends: `python cortes.py PUBLICACION SEGUNDOS`.

As the role of the sede, over the installation of ``PREP_DATOS_DIR``. First it prints a line with the cookies of the
people who are signed in; then one with the delay of each corte, from when it was due until it was published, in
seconds.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from prep.plataforma.arranque import django_listo

PERSONAS = 10


def galletas() -> list[str]:
    from django.http import HttpResponse

    from gente import dentro, persona
    from prep.acceso.roles import Rol
    from prep.plataforma import pases

    todas = []
    for _ in range(PERSONAS):
        quien = dentro(persona(Rol.ADMINISTRADOR))
        respuesta = HttpResponse()
        pases.dar(respuesta)
        suyas = {n: m.value for n, m in (quien.cookies | respuesta.cookies).items()}
        todas.append("; ".join(f"{n}={v}" for n, v in suyas.items()))
    return todas


def main(publicacion: Path, cada: float) -> None:
    with django_listo():
        from escena import Escena, noche

        from prep.plataforma.procesos import ceder_el_paso

        ceder_el_paso()
        escena = Escena(publicacion)
        hechos = noche()[1]
        escena.corte()
        print(json.dumps(galletas()), flush=True)
        acabar = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), acabar.set()), daemon=True).start()
        toca = time.monotonic()
        for i in range(1, 10_000):
            if acabar.wait(max(0, toca - time.monotonic())):
                break
            escena.anotar(hechos[20 * (i - 1) : 20 * i])
            escena.corte(i)
            print(json.dumps(time.monotonic() - toca), flush=True)
            toca = max(toca + cada, time.monotonic())


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
