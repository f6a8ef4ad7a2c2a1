"""The log of looks is not emptied at one stroke either: TRUNCATE calls no trigger of rows.

What an anchor covers may go, as with DELETE. SQLite knows no TRUNCATE.
"""

from django.db import migrations

_POSTGRESQL = [
    """CREATE OR REPLACE FUNCTION moderation_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM moderation_access
            WHERE id > (SELECT COALESCE(MAX(up_to), 0) FROM moderation_anchor)
        ) THEN RAISE EXCEPTION 'the access log is only added to'; END IF;
        RETURN NULL;
    END $$""",
    """CREATE OR REPLACE TRIGGER access_is_not_emptied BEFORE TRUNCATE ON moderation_access
    FOR EACH STATEMENT EXECUTE FUNCTION moderation_never_emptied()""",
]


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in _POSTGRESQL:
            schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS moderation_never_emptied CASCADE")


class Migration(migrations.Migration):
    dependencies = [("moderation", "0002_append_only")]
    operations = [migrations.RunPython(protect, unprotect)]
