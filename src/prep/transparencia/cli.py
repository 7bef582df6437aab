"""Commands of this room: `prep llaves …` and `prep sellar`. `prep.plataforma.orden` says what they could not do."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from prep.plataforma.lugares import dir_llaves

llaves = typer.Typer(help="Llaves con que se firma y se comprueba la publicación.", no_args_is_help=True)

Publicacion = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, metavar="PUBLICACION", help="Carpeta de la publicación.")
]


@llaves.command()
def crear(
    nombre: Annotated[str, typer.Argument(help="Nombre público de la llave, p. ej. «iepc.example/prep».")],
    carpeta: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CARPETA]", help="Donde se guardan las dos mitades.", show_default="datos/llaves de la instalación"
        ),
    ] = None,
    cofirma: Annotated[bool, typer.Option("--cofirma", help="Para quien atestigua (auditor, difusor).")] = False,
    archivo: Annotated[str | None, typer.Option(help="Nombre de los archivos, sin extensión.")] = None,
) -> None:
    """Crea un par de llaves: la privada (.skey) solo la puede leer su dueño."""
    from prep.transparencia.llaves import crear as crear_par
    from prep.transparencia.nota import COFIRMA, FIRMA

    privada, publica = crear_par(nombre, carpeta or dir_llaves(), COFIRMA if cofirma else FIRMA, archivo)
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

    for d in donde:
        llave = leer_publica(Path(d)) if d.endswith(".vkey") else firmante(d).llave
        typer.echo(f"{llave.vkey}\n  {llave.nombre}, {TIPOS[llave.tipo]}, Ed25519 {llave.publica.hex()}")


Secreto = Annotated[Path, typer.Argument(metavar="DE", help="Dónde está ahora.")]
Quedara = Annotated[Path, typer.Argument(metavar="A", help="Dónde queda; no debe existir.")]


@llaves.command()
def repartir(de: Secreto, a: Quedara) -> None:
    """Guarda una llave privada, o el PIN de un módulo, entre dos personas: solo abre con la frase de una y la de otra.

    Cada una escribe la suya dos veces, sin que se vea. DE debe estar en memoria (por ejemplo en /run/prep) y se borra.
    Si alguna olvida la suya, no hay cómo abrirlo.
    """
    from prep.transparencia.llaves import repartir as repartir_secreto

    repartir_secreto(de, a)
    typer.echo(f"Queda en {a}, entre dos personas. {de} se borró.")


@llaves.command()
def abrir(de: Secreto, a: Quedara) -> None:
    """Deja abierto en memoria, para los programas de la noche, lo que dos personas guardan; cada una escribe su frase.

    Mientras esté abierto, quien administre este equipo puede firmar. Bórrelo al terminar; al apagar se borra solo.
    """
    from prep.transparencia.llaves import abrir as abrir_secreto

    abrir_secreto(de, a)
    typer.echo(f"Abierto en {a}, en memoria: ahí lo leen los cortes (--llave {a}). Al terminar la noche: rm {a}")


@llaves.command()
def anunciar(
    emision: Publicacion,
    accion: Annotated[Literal["alta", "rotacion", "revocacion"], typer.Argument(help="Qué pasa con la llave.")],
    vkey: Annotated[Path, typer.Argument(help="Archivo .vkey de la llave de que se trata.")],
    firma: Annotated[str, typer.Option(help="Llave con que firma el instituto (archivo o pkcs11:).")],
    proceso: Annotated[str, typer.Option(help="Clave del proceso.")],
    modo: Annotated[Literal["prueba", "simulacro", "jornada"], typer.Option(help="Qué vale.")],
    papel: Annotated[str, typer.Option(help="De quién es: instituto, auditor, notaria…")],
    motivo: Annotated[str, typer.Option(help="Por qué, en palabras llanas.")],
    anterior: Annotated[Path | None, typer.Option(help="En una rotación, la llave que se releva.")] = None,
) -> None:
    """Deja en el registro, firmada, el alta, el relevo o la revocación de una llave."""
    from prep.transparencia.almacen import Carpeta
    from prep.transparencia.hojas import escribir_hoja
    from prep.transparencia.llaves import firmante, leer_publica
    from prep.transparencia.registro import Registro

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
    typer.echo(f"Quedó en el registro, en la posición {posicion}.")


def sellar(
    emision: Publicacion,
    autoridad: Annotated[str, typer.Option(help="Dirección del servicio de sellos de tiempo (RFC 3161).")],
) -> None:
    """Pide un sello de tiempo para el último punto de control y lo publica. No detiene ningún corte."""
    from prep.transparencia.almacen import Carpeta
    from prep.transparencia.errores import NoDisponible
    from prep.transparencia.nota import Nota
    from prep.transparencia.punto import Punto
    from prep.transparencia.sello import sellar as sellar_punto

    carpeta = Carpeta(emision)
    datos = carpeta.leer("checkpoint")
    if datos is None:
        raise NoDisponible(
            f"en {emision} no hay todavía ningún punto de control: indique la carpeta de una publicación"
        )
    sello = sellar_punto(carpeta, Punto.leer(Nota.leer(datos).texto).tamano, autoridad)
    typer.echo(f"Sellado a las {sello.hora.isoformat()} por {sello.autoridad}.")
