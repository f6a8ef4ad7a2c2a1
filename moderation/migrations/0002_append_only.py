"""The access log is added to, and nothing else: the database itself refuses the rest.

Rows that an anchor covers may go: that is how the nightly purge lets go of what is a year old.
On SQLite a later change of this table rebuilds it and loses its triggers; such a migration has to
run ``protect`` again. ``manage.py access_log`` says so when they are missing.
"""

from django.db import migrations

_SQLITE = [
    """CREATE TRIGGER IF NOT EXISTS access_is_not_changed BEFORE UPDATE ON moderation_access
    BEGIN SELECT RAISE(ABORT, 'the access log is only added to'); END""",
    """CREATE TRIGGER IF NOT EXISTS access_is_not_deleted BEFORE DELETE ON moderation_access
    WHEN NOT EXISTS (SELECT 1 FROM moderation_anchor WHERE up_to >= OLD.id)
    BEGIN SELECT RAISE(ABORT, 'the access log is only added to'); END""",
    """CREATE TRIGGER IF NOT EXISTS anchor_is_not_changed BEFORE UPDATE ON moderation_anchor
    BEGIN SELECT RAISE(ABORT, 'anchors are only added'); END""",
]
_POSTGRESQL = [
    """CREATE OR REPLACE FUNCTION moderation_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND EXISTS (
            SELECT 1 FROM moderation_anchor WHERE up_to >= OLD.id
        ) THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'the access log is only added to';
    END $$""",
    """CREATE OR REPLACE TRIGGER access_is_only_added BEFORE UPDATE OR DELETE ON moderation_access
    FOR EACH ROW EXECUTE FUNCTION moderation_only_added()""",
    """CREATE OR REPLACE TRIGGER anchor_is_not_changed BEFORE UPDATE ON moderation_anchor
    FOR EACH ROW EXECUTE FUNCTION moderation_only_added()""",
]
_AWAY = {
    "sqlite": [
        "DROP TRIGGER IF EXISTS access_is_not_changed",
        "DROP TRIGGER IF EXISTS access_is_not_deleted",
        "DROP TRIGGER IF EXISTS anchor_is_not_changed",
    ],
    "postgresql": ["DROP FUNCTION IF EXISTS moderation_only_added CASCADE"],
}


def protect(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}.get(vendor, []):
        schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    for statement in _AWAY.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]
    operations = [migrations.RunPython(protect, unprotect)]
