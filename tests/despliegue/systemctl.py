"""A stand-in for systemd inside a server of the tests: starts each unit from its own file, as its user, with its
environment and the same places to write; nothing of what a unit says is repeated here. `systemctl.py ORDEN UNIDAD…`
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

DONDE = (Path("/etc/systemd/system"), Path("/lib/systemd/system"))
MARCHA = Path("/run/prueba-systemd")
BITACORA = Path("/var/log/prueba-systemd")


class Unidad:
    """A unit's file and its drop-ins: `dice["Service.ExecStart"]` is every value it gives, in order."""

    def __init__(self, nombre: str) -> None:
        self.nombre = nombre if re.search(r"\.(service|target|timer)$", nombre) else f"{nombre}.service"
        raiz, _, self.instancia = self.nombre.rpartition(".")[0].partition("@")
        molde = f"{raiz}@.service" if self.instancia else self.nombre
        hallados = [d / molde for d in DONDE if (d / molde).is_file()]
        archivo = hallados[0] if hallados else Path(os.devnull)  # not installed yet: neither enabled nor active
        anadidos = sorted((DONDE[0] / f"{raiz.partition('-')[0]}-.service.d").glob("*.conf"))
        self.dice: dict[str, list[str]] = {}
        for uno in (archivo, *(anadidos if self.nombre.endswith(".service") else ())):
            seccion = ""
            for renglon in uno.read_text().splitlines():
                if renglon.startswith("["):
                    seccion = renglon.strip("[]")
                elif renglon and renglon[0] not in "#;":
                    clave, _, valor = renglon.partition("=")
                    valor = valor.replace("%I", self.instancia.replace("-", "/")).replace("%i", self.instancia)
                    self.dice.setdefault(f"{seccion}.{clave}", []).append(valor)

    def uno(self, clave: str, sin: str = "") -> str:
        return self.dice.get(f"Service.{clave}", [sin])[-1]

    def palabras(self, clave: str) -> list[str]:
        return " ".join(self.dice.get(clave, [])).split()

    @property
    def seña(self) -> Path:
        return MARCHA / self.nombre

    def entorno(self) -> dict[str, str]:
        entorno = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        for archivo in self.dice.get("Service.EnvironmentFile", []):
            if Path(archivo.lstrip("-")).exists() or not archivo.startswith("-"):
                for renglon in Path(archivo.lstrip("-")).read_text().splitlines():
                    if renglon and renglon[0] != "#":
                        entorno.__setitem__(*renglon.partition("=")[::2])
        return entorno

    def orden(self, linea: str, entorno: dict[str, str]) -> list[str]:
        """What systemd would run, inside what the unit lets it see and write."""
        propia = [
            re.sub(r"\$\{(\w+)\}", lambda m: entorno.get(m[1], ""), palabra)
            for palabra in shlex.split(linea.lstrip("-"))
        ]
        usuario = self.uno("User")
        como = (
            ["setpriv", f"--reuid={usuario}", f"--regid={self.uno('Group', usuario)}", "--init-groups"]
            if usuario
            else []
        )
        if self.uno("NoNewPrivileges") == "yes":
            como += ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        if self.uno("ProtectSystem") != "strict":
            return [*como, *propia]
        escribe = [r for r in self.palabras("Service.ReadWritePaths") if Path(r.lstrip("-")).exists() or r[0] != "-"]
        pasos = [
            "mount --make-rprivate /",
            *(f"mount --bind {r.lstrip('-')} {r.lstrip('-')}" for r in escribe),
            "mount -o remount,bind,ro /",
            "mount -o remount,bind,ro /run",
            "mount -t tmpfs -o mode=1777 tmpfs /tmp",
            *(["mount -t tmpfs -o mode=0 tmpfs /root"] if self.uno("ProtectHome") == "yes" else []),
        ]
        return ["unshare", "-m", "sh", "-ec", "; ".join([*pasos, 'exec "$@"']), "sh", *como, *propia]

    def correr(self, clave: str, *, esperar: bool) -> int:
        for condicion in self.dice.get("Unit.ConditionPathExists", []):
            if not Path(condicion).exists():
                return 0
        entorno = self.entorno()
        BITACORA.mkdir(exist_ok=True)
        for linea in self.dice.get(f"Service.{clave}", []):
            with (BITACORA / f"{self.nombre}.log").open("ab") as dicho:
                proceso = subprocess.Popen(
                    self.orden(linea, entorno),
                    env=entorno, cwd=self.uno("WorkingDirectory", "/"), start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=dicho, stderr=subprocess.STDOUT,
                    umask=int(self.uno("UMask", "22"), 8),
                )  # fmt: skip
            if not esperar:
                self.seña.parent.mkdir(exist_ok=True)
                self.seña.write_text(str(proceso.pid))
            elif (codigo := proceso.wait()) and not linea.startswith("-"):
                return codigo
        return 0

    def activa(self) -> bool:
        if not self.nombre.endswith(".service"):
            return self.seña.exists()
        archivo = Path(self.uno("PIDFile")) if self.uno("Type") == "forking" else self.seña
        try:
            pid = archivo.read_text().split()[0]
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, IndexError):
            return False

    def arrancar(self) -> int:
        if self.activa():
            return 0
        if not self.nombre.endswith(".service"):
            MARCHA.mkdir(exist_ok=True)
            self.seña.touch()
            return max((Unidad(u).arrancar() for u in self.palabras("Unit.Wants")), default=0)
        if self.correr("ExecCondition", esperar=True):
            return 0
        largo = self.uno("Type") in ("exec", "simple", "notify")
        return self.correr("ExecStart", esperar=not largo)

    def detener(self) -> int:
        if not self.activa():
            return 0
        if "Service.ExecStop" in self.dice:
            return self.correr("ExecStop", esperar=True)
        for suya in self.palabras("Unit.Wants") if self.nombre.endswith(".target") else []:
            Unidad(suya).detener()  # each says PartOf
        if self.nombre.endswith(".service"):
            pid = int(self.seña.read_text())
            os.kill(pid, signal.SIGTERM)
            limite = time.monotonic() + 60
            while self.activa() and time.monotonic() < limite:
                time.sleep(0.05)
        self.seña.unlink(missing_ok=True)
        return 0


def main() -> int:
    opciones = {a for a in sys.argv[1:] if a.startswith("-")}
    orden, *nombres = [a for a in sys.argv[1:] if not a.startswith("-")]
    unidades = [Unidad(n) for n in nombres]
    habilitadas = MARCHA.parent / "prueba-habilitadas"
    codigo = 0
    for u in unidades:
        if orden == "is-active":
            codigo |= 0 if u.activa() else 3
        elif orden == "is-enabled":
            codigo |= 0 if habilitadas.exists() and u.nombre in habilitadas.read_text().split() else 1
        elif orden == "enable":
            with habilitadas.open("a") as f:
                f.write(f"{u.nombre}\n")
            codigo |= u.arrancar() if "--now" in opciones else 0
        elif orden == "disable":
            habilitadas.write_text("".join(f"{n}\n" for n in habilitadas.read_text().split() if n != u.nombre))
            codigo |= u.detener() if "--now" in opciones else 0
        elif orden == "reload":
            codigo |= u.correr("ExecReload", esperar=True)
        elif orden in ("stop", "restart"):
            codigo |= u.detener()
        if orden in ("start", "restart"):
            codigo |= u.arrancar()
    return codigo


if __name__ == "__main__":
    sys.exit(main())
