"""A copy of an installation, made while it works, from which another one goes on; and every copy that is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connection
from instalada import CIERRE, Sede, instalar, poner_en_ceros

from prep.bitacora.asientos import cabeza
from prep.bitacora.verificacion import verificar
from prep.plataforma import roles
from prep.plataforma.almacen import AlmacenCarpeta
from prep.publicacion.corte import hacer_corte
from prep.publicacion.publicador import CorteImposible
from prep.publicacion.rehacer import rehacer
from prep.sede.respaldo import Hecho, RespaldoImposible, hacer, podar, restaurar, sobrantes, ultimo
from prep.transparencia.nota import LlavePrivada

FOTO = b"\xff\xd8 una imagen"


def nada(_: str) -> None: ...


@contextmanager
def otra_base(bases: Any) -> Iterator[str]:
    """Django over an empty database of another machine, without a table."""
    with ExitStack() as pila:
        nombre = bases.copia("template0", pila)
        previa = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = nombre
        try:
            yield nombre
        finally:
            connection.close()
            connection.settings_dict["NAME"] = previa


@pytest.fixture
def noche(sede: Sede) -> Sede:
    """A night with its puesta en ceros, a corte of six actas, two pictures and its keys."""
    poner_en_ceros(sede)
    sede.anotar_noche(6)
    for datos in (FOTO, FOTO * 2):
        nombre = sha256(datos).hexdigest()
        AlmacenCarpeta(sede.carpeta / "evidencia", privado=True).escribir(f"originales/{nombre[:2]}/{nombre}", datos)
    hacer_corte(sede.publicador, CIERRE + timedelta(hours=1))
    return sede


def respaldar(sede: Sede, horas: int = 2) -> Hecho:
    evidencia = AlmacenCarpeta(sede.carpeta / "evidencia", privado=True)
    hora = CIERRE + timedelta(hours=horas)
    return hacer(AlmacenCarpeta(sede.carpeta / "copias"), sede.publicador.almacen, evidencia, hora, nada)


def restaurar_en(carpeta: Path, sede: Sede) -> Any:
    copias = AlmacenCarpeta(sede.carpeta / "copias")
    return restaurar(copias, carpeta / "publicacion", carpeta / "evidencia", carpeta / "llaves", nada)


def arbol(carpeta: Path) -> dict[str, bytes]:
    return {r: (carpeta / r).read_bytes() for r in AlmacenCarpeta(carpeta).listar()}


def test_another_machine_goes_on_from_a_copy(noche: Sede, bases: Any, tmp_path: Path) -> None:
    primera = respaldar(noche)
    noche.anotar_noche(9)  # the same six again, which count once, and three more
    hacer_corte(noche.publicador, CIERRE + timedelta(hours=3))
    segunda = respaldar(noche, 4)
    tenia, root = cabeza().tamano, cabeza().raiz()
    assert (segunda.respaldo.hechos, segunda.respaldo.corte, segunda.danados) == (tenia, 3, [])
    assert segunda.nuevos < primera.nuevos / 2  # what did not change is not copied again
    otra = tmp_path / "otra"
    shutil.copytree(noche.carpeta / "llaves", otra / "llaves")
    with otra_base(bases):
        hecho = restaurar_en(otra, noche)
        assert (cabeza().tamano, cabeza().raiz()) == (tenia, root)
        assert list(verificar()) == []
        assert [a for a in hecho.avisos if "nodo" in a] == [] and any("instituto.skey" in a for a in hecho.avisos)
        for que in ("publicacion", "evidencia"):
            assert arbol(otra / que) == arbol(noche.carpeta / que)
        assert (otra / "evidencia").stat().st_mode & 0o077 == 0
        p = noche.publicador
        r = rehacer(otra / "publicacion" / "cortes" / "0003", p.proceso, p.informativo, None)
        assert (r.diferencias, r.corte) == ([], 3)
        with pytest.raises(RespaldoImposible, match="no está vacía"):
            restaurar_en(otra, noche)
        with pytest.raises(RespaldoImposible, match="ya tiene tablas"):
            restaurar_en(tmp_path / "tercera", noche)
        p.almacen = AlmacenCarpeta(otra / "publicacion")
        assert hacer_corte(p, CIERRE + timedelta(hours=5)).numero == 4  # it goes on where the other one was


def test_the_copies_that_are_too_many_go_and_what_stays_is_whole(
    noche: Sede, bases: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the last ones all, of the earlier ones one an hour; and no object that any of those needs."""
    dias = [f"respaldos/202706{d:02}T{h:02}{m:02}00Z.x.json" for d in (6, 7) for h in (1, 2) for m in range(0, 60, 5)]
    assert set(dias) - set(sobrantes(dias)) == {*dias[::12], *dias[-12:]}
    monkeypatch.setattr("prep.sede.respaldo.ULTIMOS", 1)
    copias = AlmacenCarpeta(noche.carpeta / "copias")
    respaldar(noche)
    primeros = set(copias.listar("objetos/"))
    noche.anotar_noche(9)
    hacer_corte(noche.publicador, CIERRE + timedelta(hours=3))
    assert podar(copias) == 0
    respaldar(noche, 4)
    segundos = set(copias.listar("objetos/")) - primeros
    hora = CIERRE + timedelta(hours=4)
    for minuto in (1, 2):
        noche.anotar_noche(9 + minuto)
        evidencia = AlmacenCarpeta(noche.carpeta / "evidencia", privado=True)
        hacer(copias, noche.publicador.almacen, evidencia, hora + timedelta(minutes=minuto), nada)
    listas = list(copias.listar("respaldos/"))
    todos = set(copias.listar("objetos/"))
    assert list(sobrantes(listas)) == [listas[2]]  # neither the last nor the first of its hour
    assert podar(copias) == 1
    assert list(copias.listar("respaldos/")) == [*listas[:2], listas[3]]
    quitados = todos - set(copias.listar("objetos/"))
    assert quitados and not quitados & (primeros | segundos)  # only what nobody else had
    with otra_base(bases):
        assert restaurar_en(tmp_path / "otra", noche).respaldo.corte == 3


def test_a_database_that_goes_behind_what_was_published_serves_nobody(
    noche: Sede, bases: Any, tmp_path: Path, url_postgres: str
) -> None:
    """An old copy of the database under today's publication: no corte, no copy of it, and the server does not start."""
    respaldar(noche)
    noche.anotar_noche(9)
    hacer_corte(noche.publicador, CIERRE + timedelta(hours=3))
    with otra_base(bases) as base:
        restaurar_en(tmp_path / "vieja", noche)
        with pytest.raises(CorteImposible, match=r"va atrás de lo publicado.*«prep respaldo restaurar»"):
            hacer_corte(noche.publicador, CIERRE + timedelta(hours=5))
        with pytest.raises(RespaldoImposible, match="va atrás de lo publicado"):
            respaldar(noche, 5)
        url = f"postgresql://{roles.WEB}@/{base}?{url_postgres.partition('?')[2]}"
        hecho = subprocess.run(
            [sys.executable, "-m", "prep", "servir", "--puerto", "8534"],
            env=os.environ | {"DATABASE_URL": url, "PREP_DATOS_DIR": str(noche.carpeta)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (hecho.returncode, "No se atiende: la bitácora ya no es la que firmó" in hecho.stderr) == (1, True)
        assert "Atendiendo" not in hecho.stdout


def test_a_copy_altered_or_of_something_else_is_refused_and_nothing_is_left(
    noche: Sede, bases: Any, tmp_path: Path
) -> None:
    respaldar(noche)
    copias, otra = noche.carpeta / "copias", tmp_path / "otra"
    hecho = ultimo(AlmacenCarpeta(copias))
    assert hecho is not None
    (lista,) = (copias / "respaldos").iterdir()
    foto = sha256(FOTO).hexdigest()
    corte = hecho.archivos["publicacion/cortes/0002/corte.json"]
    casos: list[tuple[str, Callable[[bytes], bytes | None], str]] = [
        (f"objetos/{foto[:2]}/{foto}", lambda d: d[:-1], f"alterado objetos/{foto[:2]}/{foto}, que es evidencia/orig"),
        (f"objetos/{foto[:2]}/{foto}", lambda d: None, f"falta objetos/{foto[:2]}/{foto}, que es evidencia/originales"),
        (f"objetos/{corte[:2]}/{corte}", lambda d: d.replace(b"0", b"1"), "que es cortes/0002/corte.json"),
        (f"objetos/{hecho.base[0][:2]}/{hecho.base[0]}", lambda d: d[:-9], "un pedazo de la base de datos"),
        (f"respaldos/{lista.name}", lambda d: d[:-2], f"{lista.name} está incompleto o alterado"),
        (f"respaldos/{lista.name}", lambda d: None, "no hay ningún respaldo terminado"),
    ]
    with otra_base(bases):
        for ruta, danar, dice in casos:
            antes = (copias / ruta).read_bytes()
            (copias / ruta).unlink()
            if (despues := danar(antes)) is not None:
                (copias / ruta).write_bytes(despues)
            with pytest.raises(RespaldoImposible, match=dice):
                restaurar_en(otra, noche)
            (copias / ruta).write_bytes(antes)
            assert not (otra / "publicacion").exists() and not (otra / "evidencia").exists(), ruta
        # of something else: another key's; a list that says what neither the database nor the publication do
        (otra / "llaves").mkdir(parents=True)
        ajena = LlavePrivada.nueva("otro.example/prep/simulacro")
        (otra / "llaves" / "instituto.vkey").write_text(ajena.llave.vkey)
        with pytest.raises(RespaldoImposible, match=r"llave del instituto no es la de .*instituto\.vkey"):
            restaurar_en(otra, noche)
        (otra / "llaves" / "instituto.vkey").unlink()
        for cambio, dice in (
            ({"proceso": "OTRO"}, "es de otra instalación que la que dice la lista"),
            ({"hechos": hecho.hechos - 1}, "no tiene los"),
            ({"corte": 1}, "el corte 2 fue retirado"),
        ):
            falsa = orjson.dumps(orjson.loads(lista.read_bytes()) | cambio)
            nueva = f"respaldos/20990101T000000Z.{sha256(falsa).hexdigest()}.json"
            AlmacenCarpeta(copias).escribir(nueva, falsa)
            with pytest.raises(RespaldoImposible, match=dice):
                restaurar_en(otra, noche)
            (copias / nueva).unlink()
        assert restaurar_en(otra, noche).respaldo == hecho  # the good one is taken


def test_what_is_damaged_here_is_named_and_another_installation_has_its_own_place(
    noche: Sede, bitacora_nueva: Callable[[], Any], tmp_path: Path
) -> None:
    foto = sha256(FOTO).hexdigest()
    (noche.carpeta / "evidencia" / "originales" / foto[:2] / foto).write_bytes(b"otra cosa")
    assert respaldar(noche).danados == [f"evidencia/originales/{foto[:2]}/{foto}"]
    with bitacora_nueva():
        ajena = instalar(tmp_path / "ajena")
        ajena.carpeta = noche.carpeta
        with pytest.raises(RespaldoImposible, match=r"Ahí están los respaldos de .*indique otro lugar"):
            respaldar(ajena)
