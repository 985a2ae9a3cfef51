"""After the lock: results in three bands for officers, statistics for few, and the two signatures."""

from __future__ import annotations

import re

import pytest

from evaluations.panels import selectors, services
from evaluations.panels.lifecycle import P
from evaluations.panels.models import Panel, Sheet
from evaluations.panels.selectors import above
from evaluations.panels.selectors.statistics import letters
from tests.evaluations import cast as stage
from tests.evaluations.cast import NOW
from tests.evaluations.rooms import cost, press, shown


def graded(rooms, dossiers=3, **points):
    """A locked panel in which the first dossier is best and the last worst."""
    panel = stage.scoring(rooms, dossiers)
    given = {f"A-{n:03}": str(38 - 8 * n) for n in range(1, dossiers + 1)} | points
    for sheet in panel.sheets.select_related("dossier").order_by("pk"):
        stage.fill(rooms, sheet, needs=given[sheet.dossier.code], comment=f"意见{sheet.pk:04}")
    services.lock_panel(panel_id=panel.pk, by=rooms.secretary, now=NOW)
    return Panel.objects.get(pk=panel.pk)


@pytest.fixture
def money(monkeypatch):
    """The rooms above told what there is and what is asked for."""
    asked = {f"A-{n:03}": 2_000_000 for n in range(1, 40)}
    envelope = above.Envelope(budget_fen=4_500_000, asked_fen=asked)
    told = dict.fromkeys(("elderly", "kind1", "kind3"), envelope)
    monkeypatch.setattr(above, "_envelopes", [lambda round_code, stage: told])


@pytest.mark.parametrize(
    ("who", "results", "statistics"),
    [
        ("secretary", 200, 200),
        ("chair", 200, 200),
        ("supervisor", 200, 200),
        ("auditor", 200, 200),
        ("clerk", 200, 403),
        ("chief", 200, 403),
        ("leader", 200, 403),
        ("ZJ0001", 200, 403),
        ("stranger", 404, 404),
        ("applicant_admin", 404, 404),
    ],
)
def test_who_reads_results_and_who_reads_statistics(rooms, who, results, statistics):
    panel, client = stage.locked(rooms, 1), rooms.client(who)
    address = panel.get_absolute_url()
    assert client.get(f"{address}results/").status_code == results
    assert client.get(f"{address}statistics/").status_code == statistics


def test_nobody_reads_results_before_the_lock(rooms):
    panel = stage.all_filled(rooms, 1)
    for who in ("secretary", "chair", "supervisor", "auditor", "clerk", "leader", "ZJ0001"):
        client = rooms.client(who)
        for page in ("results", "statistics"):
            assert client.get(f"{panel.get_absolute_url()}{page}/").status_code == 403


def test_officers_see_three_bands_and_no_percentage(rooms, money):
    panel = graded(rooms)
    page = shown(rooms.client("leader").get(f"{panel.get_absolute_url()}results/"))
    assert "稳妥" in page and "线外" in page and "一致性统计" not in page
    assert not re.search(r"\d+%", page)
    first, last = page.index("A-001"), page.index("A-003")
    assert first < last and "75.00" in page and "养老助残" in page
    counted = shown(rooms.client("supervisor").get(f"{panel.get_absolute_url()}statistics/"))
    assert re.search(r"\d+%", counted) and "入围比例" in counted


def test_no_line_is_drawn_through_a_category_that_two_panels_share(rooms, money):
    panel = graded(rooms)
    stage.dossier(rooms, 30)
    page = shown(rooms.client("leader").get(f"{panel.get_absolute_url()}results/"))
    assert "A-001" in page and "稳妥" not in page


def test_statistics_name_reviewers_by_letters_and_charts_have_their_table(rooms):
    panel = graded(rooms)
    page = shown(rooms.client("secretary").get(f"{panel.get_absolute_url()}statistics/"))
    assert set(letters(panel).values()) == set("ABCDEFG") and "评委G" in page
    assert "Krippendorff" in page and page.count("<svg") >= 2 and page.count("数据表") == 2
    assert "龘" not in page and "ZJ00" not in page


def test_everybody_reading_everything_gives_the_correlation(rooms):
    five = {**stage.RULE, "finance_experts_min": 1}
    panel = stage.scoring(rooms, 3, reviewers=5, rule=five)
    for sheet in panel.sheets.select_related("dossier").order_by("pk"):
        stage.fill(rooms, sheet, needs=str(20 + sheet.pk % 7 + 2 * int(sheet.dossier.code[-1])))
    services.lock_panel(panel_id=panel.pk, by=rooms.secretary, now=NOW)
    found = selectors.agreement(Panel.objects.get())
    assert found.icc is not None and found.kendall_w is not None
    page = shown(rooms.client("supervisor").get(f"{panel.get_absolute_url()}statistics/"))
    assert f"{found.icc.icc_a_1:.3f}" in page and f"{found.kendall_w:.3f}" in page


def test_members_read_single_sheets_by_letter_officers_only_at_the_end(rooms):
    panel = graded(rooms, 1)
    dossier, sheet = panel.dossiers.get(), panel.sheets.first()
    member = shown(rooms.client(sheet.seat.expert.code).get(dossier.get_absolute_url()))
    assert (
        sheet.comment in member and "评委A" in member and "龘" not in member.replace(_own(rooms, sheet), "")
    )
    for who in ("clerk", "leader"):
        page = shown(rooms.client(who).get(dossier.get_absolute_url()))
        assert "得分" in page and sheet.comment not in page and "评委A" not in page
    services.sign_conclusion(panel_id=panel.pk, by=rooms.secretary, now=NOW)
    services.conclude_panel(panel_id=panel.pk, by=rooms.chair, now=NOW)
    assert sheet.comment in shown(rooms.client("clerk").get(dossier.get_absolute_url()))


def _own(rooms, sheet):
    """The name of whoever is signed in stands on every page of theirs."""
    return rooms.users[sheet.seat.expert.code].person.name


def test_whoever_stood_back_finds_the_dossier_neither_listed_nor_open(rooms):
    panel = stage.scoring(rooms, 2)
    gone = panel.sheets.order_by("pk").first()
    who = gone.seat.expert.code
    services.recuse(sheet_id=gone.pk, reason="亲属", by=rooms.experts[who], now=NOW)
    for sheet in panel.sheets.filter(state="assigned").order_by("pk"):
        stage.fill(rooms, sheet)
    services.lock_panel(panel_id=panel.pk, by=rooms.secretary, now=NOW)
    client = rooms.client(who)
    page = shown(client.get(f"{panel.get_absolute_url()}results/"))
    codes = set(panel.dossiers.values_list("code", flat=True)) - {gone.dossier.code}
    assert gone.dossier.code not in page and all(code in page for code in codes)
    assert client.get(gone.dossier.get_absolute_url()).status_code == 404


def test_a_late_replacement_reads_nobodys_score_before_the_own_sheet_is_locked(rooms):
    panel = stage.locked(rooms, 1)
    gone = panel.sheets.filter(state="locked").first()
    services.recuse(sheet_id=gone.pk, reason="事后发现", by=rooms.secretary, now=NOW)
    new = Sheet.objects.get(replaces=gone)
    client = rooms.of(new)
    services.attest(sheet_id=new.pk, by=rooms.expert(new), now=NOW)
    assert client.get(f"{panel.get_absolute_url()}results/").status_code == 403
    assert client.get(new.dossier.get_absolute_url()).status_code == 404


def test_lock_sign_and_conclude_are_pressed_by_two_people(rooms):
    panel = stage.all_filled(rooms, 2)
    secretary, chair = rooms.client("secretary"), rooms.client("chair")
    assert "已锁分" in shown(press(secretary, panel, "lock"))
    unsigned = press(chair, panel, "conclude")
    assert unsigned.status_code == 409 and "秘书尚未签署" in shown(unsigned)
    assert "等待主席作出结论" in shown(press(secretary, panel, "sign"))
    assert press(secretary, panel, "conclude").status_code == 403
    assert "已作出结论" in shown(press(chair, panel, "conclude"))
    assert Panel.objects.get().state == P.CONCLUDED
    page = shown(secretary.get(f"{panel.get_absolute_url()}results/"))
    assert "尚未作出结论" not in page and Panel.objects.get().signed_digest in page


def test_votes_are_written_down_only_between_equals(rooms):
    panel = graded(rooms, 2, **{"A-001": "30", "A-002": "30"})
    client = rooms.client("secretary")
    first, second = panel.dossiers.order_by("code")
    assert "仍相同，待投票" in shown(client.get(f"{panel.get_absolute_url()}results/"))
    wrong = press(client, panel, "votes", **{first.public_id: "-3", second.public_id: "2"})
    assert wrong.status_code == 422
    press(client, panel, "votes", **{first.public_id: "3", second.public_id: "4"})
    page = shown(client.get(f"{panel.get_absolute_url()}results/"))
    assert page.index("A-002") < page.index("A-001") and "4 票" in page


def test_the_pages_of_results_cost_the_same_for_one_dossier_and_for_three(rooms, money):
    counts = []
    client = rooms.client("secretary")
    for number in (1, 3):
        panel = _another(rooms, number)
        address = panel.get_absolute_url()
        dossier = panel.dossiers.first().get_absolute_url()
        counts.append(
            (cost(client, f"{address}results/"), cost(client, f"{address}statistics/"), cost(client, dossier))
        )
    assert counts[0] == counts[1] and max(counts[0]) <= 20


def _another(rooms, number):
    from evaluations.experts.models import Expert

    panel = services.form_panel(
        round_code=stage.ROUND,
        stage="application",
        name=f"组{number}",
        rule=stage.RULE,
        by=rooms.clerk,
        now=NOW,
    )
    for expert in Expert.objects.order_by("code")[:5]:
        services.seat_expert(panel_id=panel.pk, expert_id=expert.pk, kind="reviewer", by=rooms.clerk, now=NOW)
    for officer, kind in ((rooms.chair, "chair"), (rooms.secretary, "secretary")):
        services.seat_officer(
            panel_id=panel.pk, person_id=officer.person_id, kind=kind, by=rooms.clerk, now=NOW
        )
    made = [stage.dossier(rooms, 10 * number + n, category=f"kind{number}").pk for n in range(number)]
    services.add_dossiers(panel_id=panel.pk, dossier_ids=made, by=rooms.clerk, now=NOW)
    services.assign_sheets(panel_id=panel.pk, seed="s", by=rooms.secretary, now=NOW)
    services.open_panel(panel_id=panel.pk, by=rooms.secretary, now=NOW)
    for sheet in panel.sheets.order_by("pk"):
        stage.fill(rooms, sheet, needs=str(20 + sheet.pk % 9))
    services.lock_panel(panel_id=panel.pk, by=rooms.secretary, now=NOW)
    return Panel.objects.get(pk=panel.pk)
