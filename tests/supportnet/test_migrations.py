"""While new processes start, old ones still run on the new tables: migrations leave them that."""

from collections.abc import Iterator

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

from supportnet.settings import INSTALLED_APPS
from tests.released import newest

# What would trouble old code and was looked at: "room.name: operation", and why it may.
LOOKED_AT = {
    "moderation.0003_never_emptied: RunPython": "a trigger against TRUNCATE, which we never say",
}
# What of a field stands in forms and not in the database.
IN_FORMS = {"choices", "help_text", "verbose_name", "validators", "editable", "error_messages"}
HARMLESS = (migrations.AddIndex, migrations.AlterModelOptions, migrations.AlterModelManagers)


def since_release() -> Iterator[str]:
    """What old code would run into, of all migrations since the last released version."""
    known, loader = newest().migrations, MigrationLoader(None)
    for (room, name), migration in sorted(loader.disk_migrations.items()):
        if room in INSTALLED_APPS and name not in known.get(room, []):
            before = loader.project_state((room, name), at_end=False)
            for operation in migration.operations:
                if not is_of_forms_alone(operation, before, room):
                    yield from (f"{room}.{name}: {trouble}" for trouble in troubles(operation))


def is_of_forms_alone(operation: Operation, before: ProjectState, room: str) -> bool:
    """Whether a changed field is the same in the database."""
    if not isinstance(operation, migrations.AlterField):
        return False
    field = before.models[room, operation.model_name_lower].fields[operation.name]
    return in_database(field) == in_database(operation.field)


def in_database(field: models.Field) -> tuple[str, list[object], dict[str, object]]:
    _name, path, args, given = field.deconstruct()
    return path, list(args), {name: one for name, one in given.items() if name not in IN_FORMS}


def troubles(operation: Operation) -> Iterator[str]:
    """What of an operation old code would run into."""
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from troubles(inner)
    elif isinstance(operation, migrations.CreateModel):
        for name, field in operation.fields:
            # Old code does not know these rows: it would be refused to erase what they hang on.
            if isinstance(field, models.ForeignKey) and field.db_constraint:
                yield f"{operation.name}.{name} holds fast to an older row: db_constraint=False"
    elif isinstance(operation, migrations.AddField):
        field = operation.field
        if not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED):
            yield f"{operation.model_name}.{operation.name} has neither null nor db_default"
    elif not isinstance(operation, HARMLESS):
        yield type(operation).__name__


def test_old_code_survives_every_migration_since_the_last_release():
    assert [line for line in since_release() if line not in LOOKED_AT] == []


def test_no_released_migration_was_taken_away():
    there = MigrationLoader(None).disk_migrations
    for room, names in newest().migrations.items():
        assert [name for name in names if (room, name) not in there] == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("person", "shoe", models.IntegerField(default=1)),
        migrations.RemoveField("person", "zone"),
        migrations.RenameField("person", "zone", "clock"),
        migrations.AlterField("person", "zone", models.CharField(max_length=1)),
        migrations.DeleteModel("Feed"),
        migrations.RunPython(migrations.RunPython.noop),
        migrations.CreateModel(
            "Shoe", [("person", models.ForeignKey("accounts.Person", models.CASCADE))]
        ),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_old_code_would_stumble_over_is_noticed(operation):
    assert list(troubles(operation))


@pytest.mark.parametrize(
    "field", [models.IntegerField(null=True), models.IntegerField(db_default=0)]
)
def test_a_column_that_old_code_need_not_fill_is_fine(field):
    assert list(troubles(migrations.AddField("person", "shoe", field))) == []
