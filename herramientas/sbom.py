"""Write the bill of materials (CycloneDX 1.6, JSON): every package of `requirements.lock`, with the hashes that its
install is checked against, its licence and what asked for it.

From the lock and the metadata of what is installed, as `licencias.py`; the same lock gives the same bytes. Another
argument is where to write it.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
import uuid
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from licencias import RAIZ, licencia

DESTINO = RAIZ / "salida" / "sbom.cdx.json"
_ENTRADA = re.compile(
    r"^([A-Za-z0-9._-]+)==([^\s\\]+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)((?:\n    #.*)*)", re.MULTILINE
)


def purl(nombre: str, version: str) -> str:
    return f"pkg:pypi/{nombre}@{version}"


def documento() -> dict[str, Any]:
    crudo = (RAIZ / "requirements.lock").read_text()
    proyecto = tomllib.loads((RAIZ / "pyproject.toml").read_text())["project"]
    raiz = purl(proyecto["name"], proyecto["version"])
    piden: dict[str, set[str]] = {}
    componentes, nombrados = [], {proyecto["name"]: raiz}
    entradas = _ENTRADA.findall(crudo)
    for nombre, version, _, _ in entradas:
        nombrados[nombre] = purl(nombre, version)
    for nombre, version, hashes, de in entradas:
        for quien in set(re.findall(r"[A-Za-z0-9._-]+", de)) & nombrados.keys():
            piden.setdefault(nombrados[quien], set()).add(nombrados[nombre])
        huellas = sorted(re.findall(r"[0-9a-f]{64}", hashes))
        componentes.append(
            {
                "type": "library",
                "bom-ref": nombrados[nombre],
                "name": nombre,
                "version": version,
                "purl": nombrados[nombre],
                "licenses": [{"expression": licencia(nombre, distribution(nombre))}],
                "externalReferences": [
                    {
                        "type": "distribution",
                        "url": f"https://pypi.org/project/{nombre}/{version}/",
                        "hashes": [{"alg": "SHA-256", "content": h} for h in huellas],
                    }
                ],
            }
        )
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.UUID(hashlib.sha256(crudo.encode()).hexdigest()[:32], version=4)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": raiz,
                "name": proyecto["name"],
                "version": proyecto["version"],
                "purl": raiz,
                "licenses": [{"expression": proyecto["license"]}],
            }
        },
        "components": componentes,
        "dependencies": [{"ref": r, "dependsOn": sorted(piden.get(r, ()))} for r in nombrados.values()],
    }


if __name__ == "__main__":
    destino = Path(sys.argv[1]) if sys.argv[1:] else DESTINO
    destino.parent.mkdir(parents=True, exist_ok=True)
    doc = documento()
    destino.write_text(json.dumps(doc, indent=1, ensure_ascii=False) + "\n")
    print(f"• {destino}: {len(doc['components'])} paquetes con sus huellas.")  # noqa: T201
