"""Applying: the page before the draft, the page on which it is written, and what saves it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from core import clock
from core.errors import Forbidden, NotFound, Refused
from core.routes import actor_of, permits, signed_in
from core.ui.buttons import key_of
from grants.proposals import services
from grants.proposals.lifecycle import EDITABLE, P
from grants.proposals.models import Proposal
from grants.proposals.selectors.applying import (
    Candidate,
    candidates,
    countdown_to_window,
    foreseen,
)
from grants.proposals.views.saving import Outcome, Saving, attach, said_saved
from grants.proposals.views.writing import KEPT, Desk, desk_of
from grants.rounds.lifecycle import R
from grants.rounds.models import Round
from orgs.registry.rules import code_problems, normalise_code, suggestion
from orgs.registry.selectors import by_code

HAND_IN = {
    P.DRAFT: services.submit_proposal,
    P.RETURNED: services.resubmit_proposal,
    P.OPTIMISING: services.finish_optimise,
}


@signed_in("GET", "POST")
def apply(request: HttpRequest, round_code: str) -> HttpResponse:
    """Choose for whom to apply, see what the register knows, and open a draft."""
    round_ = Round.objects.prefetch_related("extensions").filter(code=round_code).first()
    if round_ is None or round_.state in (R.DRAFTING, R.CANCELLED):
        raise Http404
    found = candidates(actor_of(request), round_)
    if request.method == "POST":
        return _start(request, round_, found)
    return _start_page(request, round_, found)


def _start(request: HttpRequest, round_: Round, found: list[Candidate]) -> HttpResponse:
    chosen = next((one for one in found if one.body.public_id == request.POST.get("body")), None)
    if chosen is None:
        raise Http404
    if chosen.live and chosen.places_left <= 0:
        mine = chosen.live[0]
        return redirect("edit_proposal", mine.public_id) if mine.state == P.DRAFT else redirect(mine)
    try:
        draft = services.start_draft(
            round_id=round_.pk, applicant=chosen.body, by=actor_of(request), now=clock.now(),
            key=key_of(request),
        )  # fmt: skip
    except (Forbidden, NotFound):
        raise
    except Refused as refused:
        return _start_page(request, round_, found, refused)
    return redirect("edit_proposal", draft.public_id)


def _start_page(
    request: HttpRequest, round_: Round, found: list[Candidate], refused: Refused | None = None
) -> HttpResponse:
    now = clock.now()
    asked, code = request.GET.get("body", ""), request.GET.get("code", "")
    chosen = next((one for one in found if one.body.public_id == asked), None)
    by_their_code = _by_code(code, found) if code.strip() else None
    if by_their_code is not None and by_their_code["candidate"] is not None:
        chosen = by_their_code["candidate"]
    if chosen is None and by_their_code is None and len(found) == 1:
        chosen = found[0]
    context = {
        "round": round_,
        "countdown": countdown_to_window(round_, now),
        "found": found,
        "chosen": chosen,
        "broken": foreseen(round_, chosen) if chosen else [],
        "code": code[:60],
        "looked_up": by_their_code,
        "refused": refused,
        "key": uuid4(),
    }
    status = refused.status if refused else 200
    return render(request, "grants/proposals/apply.html", context, status=status)


def _by_code(text: str, found: list[Candidate]) -> dict[str, Any]:
    """What a credit code or filing number leads to: one of the bodies of this person, or a sentence."""
    code = normalise_code(text)
    for one in found:
        if one.standing.code and normalise_code(one.standing.code) == code:
            return {"candidate": one, "says": "", "guess": ""}
    known = by_code(code)
    if known is not None:
        says = _("“%(name)s”已登记，但您还不是它的成员。请该单位的申报负责人邀请您加入。") % {
            "name": known.body.name
        }
        return {"candidate": None, "says": says, "guess": ""}
    problems = code_problems(code)
    if problems:
        return {"candidate": None, "says": "；".join(map(str, problems)), "guess": suggestion(code)}
    says = _("登记簿里没有这个代码。请核对，或联系登记管理机关。")
    return {"candidate": None, "says": says, "guess": ""}


@permits("proposals.edit", Proposal)
def edit_proposal(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """The form, one long page; read-only applications lead to their own page."""
    if proposal.state not in EDITABLE:
        return redirect(proposal)
    return _edit_page(request, desk_of(proposal.pk, request.user.pk, clock.now()))


def _edit_page(
    request: HttpRequest, desk: Desk, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    context = {"desk": desk, "object": desk.proposal, "refused": refused, "key": uuid4()}
    return render(request, "grants/proposals/edit.html", context, status=status)


@permits("proposals.edit", Proposal, "GET", "POST")
def save_proposal(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Save what came along, then do what the pressed button says: stay, upload, remove a file, hand in."""
    if request.method != "POST":
        return redirect("edit_proposal", proposal.public_id)
    now, actor = clock.now(), actor_of(request)
    quietly = "application/json" in request.headers.get("Accept", "")
    outcome = Outcome()
    # Pressed twice, it has been handed in meanwhile: nothing is saved, and the key finds the receipt.
    if proposal.state in EDITABLE:
        outcome = Saving(proposal, request.POST, actor, now).run()
        outcome.faults |= attach(proposal, request.FILES.getlist("file"), by=actor, now=now)
    elif _done(request) != "submit":
        outcome.refused = Refused(_("这份申报已经提交，现在不能修改。"), code="not_now")
    if quietly:
        return _told(request, proposal, outcome, now)
    return _shown(request, proposal, outcome, now)


def _done(request: HttpRequest) -> str:
    return request.POST.get("do", "")


def _told(request: HttpRequest, proposal: Proposal, outcome: Outcome, now: datetime) -> HttpResponse:
    """The answer to the script that saves while one types."""
    desk = desk_of(proposal.pk, request.user.pk, now)
    says = said_saved(f"{clock.local(now):%H:%M:%S}")
    if outcome.is_contested:
        says = _("有内容同时在别处被修改，没有覆盖。请对照两份内容后选择。")
    elif outcome.refused:
        says = str(outcome.refused)
    elif outcome.faults:
        says = _("有 %(n)s 处没有保存，请看旁边的说明；其余已保存。") % {"n": len(outcome.faults)}
    answer = {
        "says": says,
        "faults": outcome.faults,
        "contested": outcome.is_contested,
        "marks": outcome.marks if not outcome.is_contested else {},
        "missing": render_to_string("grants/proposals/parts/missing.html", {"desk": desk}),
        "sums": render_to_string("grants/proposals/parts/sums.html", {"desk": desk}),
    }
    return JsonResponse(answer, status=outcome.status)


def _shown(request: HttpRequest, proposal: Proposal, outcome: Outcome, now: datetime) -> HttpResponse:
    """The answer to a person who pressed a button."""
    do = _done(request)
    if outcome.is_contested:
        context = {"object": proposal, "outcome": outcome, "kept": KEPT}
        stored = desk_of(proposal.pk, request.user.pk, now)
        return render(request, "grants/proposals/conflict.html", {**context, "desk": stored}, status=409)
    refused = outcome.refused
    if outcome.is_clean and do.startswith("remove:"):
        refused = _remove(proposal, do.removeprefix("remove:"), request, now)
    if outcome.is_clean and do == "submit":
        refused = _hand_in(request, proposal, now)
        if refused is None:
            messages.success(request, _("已提交。下面是回执，请保存。"))
            return redirect("proposal_receipt", proposal.public_id)
    fresh = Proposal.objects.get(pk=proposal.pk)
    if refused is not None and fresh.state not in EDITABLE:
        messages.error(request, str(refused))
        return redirect(fresh)
    if refused is not None or outcome.faults:
        desk = desk_of(proposal.pk, request.user.pk, now, typed=request.POST)
        desk.take(outcome)
        return _edit_page(request, desk, refused, refused.status if refused else outcome.status)
    messages.success(request, said_saved(f"{clock.local(now):%H:%M:%S}"))
    return redirect(f"{desk_address(proposal)}#{_anchor(do)}")


def _anchor(do: str) -> str:
    kind, _colon, name = do.partition(":")
    return f"s-{name}" if kind == "save" and name.isidentifier() else "s-files" if kind != "save" else "main"


def desk_address(proposal: Proposal) -> str:
    """Return the address of the page on which an application is written."""
    from django.urls import reverse

    return reverse("edit_proposal", args=[proposal.public_id])


def _remove(proposal: Proposal, file_id: str, request: HttpRequest, now: datetime) -> Refused | None:
    try:
        services.remove_file(proposal_id=proposal.pk, file_id=file_id, by=actor_of(request), now=now)
    except NotFound:
        return None  # pressed twice: it is gone already
    except Forbidden:
        raise
    except Refused as refused:
        return refused
    return None


def _hand_in(request: HttpRequest, proposal: Proposal, now: datetime) -> Refused | None:
    """Hand in under the key of the page; the state the page showed says which step it was."""
    shown = request.POST.get("state", "")
    step = HAND_IN.get(P(shown)) if shown in P.values else None
    if step is None:
        return Refused(_("请从申报书页面提交。"))
    try:
        step(proposal_id=proposal.pk, by=actor_of(request), now=now, key=key_of(request))
    except NotFound:
        raise
    except Refused as refused:
        return refused
    return None
