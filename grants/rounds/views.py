"""The officers' pages of rounds: the list, a new one, and the round with its terms."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from core import clock
from core.policy import check
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, press
from core.ui.making import made
from core.ui.pages import listed, shown
from grants.rounds import selectors, services
from grants.rounds.buttons import BUTTONS
from grants.rounds.forms import PrepareForm
from grants.rounds.lifecycle import R
from grants.rounds.lists import RoundList
from grants.rounds.models import Round
from grants.rounds.rules import dates, words


@permits("rounds.list")
def competitions(request: HttpRequest) -> HttpResponse:
    """Every round somebody may see."""
    actor = actor_of(request)
    page = RoundList(request, selectors.visible_to(actor))
    return listed(
        request, page, filename="rounds", template="grants/rounds/competitions.html",
        may_prepare=check(actor, "rounds.create"),
    )  # fmt: skip


@permits("rounds.create", None, "GET", "POST")
def prepare_competition(request: HttpRequest) -> HttpResponse:
    """Draft a round from a file of terms."""
    return made(
        request, PrepareForm, _prepare, title=_("筹备新一届"),
        done=_("已按条款建立届次，请核对后选定申报表和评分表。"),
    )  # fmt: skip


def _prepare(data: dict[str, Any], *, by: Any, now: Any, key: Any) -> Round:
    return services.prepare_round(
        terms=data["terms"], host=data["host"], operator=data["operator"],
        leads=selectors.lead_departments(), by=by, now=now, key=key,
    )  # fmt: skip


def _page(request: HttpRequest, round_: Round, pressed: Pressed | None = None) -> HttpResponse:
    round_, actor, now = selectors.in_full(round_), actor_of(request), clock.now()
    terms = round_.parsed_terms()
    closes = selectors.application_window(round_).closes
    staffing = check(actor, "rounds.view_staffing", round_) is not None
    found = selectors.who_can_act(on=clock.day_of(now), round_code=round_.code) if staffing else []
    return shown(
        request, round_, "grants/rounds/competition.html",
        buttons=BUTTONS, press="press_competition", pressed=pressed,
        shares=selectors.category_shares(round_),
        tracks=words.tracks(terms), caps=words.spending_caps(terms), limits=words.limits(terms),
        who=words.who_may_apply(terms), money_rules=dates.money_rules(terms),
        dates=dates.calendar(terms, closes=closes, now=now), periods=dates.periods(terms),
        panels=dates.panel_rules(terms), ranking=dates.ranking(terms),
        gaps=[dates.gap(code) for code in round_.gaps()] if round_.state == R.DRAFTING else [],
        shows_staffing=staffing, staffing=selectors.staffing_gaps(found), steps_idle=len(found),
    )  # fmt: skip


@permits("rounds.view", Round)
def competition(request: HttpRequest, round_: Round) -> HttpResponse:
    """A round: its terms in words, its money, form and sheets, and who could take its steps."""
    return _page(request, round_)


@permits("rounds.view", Round, "GET", "POST")
def press_competition(request: HttpRequest, round_: Round, code: str) -> HttpResponse:
    """A button of a round."""
    return press(request, round_, code, BUTTONS, _page, round_.get_absolute_url())


@permits("rounds.view", Round)
def competition_terms(request: HttpRequest, round_: Round) -> HttpResponse:
    """The terms as a file, to read by machine or to start the next round from."""
    body = json.dumps(round_.terms, ensure_ascii=False, indent=2)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    name = content_disposition_header(True, f"{round_.code}.json")
    response.headers["Content-Disposition"] = str(name)
    return response
