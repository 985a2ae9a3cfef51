"""The English catalogue is complete and belongs to the sources of today; templates hold no loose Chinese."""

from __future__ import annotations

import gettext
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]
CATALOGUE = HERE / "locale" / "en" / "LC_MESSAGES" / "django.po"
CHINESE = re.compile(r"[一-鿿]")
has_catalogue = pytest.mark.skipif(not (HERE / "locale" / "en").exists(), reason="no English catalogue yet")


def without_date(text: str) -> str:
    return re.sub(r'"POT-Creation-Date: [^"]*"\n', "", text)


def compiled(tmp_path: Path) -> dict[str, str]:
    """The catalogue as a program sees it; msgfmt also checks the placeholders."""
    target = tmp_path / "en.mo"
    done = subprocess.run(
        ["msgfmt", "--check", "-o", str(target), str(CATALOGUE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with target.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key if isinstance(key, str) else key[0]: value for key, value in catalogue.items()}


@has_catalogue
@pytest.mark.parametrize("question", ["--untranslated", "--only-fuzzy"])
def test_every_string_has_its_english(question: str) -> None:
    done = subprocess.run(
        ["msgattrib", question, "--no-obsolete", "--no-wrap", str(CATALOGUE)],
        capture_output=True,
        text=True,
        check=True,
    )
    left = [line for line in done.stdout.splitlines() if line.startswith("msgid ") and line != 'msgid ""']
    assert left == []


@has_catalogue
def test_no_string_is_its_own_translation(tmp_path: Path) -> None:
    catalogue = compiled(tmp_path)
    assert len(catalogue) > 100
    same = [key for key, value in catalogue.items() if CHINESE.search(key) and value == key]
    assert same == []


@has_catalogue
def test_the_english_is_english(tmp_path: Path) -> None:
    chinese = {key: value for key, value in compiled(tmp_path).items() if key and CHINESE.search(str(value))}
    assert chinese == {}


@has_catalogue
def test_the_catalogue_belongs_to_the_sources_of_today(tmp_path: Path) -> None:
    copy = tmp_path / "house"
    unwanted = shutil.ignore_patterns(
        ".git", ".venv", "var", "tests", "bench", "__pycache__", "*.mo", ".*cache", "data"
    )
    shutil.copytree(HERE, copy, ignore=unwanted)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "PYTHONPATH": str(copy)}
    environment["VAR_DIR"] = str(tmp_path / "var")
    command = [sys.executable, "manage.py", "makemessages"]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    fresh = (copy / CATALOGUE.relative_to(HERE)).read_text(encoding="utf-8")
    assert without_date(fresh) == without_date(CATALOGUE.read_text(encoding="utf-8")), "run: make messages"


def loose_chinese(source: str) -> list[str]:
    """Chinese of a template that no translation tag holds."""
    marked = r"{%-?\s*blocktrans(late)?\b.*?{%-?\s*endblocktrans(late)?\s*-?%}"
    source = re.sub(marked, "", source, flags=re.S)
    source = re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|<!--.*?-->", "", source, flags=re.S)
    source = re.sub(
        r"{%.*?%}|{{.*?}}",
        lambda tag: "" if re.search(r"\btrans(late)?\b|_\(", tag.group()) else tag.group(),
        source,
        flags=re.S,
    )
    return [line.strip() for line in source.splitlines() if CHINESE.search(line)]


def test_templates_hold_no_loose_chinese() -> None:
    folders = [
        HERE / "templates",
        *(p for area in ("core", "orgs", "grants", "cms") for p in (HERE / area).rglob("templates")),
    ]
    found = {
        str(path.relative_to(HERE)): loose
        for folder in folders
        for path in folder.rglob("*.*")
        if path.suffix in (".html", ".txt", ".svg")
        and (loose := loose_chinese(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "is_loose"),
    [
        ("<p>{% translate '提交' %}</p>", False),
        ("{% blocktranslate %}共 {{ n }} 项{% endblocktranslate %}", False),
        ("{# 注释 #}{% comment %}注释{% endcomment %}", False),
        ("{{ _('提交') }}", False),
        ("<p>提交</p>", True),
        ("<a title='提交'>", True),
    ],
)
def test_the_search_tells_loose_from_marked(source: str, is_loose: bool) -> None:
    assert bool(loose_chinese(source)) is is_loose
