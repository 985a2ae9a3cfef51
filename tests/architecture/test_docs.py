"""The generated pages say what the code says."""

from __future__ import annotations

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
