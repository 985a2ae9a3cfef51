"""Migrations, primary keys and times: the same promises in every room."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.db.models.fields import NOT_PROVIDED


def own_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if apps.get_app_config(m._meta.app_label).name in settings.ROOMS]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    out = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, verbosity=1)
    except SystemExit:
        pytest.fail(f"run: manage.py makemigrations\n{out.getvalue()}")


def test_every_room_with_tables_has_migrations(root: Path) -> None:
    rooms = {apps.get_app_config(model._meta.app_label).name for model in own_models()}
    without = [
        room for room in rooms if not list(root.joinpath(*room.split("."), "migrations").glob("0001_*.py"))
    ]
    assert without == []


def test_every_primary_key_is_big() -> None:
    small = [
        m._meta.label
        for m in own_models()
        if isinstance(m._meta.pk, models.AutoField) and not isinstance(m._meta.pk, models.BigAutoField)
    ]
    assert small == []


def test_no_time_writes_itself() -> None:
    automatic = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.get_fields()
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    ]
    assert automatic == []


def test_money_is_whole_fen() -> None:
    wrong = []
    for model in own_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.FloatField):
                wrong.append(f"{model._meta.label}.{field.name} is a float")
            if field.name.endswith("_fen") and not isinstance(field, models.BigIntegerField):
                wrong.append(f"{model._meta.label}.{field.name} is not a BigIntegerField")
    assert wrong == []


def test_constraint_names_are_sentences() -> None:
    wordless = [
        f"{model._meta.label}: {constraint.name}"
        for model in own_models()
        for constraint in model._meta.constraints
        if len(constraint.name.split("_")) < 3 or "%(" in constraint.name
    ]
    assert wordless == []


def test_names_of_rows_are_chinese() -> None:
    wordless = [
        m._meta.label for m in own_models() if not any("一" <= c <= "鿿" for c in str(m._meta.verbose_name))
    ]
    assert wordless == []


def test_no_moment_defaults_to_the_machine_clock() -> None:
    clocks = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.DateField)
        and field.default is not NOT_PROVIDED
        and callable(field.default)
    ]
    assert clocks == []
