"""A frozen process is not changed: the database refuses it, whoever asks.

What may change on the night stays open: window of publication, theme and texts (`operacion`), people.
"""

from django.db import migrations

PIEZAS = ("eleccion", "demarcacion", "casilla", "catd")

CREAR = """
CREATE FUNCTION catalogo_proceso_congelado() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.estado = 'congelado' AND (TG_OP = 'DELETE' OR
        (NEW.id, NEW.clave, NEW.nombre, NEW.estado, NEW.modo, NEW.huella, NEW.catalogo, NEW.importado, NEW.congelado)
        IS DISTINCT FROM
        (OLD.id, OLD.clave, OLD.nombre, OLD.estado, OLD.modo, OLD.huella, OLD.catalogo, OLD.importado, OLD.congelado))
    THEN
        RAISE EXCEPTION 'El proceso % quedó congelado por la puesta en ceros; no se cambia ni se borra.', OLD.clave
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER congelado BEFORE UPDATE OR DELETE ON catalogo_proceso
    FOR EACH ROW EXECUTE FUNCTION catalogo_proceso_congelado();

CREATE FUNCTION catalogo_pieza_congelada() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM catalogo_proceso WHERE estado = 'congelado' AND (
        (TG_OP <> 'INSERT' AND id = OLD.proceso_id) OR (TG_OP <> 'DELETE' AND id = NEW.proceso_id)))
    THEN
        RAISE EXCEPTION 'El proceso quedó congelado por la puesta en ceros; % no se cambia (%).', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION catalogo_no_se_vacia() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM catalogo_proceso WHERE estado = 'congelado') THEN
        RAISE EXCEPTION 'Hay un proceso congelado por la puesta en ceros; % no se vacía.', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_se_vacia BEFORE TRUNCATE ON catalogo_proceso
    FOR EACH STATEMENT EXECUTE FUNCTION catalogo_no_se_vacia();
ALTER TABLE catalogo_proceso ENABLE ALWAYS TRIGGER congelado;
ALTER TABLE catalogo_proceso ENABLE ALWAYS TRIGGER no_se_vacia;
"""

VIGILAR = """
CREATE TRIGGER congelado BEFORE INSERT OR UPDATE OR DELETE ON catalogo_PIEZA
    FOR EACH ROW EXECUTE FUNCTION catalogo_pieza_congelada();
CREATE TRIGGER no_se_vacia BEFORE TRUNCATE ON catalogo_PIEZA
    FOR EACH STATEMENT EXECUTE FUNCTION catalogo_no_se_vacia();
ALTER TABLE catalogo_PIEZA ENABLE ALWAYS TRIGGER congelado;
ALTER TABLE catalogo_PIEZA ENABLE ALWAYS TRIGGER no_se_vacia;
"""

SOLTAR = "DROP TRIGGER congelado ON catalogo_PIEZA; DROP TRIGGER no_se_vacia ON catalogo_PIEZA;"

DESHACER = """
DROP TRIGGER congelado ON catalogo_proceso;
DROP TRIGGER no_se_vacia ON catalogo_proceso;
DROP FUNCTION catalogo_proceso_congelado();
DROP FUNCTION catalogo_pieza_congelada();
DROP FUNCTION catalogo_no_se_vacia();
"""


class Migration(migrations.Migration):
    dependencies = [("catalogo", "0001_initial")]
    operations = [
        migrations.RunSQL(CREAR, DESHACER),
        *[migrations.RunSQL(VIGILAR.replace("PIEZA", p), SOLTAR.replace("PIEZA", p)) for p in PIEZAS],
    ]
