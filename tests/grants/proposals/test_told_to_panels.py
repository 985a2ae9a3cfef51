"""What panels are told from above: rules of stages, words of the form, and the money of categories."""

from __future__ import annotations

from django.test import Client

from evaluations.experts.selectors import field_names
from evaluations.panels.models import Panel
from evaluations.panels.rules import parse_rule
from evaluations.panels.selectors.above import envelopes, headings, stage_rules
from evaluations.panels.selectors.content import sections
from grants.rounds.selectors import category_budgets
from tests.grants.builders import Office, a_round, a_scored_proposal
from tests.orgs.builders import signed_in


def test_every_stage_of_a_published_round_comes_with_its_whole_rule(db):
    office = Office()
    assert stage_rules() == []
    a_round(office, state="published")
    told = {one.stage: one for one in stage_rules()}
    assert set(told) == {"application", "midterm", "final"}
    rule = parse_rule(told["application"].rule)
    assert (rule.reviewers, rule.drop_high, rule.tie_break[-1]) == (5, 1, "panel_vote")
    assert told["midterm"].rule["category_names"]["elderly_disability"] == "养老助残"
    assert rule.bands == {"excellent": 90, "good": 80, "pass": 60}


def test_a_clerk_founds_a_panel_under_the_real_terms(db):
    office = Office()
    round_ = a_round(office, state="published")
    client = signed_in(Client(), office.users["clerk"])
    given = {"stage": f"{round_.code}/final", "name": "末期评估组"}
    assert client.post("/panels/new/", given).status_code == 302
    panel = Panel.objects.get()
    assert (panel.stage, panel.parsed_rule().excellent_share_max_percent) == ("final", 25)
    assert "中期评估" in client.get("/panels/new/").content.decode()


def test_answers_are_read_under_the_questions_of_the_form(db):
    round_ = a_round(Office(), state="published")
    told = headings(round_.code, "application")
    content = {
        "summary": "为独居老人助餐",
        "survey_methods": ["questionnaire"],
        "requested_fen": 123_400,
        "version": 2,
    }
    made = sections(content, told)
    rows = {row.label: row.text for section in made for row in section.rows}
    assert rows == {"项目摘要": "为独居老人助餐", "调研方式": "问卷", "申请金额": "1,234.00"}
    assert (
        made[0].title == "项目概况"
        and headings(round_.code, "midterm") == headings("no", "application") == []
    )


def test_the_money_of_a_category_and_what_is_asked_for_are_told_by_code(db):
    round_ = a_round(Office(), state="published")
    asked = a_scored_proposal(round_, yuan=15_000)
    gone = a_scored_proposal(round_, state="withdrawn")
    told = envelopes(round_.code, "application")
    mine = told["elderly_disability"]
    assert mine.asked_fen == {asked.dossier.code: 1_500_000} and gone.dossier.code not in mine.asked_fen
    budgets = category_budgets(round_)
    assert sorted(one.budget_fen for one in told.values()) == sorted(budgets.values())
    assert envelopes(round_.code, "midterm") == {} == envelopes("other", "application")


def test_fields_of_expertise_are_the_categories(db):
    a_round(Office())
    assert field_names()["youth_support"] == "青少年帮扶"
