"""The pages of decisions and awards, and the results that everybody reads."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import clock
from core.errors import Forbidden, NotFound, Refused
from core.policy import check
from core.routes import actor_of, permits, public
from core.ui import buttons
from core.ui.buttons import Pressed, key_of, version_of
from core.ui.pages import listed, shown
from grants.awards import services
from grants.awards.buttons import AWARD_BUTTONS, DECISION_BUTTONS
from grants.awards.forms import LineForm, lines_of, moves_of
from grants.awards.lifecycle import D
from grants.awards.lists import AwardList, DecisionList, ResultList, organisation_of
from grants.awards.models import Award, Decision, Outcome
from grants.awards.selectors import seen
from grants.awards.selectors.desk import undecided
from grants.awards.selectors.money import explain_left
from grants.awards.selectors.sheet import CategorySheet, DecisionSheet, outlook, scene_of, sheet_of
from grants.rounds.models import Round
from grants.rounds.selectors import public_rounds

LINES_A_PAGE = 60


# --- decisions --------------------------------------------------------------------------------------


@permits("awards.list_decisions")
def decisions(request: HttpRequest) -> HttpResponse:
    """Every list that goes, or went, before a meeting."""
    rows = seen.with_sums(seen.decisions_visible_to(actor_of(request))).select_related("round")
    may_draft = check(actor_of(request), "awards.draft") is not None
    return listed(
        request,
        DecisionList(request, rows),
        filename="decisions",
        template="grants/awards/decisions.html",
        may_draft=may_draft,
    )


@permits("awards.draft", None, "GET", "POST")
def new_decision(request: HttpRequest) -> HttpResponse:
    """Draw the list of a round: choose it, look at what the ranking gives, move money, note consents."""
    ready = list(undecided().order_by("-year"))
    asked = request.POST.get("round") or request.GET.get("round") or (ready[0].code if ready else "")
    chosen = next((one for one in ready if one.code == asked), None)
    if chosen is None:
        return _new_page(request, ready, None)
    form_class = moves_of(chosen)
    if request.method == "GET":
        return _new_page(request, ready, chosen, form=form_class())
    form = form_class(request.POST)
    if not form.is_valid():
        return _new_page(request, ready, chosen, form=form, status=422)
    try:
        made = services.draft_decision(
            round_id=chosen.pk,
            moves=form.cleaned_data["moves"],
            consents=form.cleaned_data["consents"],
            by=actor_of(request),
            now=clock.now(),
            key=key_of(request),
        )
    except (Forbidden, NotFound):
        raise
    except Refused as refused:
        return _new_page(request, ready, chosen, form=form, refused=refused, status=refused.status)
    messages.success(request, _("立项名单已拟定，请核对后交科长提请会议。"))
    return redirect(made.get_absolute_url())


def _new_page(
    request: HttpRequest, ready: list[Round], chosen: Round | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    context: dict[str, Any] = {"ready": ready, "chosen": chosen, "form": None, "key": uuid4(), **more}
    context["outlook"] = outlook(chosen) if chosen else ()
    return render(request, "grants/awards/new_decision.html", context, status=status)


@permits("awards.view", Decision)
def decision(request: HttpRequest, decision: Decision) -> HttpResponse:
    """The meeting: ranking, money, departures, what is left, and what follows."""
    return _decision_page(request, decision)


def _decision_page(request: HttpRequest, decision: Decision, pressed: Pressed | None = None) -> HttpResponse:
    scene = scene_of(decision)
    since = explain_left(decision.round) if scene.is_over else []
    may_amend = decision.state != D.RESOLVED and check(actor_of(request), "awards.amend", decision)
    return shown(
        request,
        decision,
        "grants/awards/decision.html",
        buttons=DECISION_BUTTONS,
        press="press_decision",
        pressed=pressed,
        sheet=scene.sheet,
        scene=scene,
        left_now=since if len(since) > len(scene.sheet.left) else (),
        may_amend=bool(may_amend),
    )


@permits("awards.view", Decision, "GET", "POST")
def press_decision(request: HttpRequest, decision: Decision, code: str) -> HttpResponse:
    """A button of a decision."""
    home = decision.get_absolute_url()
    return buttons.press(request, decision, code, DECISION_BUTTONS, _decision_page, home)


@permits("awards.amend", Decision, "GET", "POST")
def amend_decision(request: HttpRequest, decision: Decision) -> HttpResponse:
    """Where the meeting departs from the ranking: one row for each application of a category."""
    if decision.state == D.RESOLVED:
        return redirect(decision.get_absolute_url())
    sheet = sheet_of(decision)
    part = sheet.of(request.GET.get("category", "")) or next(
        (one for one in sheet.categories if one.lines), None
    )
    if part is None:
        raise Http404
    page = Paginator(part.lines, LINES_A_PAGE).get_page(request.GET.get("page", "1"))
    lines = [one.line for one in page.object_list]
    if request.method == "GET":
        return _amend_page(request, sheet, part, page, lines_of(lines))
    forms = lines_of(lines, request.POST)
    sent = [form for form in forms if form.is_bound]
    if any(form.errors for form in sent):
        return _amend_page(request, sheet, part, page, forms, status=422)
    changes = [change for form in sent if (change := form.change())]
    if not changes:
        messages.info(request, _("没有改动。"))
        return redirect(request.get_full_path())
    try:
        services.amend_decision(
            decision_id=decision.pk, changes=changes, by=actor_of(request), now=clock.now(),
            key=key_of(request), version=version_of(request),
        )  # fmt: skip
    except (Forbidden, NotFound):
        raise
    except Refused as refused:
        return _amend_page(request, sheet, part, page, forms, refused=refused, status=refused.status)
    messages.success(request, _("会议调整已登记：%(n)s 项。") % {"n": len(changes)})
    return redirect(decision.get_absolute_url())


def _amend_page(
    request: HttpRequest,
    sheet: DecisionSheet,
    part: CategorySheet,
    page: Page[Any],
    forms: list[LineForm],
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    here = sum(form.line.amount_fen for form in forms)
    context = {
        "object": sheet.decision,
        "sheet": sheet,
        "part": part,
        "page": page,
        "forms": forms,
        "faults": [(form, error) for form in forms for errors in form.errors.values() for error in errors],
        "elsewhere_in_category": part.spent_fen - here,
        "elsewhere_in_round": sheet.spent_fen - here,
        "cut_max_percent": sheet.decision.round.parsed_terms().partial_cut_max_percent,
        "propose": Outcome.PROPOSE,
        "refused": refused,
        "key": uuid4(),
    }
    return render(request, "grants/awards/amend.html", context, status=status)


# --- awards -----------------------------------------------------------------------------------------


@permits("awards.list")
def awards(request: HttpRequest) -> HttpResponse:
    """The awards somebody may see."""
    rows = seen.visible_to(actor_of(request)).select_related(
        "proposal__applicant", "proposal__host", "proposal__community", "category", "source", "round"
    )
    return listed(request, AwardList(request, rows), filename="awards")


@permits("awards.view", Award)
def award(request: HttpRequest, award: Award) -> HttpResponse:
    """An award: how much, from where, to be signed until when."""
    return _award_page(request, award)


def _award_page(request: HttpRequest, award: Award, pressed: Pressed | None = None) -> HttpResponse:
    decision = award.allotment.line.decision
    return shown(
        request,
        award,
        "grants/awards/award.html",
        buttons=AWARD_BUTTONS,
        press="press_award",
        pressed=pressed,
        organisation=organisation_of(award),
        decision=decision if check(actor_of(request), "awards.view", decision) else None,
    )


@permits("awards.view", Award, "GET", "POST")
def press_award(request: HttpRequest, award: Award, code: str) -> HttpResponse:
    """A button of an award."""
    return buttons.press(request, award, code, AWARD_BUTTONS, _award_page, award.get_absolute_url())


# --- for everybody ----------------------------------------------------------------------------------


@public("GET")
def public_results(request: HttpRequest, code: str) -> HttpResponse:
    """Who was funded in a round, once its notice is over: page, XLSX and CSV."""
    round_ = public_rounds().filter(code=code).first()
    if round_ is None:
        raise Http404
    rows = seen.public_awards(round_)
    page = ResultList(request, rows, round_)
    if page.wants_csv:
        return page.csv(f"results-{round_.code}")
    return listed(
        request,
        page,
        filename=f"results-{round_.code}",
        template="grants/awards/results.html",
        round=round_,
        total_fen=page.rows.order_by().aggregate(total=Sum("amount_fen"))["total"] or 0,
    )
