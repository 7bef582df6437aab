"""Facts are only ever inserted: the database refuses anything else, whoever asks."""

from django.db import migrations

CREAR = """
INSERT INTO bitacora_cabeza (unica, tamano, frontera) VALUES (true, 0, '');

CREATE FUNCTION bitacora_solo_agregar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Los hechos no se cambian ni se borran (% sobre %). Escriba un hecho nuevo que corrija al anterior.',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER solo_agregar_filas BEFORE UPDATE OR DELETE ON bitacora_hecho
    FOR EACH ROW EXECUTE FUNCTION bitacora_solo_agregar();
CREATE TRIGGER solo_agregar_tabla BEFORE TRUNCATE ON bitacora_hecho
    FOR EACH STATEMENT EXECUTE FUNCTION bitacora_solo_agregar();
ALTER TABLE bitacora_hecho ENABLE ALWAYS TRIGGER solo_agregar_filas;
ALTER TABLE bitacora_hecho ENABLE ALWAYS TRIGGER solo_agregar_tabla;

CREATE FUNCTION bitacora_cabeza_crece() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR NEW.tamano < OLD.tamano THEN
        RAISE EXCEPTION 'La cabeza de la bitácora solo crece (%).', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cabeza_crece BEFORE UPDATE OR DELETE ON bitacora_cabeza
    FOR EACH ROW EXECUTE FUNCTION bitacora_cabeza_crece();
CREATE TRIGGER cabeza_no_se_vacia BEFORE TRUNCATE ON bitacora_cabeza
    FOR EACH STATEMENT EXECUTE FUNCTION bitacora_solo_agregar();
ALTER TABLE bitacora_cabeza ENABLE ALWAYS TRIGGER cabeza_crece;
ALTER TABLE bitacora_cabeza ENABLE ALWAYS TRIGGER cabeza_no_se_vacia;
"""

DESHACER = """
DROP TRIGGER cabeza_no_se_vacia ON bitacora_cabeza;
DROP TRIGGER cabeza_crece ON bitacora_cabeza;
DROP FUNCTION bitacora_cabeza_crece();
DROP TRIGGER solo_agregar_tabla ON bitacora_hecho;
DROP TRIGGER solo_agregar_filas ON bitacora_hecho;
DROP FUNCTION bitacora_solo_agregar();
"""


class Migration(migrations.Migration):
    dependencies = [("bitacora", "0001_initial")]
    operations = [migrations.RunSQL(CREAR, DESHACER)]
