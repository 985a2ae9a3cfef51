"""The generated pages say what the code says."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from django.conf import settings

from config.reference import HEAD, PAGES


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_fresh(name):
    path = settings.BASE_DIR / "docs" / "generated" / name
    assert path.exists() and path.read_text(encoding="utf-8") == HEAD + PAGES[name](), "run: make docs"


def test_every_machine_of_the_house_has_its_table():
    from config.reference.lifecycles import machines, page

    text = page()
    assert len(machines()) >= 13
    for model in machines():
        assert f"({model._meta.label_lower})" in text


def test_every_file_of_the_tour_is_there():
    text = (settings.BASE_DIR / "docs" / "tour.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:core|orgs|evaluations|grants|cms|docs|tests|district)/[\w./<>-]*)`", text))
    assert len(named) > 40
    missing = sorted(path for path in named if "<" not in path and not (settings.BASE_DIR / path).exists())
    assert missing == []


def test_every_name_of_the_glossary_can_be_imported():
    text = (settings.BASE_DIR / "docs" / "glossary.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:core|orgs|evaluations|grants)\.[\w.]+)`", text))
    assert len(named) > 35
    for path in sorted(named):
        assert resolve(path) is not None, path


def resolve(path):
    module, rest = path, []
    while module:
        try:
            found = import_module(module)
        except ModuleNotFoundError:
            module, _dot, name = module.rpartition(".")
            rest.insert(0, name)
            continue
        for name in rest:
            found = getattr(found, name)
        return found
    return None
