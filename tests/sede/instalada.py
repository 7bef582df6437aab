"""An installation of a small process, founded and ready for its puesta en ceros."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from prep.bitacora.nodos import NodoInstituto, NodoLocal, nodo_local
from prep.bitacora.services import anotar, fundar_instalacion
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.escritor import escribir_proceso
from prep.catalogo.services import cargar, importar, informativo
from prep.dominio.tabulacion.proceso import Modo
from prep.plataforma.almacen import AlmacenCarpeta
from prep.publicacion.publicador import Publicador
from prep.sede import actos
from prep.simulacro.noche import Noche
from prep.transparencia.almacen import Carpeta
from prep.transparencia.hojas import leer_hoja
from prep.transparencia.nota import LlavePrivada
from prep.transparencia.registro import leer_historia

CIERRE = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo("America/Mexico_City"))


@dataclass
class Sede:
    publicador: Publicador
    carpeta: Path

    def anotar_noche(self, cuantas: int) -> None:
        p = self.publicador
        noche = Noche(p.proceso, p.informativo, CIERRE, 3)
        actas = list(noche.actas())[:cuantas]
        raiz = NodoInstituto(p.registro.firmante, p.registro.firmante.llave.publica)
        clave, modo = p.proceso.clave, p.modo.value
        fundar_instalacion(clave, modo, raiz, self.nodo, noche.cargos, CIERRE, telefonos=noche.telefonos)
        anotar([h for a in actas for h in a.hechos], self.nodo, CIERRE, noche.telefonos)

    @property
    def nodo(self) -> NodoLocal:
        return nodo_local(self.carpeta / "llaves")

    @property
    def tipos(self) -> list[str]:
        llave = self.publicador.registro.firmante.llave
        historia = leer_historia(Carpeta(self.carpeta / "publicacion"), [llave])
        return [leer_hoja(h)["tipo"] for h in historia.hojas]

    def documento(self, acto: actos.Acto) -> dict[str, Any]:
        datos = (self.carpeta / "publicacion" / "documentos" / f"{acto.documento}.json").read_bytes()
        assert hashlib.sha256(datos).hexdigest() == acto.documento
        return json.loads(datos)


def importar_con(carpeta: Path, **parametros: Any) -> None:
    """Import the process as its folder says it, with these in `[parametros]`."""
    proceso, info = ejemplo(60)
    escribir_proceso(carpeta, proceso, replace(info, parametros=replace(info.parametros, **parametros)))
    importar(carpeta, CIERRE)


def instalar(carpeta: Path) -> Sede:
    importar_con(carpeta / "proceso")
    publicador = Publicador(
        cargar(),
        informativo(),
        AlmacenCarpeta(carpeta / "publicacion"),
        Modo.SIMULACRO,
        LlavePrivada.nueva("instituto.example/prep/simulacro"),
        procesos=1,
    )
    sede = Sede(publicador, carpeta)
    publicador.nodo = sede.nodo
    assert actos.fundar(publicador, sede.nodo, CIERRE) > 5
    return sede


def quien(sede: Sede, rol: str) -> str:
    """Somebody of the catalogue with that role."""
    return next(p.persona for p in sede.publicador.informativo.personas if p.rol == rol)


def poner_en_ceros(sede: Sede, hora: datetime = CIERRE, **mas: Any) -> actos.Acto:
    """What is shown, approved; then the puesta en ceros."""
    actos.aprobar(sede.publicador, hora, quien(sede, "administrador"))
    return actos.puesta_en_ceros(sede.publicador, hora, **mas)
