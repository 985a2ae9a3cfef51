"""What the cheaper migrate leaves behind is what the models say, on both engines."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, CreateModel
from django.db.migrations.operations.base import Operation

from config.management.commands.makemigrations import folded


def own_tables() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if apps.get_app_config(model._meta.app_label).name in settings.ROOMS and model._meta.managed
    ]


@pytest.mark.django_db
def test_every_table_has_the_columns_and_constraints_of_its_model() -> None:
    assert len(own_tables()) > 30
    missing = []
    with connection.cursor() as cursor:
        for model in own_tables():
            table = model._meta.db_table
            columns = {row.name for row in connection.introspection.get_table_description(cursor, table)}
            if columns != {field.column for field in model._meta.local_concrete_fields}:
                missing.append(f"{table}: {columns}")
            constraints = set(connection.introspection.get_constraints(cursor, table))
            named = {item.name for item in (*model._meta.constraints, *model._meta.indexes)}
            missing += [f"{table}: {name}" for name in named - constraints]
    assert missing == []


@pytest.mark.django_db
def test_every_foreign_key_points_to_the_table_of_its_model() -> None:
    wrong = []
    with connection.cursor() as cursor:
        for model in own_tables():
            relations = connection.introspection.get_relations(cursor, model._meta.db_table)
            for field in model._meta.local_concrete_fields:
                if not isinstance(field, models.ForeignKey) or not field.db_constraint:
                    continue
                target = relations.get(field.column, ("", ""))[1]
                if target != field.related_model._meta.db_table:
                    wrong.append(f"{model._meta.label}.{field.name}: {target}")
    assert wrong == []


class TestFolding:
    """A constraint moves into its CreateModel, unless a field came in between."""

    positive = models.CheckConstraint(condition=models.Q(amount__gt=0), name="amount_is_positive")

    def created(self) -> CreateModel:
        return CreateModel("Award", [("amount", models.BigIntegerField())])

    def test_moves_into_the_table(self) -> None:
        operations: list[Operation] = [self.created(), AddConstraint("award", self.positive)]
        (model,) = folded(operations)
        assert isinstance(model, CreateModel)
        assert model.options["constraints"] == [self.positive]

    def test_stays_behind_a_later_field(self) -> None:
        field = AddField("award", "bonus", models.BigIntegerField(default=0))
        operations: list[Operation] = [self.created(), field, AddConstraint("award", self.positive)]
        assert len(folded(operations)) == 3

    def test_stays_when_the_table_is_older(self) -> None:
        assert len(folded([AddConstraint("award", self.positive)])) == 1


def test_no_migration_of_a_room_writes_a_constraint_apart() -> None:
    from django.db.migrations.loader import MigrationLoader

    rooms = {config.label for config in apps.get_app_configs() if config.name in settings.ROOMS}
    loader = MigrationLoader(None)
    apart = [
        f"{label}.{name}"
        for (label, name), migration in loader.disk_migrations.items()
        if label in rooms and len(folded(list(migration.operations))) != len(migration.operations)
    ]
    assert apart == [], "make it anew: manage.py makemigrations <room>"
