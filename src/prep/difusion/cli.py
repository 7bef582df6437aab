"""Commands of this room: `prep testigo`, `prep difusor`, `prep cofirmas`."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from prep.plataforma.idioma import cuantos

Puerto = Annotated[int, typer.Option(min=0, max=65535, help="0 toma uno libre.")]
Direccion = Annotated[str, typer.Option(help="Dirección de este equipo en que atiende.")]
Politica = Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Archivo de política: llaves y testigos.")]


def _ahora() -> int:
    return int(time.time())


def testigo(
    politica: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="Política con las llaves de los registros que se vigilan."),
    ],
    llave: Annotated[str, typer.Option(help="Llave de cofirma: archivo .skey o dirección pkcs11:")],
    estado: Annotated[Path, typer.Option(help="Carpeta donde se guarda lo visto. Respáldela: no debe perderse.")],
    direccion: Direccion = "127.0.0.1",
    puerto: Puerto = 8711,
) -> None:
    """Atestigua registros: cofirma cada punto de control que continúa al anterior, y ningún otro."""
    from prep.difusion.servidor import servidor
    from prep.difusion.testigo import Testigo
    from prep.transparencia.llaves import firmante
    from prep.transparencia.politica import leer_politica

    vigilados = leer_politica(politica.read_bytes()).registros
    quien = Testigo(firmante(llave), vigilados, estado, _ahora)
    for ll in vigilados:
        visto = quien.ultimo(ll.nombre)
        typer.echo(f"Vigila «{ll.nombre}», visto hasta {cuantos(visto.tamano if visto else 0, 'hoja')}.")
    s = servidor(direccion, puerto, testigo=quien)
    try:
        typer.echo(f"Testigo «{quien.firmante.llave.nombre}» en http://{direccion}:{s.server_port}/add-checkpoint")
        s.serve_forever()
    except KeyboardInterrupt:
        typer.echo("Testigo detenido.")


def difusor(
    fuente: Annotated[str, typer.Argument(help="Dirección de la publicación (o una carpeta).")],
    carpeta: Annotated[Path, typer.Argument(help="Carpeta donde se guarda y de donde se sirve el espejo.")],
    politica: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="Llaves del instituto, obtenidas por otro medio que el sitio."),
    ],
    llave: Annotated[str | None, typer.Option(help="Llave de cofirma con que se atestigua lo guardado.")] = None,
    cada: Annotated[int, typer.Option(help="Segundos entre revisiones de la fuente.", min=5)] = 30,
    una_vez: Annotated[bool, typer.Option("--una-vez", help="Sincroniza una vez y termina, sin servir.")] = False,
    direccion: Direccion = "127.0.0.1",
    puerto: Puerto = 8710,
) -> None:
    """Espejo que comprueba antes de servir: copia lo nuevo, lo revisa entero y solo entonces lo muestra."""
    from prep.difusion.espejo import Espejo
    from prep.difusion.servidor import atendiendo, servidor
    from prep.transparencia.almacen import abrir
    from prep.transparencia.llaves import firmante
    from prep.transparencia.politica import leer_politica

    reglas = leer_politica(politica.read_bytes())
    espejo = Espejo(abrir(fuente), carpeta, reglas, _ahora, firmante(llave) if llave else None)
    carpeta.mkdir(parents=True, exist_ok=True)
    if una_vez:
        _contar(espejo.sincronizar())
        raise typer.Exit(1 if espejo.estado.problema else 0)
    s = servidor(direccion, puerto, carpeta=carpeta, estado=espejo.como_dict)
    try:
        typer.echo(f"Espejo en http://{direccion}:{s.server_port}/ (estado en /difusor.json)")
        with atendiendo(s):
            while True:
                _contar(espejo.sincronizar())
                time.sleep(cada)
    except KeyboardInterrupt:
        typer.echo("Difusor detenido; lo ya comprobado se conserva.")


def _contar(estado: object) -> None:
    from dataclasses import asdict

    e = asdict(estado)  # type: ignore[call-overload]
    hora = datetime.now().astimezone().strftime("%H:%M:%S")
    if e["problema"]:
        queda = f"se sigue sirviendo el corte {e['corte']}" if e["corte"] is not None else "no hay nada que servir"
        typer.echo(f"{hora} PROBLEMA: {e['problema']} ({queda})")
    else:
        nuevos = cuantos(e["recibidos"], "archivo nuevo", "archivos nuevos")
        typer.echo(f"{hora} corte {e['corte']} de {e['modo']}; {nuevos}, {e['bytes']:,} bytes")


def cofirmas(
    emision: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, metavar="PUBLICACION", help="Carpeta de la publicación.")
    ],
    politica: Politica,
    firma: Annotated[str, typer.Option(help="Llave del instituto (archivo o pkcs11:).")],
    como_json: Annotated[bool, typer.Option("--json", help="Resultado en JSON.")] = False,
) -> None:
    """Pide a los testigos su cofirma del último punto de control y agrega las que lleguen."""
    from prep.difusion.cofirmas import pedir_cofirmas
    from prep.transparencia.almacen import Carpeta
    from prep.transparencia.llaves import firmante
    from prep.transparencia.politica import leer_politica
    from prep.transparencia.registro import Registro

    reglas = leer_politica(politica.read_bytes())
    resultado = pedir_cofirmas(Registro(Carpeta(emision), firmante(firma)), reglas)
    if como_json:
        typer.echo(json.dumps([{"testigo": c.testigo, "problema": c.problema} for c in resultado], ensure_ascii=False))
    else:
        for c in resultado:
            typer.echo(f"{c.testigo}: {c.problema or 'cofirmó'}")
