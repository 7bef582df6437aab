"""Harvest of training crops: actas filled at random, photographed, and cut by the reader itself.

    python -m prep.laboratorio.entrenamiento.cosecha DATOS/digitos/mnist TIPOS cosecha.npz --actas 150 --semilla 100

What the network learns from is what it will be given: boxes that went through page finding and rule removal. Of four
actas one is in the product's own hand, two have digits of MNIST's training writers and words of a typeface drawn from a
hand, one is all in such a typeface; the forms are drawn at random from ballots of their own.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.dominio.tabulacion.boleta import Boleta, armar_boleta
from prep.evidencia.pagina import afinar, hallar_marcas, situar
from prep.evidencia.renglones import ajustar
from prep.laboratorio.examen import PASOS, TENUES
from prep.laboratorio.fotografiar import fotografiar
from prep.laboratorio.llenar import TINTAS, Escrito, desvanecer, en_blanco, llenar
from prep.laboratorio.otras_manos import OtrasManos
from prep.lectura.cajas import recortar
from prep.lectura.lector import descifrar
from prep.lectura.redes import CLASES
from prep.papel import qr
from prep.papel.numeros import en_letra
from prep.papel.plantilla import Hoja, Identificacion, Plantilla, armar_plantilla

LETRA_VACIA, LETRA_ILEGIBLE = 1000, 1001


def boleta_al_azar(rng: np.random.Generator) -> Boleta:
    """Between 6 and 45 boxes."""
    partidos = [f"P{i}" for i in range(1, int(rng.integers(5, 12)))]
    coaliciones = []
    if rng.random() < 0.7:
        n = int(rng.integers(2, min(5, len(partidos)) + 1))
        coaliciones.append(partidos[:n])
        if len(partidos) - n >= 3 and rng.random() < 0.5:
            coaliciones.append(partidos[n : n + 3])
    return armar_boleta(partidos, coaliciones, independientes=[f"IND_{i}" for i in range(int(rng.integers(0, 4)))])


def hoja_al_azar(rng: np.random.Generator, boleta: Boleta | None = None) -> Hoja:
    clave = f"14{int(rng.integers(1, 3800)):04d}{rng.choice(list('BCES'))}{int(rng.integers(1, 9)):02d}0001"
    plantilla = armar_plantilla(boleta or boleta_al_azar(rng))
    quien = Identificacion(
        clave,
        "Instituto Electoral de Prueba",
        "Proceso de entrenamiento",
        "Gubernatura",
        "Entidad",
        "Distrito 00",
        "Municipio",
        int(clave[2:6]),
        "Casilla",
        "ENTRENAMIENTO",
    )
    etiqueta = qr.Etiqueta("ENTRENAMIENTO", clave, plantilla.id)
    return Hoja(plantilla, quien, qr.codificar(etiqueta, b"llave de entrenamiento"))


def plan_al_azar(plantilla: Plantilla, rng: np.random.Generator) -> dict[str, Escrito]:
    """Every class as often as it takes to learn it; words and digits need not agree."""
    plan = {}
    for campo in plantilla.campos:
        n = len(campo.cajas)
        p = np.array([0.077] * 10 + [0.07, 0.10, 0.06])
        signos = [CLASES[int(i)] for i in rng.choice(13, n, p=p / p.sum())]
        signos = [str(rng.choice(["-", "x"])) if s == "-" else s for s in signos]
        u = rng.random()
        # Round, short and long phrases alike.
        v = int(rng.integers(1000)) if rng.random() < 0.75 else int(rng.integers(60))
        letra = "" if u < 0.06 else ("?" if u < 0.10 else en_letra(v))
        plan[campo.clave] = Escrito(
            "".join(signos), letra, SIN_DATO if letra == "" else ILEGIBLE if letra == "?" else v
        )
    return plan


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("mnist", type=Path)
    ap.add_argument("tipos", type=Path, help="folder of handwriting typefaces")
    ap.add_argument("salida", type=Path)
    ap.add_argument("--actas", type=int, default=150)
    ap.add_argument("--semilla", type=int, default=100)
    a = ap.parse_args()
    otras = OtrasManos.de_entrenamiento(a.mnist, a.tipos)
    assert otras.letras is not None
    cifras, clases, letras, frases = [], [], [], []
    for k in range(a.actas):
        rng = np.random.default_rng([a.semilla, k])
        hoja = hoja_al_azar(rng)
        plan = plan_al_azar(hoja.plantilla, rng)
        mano = otras.letras.mano(rng) if k % 4 else None
        pagina = llenar(hoja, plan, rng, (None, otras.digitos, otras.digitos, mano)[k % 4], mano)
        vacia = en_blanco(hoja)
        for paso in ("scan" if k % 4 == 0 else "mild", "medium", "hard", TENUES[k // 4 % len(TENUES)]):
            tinta, nivel = PASOS[paso]
            foto = fotografiar(desvanecer(pagina, vacia, TINTAS[tinta], rng), nivel, rng)
            gris = descifrar(foto.jpeg)
            hallada = situar(afinar(gris, hallar_marcas(gris)))
            if hallada is None:
                continue
            rect = hallada.rectificar(gris)
            ajustes = ajustar(rect, hoja.plantilla, hallada.anclas)
            vistos = [c for c in hoja.plantilla.campos if ajustes[c.clave].claridad > 0]
            for campo, r in zip(vistos, recortar(rect, vistos, ajustes)[0], strict=True):
                e = plan[campo.clave]
                cifras.append((r.cifras * 255).astype(np.uint8))
                clases += [CLASES.index("-" if s == "x" else s) for s in e.cifras]
                letras.append((r.letra * 255).astype(np.uint8))
                frases.append({"": LETRA_VACIA, "?": LETRA_ILEGIBLE}.get(e.letra, e.valor))
        if k % 10 == 9 or k == a.actas - 1:
            print(k + 1, sum(map(len, cifras)), flush=True)
            np.savez_compressed(
                a.salida,
                cifras=np.concatenate(cifras),
                clases=np.array(clases, np.uint8),
                letras=np.stack(letras),
                frases=np.array(frases, np.int16),
            )


if __name__ == "__main__":
    main()
