"""The pages of score sheets: everybody signed in reads what is judged and by what weight."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from core.policy import SYSTEM
from evaluations.rubrics.services import freeze_rubric
from tests.evaluations.cast import NOW, SPEC
from tests.evaluations.rooms import cost, shown


def freeze(number):
    spec = {**SPEC, "stage": f"stage{number}"}
    return freeze_rubric(code=f"sheet-{number}", name=f"评分表{number}", spec=spec, by=SYSTEM, now=NOW)


def test_a_version_shows_criteria_weights_parts_and_its_hash(rooms):
    client = rooms.client("applicant_admin")
    page = shown(client.get(rooms.rubric.get_absolute_url()))
    for words in ("需求调研", "40", "系统或财务专家评分", "第二部分", "弄虚作假", rooms.rubric.digest):
        assert words in page
    newest = client.get(f"/rubrics/{rooms.rubric.rubric.public_id}/")
    assert rooms.rubric.digest in shown(newest)


def test_another_number_than_a_version_of_this_sheet_is_not_there(rooms):
    base, client = f"/rubrics/{rooms.rubric.rubric.public_id}/", rooms.client("clerk")
    assert [client.get(f"{base}{no}/").status_code for no in ("2", "x", "99999999999")] == [404, 404, 404]


def test_the_list_costs_the_same_for_one_sheet_and_for_three(rooms):
    client = rooms.client("clerk")
    one = cost(client, "/rubrics/")
    for number in (1, 2):
        freeze(number)
    assert cost(client, "/rubrics/") == one <= 12
    book = load_workbook(io.BytesIO(client.get("/rubrics/?export=xlsx").content))
    assert book.active.max_row == 4


def test_a_stranger_is_sent_to_sign_in(client, rooms):
    assert client.get(rooms.rubric.get_absolute_url()).status_code == 302
