"""Commands of this room: `prep llaves …` and `prep sellar`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from prep.transparencia.errores import ErrorEmision, NoDisponible

llaves = typer.Typer(help="Llaves con que se firma y se comprueba la publicación.", no_args_is_help=True)


def _fin(error: ErrorEmision) -> NoReturn:
    typer.echo(f"{error}", err=True)
    raise typer.Exit(2 if isinstance(error, NoDisponible) else 1) from error


@llaves.command()
def crear(
    nombre: Annotated[str, typer.Argument(help="Nombre público de la llave, p. ej. «iepc.example/prep».")],
    carpeta: Annotated[Path, typer.Argument(help="Carpeta donde se guardan las dos mitades.")],
    cofirma: Annotated[bool, typer.Option("--cofirma", help="Para quien atestigua (auditor, difusor).")] = False,
    archivo: Annotated[str | None, typer.Option(help="Nombre de los archivos, sin extensión.")] = None,
) -> None:
    """Crea un par de llaves: la privada (.skey) solo la puede leer su dueño."""
    from prep.transparencia.llaves import crear as crear_par
    from prep.transparencia.nota import COFIRMA, FIRMA

    try:
        privada, publica = crear_par(nombre, carpeta, COFIRMA if cofirma else FIRMA, archivo)
    except ErrorEmision as e:
        _fin(e)
    typer.echo(f"Llave privada: {privada} (guárdela; quien la tenga firma en su nombre)")
    typer.echo(f"Llave pública: {publica}")
    typer.echo(publica.read_text(encoding="utf-8").strip())


@llaves.command()
def ver(
    donde: Annotated[list[str], typer.Argument(help="Archivos .skey o .vkey, o direcciones pkcs11:")],
) -> None:
    """Muestra la llave pública y para qué sirve; nunca la privada."""
    from prep.transparencia.llaves import firmante, leer_publica
    from prep.transparencia.nota import TIPOS

    try:
        for d in donde:
            llave = leer_publica(Path(d)) if d.endswith(".vkey") else firmante(d).llave
            typer.echo(f"{llave.vkey}\n  {llave.nombre}, {TIPOS[llave.tipo]}, Ed25519 {llave.publica.hex()}")
    except ErrorEmision as e:
        _fin(e)


@llaves.command()
def anunciar(
    emision: Annotated[Path, typer.Argument(help="Carpeta de la publicación.")],
    accion: Annotated[str, typer.Argument(help="alta, rotacion o revocacion.")],
    vkey: Annotated[Path, typer.Argument(help="Archivo .vkey de la llave de que se trata.")],
    firma: Annotated[str, typer.Option(help="Llave con que firma el instituto (archivo o pkcs11:).")],
    proceso: Annotated[str, typer.Option()],
    modo: Annotated[str, typer.Option(help="prueba, simulacro o jornada.")],
    papel: Annotated[str, typer.Option(help="De quién es: instituto, auditor, notaria…")],
    motivo: Annotated[str, typer.Option()],
    anterior: Annotated[Path | None, typer.Option(help="En una rotación, la llave que se releva.")] = None,
) -> None:
    """Deja en el registro, firmada, el alta, el relevo o la revocación de una llave."""
    from prep.transparencia.almacen import Carpeta
    from prep.transparencia.hojas import escribir_hoja
    from prep.transparencia.llaves import firmante, leer_publica
    from prep.transparencia.registro import Registro

    try:
        hoja = escribir_hoja(
            "llaves",
            proceso=proceso,
            modo=modo,
            hora=datetime.now().astimezone().isoformat(timespec="seconds"),
            accion=accion,
            papel=papel,
            llave=leer_publica(vkey).vkey,
            anterior=leer_publica(anterior).vkey if anterior else None,
            motivo=motivo,
        )
        posicion = Registro(Carpeta(emision), firmante(firma)).agregar(hoja)
    except ErrorEmision as e:
        _fin(e)
    typer.echo(f"Quedó en el registro, en la posición {posicion}.")


def sellar(
    emision: Annotated[Path, typer.Argument(help="Carpeta de la publicación.")],
    autoridad: Annotated[str, typer.Option(help="Dirección del servicio de sellos de tiempo (RFC 3161).")],
) -> None:
    """Pide un sello de tiempo para el último punto de control y lo publica. No detiene ningún corte."""
    from prep.transparencia.almacen import Carpeta
    from prep.transparencia.nota import Nota
    from prep.transparencia.punto import Punto
    from prep.transparencia.sello import sellar as sellar_punto

    carpeta = Carpeta(emision)
    try:
        datos = carpeta.leer("checkpoint")
        if datos is None:
            raise NoDisponible("la carpeta no tiene todavía ningún punto de control")
        sello = sellar_punto(carpeta, Punto.leer(Nota.leer(datos).texto).tamano, autoridad)
    except ErrorEmision as e:
        _fin(e)
    typer.echo(f"Sellado a las {sello.hora.isoformat()} por {sello.autoridad}.")
