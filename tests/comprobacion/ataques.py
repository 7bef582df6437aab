"""What somebody could do to a publication, and the words in which it is found: the command and the page face them all.

Each attack receives a night (`emision_fabrica.Noche`, three cortes published) and leaves it spoiled; those that need
the institute's key have it.
"""

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

from emision_fabrica import INSTITUTO, PROCESO, Noche
from prep.dominio.tabulacion.contabilidad import Observacion
from prep.transparencia.canonico import canonico
from prep.transparencia.hojas import escribir_hoja
from prep.transparencia.nota import FIRMA, LlavePrivada, Nota
from prep.transparencia.punto import Punto, PuntoFirmado
from prep.transparencia.registro import Historia, Registro, historia_de, leer_historia, leer_hojas

Ataque = Callable[[Noche], None]
ATAQUES: dict[str, tuple[str, Ataque]] = {}


def ataque(dice: str) -> Callable[[Ataque], Ataque]:
    """Add to the table under its name; `dice`: regular expression of what must be said of it."""

    def anotar(f: Ataque) -> Ataque:
        ATAQUES[f.__name__] = (dice, f)
        return f

    return anotar


def _ultimo(noche: Noche, ruta: str = ""):
    return noche.carpeta / f"cortes/{noche.corte:04d}" / ruta


def publicar(noche: Noche, alterar: Callable[[dict, dict], None]) -> None:
    """A corte whose files were altered and then listed, hashed and signed as if nothing."""
    noche.capturar(0.4)
    manifiesto, archivos = noche.preparar()
    alterar(archivos, manifiesto)
    noche.emitir(noche.sellar(manifiesto, archivos), archivos)


def en_json(ruta: str, *camino, valor) -> Ataque:
    def alterar(archivos, _manifiesto):
        obj = json.loads(archivos[ruta])
        lugar = obj
        for paso in camino[:-1]:
            lugar = lugar[paso]
        nuevo = valor(lugar[camino[-1]]) if callable(valor) else valor
        assert lugar.get(camino[-1]) != nuevo if isinstance(lugar, dict) else lugar[camino[-1]] != nuevo
        lugar[camino[-1]] = nuevo
        archivos[ruta] = json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode()

    return lambda noche: publicar(noche, alterar)


def en_bytes(ruta: str, viejo: bytes, nuevo: bytes) -> Ataque:
    def alterar(archivos, _manifiesto):
        assert viejo in archivos[ruta]
        archivos[ruta] = archivos[ruta].replace(viejo, nuevo, 1)

    return lambda noche: publicar(noche, alterar)


def en_tabla(tabla: str, cambiar: Callable[[bytes], bytes]) -> Ataque:
    """Change one member of the zip of zips: the one whose name begins with `tabla`."""

    def alterar(archivos, _manifiesto):
        (ruta,) = [r for r in archivos if r.startswith("bd/")]
        cambios = []

        def y_anotar(contenido: bytes) -> bytes:
            nuevo = cambiar(contenido)
            cambios.append(nuevo != contenido)
            return nuevo

        archivos[ruta] = rezip(archivos[ruta], tabla, y_anotar)
        assert any(cambios)

    return lambda noche: publicar(noche, alterar)


def rezip(datos: bytes, tabla: str, cambiar: Callable[[bytes], bytes]) -> bytes:
    salida = BytesIO()
    with zipfile.ZipFile(BytesIO(datos)) as z, zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as w:
        for nombre in z.namelist():
            contenido = z.read(nombre)
            if nombre.endswith(".zip"):
                contenido = rezip(contenido, tabla, cambiar)
            elif nombre.startswith(tabla):
                contenido = cambiar(contenido)
            w.writestr(nombre, contenido)
    return salida.getvalue()


def celda(columna: str, valor: str, cual=lambda d: d["CONTABILIZADA"] == "1") -> Callable[[bytes], bytes]:
    def cambiar(datos: bytes) -> bytes:
        lineas = datos.decode("utf-8-sig").split("\r\n")
        n = next(i for i, x in enumerate(lineas) if x.startswith("CLAVE_CASILLA"))
        columnas = lineas[n].split(",")
        for i in range(n + 1, len(lineas)):
            celdas = lineas[i].split(",")
            if len(celdas) == len(columnas) and cual(dict(zip(columnas, celdas, strict=True))):
                assert celdas[columnas.index(columna)] != valor
                celdas[columnas.index(columna)] = valor
                lineas[i] = ",".join(celdas)
                break
        else:
            raise AssertionError("no hay qué cambiar")
        return ("\ufeff" + "\r\n".join(lineas)).encode()

    return cambiar


# --- without the key ----------------------------------------------------------------------------------------------


@ataque("reescrito")
def an_old_manifest_is_rewritten(noche):
    ruta = noche.carpeta / "cortes/0001/corte.json"
    ruta.write_bytes(canonico({**json.loads(ruta.read_text()), "software": "otro"}))


@ataque("fue retirado")
def a_corte_is_withdrawn(noche):
    shutil.rmtree(noche.carpeta / "cortes/0002")


@ataque("alterada o cambiada")
def two_images_are_swapped(noche):
    a, b = sorted((noche.carpeta / "imagenes").rglob("*.jpg"))[:2]
    uno, otro = a.read_bytes(), b.read_bytes()
    a.write_bytes(otro)
    b.write_bytes(uno)


@ataque("falta la imagen")
def an_image_is_missing(noche):
    min((noche.carpeta / "imagenes").rglob("*.jpg")).unlink()


@ataque("otra cosa que el último corte firmado")
def a_drill_poses_as_the_night(noche):
    p = noche.carpeta / "ultimo.json"
    p.write_bytes(canonico({**json.loads(p.read_text()), "modo": "jornada"}))


@ataque("otra cosa que el último corte firmado")
def the_pointer_says_more(noche):
    p = noche.carpeta / "ultimo.json"
    p.write_bytes(canonico({**json.loads(p.read_text()), "total": 999_999}))


@ataque("sobra")
def a_file_too_many(noche):
    _ultimo(noche, "otro.html").write_text("hola")


@ataque("fue alterado")
def a_file_is_altered(noche):
    _ultimo(noche, "GUB/resumen.json").write_bytes(b"{}")


@ataque("sobra tile/9/000")
def a_tile_of_a_tree_that_is_not(noche):
    (noche.carpeta / "tile/9").mkdir()
    (noche.carpeta / "tile/9/000").write_bytes(b"\0" * 8192)


@ataque("falta documentos/")
def the_documents_of_the_acts_are_gone(noche):
    shutil.rmtree(noche.carpeta / "documentos")


@ataque("documentos/.* fue alterado")
def the_zero_state_is_rewritten(noche):
    (archivo,) = (a for a in (noche.carpeta / "documentos").iterdir() if b"puesta_en_ceros" in a.read_bytes())
    archivo.write_bytes(canonico({**json.loads(archivo.read_text()), "hechos": 9}))


# --- with the key: history and acts -------------------------------------------------------------------------------


@ataque("ruta no permitida")
def a_manifest_names_a_file_outside(noche):
    manifiesto, _ = noche.preparar()
    manifiesto["archivos"][0]["ruta"] = "../../../etc/passwd"
    datos = canonico(manifiesto)
    ruta = f"cortes/{noche.corte + 1:04d}"
    noche.almacen.escribir(f"{ruta}/corte.json", datos)
    campos = {k: manifiesto[k] for k in ("proceso", "modo", "hora", "corte")}
    huella = sha256(datos).hexdigest()
    noche.registro.agregar(escribir_hoja("corte", **campos, manifiesto=huella, ruta=ruta))
    noche.almacen.reemplazar("ultimo.json", canonico({**campos, "manifiesto": huella, "ruta": ruta}))


def _rehacer_registro(noche, elegir):
    """The institute signs another log with some of the leaves of this one."""
    hojas = leer_historia(noche.almacen, [noche.registro.firmante.llave]).hojas
    for c in ("tile", "puntos"):
        shutil.rmtree(noche.carpeta / c)
    (noche.carpeta / "checkpoint").unlink()
    otro = Registro(noche.almacen, noche.registro.firmante)
    for h in elegir(list(hojas)):
        otro.agregar(h)


@ataque("sigue el 3")
def a_corte_is_dropped_from_the_log(noche):
    _rehacer_registro(noche, lambda h: [*h[:3], h[4]])


@ataque("comienza en el corte 2")
def the_log_begins_late(noche):
    _rehacer_registro(noche, lambda h: h[2:])


@ataque("no hay puesta en ceros")
def nobody_attested_the_zero_state(noche):
    _rehacer_registro(noche, lambda h: [*h[:2], *h[3:]])


def _con_bitacora(noche, posicion, raiz):
    publicar(noche, lambda _, m: m.update(bitacora={"posicion": posicion, "raiz": sha256(raiz).hexdigest()}))


@ataque("la bitácora perdió hechos ya firmados")
def the_bitacora_went_back(noche):
    _con_bitacora(noche, 2, b"bitacora")


@ataque("la bitácora cambió hechos ya firmados")
def the_bitacora_was_written_again(noche):
    _con_bitacora(noche, 5000, b"bitacora")
    _con_bitacora(noche, 5000, b"otra")


@ataque("es de simulacro y firma cortes de jornada")
def a_night_signed_with_the_key_of_a_drill(noche):
    shutil.rmtree(noche.carpeta)
    llave = LlavePrivada("ople.example/prep/simulacro", FIRMA, b"\x01" * 32)
    otra = Noche(noche.carpeta, modo="jornada")
    otra.registro = Registro(otra.almacen, llave)
    otra.almacen.reemplazar("politica", f"log {llave.llave.vkey}\nquorum none\n".encode())
    otra.publicar()


class DeNadie(Registro):
    """It goes on with whatever is there, whoever signed it."""

    def historia(self) -> Historia:
        nota = Nota.leer(self.almacen.leer("checkpoint"))
        punto = Punto.leer(nota.texto)
        return historia_de(PuntoFirmado(punto, nota, ()), leer_hojas(self.almacen, punto.tamano))


def de_llaves(noche: Noche, accion: str, llave: LlavePrivada, anterior: LlavePrivada | None = None) -> None:
    """What the log says of a key, signed by who signs it now."""
    noche.registro.agregar(
        escribir_hoja(
            "llaves",
            proceso=PROCESO,
            modo=noche.modo,
            hora=noche.hora(noche.corte).isoformat(),
            accion=accion,
            papel="instituto",
            llave=llave.llave.vkey,
            anterior=anterior and anterior.llave.vkey,
            motivo="prueba",
        )
    )


def relevar(noche: Noche) -> None:
    """The institute changes its key as the ceremony says: the old one announces the new one, which revokes it."""
    nueva = LlavePrivada(INSTITUTO.llave.nombre, FIRMA, b"\x42" * 32)
    de_llaves(noche, "rotacion", nueva, INSTITUTO)
    noche.registro = Registro(noche.almacen, nueva)
    de_llaves(noche, "revocacion", INSTITUTO)
    noche.publicar(0.1)


@ataque("ninguna llave conocida .*firma")
def a_revoked_key_names_another(noche):
    """Whoever stole it takes the log in which it was revoked, and goes on with one of his own that it announces."""
    relevar(noche)
    suya = LlavePrivada(INSTITUTO.llave.nombre, FIRMA, b"\x66" * 32)
    noche.registro = DeNadie(noche.almacen, INSTITUTO)
    de_llaves(noche, "rotacion", suya, INSTITUTO)
    noche.registro = DeNadie(noche.almacen, suya)
    noche.publicar(0.1)


@ataque("viene después del cierre")
def a_corte_after_the_close(noche):
    noche.publicar(0.1, cierre=True)
    noche.publicar(0.1)


@ataque("viene después del 4, que dice ser el último")
def a_corte_after_the_last_one(noche):
    m, archivos = noche.preparar(cierre=True)
    noche.emitir(m, archivos)
    noche.publicar(0.1)


@ataque("viene después del cierre")
def the_close_is_put_off_when_it_was(noche):
    noche.publicar(0.1, cierre=True)
    noche.acto("prorroga", hasta="2024-06-03T20:00:00-06:00", motivo="Faltan actas", doc={})


@ataque("nadie aprobó antes lo que muestra el primer corte")
def a_zero_state_that_shows_what_nobody_approved(noche):
    _rehacer_registro(noche, lambda hojas: [h for h in hojas if b'"aprobacion"' not in h])


@ataque("da fe de lo que no se había firmado")
def faith_given_of_what_was_not_done(noche):
    noche.acto("fe_publica", acto=900, persona="p-9", texto="Se hizo ante mí", doc={})


@ataque("nadie selló")
def a_truth_made_after_the_drill(noche):
    doc = canonico({"formato": "prep/verdad/1", "proceso": PROCESO, "modo": noche.modo, "votos": 5})
    huella = sha256(doc).hexdigest()
    noche.almacen.escribir(f"documentos/{huella}.json", doc)
    noche.acto("verdad_abierta", documento=huella)


@ataque(r"(?s)ya había una verdad sellada.*no es la que cuenta, la primera que se selló")
def several_truths_to_choose_from_after_the_drill(noche):
    docs = [canonico({"formato": "prep/verdad/1", "proceso": PROCESO, "modo": noche.modo, "votos": n}) for n in (5, 6)]
    for doc in docs:
        noche.acto("verdad_sellada", compromiso=sha256(doc).hexdigest())
    noche.almacen.escribir(f"documentos/{(huella := sha256(docs[1]).hexdigest())}.json", docs[1])
    noche.acto("verdad_abierta", documento=huella)


@ataque("dice 9 en «hechos»")
def the_close_attests_something_else(noche):
    m, archivos = noche.preparar(cierre=True)
    noche.emitir(m, archivos)
    noche.acto("cierre", corte=noche.corte, doc={"manifiesto": noche.anterior, "hechos": 9, "cuentas": m["cuentas"]})


@ataque("no dice lo mismo que su hoja")
def an_act_and_its_document_disagree(noche):
    doc = canonico({"formato": "prep/contingencia/1", "proceso": PROCESO})
    huella = sha256(doc).hexdigest()
    noche.almacen.escribir(f"documentos/{huella}.json", doc)
    noche.acto("contingencia", clave="RED", texto="Sin internet", documento=huella)


@ataque("es de jornada en un registro de simulacro")
def an_act_of_another_mode(noche):
    noche.modo = "jornada"
    noche.acto("contingencia", clave="RED", texto="Sin internet", doc={})


@ataque("vale desde antes de haberse firmado")
def a_node_delegated_after_the_fact(noche):
    horas = {"desde": "2024-06-02T20:00:00-06:00", "hasta": "2024-06-03T20:00:00-06:00"}
    noche.acto("delegacion", nodo="catd-1", llave="0" * 64, **horas, doc={"nombre": "CATD 1", "alcance": "todo"})


@ataque("a ese nodo nadie lo había delegado antes")
def a_node_acknowledged_that_nobody_had_delegated(noche):
    noche.acto("punto_de_nodo", nodo="catd-1", delegacion="0" * 64, hojas=3, raiz="0" * 64, doc={"otras": []})


# --- with the key: figures ----------------------------------------------------------------------------------------

SECCION = ("secciones", 0)
ACTA = (*SECCION, "casillas", 0, "actas", 0)
MAS = lambda v: v + 1  # noqa: E731
for _nombre, _dice, _ataque in (
    ("a total", "GUB, entidad, total: dice 1 y se calcula", en_json("GUB/resumen.json", "total", valor=1)),
    ("votes of a candidacy", "votos: dice", en_json("GUB/resumen.json", "por_candidatura", 0, "votos", valor=MAS)),
    ("a percentage", "porcentaje: dice 99.0000", en_json("GUB/resumen.json", "nulos", "porcentaje", valor="99.0000")),
    ("a share", "coalicion: dice", en_json("AYUN/resumen.json", "por_partido", 1, "coalicion", valor=MAS)),
    (
        "the order of candidacies",
        "clave: dice",
        en_json("AYUN/resumen.json", "por_candidatura", valor=lambda v: v[::-1]),
    ),
    ("whose candidacy", "por_candidatura", en_json("GUB/resumen.json", "por_candidatura", 0, "partidos", valor=["MC"])),
    (
        "a summary",
        "actas_capturadas: dice",
        en_json("DIP_LOC/resumen.json", "estadistica", "actas_capturadas", valor=MAS),
    ),
    ("a district", "Distrito 2, total", en_json("DIP_LOC/demarcacion/2.json", "total", valor=MAS)),
    ("a seccion", "sección", en_json("DIP_LOC/demarcacion/1.json", *SECCION, "total", valor=MAS)),
    ("casillas hidden", "no está así en el CSV", en_json("DIP_LOC/demarcacion/1.json", *SECCION, "casillas", valor=[])),
    ("a figure too many", "no debe decir nada", en_json("GUB/resumen.json", "ganador", valor="PAN")),
    ("an acta too rich", "trae datos de más", en_json("GUB/demarcacion/1.json", *ACTA, "votos", valor=5)),
    (
        "a lista nominal",
        "LISTA_NOMINAL dice",
        en_json("GUB/demarcacion/1.json", *SECCION, "casillas", 0, "lista_nominal", valor=1),
    ),
    (
        "observaciones",
        "OBSERVACIONES dice",
        en_json("GUB/demarcacion/1.json", *ACTA, "observaciones", valor=["Ilegible"]),
    ),
    (
        "special casillas",
        "GUB/especiales.json",
        en_json("GUB/especiales.json", "casillas", 0, "lista_nominal", valor=9),
    ),
    ("special casillas gone", "GUB/especiales.json, casillas", en_json("GUB/especiales.json", "casillas", valor=[])),
    (
        "a municipio",
        "GUB/municipios.json, municipios, .*, total",
        en_json("GUB/municipios.json", "municipios", 0, "total", valor=MAS),
    ),
    ("secciones", "secciones.json, sección 1", en_json("secciones.json", "secciones", "1", valor=[3, 4])),
    ("secciones gone", "secciones.json trae", en_json("secciones.json", "secciones", valor={})),
    (
        "a past point of the curve",
        "avance.json, GUB, corte 2",
        en_json("avance.json", "elecciones", "GUB", "total", 1, valor=MAS),
    ),
    (
        "a past count of the curve",
        "avance.json, GUB, corte 2",
        en_json("avance.json", "elecciones", "GUB", "capturadas", 1, valor=MAS),
    ),
    ("a past hour", "avance.json, horas", en_json("avance.json", "horas", 0, valor="2024-06-02T20:16:00-06:00")),
    (
        "the last point of the curve",
        "avance.json, GUB, corte 4",
        en_json("avance.json", "elecciones", "GUB", "candidaturas", "MC", -1, valor=MAS),
    ),
    (
        "names of parties",
        "catálogo del primer corte",
        en_json(
            "proceso.json",
            "partidos",
            valor=lambda v: [{**a, "nombre": b["nombre"]} for a, b in zip(v, v[1:] + v[:1], strict=True)],
        ),
    ),
    (
        "the order of ties",
        "catálogo del primer corte|coalicion",
        en_json("proceso.json", "elecciones", 0, "empates", valor=lambda v: v[::-1]),
    ),
    (
        "the limit of specials",
        "catálogo del primer corte|observaciones",
        en_json("proceso.json", "parametros", "boletas_especiales", valor=10),
    ),
    ("the process", "es de «otro»", en_json("proceso.json", "clave", valor="otro")),
    (
        "expected actas",
        "espera 1 actas",
        en_json("proceso.json", "elecciones", 0, "demarcaciones", 0, "actas_esperadas", valor=1),
    ),
    ("a key twice", "dos veces en un objeto", en_bytes("GUB/resumen.json", b'"total":', b'"total":999999,"total":')),
    ("not a number", "no es un entero|JSON", en_bytes("GUB/resumen.json", b'"votos":', b'"votos":NaN,"x":')),
    (
        "a decimal",
        "no es un entero|JSON",
        en_bytes("GUB/resumen.json", b'"eleccion":"GUB"', b'"eleccion":"GUB","x":1.0'),
    ),
    (
        "the total of an acta",
        "total calculado dice|página",
        en_tabla("JAL_GUB_2024", celda("TOTAL_VOTOS_CALCULADO", "1")),
    ),
    ("votes of an acta", "el total calculado dice", en_tabla("JAL_GUB_2024", celda("MC", "1"))),
    ("a mark", "deben ser «", en_tabla("JAL_GUB_2024", celda("MC", "Ilegible"))),
    ("letters for a number", "no es un número", en_tabla("JAL_GUB_2024", celda("MC", "x"))),
    (
        "an acta that does not count",
        "CONTABILIZADA no corresponde",
        en_tabla("JAL_GUB_2024", celda("CONTABILIZADA", "0")),
    ),
    ("an odd mark of counting", "CONTABILIZADA dice", en_tabla("JAL_GUB_2024", celda("CONTABILIZADA", "7"))),
    ("a false Excede", "y deben ser «", en_tabla("JAL_GUB_2024", celda("OBSERVACIONES", "Excede Lista Nominal"))),
    ("a false Excede of a special", "Excede Lista Nominal» y deben ser «", lambda noche: _excluir(noche, "S")),
    ("a false Excede from abroad", "Excede Lista Nominal» y deben ser «", lambda noche: _excluir(noche, "M")),
    ("an integrity code", "CODIGO_INTEGRIDAD dice", en_tabla("JAL_GUB_2024", celda("CODIGO_INTEGRIDAD", "a" * 64))),
    (
        "an hour of an acta",
        "FECHA_HORA_ACOPIO dice",
        en_tabla("JAL_GUB_2024", celda("FECHA_HORA_ACOPIO", "02/06/2024 18:00:00")),
    ),
    ("where an acta came from", "ORIGEN dice", en_tabla("JAL_GUB_2024", celda("ORIGEN", "CASILLA"))),
    ("a seccion of the table", "SECCION dice", en_tabla("JAL_GUB_2024", celda("SECCION", "9999"))),
    ("a district of the table", "no existe en el proceso", en_tabla("JAL_GUB_2024", celda("ID_DISTRITO_LOCAL", "077"))),
    ("a lista nominal of the table", "LISTA_NOMINAL dice", en_tabla("JAL_GUB_2024", celda("LISTA_NOMINAL", "90000"))),
    ("representatives", "REPRESENTANTES_PP_CI dice", en_tabla("JAL_GUB_2024", celda("REPRESENTANTES_PP_CI", "9"))),
    (
        "a sheet too many",
        "fuera_catalogo|registradas",
        en_tabla("JAL_GUB_2024", lambda d: d + d.rstrip(b"\r\n").split(b"\r\n")[-1] + b"\r\n"),
    ),
    ("a sheet with votes", "dice «7»", en_tabla("JAL_GUB_2024", celda("MC", "7", lambda d: d["CONTABILIZADA"] == "2"))),
    (
        "the hour of the table",
        "encabezado del CSV",
        en_tabla("JAL_GUB_2024", lambda d: d.replace(b"(UTC-6)", b"(UTC-5)")),
    ),
    (
        "the title of the table",
        "encabezado del CSV",
        en_tabla("JAL_GUB_2024", lambda d: d.replace(b"SIMULACRO - ", b"")),
    ),
    (
        "the header of the table",
        "encabezado del CSV",
        en_tabla("JAL_GUB_2024", lambda d: d.replace(b"\r\n\r\n", b"1\r\n\r\n", 1)),
    ),
    (
        "an acta twice",
        "está dos veces",
        en_tabla("JAL_GUB_2024", lambda d: b"\r\n".join([*d.split(b"\r\n")[:-2], d.split(b"\r\n")[-4], b""])),
    ),
    ("candidacies", "CANDIDATURAS", en_tabla("JAL_GUB_CANDIDATURAS", lambda d: d.replace(b",MC,", b",MC,Juana"))),
    ("another table inside", "hay dos bases de datos", lambda noche: publicar(noche, _con_otra_tabla)),
    (
        "not a zip",
        "no es un (archivo )?zip",
        lambda noche: publicar(noche, lambda a, m: a.update({r: b"PK no" for r in a if r.startswith("bd/")})),
    ),
    (
        "counts of the manifest",
        "corte.json, cuentas",
        lambda noche: noche.publicar(0.1, cuentas={"GUB": {"esperadas": 1, "capturadas": 0, "contabilizadas": 0}}),
    ),
    ("a field of the manifest", "sobra el campo «total»", lambda noche: _campo_de_mas(noche)),
    (
        "the images signed",
        "códigos de integridad",
        lambda noche: noche.publicar(0.1, imagenes={"raiz": "0" * 64, "total": 3}),
    ),
):
    ATAQUES[_nombre] = (_dice, _ataque)


def _excluir(noche: Noche, tipo: str) -> None:
    """An acta that counts is left out, everywhere alike, as if it exceeded a limit."""
    verdadero = noche._veredicto

    def falso(e, a):
        d = verdadero(e, a)
        if a.casilla.clave.tipo != tipo or d is None or not d.contabilizada:
            return d
        return replace(d, contabilizada=False, observaciones=(Observacion.EXCEDE, *d.observaciones))

    noche._veredicto = falso
    noche.publicar(0.9)


def _con_otra_tabla(archivos, _manifiesto):
    (ruta,) = [r for r in archivos if r.startswith("bd/")]
    salida = BytesIO()
    with zipfile.ZipFile(BytesIO(archivos[ruta])) as z, zipfile.ZipFile(salida, "w") as w:
        for nombre in z.namelist():
            w.writestr(nombre, z.read(nombre))
        w.writestr("otra.zip", z.read(z.namelist()[0]))
    archivos[ruta] = salida.getvalue()


def _campo_de_mas(noche):
    """`emitir_corte` refuses it, so whoever does it writes the leaf by hand."""
    manifiesto, archivos = noche.preparar()
    ruta = f"cortes/{noche.corte + 1:04d}"
    for r, d in archivos.items():
        noche.almacen.escribir(f"{ruta}/{r}", d)
    datos = canonico({**manifiesto, "total": 999_999})
    noche.almacen.escribir(f"{ruta}/corte.json", datos)
    campos = {k: manifiesto[k] for k in ("proceso", "modo", "hora", "corte")}
    huella = sha256(datos).hexdigest()
    noche.registro.agregar(escribir_hoja("corte", **campos, manifiesto=huella, ruta=ruta))
    noche.almacen.reemplazar("ultimo.json", canonico({**campos, "manifiesto": huella, "ruta": ruta}))
