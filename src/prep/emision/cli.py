"""Commands of this room: `prep llaves …` and `prep verificar`."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from prep.emision.errores import ErrorEmision, NoDisponible

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
    from prep.emision.llaves import crear as crear_par
    from prep.emision.nota import COFIRMA, FIRMA

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
    from prep.emision.llaves import firmante, leer_publica
    from prep.emision.nota import TIPOS

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
    from prep.emision.almacen import Carpeta
    from prep.emision.hojas import escribir_hoja
    from prep.emision.llaves import firmante, leer_publica
    from prep.emision.registro import Registro

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


_MARCAS = {"bien": "✓", "aviso": "!", "mal": "✗", "sin_comprobar": "?"}


def verificar(
    donde: Annotated[str, typer.Argument(help="Carpeta de la publicación, o su dirección http(s).")],
    politica: Annotated[
        Path | None, typer.Option(help="Llaves y cofirmas exigidas, obtenidas por otro medio que el propio sitio.")
    ] = None,
    recordar: Annotated[
        Path | None, typer.Option(help="Archivo donde se recuerda lo visto, para notar si la historia cambia.")
    ] = None,
    modo: Annotated[str | None, typer.Option(help="Exige que el corte sea de prueba, simulacro o jornada.")] = None,
    sin_imagenes: Annotated[bool, typer.Option("--sin-imagenes", help="No revisa imagen por imagen.")] = False,
    todo: Annotated[bool, typer.Option("--todo", help="Recalcula todos los cortes, no solo el último.")] = False,
    como_json: Annotated[bool, typer.Option("--json", help="Informe en JSON.")] = False,
) -> None:
    """Comprueba una publicación sin confiar en ella.

    Firmas, historia, archivos, cifras e imágenes. Termina con 0 si todo es correcto, 1 si algo no coincide y 2 si no
    se pudo comprobar.
    """
    from prep.emision.almacen import abrir
    from prep.emision.informe import Informe
    from prep.emision.politica import leer_politica
    from prep.emision.verificar import Opciones
    from prep.emision.verificar import verificar as comprobar

    try:
        leida = leer_politica(politica.read_bytes()) if politica else None
        opciones = Opciones(leida, recordar, not sin_imagenes, todo, modo)
        informe = comprobar(abrir(donde), opciones)
    except (ErrorEmision, OSError) as e:
        informe = Informe()
        informe.sin_comprobar("lectura", str(e))
    if como_json:
        typer.echo(json.dumps(informe.como_dict(), ensure_ascii=False, indent=2))
    else:
        typer.echo(informe.veredicto)
        for h in informe.hallazgos:
            typer.echo(f"  {_MARCAS[h.nivel]} {h.asunto}: {h.texto}")
        for (_, asunto), cuantos in informe.omitidos.items():
            typer.echo(f"  … y {cuantos} más de {asunto}")
    sys.stdout.flush()
    raise typer.Exit(informe.codigo)


def pagina_verifica(
    archivo: Annotated[Path, typer.Argument(help="Dónde se guarda la página.")] = Path("verifica.html"),
) -> None:
    """Guarda verifica.html, la página con que cualquier persona comprueba una publicación, y dice su sha256."""
    from hashlib import sha256

    from prep.emision.pagina import verifica_html

    datos = verifica_html()
    archivo.write_bytes(datos)
    typer.echo(f"{sha256(datos).hexdigest()}  {archivo}")


def sellar(
    emision: Annotated[Path, typer.Argument(help="Carpeta de la publicación.")],
    autoridad: Annotated[str, typer.Option(help="Dirección del servicio de sellos de tiempo (RFC 3161).")],
) -> None:
    """Pide un sello de tiempo para el último punto de control y lo publica. No detiene ningún corte."""
    from prep.emision.almacen import Carpeta
    from prep.emision.nota import Nota
    from prep.emision.punto import Punto
    from prep.emision.sello import sellar as sellar_punto

    carpeta = Carpeta(emision)
    try:
        datos = carpeta.leer("checkpoint")
        if datos is None:
            raise NoDisponible("la carpeta no tiene todavía ningún punto de control")
        sello = sellar_punto(carpeta, Punto.leer(Nota.leer(datos).texto).tamano, autoridad)
    except ErrorEmision as e:
        _fin(e)
    typer.echo(f"Sellado a las {sello.hora.isoformat()} por {sello.autoridad}.")
