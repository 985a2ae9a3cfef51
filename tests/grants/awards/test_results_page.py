"""The results of a round: for everybody, after the gate, masked, and as open data."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from grants.proposals.models import Proposal
from tests.grants.awards.conftest import AWARDED, ELDERLY, FOUR, OVER, RUNNING, YOUTH
from tests.grants.pressing import at, read, rows_of

pytestmark = pytest.mark.django_db
PHONE, CARD = "13912345678", "6222021001116245702"


class TestResults:
    def results(self, play) -> str:
        return reverse("public_results", args=[play.round.code])

    def test_nothing_is_told_before_the_notice_is_over_and_the_award_made(self, play):
        notice, page = play.publish(play.decide(*FOUR)), self.results(play)
        with at(RUNNING):
            assert f"{ELDERLY}1" not in read(Client(), page)
        play.end(notice)
        with at(OVER):
            html = read(Client(), page)
            assert f"{ELDERLY}1" not in html
            assert "立项结果尚未公布" in html
        play.award(notice)
        with at(AWARDED):
            html = read(Client(), page)
        assert f"{ELDERLY}1" in html
        assert "3 个项目，资助合计 45,000.00 元" in html
        assert f"{ELDERLY}3" not in html
        for hidden in ("92.00", "88.00"):
            assert hidden not in html

    def test_a_lapsed_award_is_no_result(self, play):
        award = play.all_the_way(*FOUR)[1]
        play.lapse(award)
        assert award.project_no not in read(Client(), self.results(play))

    def test_a_round_that_is_not_public_has_no_page(self, play):
        assert Client().get(reverse("public_results", args=["没有这一届"])).status_code == 404

    def test_numbers_are_masked_and_formulas_are_text_in_every_form(self, play):
        award = play.all_the_way(*FOUR)[0]
        # past the door, as an import of old data might
        Proposal.objects.filter(pk=award.proposal_id).update(title=f"=1+1 {PHONE}")
        type(award.proposal.applicant).objects.filter(pk=award.proposal.applicant_id).update(name=f"社{CARD}")
        client, page = Client(), self.results(play)
        html = client.get(page).content.decode()
        table = client.get(page, {"export": "xlsx"})
        text = client.get(page, {"export": "csv"}).content.decode("utf-8-sig")
        for shown in (html, str(rows_of(table)), text):
            assert PHONE not in shown
            assert CARD not in shown
            assert "139****5678" in shown
        cell = load_workbook(io.BytesIO(table.content)).worksheets[0]["B2"]
        assert (cell.data_type, cell.value) == ("s", "=1+1 139****5678")
        assert "'=1+1 139****5678" in text
        assert f"{award.project_no}," in text

    def test_it_is_narrowed_by_category_and_search(self, play):
        play.all_the_way(*FOUR)
        page = self.results(play)
        narrowed = Client().get(page, {"category": YOUTH, "export": "csv"}).content.decode()
        assert f"{YOUTH}4" in narrowed
        assert f"{ELDERLY}1" not in narrowed
        for query in ("q=%27%22%3BOR", "q=𠮷", "page=999", "category=%00", "sort=proposal__phone"):
            assert Client().get(f"{page}?{query}").status_code == 200
