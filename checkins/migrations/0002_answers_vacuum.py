"""Keep the history index readable alone: vacuum the answers by a fixed count, not by a share.

With the default share of a fifth, a table of years is vacuumed once in months, and until then the
covering index has to look into the table for every row.
"""

from django.db import migrations

_TABLE = "checkins_answer"
_KEPT = (
    "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, "
    "autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000"
)
_NAMES = ", ".join(part.split(" = ")[0] for part in _KEPT.split(", "))


def fix(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {_TABLE} SET ({_KEPT})")


def unfix(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {_TABLE} RESET ({_NAMES})")


class Migration(migrations.Migration):
    dependencies = [("checkins", "0001_initial")]
    operations = [migrations.RunPython(fix, unfix)]
