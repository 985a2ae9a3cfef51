"""The buttons of a round: terms, money, form and sheets, publication, deadlines, numbers, vacancies."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core.audit.selectors import entries_of
from core.errors import Forbidden, NotNow, Refused, Stale
from core.policy import SYSTEM, all_rows
from core.unit import unit
from evaluations.rubrics.services import load_rubrics
from grants.rounds import selectors, services
from grants.rounds.models import DeadlineExtension, FormVersion, Round, Stage
from tests.grants.applying import DEADLINE, OPEN, OPENS, SCREENING, SECOND, at
from tests.grants.builders import CALL, Office, a_round, pack_yaml
from tests.grants.tables import force
from tests.orgs.builders import a_body, someone

pytestmark = pytest.mark.django_db
LONGER = at("2026-04-30 17:30")


@pytest.fixture
def office():
    return Office()


def prepare(office, *, by=None, leads=None, **changes):
    terms = {**pack_yaml("terms_2026.yaml"), **changes}
    return services.prepare_round(
        terms={name: value for name, value in terms.items() if value is not None},
        host=office.committee, operator=None, leads=leads or {}, by=by or office.clerk, now=CALL,
    )  # fmt: skip


def extend(
    office, round_, until=LONGER, *, by=None, now=OPEN, reason="网络故障", deadline="applications_close"
):
    return services.extend_deadline(
        round_id=round_.pk,
        deadline=deadline,
        until=until,
        reason=reason,
        by=by or office.section_chief,
        now=now,
    )


def state_of(round_):
    return Round.objects.get(pk=round_.pk).state


class TestPreparing:
    def test_terms_become_money_by_source_and_categories_with_leads(self, office):
        lead = a_body("section", "老龄工作科", parent=office.committee)
        made = prepare(office, leads={"老龄": lead})
        assert (made.year, made.budget_fen, made.state) == (2026, 100_000_000, "drafting")
        money = {row.source.code: (row.amount_fen, row.source.paid_by_treasury) for row in made.funding.all()}
        assert money == {"welfare_lottery": (90_000_000, True), "charity": (10_000_000, False)}
        rows = [(c.number_code, c.share_percent, c.lead) for c in made.categories.all()]
        assert rows == [("YL", 40, lead), ("QS", 30, None), ("ZL", 30, None)]

    @pytest.mark.parametrize(
        "clause", ["limits", "tracks", "calendar", "name", "instrument", "funding_sources", "categories"]
    )
    def test_terms_without_a_clause_are_refused_by_its_name(self, office, clause):
        with pytest.raises(Refused, match=clause):
            prepare(office, **{clause: None})
        assert not Round.objects.exists()

    def test_instalments_that_do_not_add_up_are_refused(self, office):
        tracks = deepcopy(pack_yaml("terms_2026.yaml")["tracks"])
        tracks["light"]["tranches"][0][0] = 60
        with pytest.raises(Refused, match="100"):
            prepare(office, tracks=tracks)

    def test_a_round_may_call_in_the_autumn_for_the_next_year_but_not_for_another(self, office):
        assert prepare(office).year == 2026
        assert prepare(office, code="WCCT-2027", year=2027).year == 2027
        for year in (2025, 2028):
            with pytest.raises(Refused, match="当年或次年"):
                prepare(office, code=f"WCCT-{year}", year=year)

    def test_only_a_clerk_prepares(self, office):
        for by in (office.section_chief, office.leader, office.stranger):
            with pytest.raises(Forbidden):
                prepare(office, by=by)

    def test_the_money_of_the_categories_adds_up_to_the_last_fen(self, office):
        sources = [["welfare_lottery", "福彩公益金", 100_001]]
        made = prepare(office, budget_yuan=100_001, funding_sources=sources)
        parts = selectors.category_budgets(made)
        assert sum(parts.values()) == 10_000_100
        assert sorted(parts.values()) == [3_000_030, 3_000_030, 4_000_040]

    def test_a_source_gives_money_and_only_once_per_round(self, office):
        made = prepare(office)
        first = made.funding.first()
        for change in ({"amount_fen": 0}, {"source": made.funding.last().source}):
            with pytest.raises(IntegrityError), transaction.atomic():
                type(first).objects.filter(pk=first.pk).update(**change)


class TestFormAndSheets:
    def test_a_form_version_is_made_once_and_never_changed(self, office):
        schema = pack_yaml("form_2026.yaml")
        form = services.keep_form(code="light", no=1, schema=schema)
        assert services.keep_form(code="light", no=1, schema=schema).pk == form.pk
        with pytest.raises(Refused):
            services.keep_form(code="light", no=1, schema={**schema, "title": "改过"})
        assert services.keep_form(code="light", no=2, schema={**schema, "title": "改过"}).pk != form.pk
        with pytest.raises(DatabaseError), transaction.atomic():
            FormVersion.objects.update(schema={})

    def equip(self, office, round_, stages=tuple(Stage), by=None):
        pack, names = pack_yaml("rubrics.yaml"), {str(stage): str(stage.label) for stage in Stage}
        sheets = load_rubrics(pack=pack, prefix=round_.code, names=names, by=SYSTEM, now=CALL)
        form = services.keep_form(code=round_.code, no=1, schema=pack_yaml("form_2026.yaml"))
        chosen = {stage: sheets[stage] for stage in stages}
        services.equip_round(round_id=round_.pk, form=form, rubrics=chosen, by=by or office.clerk, now=CALL)
        return form, sheets

    def test_a_round_is_published_when_money_shares_form_and_sheets_are_there(self, office):
        made = prepare(office)
        assert made.gaps() == ["form", "rubric:application", "rubric:final", "rubric:midterm"]
        with pytest.raises(NotNow):
            services.publish_round(round_id=made.pk, by=office.leader, now=CALL)
        self.equip(office, made, [Stage.APPLICATION, Stage.FINAL])
        assert Round.objects.get(pk=made.pk).gaps() == ["rubric:midterm"]
        _form, sheets = self.equip(office, made)
        assert selectors.rubric_of(made, "midterm") == sheets["midterm"]
        services.publish_round(round_id=made.pk, by=office.leader, now=CALL)
        assert state_of(made) == "published"
        assert entries_of(made).get(verb="publish").payload["terms_digest"] == made.terms_digest

    def test_money_that_does_not_fit_the_budget_keeps_a_round_back(self, office):
        made = prepare(office, budget_yuan=999_999)
        self.equip(office, made)
        assert Round.objects.get(pk=made.pk).gaps() == ["funding"]
        with pytest.raises(NotNow):
            services.publish_round(round_id=made.pk, by=office.leader, now=CALL)

    def test_form_and_sheets_are_frozen_with_the_publication(self, office):
        made = a_round(office, state="published")
        with pytest.raises(Refused):
            self.equip(office, made)
        assert entries_of(made).filter(verb="equip").count() == 1

    def test_only_a_clerk_equips(self, office):
        made = prepare(office)
        for by in (office.leader, office.stranger):
            with pytest.raises(Forbidden):
                self.equip(office, made, by=by)


class TestDeadlines:
    def test_open_is_a_question_of_the_clock(self, office):
        made = a_round(office, state="published")

        def is_open(now):
            return [round_.pk for round_, _window in selectors.open_rounds(now)] == [made.pk]

        moments = [OPENS - SECOND, OPENS, DEADLINE, DEADLINE + SECOND]
        assert [is_open(now) for now in moments] == [False, True, True, False]
        extend(office, made)
        assert is_open(DEADLINE + SECOND) and is_open(LONGER) and not is_open(LONGER + SECOND)

    def test_the_newest_extension_counts_and_each_stays_with_its_reason(self, office):
        made = a_round(office, state="published")
        extend(office, made)
        extend(office, made, LONGER + SECOND, now=DEADLINE + SECOND, reason="系统故障")
        assert selectors.application_window(Round.objects.get(pk=made.pk)).closes == LONGER + SECOND
        assert [one.reason for one in made.extensions.all()] == ["网络故障", "系统故障"]
        with pytest.raises(DatabaseError), transaction.atomic():
            DeadlineExtension.objects.update(until=DEADLINE)

    def test_a_deadline_moves_before_its_end_and_only_later(self, office):
        made = a_round(office, state="published")
        with pytest.raises(Refused):
            extend(office, made, now=DEADLINE + SECOND)
        for until in (DEADLINE, DEADLINE - SECOND):
            with pytest.raises(Refused):
                extend(office, made, until)
        with pytest.raises(Refused):
            extend(office, made, reason=" ")
        with pytest.raises(Refused):
            extend(office, made, deadline="recheck_until")
        assert not made.extensions.exists()
        extend(office, made, DEADLINE + SECOND, now=DEADLINE)

    def test_a_drafted_round_has_no_deadline_to_move(self, office):
        with pytest.raises(Refused):
            extend(office, prepare(office))

    def test_only_the_section_chief_extends(self, office):
        made = a_round(office, state="published")
        for by in (office.clerk, office.leader, office.stranger):
            with pytest.raises(Forbidden):
                extend(office, made, by=by)

    def test_selection_starts_after_the_last_second_extension_included(self, office):
        made = a_round(office, state="published")
        extend(office, made)

        def start(now):
            services.start_selection(round_id=made.pk, by=office.section_chief, now=now)

        for now in (DEADLINE + SECOND, LONGER):
            with pytest.raises(Refused):
                start(now)
        start(LONGER + SECOND)
        assert state_of(made) == "selecting"

    def test_the_chief_is_told_when_the_applications_are_in(self, office):
        a_round(office, state="published")

        def waiting(now):
            found = {str(todo.label): todo.count for todo in selectors.todo_for(office.section_chief, now)}
            return found["征集已截止、待进入评审的届次"]

        assert [waiting(DEADLINE), waiting(DEADLINE + SECOND)] == [0, 1]


class TestTheButtons:
    def test_a_round_is_cancelled_with_a_reason_until_selection(self, office):
        made = a_round(office, state="published")
        for reason, by, error in (("", office.leader, Refused), ("资金取消", office.clerk, Forbidden)):
            with pytest.raises(error):
                services.cancel_round(round_id=made.pk, reason=reason, by=by, now=OPEN)
        services.cancel_round(round_id=made.pk, reason="资金取消", by=office.leader, now=OPEN)
        assert entries_of(made).get(verb="cancel").reason.text == "资金取消"
        assert not selectors.open_rounds(OPEN) and not selectors.public_rounds().exists()

    def test_a_round_in_selection_is_not_cancelled(self, office):
        made = a_round(office, state="selecting")
        with pytest.raises(NotNow):
            services.cancel_round(round_id=made.pk, reason="晚了", by=office.leader, now=SCREENING)

    def test_a_round_is_not_executed_before_the_meeting_has_decided(self, office):
        made = a_round(office, state="selecting")
        with pytest.raises(Refused):
            services.start_execution(round_id=made.pk, by=office.section_chief, now=at("2026-07-01 09:00"))
        assert state_of(made) == "selecting"

    def test_a_round_without_projects_is_closed_and_archived(self, office):
        made = a_round(office, state="selecting")
        force(made, state="executing")
        now = at("2026-07-01 09:00")
        for press, by, wrong in (
            (services.close_round, office.section_chief, office.clerk),
            (services.archive_round, office.clerk, office.section_chief),
        ):
            with pytest.raises(Forbidden):
                press(round_id=made.pk, by=wrong, now=now)
            press(round_id=made.pk, by=by, now=now)
        assert state_of(made) == "archived"

    def test_the_same_key_moves_a_round_once_and_an_old_page_not_at_all(self, office):
        made, key = a_round(office, state="published"), uuid4()
        with pytest.raises(Stale):
            services.start_selection(round_id=made.pk, by=office.section_chief, now=SCREENING, version=1)
        first = services.start_selection(
            round_id=made.pk, by=office.section_chief, now=SCREENING, key=key, version=made.row_version
        )
        again = services.start_selection(
            round_id=made.pk, by=office.section_chief, now=SCREENING, key=key, version=made.row_version
        )
        assert first == again and entries_of(made).filter(verb="start_selection").count() == 1


def test_numbers_run_by_kind_and_round(office):
    one, other = prepare(office), prepare(office, code="WCCT-2027")
    with unit():
        taken = [services.take_number(one.pk, "application") for _n in range(3)]
        assert taken == [1, 2, 3]
        assert services.take_number(one.pk, "notice") == 1
        assert services.take_number(other.pk, "application") == 1
    assert services.application_number(other, 12) == "SQ-WCCT-2027-0012"
    assert services.project_number(one, one.categories.get(code="youth_support"), 7) == "WCCT-2026-QS-007"


def test_the_chart_of_accounts_is_loaded_twice_without_doubling(office):
    rows = [{"code": "101", "name": "专职人员补贴", "class": "activity", "counts_towards": "staff labour"}]
    assert services.keep_accounts(rows) == services.keep_accounts(rows) == 1
    assert selectors.accounts() == {"101": ("staff", "labour")}


class TestWhoCanAct:
    ON = date(2026, 4, 10)

    def named(self):
        return {vacancy.permission: vacancy.roles for vacancy in selectors.who_can_act(on=self.ON)}

    def test_a_step_without_anybody_is_named_with_the_roles_that_would_do(self, office):
        missing = self.named()
        assert missing["payments.execute"] == ("cashier",)
        assert "rounds.publish" not in missing and "proposals.find_ineligible" not in missing
        someone("何出纳", office.finance, "cashier")
        assert "payments.execute" not in self.named()

    def test_two_steps_that_one_person_may_not_take_need_two(self):
        holders = {"clerk": {1}, "section_chief": {1}, "finance_clerk": {1}, "finance_approver": {1, 2}}
        found = {vacancy.permission: vacancy.roles for vacancy in selectors.vacancies(holders)}
        assert found["proposals.find_ineligible"] == ("clerk", "section_chief")
        assert "payments.approve" not in found
        two = {**holders, "section_chief": {2}}
        assert "proposals.find_ineligible" not in {v.permission for v in selectors.vacancies(two)}

    def test_every_pair_kept_apart_names_steps_that_exist(self):
        steps = {step for pair in selectors.SEPARATED for step in pair}
        assert steps <= {name for name, _row in all_rows()}

    def test_a_single_clerk_cannot_advise_and_recheck(self):
        alone = {"clerk": {1}, "section_chief": {2}}
        assert "proposals.recheck" in {vacancy.permission for vacancy in selectors.vacancies(alone)}
        both = {"clerk": {1, 3}, "section_chief": {2}}
        assert "proposals.recheck" not in {vacancy.permission for vacancy in selectors.vacancies(both)}
