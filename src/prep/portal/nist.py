"""Export of a corte in the common format of NIST SP 1500-100 version 2 (JSON), down to each distrito and municipio.

What the format has no word for: votos nulos go as a selection without candidates whose counts have type `other`,
`nulos`; votes for people not registered are its write-ins.
"""

from __future__ import annotations

from typing import Any

import orjson

from prep.portal.cifras import Doc, contadas

E = "ElectionResults."


def _texto(s: str) -> Doc:
    cadena = {"@type": E + "LanguageString", "Content": s, "Language": "es-MX"}
    return {"@type": E + "InternationalizedText", "Text": [cadena]}


def reporte(manifiesto: Doc, proceso: Doc, resumenes: dict[str, Doc], avance: Doc | None = None) -> bytes:
    """`ElectionReport` of level `summary-contest`. The day of the election is that of the first corte."""
    entidad, institucion = proceso["entidad"], proceso.get("institucion", {})
    dia = (avance["horas"][0] if avance and avance.get("horas") else manifiesto["hora"])[:10]
    elecciones = proceso["elecciones"]
    unidades = [_unidad("entidad", "state", entidad["nombre"], {})]
    for agrupa in dict.fromkeys(e["agrupa"] for e in elecciones):
        e = next(x for x in elecciones if x["agrupa"] == agrupa)
        cuentas = {r["id"]: r for r in resumenes[e["clave"]]["demarcaciones"]}
        tipo = "state-house" if agrupa == "distrito" else "municipality"
        for d in e["demarcaciones"]:
            n, m = contadas(cuentas[d["id"]]) if d["id"] in cuentas else (0, d["actas_esperadas"])
            extra = {"Number": str(d["id"]), "VotersRegistered": d["lista_nominal"]}
            extra |= {"SubUnitsReported": n, "TotalSubUnits": m} if e["ambito"] != "entidad" else {}
            unidades.append(_unidad(f"{agrupa}-{d['id']}", tipo, d["nombre"], extra))
    completo = all(n == m for n, m in map(contadas, resumenes.values()))
    doc: Doc = {
        "@type": E + "ElectionReport",
        "Format": "summary-contest",
        "GeneratedDate": manifiesto["hora"],
        "Issuer": institucion.get("nombre", proceso["nombre"]),
        "IssuerAbbreviation": institucion.get("siglas", entidad["abreviatura"]),
        "SequenceStart": 1,
        "SequenceEnd": 1,
        "Status": "unofficial-complete" if completo else "unofficial-partial",
        "VendorApplicationId": "PREP Abierto",
        "IsTest": manifiesto["modo"] != "jornada",
        "Notes": f"Corte {manifiesto['corte']}. Resultados preliminares, sin efectos jurídicos.",
        "GpUnit": unidades,
        "Party": _partidos(proceso),
        "Election": [_eleccion(proceso, resumenes, dia)],
    }
    if doc["IsTest"]:
        doc["TestType"] = manifiesto["modo"]
    return orjson.dumps(doc)


def _unidad(clave: str, tipo: str, nombre: str, extra: Doc) -> Doc:
    return {"@id": clave, "@type": E + "ReportingUnit", "Type": tipo, "Name": _texto(nombre), **extra}


def _partidos(proceso: Doc) -> list[Doc]:
    salida: dict[str, Doc] = {}
    for p in proceso["partidos"]:
        color = {"Color": p["color"][1:].lower()} if p.get("color") else {}
        clave = f"partido-{p['siglas']}"
        salida[clave] = {
            "@id": clave,
            "@type": E + "Party",
            "Name": _texto(p["nombre"]),
            "Abbreviation": _texto(p["siglas"]),
            **color,
        }
    for e in proceso["elecciones"]:
        for d in e["demarcaciones"]:
            for c in d["candidaturas"]:
                if len(c["partidos"]) > 1:
                    clave = _endoso(c)[0]
                    salida.setdefault(
                        clave,
                        {
                            "@id": clave,
                            "@type": E + "Coalition",
                            "Name": _texto("-".join(c["partidos"])),
                            "PartyIds": [f"partido-{p}" for p in c["partidos"]],
                        },
                    )
    return list(salida.values())


def _endoso(c: Doc) -> list[str]:
    ps = c["partidos"]
    if len(ps) > 1:
        return [f"coalicion-{'_'.join(ps)}"]
    return [f"partido-{p}" for p in ps]


def _eleccion(proceso: Doc, resumenes: dict[str, Doc], dia: str) -> Doc:
    contiendas: list[Doc] = []
    candidatos: list[Doc] = []
    for e in proceso["elecciones"]:
        resumen = resumenes[e["clave"]]
        lugares = {r["id"]: r for r in resumen["demarcaciones"]}
        if e["ambito"] == "entidad":
            cuentas = [("entidad", resumen)] + [(f"{e['agrupa']}-{i}", r) for i, r in lugares.items()]
            personas = e["demarcaciones"][0]["candidaturas"] if e["demarcaciones"] else []
            contienda, suyos = _contienda(e["clave"], e["nombre"], "entidad", cuentas, personas)
            contiendas.append(contienda)
            candidatos += suyos
            continue
        for d in e["demarcaciones"]:
            if d["id"] not in lugares:
                continue
            unidad = f"{e['agrupa']}-{d['id']}"
            clave, nombre = f"{e['clave']}-{d['id']}", f"{e['nombre']}, {d['nombre']}"
            contienda, suyos = _contienda(clave, nombre, unidad, [(unidad, lugares[d["id"]])], d["candidaturas"])
            contiendas.append(contienda)
            candidatos += suyos
    return {
        "@type": E + "Election",
        "ElectionScopeId": "entidad",
        "StartDate": dia,
        "EndDate": dia,
        "Name": _texto(proceso["nombre"]),
        "Type": "general",
        "Candidate": candidatos,
        "Contest": contiendas,
    }


def _contienda(
    clave: str, nombre: str, unidad: str, cuentas: list[tuple[str, Doc]], personas: list[Doc]
) -> tuple[Doc, list[Doc]]:
    quien = {c["clave"]: c for c in personas}
    selecciones: list[Doc] = []
    candidatos: list[Doc] = []
    votos: dict[str, list[Doc]] = {}
    for lugar, r in cuentas:
        for c in r["por_candidatura"]:
            votos.setdefault(c["clave"], []).append(_cuenta(lugar, c["votos"]))
    for i, c in enumerate(cuentas[0][1]["por_candidatura"], 1):
        seleccion: Doc = {
            "@id": f"{clave}-{c['clave']}",
            "@type": E + "CandidateSelection",
            "SequenceOrder": i,
            "VoteCounts": votos[c["clave"]],
        }
        persona = quien.get(c["clave"], {}).get("propietaria")
        if persona:
            identidad = f"candidatura-{clave}-{c['clave']}"
            candidatos.append({"@id": identidad, "@type": E + "Candidate", "BallotName": _texto(persona)})
            seleccion["CandidateIds"] = [identidad]
        if c["partidos"]:
            seleccion["EndorsementPartyIds"] = _endoso(c)
        selecciones.append(seleccion)
    nulos = [_cuenta(lugar, r["nulos"]["votos"], nulos=True) for lugar, r in cuentas]
    selecciones.append(
        {
            "@id": f"{clave}-nulos",
            "@type": E + "CandidateSelection",
            "SequenceOrder": len(selecciones) + 1,
            "VoteCounts": nulos,
        }
    )
    n, m = contadas(cuentas[0][1])
    estado = "completed" if n == m else "in-process" if n else "not-processed"
    contienda: Doc = {
        "@id": clave,
        "@type": E + "CandidateContest",
        "Name": nombre,
        "ElectionDistrictId": unidad,
        "VotesAllowed": 1,
        "VoteVariation": "plurality",
        "SubUnitsReported": n,
        "TotalSubUnits": m,
        "CountStatus": [{"@type": E + "CountStatus", "Status": estado, "Type": "total"}],
        "ContestSelection": selecciones,
        "OtherCounts": [
            {"@type": E + "OtherCounts", "GpUnitId": lugar, "WriteIns": r["no_registradas"]["votos"]}
            for lugar, r in cuentas
        ],
    }
    return contienda, candidatos


def _cuenta(lugar: str, votos: int, nulos: bool = False) -> dict[str, Any]:
    tipo = {"Type": "other", "OtherType": "nulos"} if nulos else {"Type": "total"}
    return {"@type": E + "VoteCounts", "GpUnitId": lugar, "Count": votos, **tipo}
