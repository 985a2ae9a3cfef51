"""What the public reads of a round: where it stands, and figures no earlier than they may be told."""

from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms.pages.selectors import figures
from grants.payments.selectors import money_by_category
from grants.proposals.models import Proposal
from grants.rounds.services import start_execution
from orgs.areas.models import Community
from tests.grants.funding import AWARDED, SIGNED, Fund
from tests.orgs.builders import load_places

STREET = "420106008"


@pytest.fixture(autouse=True)
def files_root(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def fund(db):
    """Two funded projects, one of them in a community whose place we know; the round not yet under way."""
    load_places(STREET)
    fund = Fund(2)
    home = Community.objects.filter(street__code=STREET).first()
    Proposal.objects.filter(pk=fund.grantees[0].proposal.pk).update(community=home)
    return fund


def read(fund, page="status/", at=SIGNED):
    with time_machine.travel(at, tick=False), CaptureQueriesContext(connection) as queries:
        answer = Client().get(f"/rounds/{fund.round.code}/{page}")
    assert answer.status_code == 200
    return answer.content.decode(), len(queries)


def run(fund):
    start_execution(round_id=fund.round.pk, by=fund.office.section_chief, now=AWARDED)


def test_while_the_selection_lasts_only_what_came_in_is_told(fund):
    page, _asked = read(fund)
    assert "收到申报" in page
    for word in ("进入评审", "获得资助", "资助总额", "已拨", "chart--map", "40,000.00"):
        assert word not in page, word


def test_once_projects_run_results_money_and_places_are_told(fund):
    run(fund)
    fund.sign(fund.grantee)
    fund.pay(1, SIGNED, fund.grantee)
    page, _asked = read(fund)
    results = f"/public/results/{fund.round.code}/"
    assert f'href="{results}"' in page and Client().get(results).status_code == 200
    assert "获得资助" in page and "4万元" in page
    assert "chart--map" in page and "chart--money" in page and "chart--funnel" in page
    paid = fund.grantee.tranche(1).amount_fen
    [money] = [row for row in money_by_category(fund.round) if row[1]]
    assert money[1:] == (2 * 20_000_00, paid)
    assert f"{paid / 100:,.2f}" in page


def test_a_street_tells_its_projects_and_money(fund):
    run(fund)
    [tile] = [one for one in figures.tiles_of(fund.round) if one.count]
    assert (tile.name, tile.count, tile.amount_fen) == ("紫阳街道", 1, 20_000_00)


def test_a_lapsed_award_is_planned_no_more(fund):
    from grants.projects.services import lapse_project

    run(fund)
    lapse_project(
        project_id=fund.grantees[1].pk,
        reason="放弃",
        renounced=True,
        by=fund.office.section_chief,
        now=SIGNED,
    )
    assert sum(planned for _name, planned, _paid in money_by_category(fund.round)) == 20_000_00


def test_the_page_asks_no_more_for_more_projects(fund):
    run(fund)
    _page, asked = read(fund)
    Proposal.objects.filter(pk=fund.grantees[1].proposal.pk).update(
        community=Community.objects.filter(street__code=STREET).last()
    )
    assert read(fund)[1] == asked <= 16


def test_a_notice_of_the_round_is_listed(fund):
    page, _asked = read(fund)
    assert fund.notice.title in page


def test_every_street_of_the_pack_has_a_tile_of_its_own():
    root = Path(__file__).parents[3] / "district" / "wuchang"
    places = figures.grid(root / "tiles.csv")
    lines = (root / "divisions.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    streets = {line.split(",")[0] for line in lines} - {"420106490"}
    assert set(places) == streets and len(streets) == 14
    assert len(set(places.values())) == 14


def test_a_district_without_a_map_gets_its_streets_in_rows(settings, tmp_path):
    settings.DISTRICT_PACK = str(tmp_path)
    tiles = figures.laid_out([(str(code), f"街道{code}", code, 0) for code in range(6)])
    assert [(one.column, one.row) for one in tiles] == [(1, 1), (2, 1), (3, 1), (4, 1), (1, 2), (2, 2)]


@pytest.mark.django_db
def test_a_round_nobody_knows_has_no_status():
    assert Client().get("/rounds/NONE-1/status/").status_code == 404
