"""Lists of people and the slips printed from them."""

from __future__ import annotations

import io
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from typer.testing import CliRunner

from gente import dentro, escribano, persona, terminal
from noche import INSTITUTO, raiz
from prep.acceso import bloqueos, listas, pases
from prep.acceso.facultades import Escribano, facultades_de
from prep.acceso.models import Cuenta, Registro
from prep.acceso.pases import hojas
from prep.acceso.puerta import Cuentas
from prep.acceso.registro import CONSOLA
from prep.acceso.roles import Rol
from prep.bitacora.autoridad import OtraLlave, autoridad, escritos_de_autoridad
from prep.cli import app
from prep.dominio.comun.hecho import Hecho
from prep.plataforma import arranque, llaves
from prep.plataforma.errores import Impedimento
from prep.transparencia.nota import LlavePrivada

pytestmark = pytest.mark.django_db
LISTA = """usuario,nombre,roles,lugar,alcance
,María de la Luz Peña Ñandú,capturista|verificador,CCV Guadalajara,
,Mario Nandu,acopiador,CATD 12,0100B00 0101B00
jefa,Ana Soto,supervisor,CCV Guadalajara,
"""


def texto_de(pdf: bytes) -> list[str]:
    documento = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return [hoja.get_textpage().get_text_range() for hoja in documento]


def test_a_list_makes_accounts_with_their_roles_and_reach() -> None:
    pases = listas.importar(LISTA, escribano())
    assert [p.usuario for p in pases] == ["maria.nandu", "mario.nandu", "jefa"]
    cuenta = Cuenta.objects.get(usuario="mario.nandu")
    (cargo,) = facultades_de(cuenta.persona)
    assert (cargo.rol, cargo.lugar, cargo.alcance) == (Rol.ACOPIADOR, "CATD 12", frozenset({"0100B00", "0101B00"}))
    assert cuenta.clave_provisional
    assert cuenta.entro is None
    assert {c.rol for c in facultades_de(Cuenta.objects.get(usuario="maria.nandu").persona)} == {
        Rol.CAPTURISTA,
        Rol.VERIFICADOR,
    }


def test_the_slip_lets_its_person_in_and_the_password_is_nowhere_else(client: Client) -> None:
    pase = listas.importar(LISTA, escribano())[0]
    assert pase.clave not in str(Cuenta.objects.values_list())
    terminal(client)
    assert client.post("/entrar/", {"login": pase.usuario, "password": pase.clave}).status_code == 302


def test_the_same_list_again_changes_no_password_and_a_corrected_one_only_what_it_says() -> None:
    listas.importar(LISTA, escribano())
    antes = list(Cuenta.objects.values_list("usuario", "persona", "password"))
    con_usuarios = "usuario,nombre,roles,lugar\nmario.nandu,Mario Nandú,digitalizador,CATD 13\n"
    assert listas.importar(con_usuarios, escribano()) == []
    assert list(Cuenta.objects.values_list("usuario", "persona", "password")) == antes
    mario = Cuenta.objects.get(usuario="mario.nandu")
    assert [(c.rol, c.lugar) for c in facultades_de(mario.persona)] == [(Rol.DIGITALIZADOR, "CATD 13")]
    assert mario.lugar == "CATD 13"


def test_the_same_list_without_users_makes_nobody_twice() -> None:
    """One human is one person, whom the blindness of the captures goes by; homonyms stay two."""
    lista = "nombre,roles,lugar\nMaría Peña,cae,CCV\nMaría Peña,cae,CCV\nMARÍA PEÑA,cae,CATD 1\n"
    assert len(listas.importar(lista, escribano())) == 3
    antes = list(Cuenta.objects.values_list("usuario", "persona", "lugar"))
    assert listas.importar(lista.replace("MARÍA PEÑA", "María Peña"), escribano()) == []
    assert list(Cuenta.objects.values_list("usuario", "persona", "lugar")) == antes


def test_what_is_changed_while_a_list_is_read_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    listas.importar(LISTA, escribano())
    real = Cuenta.save

    def mientras(cuenta: Cuenta, **como: Any) -> None:
        Cuenta.objects.filter(usuario="mario.nandu").update(activa=False, password="otra", epoca=7)
        real(cuenta, **como)

    monkeypatch.setattr(Cuenta, "save", mientras)
    listas.importar(LISTA, escribano())
    mario = Cuenta.objects.get(usuario="mario.nandu")
    assert (mario.activa, mario.password, mario.epoca) == (False, "otra", 7)


def test_a_password_of_ones_own_undoes_no_retirement() -> None:
    listas.importar(LISTA, escribano())
    vieja = Cuenta.objects.get(usuario="mario.nandu")
    listas.retirar(Cuenta.objects.get(usuario="mario.nandu"), None)
    Cuentas().set_password(vieja, "girasol tranvia cobalto")
    ahora = Cuenta.objects.get(usuario="mario.nandu")
    assert (ahora.activa, ahora.epoca, ahora.clave_provisional) == (False, 1, False)
    assert ahora.check_password("girasol tranvia cobalto")


@pytest.mark.parametrize(
    ("lista", "dice"),
    [
        ("nombre,lugar\nAna,CCV\n", "Faltan las columnas roles"),
        ("nombre,roles,lugar,curp\nAna,cae,CCV,X\n", "Sobran las columnas curp"),
        ("nombre,roles,lugar\nAna,jefe,CCV\n", "Línea 2: no existe el rol «jefe»"),
        ("nombre,roles,lugar\nAna,,CCV\n", "Línea 2: no existe el rol"),
        ("nombre,roles,lugar\nAna,capturista|supervisor,CCV\n", "quien captura no manda"),
        ("nombre,roles,lugar\nAna,auditor|capturista,CCV\n", "quien observa no escribe"),
        ("usuario,nombre,roles,lugar\nana,Ana,cae,CCV\nana,Eva,cae,CCV\n", "Línea 3: el usuario «ana» ya está"),
        ("usuario,nombre,roles,lugar\nañá/..,Ana,cae,CCV\n", "sin acento"),
        ("nombre,roles,lugar\nAna,cae,\n", "lugar: falta"),
        ("nombre,roles,lugar\n" + "A" * 201 + ",cae,CCV\n", "nombre: falta, o pasa"),
        ('nombre,roles,lugar\n"Ana,cae,CCV\n', "no es una lista CSV bien formada"),
        ('nombre,"roles,lugar\nAna,cae,CCV\n', "no es una lista CSV bien formada"),
        ("nombre,roles,lugar\n\n\nAna,jefe,CCV\n", "Línea 4: no existe el rol «jefe»"),
        ("nombre,roles,lugar\nAna\x1b[31m,cae,CCV\n", "caracteres que no se ven"),
    ],
)
def test_a_wrong_list_is_refused_whole_saying_where_and_why(lista: str, dice: str) -> None:
    with pytest.raises(listas.ListaConErrores) as error:
        listas.importar(lista, escribano())
    assert dice in str(error.value)
    assert not Cuenta.objects.exists()


def test_who_was_retired_does_not_come_back_with_a_list_and_the_line_is_told() -> None:
    listas.importar(LISTA, escribano())
    listas.retirar(Cuenta.objects.get(usuario="mario.nandu"), escribano())
    with pytest.raises(listas.ListaConErrores, match=r"Línea 3: la cuenta «mario\.nandu» se retiró"):
        listas.importar(LISTA, escribano())
    (nuevo,) = listas.importar(LISTA.replace(",Mario", "mario.2,Mario"), escribano())
    assert nuevo.usuario == "mario.2"
    assert listas.importar(LISTA, escribano()) == []  # the line without user is now of the account that serves


def test_a_list_has_as_many_people_as_it_may_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listas, "MAXIMO", 3)
    assert len(listas.leer(LISTA)) == 3
    monkeypatch.setattr(listas, "MAXIMO", 2)
    with pytest.raises(listas.ListaConErrores, match="pasa de 2 personas"):
        listas.leer(LISTA)


def test_the_slips_have_what_each_person_needs_eight_a_sheet() -> None:
    roles = (Rol.CAPTURISTA,)
    pases = [
        listas.Pase(f"persona{i}", listas.clave_nueva(), f"Persona Ñúñez {i}", "CCV Guadalajara", roles)
        for i in range(9)
    ]
    paginas = texto_de(hojas(pases, "https://prep.local/entrar/"))
    assert len(paginas) == 2
    for i, pase in enumerate(pases):
        pagina = paginas[i // 8]
        for dicho in (pase.usuario, pase.clave, pase.nombre, "Captura", "https://prep.local/entrar/"):
            assert dicho in pagina
    larga = listas.Pase("u" * 60, "clave", "N" * 200, "L" * 60, roles)
    assert "u" * 60 in texto_de(hojas([larga], "https://prep.local/"))[0]


def test_first_passwords_are_never_the_same_and_have_no_letters_mistaken_for_others() -> None:
    claves = {listas.clave_nueva() for _ in range(500)}
    assert len(claves) == 500
    assert not set("".join(claves)) & set("01lioeasuz")
    assert all(len(c) == 19 for c in claves)


def test_a_new_slip_for_who_lost_theirs_is_a_pdf_that_works(client: Client) -> None:
    pases = listas.importar(LISTA, escribano())
    jefa = Cuenta.objects.get(usuario="jefa")
    from allauth.mfa.models import Authenticator

    from gente import SECRETO
    from prep.acceso.cifrado import cifrar

    Cuenta.objects.filter(pk=jefa.pk).update(clave_provisional=False)
    Authenticator.objects.create(user=jefa, type="totp", data={"secret": cifrar(SECRETO)})
    jefa.refresh_from_db()
    respuesta = dentro(jefa).post("/cuenta/personas/maria.nandu/clave/")
    assert respuesta.headers["Content-Type"] == "application/pdf"
    (pagina,) = texto_de(respuesta.content)
    clave = next(p for p in pagina.split() if len(p) == 19 and p.count("-") == 3)
    terminal(client)
    assert (
        "no coinciden" in client.post("/entrar/", {"login": "maria.nandu", "password": pases[0].clave}).content.decode()
    )
    assert client.post("/entrar/", {"login": "maria.nandu", "password": clave}).status_code == 302


# the command: errors that do not need the database


def test_the_command_does_not_write_over_slips_nor_read_what_is_not_utf8(tmp_path: Path) -> None:
    lista, pases = tmp_path / "lista.csv", tmp_path / "pases.pdf"
    lista.write_bytes("nombre,roles,lugar\nPeña,cae,CCV\n".encode("latin-1"))
    salida = CliRunner().invoke(app, ["acceso", "importar", str(lista), "--pases", str(pases)])
    assert salida.exit_code == 1
    assert "UTF-8" in salida.output
    pases.write_bytes(b"x")
    salida = CliRunner().invoke(app, ["acceso", "importar", str(lista), "--pases", str(pases)])
    assert salida.exit_code == 1
    assert "Ya existe" in salida.output
    assert pases.read_bytes() == b"x"


def importar(monkeypatch: pytest.MonkeyPatch, carpeta: Path) -> Any:
    """The command over the database of the test."""
    escribano()
    monkeypatch.setattr(arranque, "django_listo", nullcontext)
    monkeypatch.setattr(llaves, "firmante_del_instituto", lambda _: INSTITUTO)
    lista = carpeta / "lista.csv"
    lista.write_text(LISTA)
    return CliRunner().invoke(app, ["acceso", "importar", str(lista), "--pases", str(carpeta / "pases.pdf")])


def test_slips_and_accounts_are_both_there_or_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sin_lugar(*_: Any) -> bytes:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as roto:
        roto.setattr(pases, "hojas", sin_lugar)
        salida = importar(roto, tmp_path)
    assert salida.exit_code == 1
    assert "No se guardó nada" in salida.output
    assert not Cuenta.objects.exists()
    assert not (tmp_path / "pases.pdf").exists()
    assert importar(monkeypatch, tmp_path).exit_code == 0
    assert Cuenta.objects.count() == 3
    assert "maria.nandu" in texto_de((tmp_path / "pases.pdf").read_bytes())[0]
    assert (tmp_path / "pases.pdf").stat().st_mode & 0o777 == 0o600
    (tmp_path / "pases.pdf").unlink()
    assert importar(monkeypatch, tmp_path).exit_code == 0  # nobody new: no file of slips
    assert not (tmp_path / "pases.pdf").exists()


# what is taken away, and what the register says of it


def bajas() -> list[Hecho]:
    return [e.hecho for e in escritos_de_autoridad() if (e.hecho.clase, e.hecho.tipo) == ("persona", "baja")]


def test_who_is_retired_may_do_nothing_from_then_on_at_any_node_and_what_they_did_stands() -> None:
    quien = escribano()
    listas.importar(LISTA, quien)
    mario = Cuenta.objects.get(usuario="mario.nandu")
    assert all([listas.retirar(mario, quien), listas.retirar(mario, quien)])
    (baja,) = bajas()
    assert baja.sujeto == f"persona:{mario.persona}"
    assert facultades_de(mario.persona) == ()
    suya = autoridad().personas[mario.persona]
    assert not list(suya.cargos_en("central", 1))
    assert not list(suya.cargos_en("un-catd-que-llegue-despues", 1))
    assert list(suya.cargos_en(raiz().nodo, baja.contenido["desde"][raiz().nodo] - 1))


def test_a_role_that_a_list_takes_away_does_not_come_back_with_a_new_node() -> None:
    listas.importar(LISTA, escribano())
    listas.importar(LISTA.replace("|verificador", ""), escribano())
    maria = Cuenta.objects.get(usuario="maria.nandu")
    assert [c.rol for c in facultades_de(maria.persona)] == [Rol.CAPTURISTA]
    assert [c.rol for c in autoridad().personas[maria.persona].cargos_en("otro", 1)] == [Rol.CAPTURISTA]


@pytest.mark.parametrize(
    ("manda", "retirado", "quita"),
    [
        (Rol.ADMINISTRADOR, Rol.CAPTURISTA, True),
        (Rol.ADMINISTRADOR, Rol.ADMINISTRADOR, False),
        (Rol.SUPERVISOR, Rol.CAPTURISTA, False),
    ],
)
def test_the_page_takes_away_the_roles_that_the_law_lets_and_says_where_it_does_not(
    manda: Rol, retirado: Rol, quita: bool
) -> None:
    jefa, otra = persona(manda), persona(retirado)
    pagina = dentro(jefa).post(f"/cuenta/personas/{otra.usuario}/retirar/", follow=True).content.decode()
    otra.refresh_from_db()
    assert not otra.activa
    assert ("Avise a la operación central" in pagina) == (not quita)
    assert [b.persona for b in bajas()] == ([jefa.persona] if quita else [])
    assert (facultades_de(otra.persona) == ()) == quita


def test_what_the_commands_do_to_accounts_is_on_the_register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def manda(*orden: str) -> Any:
        return CliRunner().invoke(app, ["acceso", *orden])

    assert importar(monkeypatch, tmp_path).exit_code == 0
    mario = Cuenta.objects.get(usuario="mario.nandu")
    for _ in range(bloqueos.POR_PERSONA):
        bloqueos.intentar(mario.usuario, None)
    assert manda("clave", "Mario.Nandu").exit_code == 0
    assert not bloqueos.bloqueados([mario.usuario])
    assert manda("terminal", "Mesa", "--lugar", "CCV").exit_code == 0
    assert manda("retirar", mario.usuario).exit_code == 0
    assert facultades_de(mario.persona) == ()
    assert "se retiró" in manda("clave", mario.usuario).output
    suyas = Registro.objects.filter(objeto=mario.persona).order_by("id").values_list("persona", "que")
    assert list(suyas) == [
        (raiz().nodo, "cuenta_alta"),
        (CONSOLA, "cuenta_clave"),
        (CONSOLA, "cuenta_retirada"),
    ]
    assert Registro.objects.filter(persona=CONSOLA, que="terminal_codigo").count() == 1


def test_without_the_key_of_the_institute_the_account_ends_and_what_is_missing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sin_llave(_: str | None) -> Any:
        raise Impedimento("Sin la llave del instituto no se firma.")

    importar(monkeypatch, tmp_path)
    monkeypatch.setattr(llaves, "firmante_del_instituto", sin_llave)
    salida = CliRunner().invoke(app, ["acceso", "retirar", "mario.nandu"])
    assert salida.exit_code == 1
    assert "conserva sus facultades" in " ".join(salida.output.split())
    mario = Cuenta.objects.get(usuario="mario.nandu")
    assert not mario.activa
    assert facultades_de(mario.persona)


def test_a_key_that_is_not_the_institute_s_signs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it signed would be in force here, for ever, and false everywhere else."""
    escribano()
    antes = len(escritos_de_autoridad())
    ajena = LlavePrivada.nueva("otro.example/prep")
    with pytest.raises(OtraLlave, match="no es la de «instituto»"):
        listas.importar(LISTA, Escribano.del_instituto(ajena, ajena.llave.publica))
    assert len(escritos_de_autoridad()) == antes and not Cuenta.objects.exists()


def test_two_accounts_of_one_human_are_one_person_once_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert importar(monkeypatch, tmp_path).exit_code == 0
    maria, mario = (Cuenta.objects.get(usuario=u).persona for u in ("maria.nandu", "mario.nandu"))
    assert autoridad().identidad(maria) != autoridad().identidad(mario)
    for dice in ("quedan como de una misma persona", "Ya constaba"):
        hecho = CliRunner().invoke(app, ["acceso", "misma-persona", "maria.nandu", "Mario.Nandu"])
        assert hecho.exit_code == 0 and dice in " ".join(hecho.output.split())
    assert autoridad().identidad(maria) == autoridad().identidad(mario)
    joined = [e.hecho for e in escritos_de_autoridad() if e.hecho.tipo == "misma_persona"]
    assert [(h.persona, h.contenido) for h in joined] == [(raiz().nodo, {"otra": mario})]
    assert Registro.objects.filter(que="cuenta_unida", objeto__in=[maria, mario]).count() == 2
