"""Readings are only ever inserted, and each is what its SHA-256 says: the database refuses anything else."""

from django.db import migrations

CREAR = """
ALTER TABLE lectura_lectura ADD CONSTRAINT lectura_huella_del_documento
    CHECK (huella = encode(sha256(documento), 'hex'));

CREATE FUNCTION lectura_solo_agregar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Las lecturas no se cambian ni se borran (% sobre %).', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER lectura_solo_agregar_filas BEFORE UPDATE OR DELETE ON lectura_lectura
    FOR EACH ROW EXECUTE FUNCTION lectura_solo_agregar();
CREATE TRIGGER lectura_solo_agregar_tabla BEFORE TRUNCATE ON lectura_lectura
    FOR EACH STATEMENT EXECUTE FUNCTION lectura_solo_agregar();
ALTER TABLE lectura_lectura ENABLE ALWAYS TRIGGER lectura_solo_agregar_filas;
ALTER TABLE lectura_lectura ENABLE ALWAYS TRIGGER lectura_solo_agregar_tabla;
"""

DESHACER = """
DROP TRIGGER lectura_solo_agregar_tabla ON lectura_lectura;
DROP TRIGGER lectura_solo_agregar_filas ON lectura_lectura;
DROP FUNCTION lectura_solo_agregar();
ALTER TABLE lectura_lectura DROP CONSTRAINT lectura_huella_del_documento;
"""


class Migration(migrations.Migration):
    dependencies = [("lectura", "0001_initial")]
    operations = [migrations.RunSQL(CREAR, DESHACER)]
