"""Mutation testing of the law: change `dominio` in every small way and see that some test of `tests/dominio` fails.

Ends with an error when fewer than 90 % of the mutants are killed, and names the survivors.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

RAIZ = Path(__file__).resolve().parents[1]
MINIMO = 90


def main() -> int:
    mutmut = [sys.executable, "-m", "mutmut"]
    subprocess.run([*mutmut, "run"], cwd=RAIZ, check=False)
    subprocess.run([*mutmut, "export-cicd-stats"], cwd=RAIZ, check=True)
    cuenta = json.loads((RAIZ / "mutants" / "mutmut-cicd-stats.json").read_text())
    muertos, total = cuenta["killed"] + cuenta["timeout"], cuenta["total"] - cuenta["skipped"]
    alcanza = total > 0 and muertos * 100 >= MINIMO * total
    if not alcanza:
        subprocess.run([*mutmut, "results"], cwd=RAIZ, check=True)
    sys.stdout.write(
        f"Mutantes de dominio: {muertos} de {total} muertos, {cuenta['timeout']} de ellos porque no terminaban; "
        f"se piden {MINIMO} %.\n"
    )
    return 0 if alcanza else 1


if __name__ == "__main__":
    sys.exit(main())
