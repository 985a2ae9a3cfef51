"""Which way the arrows point: imports, foreign keys, and the list of rooms."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "config" / "ops"))
import contracts  # noqa: E402

HIGH_TO_LOW = ("config", "cms", "grants", "evaluations", "orgs", "core")


def test_every_room_of_the_tree_is_installed_in_layer_order() -> None:
    assert set(settings.ROOMS) == contracts.rooms_in_tree()
    assert contracts.listed_rooms() == settings.ROOMS
    assert [name for name in settings.INSTALLED_APPS if name in settings.ROOMS] == settings.ROOMS
    areas = [room.split(".")[0] for room in settings.ROOMS if "." in room and not room.startswith("core.")]
    assert areas == sorted(areas, key=lambda area: -HIGH_TO_LOW.index(area))


def test_the_import_contracts_name_every_room(root: Path) -> None:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert contracts.written(text) == text, "run: make contracts"
    written = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    inside = next(contract for contract in written if contract["id"] == "noun")
    nouns = [room for room in settings.ROOMS if room.split(".")[0] in contracts.NOUN_AREAS]
    assert sorted(inside["containers"]) == sorted(nouns)


def test_the_import_contracts_hold(root: Path) -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def _rank(label: str) -> int | None:
    """Height of a room in the house; None for apps that are not ours."""
    name = apps.get_app_config(label).name
    if name not in settings.ROOMS:
        return None
    area = HIGH_TO_LOW.index(name.split(".")[0])
    return -area * 1000 + settings.ROOMS.index(name)


def test_no_foreign_key_points_upward() -> None:
    upward = []
    for model in apps.get_models(include_auto_created=True):
        own = _rank(model._meta.app_label)
        if own is None:
            continue
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            other = _rank(field.related_model._meta.app_label)
            if other is not None and other > own:
                upward.append(f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}")
    assert upward == []


def test_the_kernel_holds_no_key_to_a_user() -> None:
    user = settings.AUTH_USER_MODEL.lower()
    pointing = []
    for model in apps.get_models():
        if not apps.get_app_config(model._meta.app_label).name.startswith("core"):
            continue
        for field in model._meta.get_fields():
            related = getattr(field, "related_model", None)
            if related is not None and related._meta.label_lower == user and not field.auto_created:
                pointing.append(f"{model._meta.label}.{field.name}")
    assert pointing == []


def test_no_room_hides_a_relation_in_a_generic_key() -> None:
    generic = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if _rank(model._meta.app_label) is not None
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    ]
    assert generic == []
