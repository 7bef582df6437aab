"""Nothing is taken for granted before a night: what is shown was approved, and whoever has something old is named."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from instalada import CIERRE, Sede, quien

from prep.bitacora.nodos import DispositivoLocal, NodoInstituto, NodoLocal
from prep.bitacora.services import anotar
from prep.bitacora.services.altas import alta_de_nodo, alta_de_telefono
from prep.comprobacion.verificar import Opciones, verificar
from prep.dominio.comun.facultades import ClaseNodo
from prep.intercambio import ceros, contactos
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.errores import Impedimento
from prep.sede import actos
from prep.sede.ceros import callados
from prep.sede.hoja import hoja_de_prueba, muestra
from prep.transparencia.almacen import Carpeta
from prep.transparencia.canonico import canonico

VACIO, CON_FOTOS = ceros.Existencias(0, 0, 0), ceros.Existencias(0, 12, 0)


def test_what_is_shown_is_approved_by_whoever_may_and_not_changed_after(sede: Sede) -> None:
    p, manda = sede.publicador, quien(sede, "administrador")
    leida = hoja_de_prueba(muestra(p.proceso, p.informativo))
    with pytest.raises(actos.ActoImposible, match="Nadie ha aprobado"):
        actos.puesta_en_ceros(p, CIERRE)
    with pytest.raises(actos.ActoImposible, match="no tiene aquí el rol administrador"):
        actos.aprobar(p, CIERRE, quien(sede, "fedatario"), leida)
    with pytest.raises(actos.ActoImposible, match="la alteraron"):
        actos.aprobar(p, CIERRE, manda, leida.replace(b"%%EOF", b"%%EOF\n"))
    actos.aprobar(p, CIERRE, manda, leida)
    primera, *otras = p.informativo.candidaturas
    bueno = p.informativo
    p.informativo = replace(bueno, candidaturas=(replace(primera, propietaria="Otra Persona"), *otras))
    with pytest.raises(actos.ActoImposible, match="algo cambió después"):
        actos.puesta_en_ceros(p, CIERRE)
    with pytest.raises(actos.ActoImposible, match="la alteraron"):
        actos.aprobar(p, CIERRE, manda, leida)
    acto = actos.puesta_en_ceros(p, CIERRE, sin_aprobar="Se imprime a las 8.")
    assert sede.documento(acto)["sin_aprobar"] == "Se imprime a las 8."
    informe = verificar(Carpeta(sede.carpeta / "publicacion"), Opciones(imagenes=False))
    assert informe.codigo == 0
    assert any("sin hoja de prueba aprobada: Se imprime a las 8." in h.texto for h in informe.hallazgos)


def test_old_pictures_stop_it_wherever_they_are_and_silence_is_named(sede: Sede) -> None:
    p = sede.publicador
    actos.aprobar(p, CIERRE, quien(sede, "administrador"))
    instituto = NodoInstituto(p.registro.firmante, p.registro.firmante.llave.publica)
    nodos = {n: NodoLocal(n, Ed25519PrivateKey.generate()) for n in ("catd-1", "catd-2")}
    telefonos = [DispositivoLocal(t, Ed25519PrivateKey.generate()) for t in ("tel-1", "tel-2")]
    altas = [alta_de_nodo(n, ClaseNodo.CATD, n.nodo, CIERRE) for n in nodos.values()]
    altas += [alta_de_telefono(t, quien(sede, "cae"), CIERRE) for t in telefonos]
    anotar(altas, instituto, CIERRE)

    def declara(tiene: ceros.Existencias) -> bytes:
        return ceros.declarar(nodos["catd-1"], tiene, CIERRE)

    buena = ceros.leer(declara(VACIO), CIERRE)
    falsa = canonico(json.loads(declara(CON_FOTOS)) | {"imagenes": 0})
    for mala, dice in (
        (falsa, "no la firmó su llave"),
        (ceros.declarar(NodoLocal("catd-9", Ed25519PrivateKey.generate()), VACIO, CIERRE), "no tiene dado de alta"),
        (ceros.declarar(nodos["catd-1"], VACIO, CIERRE + timedelta(hours=1)), "todavía no llega"),
        (declara(VACIO)[:-9], "no es una declaración"),
    ):
        with pytest.raises(Impedimento, match=dice):
            ceros.leer(mala, CIERRE)
    with pytest.raises(actos.ActoImposible, match=r"«catd-1» no está en ceros.*12 imágenes.*«prep nodo ceros»"):
        actos.puesta_en_ceros(p, CIERRE, declaraciones=[ceros.leer(declara(CON_FOTOS), CIERRE)])
    contactos.anotar("tel-1", contactos.Dicho("v1", 2, 0, CIERRE), CIERRE)
    with pytest.raises(actos.ActoImposible, match=r"tel-1 dice que guarda 2 registros de antes"):
        actos.puesta_en_ceros(p, CIERRE, declaraciones=[buena])
    contactos.anotar("tel-1", contactos.Dicho("v1", 0, 0, CIERRE), CIERRE)
    p.evidencia = AlmacenCarpeta(sede.carpeta / "evidencia", privado=True)
    p.evidencia.escribir("originales/ab/abc", b"de antes")
    with pytest.raises(actos.ActoImposible, match=r"Aquí hay 1 imagen de antes: guárdelas en otro lugar"):
        actos.puesta_en_ceros(p, CIERRE, declaraciones=[buena])
    assert "puesta_en_ceros" not in sede.tipos and "corte" not in sede.tipos
    (sede.carpeta / "evidencia" / "originales" / "ab" / "abc").unlink()
    doc = sede.documento(actos.puesta_en_ceros(p, CIERRE, declaraciones=[buena]))
    assert callados(doc) == ["nodo catd-2", "teléfono tel-2"]
    assert doc["nodos"][0] == {"nodo": "catd-1", "dijo": CIERRE.isoformat(), **VACIO.como_dict()}
