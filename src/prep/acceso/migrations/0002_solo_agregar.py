"""The register only grows; and the table where what serves once (a code already used) is remembered for a minute."""

from django.db import migrations

CREAR = """
CREATE TABLE acceso_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamp with time zone NOT NULL
);
CREATE INDEX acceso_cache_expires ON acceso_cache (expires);

CREATE FUNCTION acceso_solo_agregar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'El registro de accesos no se cambia ni se borra (%).', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER solo_agregar_filas BEFORE UPDATE OR DELETE ON acceso_registro
    FOR EACH ROW EXECUTE FUNCTION acceso_solo_agregar();
CREATE TRIGGER solo_agregar_tabla BEFORE TRUNCATE ON acceso_registro
    FOR EACH STATEMENT EXECUTE FUNCTION acceso_solo_agregar();
ALTER TABLE acceso_registro ENABLE ALWAYS TRIGGER solo_agregar_filas;
ALTER TABLE acceso_registro ENABLE ALWAYS TRIGGER solo_agregar_tabla;
"""

DESHACER = """
DROP TRIGGER solo_agregar_tabla ON acceso_registro;
DROP TRIGGER solo_agregar_filas ON acceso_registro;
DROP FUNCTION acceso_solo_agregar();
DROP TABLE acceso_cache;
"""


class Migration(migrations.Migration):
    dependencies = [("acceso", "0001_initial")]
    operations = [migrations.RunSQL(CREAR, DESHACER)]
