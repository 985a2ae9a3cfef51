"""Fields of forms that many nouns use."""

from __future__ import annotations

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from core.files.purposes import Purpose
from core.ui.forms import UploadField


class Folder(forms.Form):
    paper = UploadField(label="材料", purpose="specimen.upload", required=False)


@pytest.fixture(autouse=True)
def small_papers(monkeypatch):
    small = Purpose("specimen.upload", "specimen.view", max_bytes=2048)
    monkeypatch.setattr("core.ui.forms.purpose_named", {small.code: small}.__getitem__)


def sent(size: int) -> Folder:
    return Folder({}, {"paper": SimpleUploadedFile("材料.pdf", b"x" * size)})


@pytest.mark.parametrize("size", [0, 2048])
def test_a_file_comes_with_its_bytes_and_its_name(size):
    form = sent(size)
    assert form.is_valid()
    assert form.cleaned_data["paper"] == (b"x" * size, "材料.pdf")


def test_one_byte_too_many_is_told_with_the_limit():
    form = sent(2049)
    assert not form.is_valid()
    assert "超过 2 KB 的上限" in str(form.errors["paper"])


def test_no_file_is_none_where_none_is_asked():
    form = Folder({}, {})
    assert form.is_valid()
    assert form.cleaned_data["paper"] is None


def test_the_browser_offers_what_the_purpose_takes():
    assert 'accept=".pdf,.jpg,' in str(Folder()["paper"])
