"""The pages of screening: the queue, one application with its items, many at once, earlier funding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.errors import NotNow
from core.policy import Actor, check
from core.routes import actor_of, permits
from core.ui.buttons import Offer, Pressed, offers, press, why_not
from core.ui.making import made
from core.ui.pages import listed, shown
from grants.proposals import services
from grants.proposals.buttons.screening import ON_SCREENING
from grants.proposals.forms.screening import PREFIX, PriorForm, PriorUpdateForm
from grants.proposals.lists import ScreeningList
from grants.proposals.models import PriorFunding, Proposal
from grants.proposals.selectors import checking, queue, seeing
from grants.proposals.selectors.noticing import noticed_rounds
from grants.proposals.services.batches import BATCHES
from grants.rounds.models import BudgetAccount
from grants.rounds.rules.words import TRACKS

SEE = "proposals.view_screening"
APART = ("return", "judge")  # drawn beside the fields and the items, not among the buttons


@permits("proposals.list_screening")
def screening(request: HttpRequest) -> HttpResponse:
    """The queue: what is screened now, narrowed to what waits for whom."""
    actor, now = actor_of(request), clock.now()
    page = ScreeningList(request, queue.with_checks(queue.in_screening(actor)), actor=actor, now=now)
    offered = [(code, one) for code, one in BATCHES.items() if one.is_for(actor)]
    return listed(
        request, page, filename="screening", template="grants/proposals/screening.html",
        batches=offered, narrowed=page.address(page=""),
    )  # fmt: skip


@dataclass(frozen=True)
class Field:
    """An answer on the page: what changed, what was remarked last time, and the box for a remark."""

    answer: seeing.Answer
    change: checking.Change | None
    earlier: list[Any]
    box: Any


@dataclass(frozen=True)
class Judging:
    """The form with which an item is judged; it is open where a judgement was refused."""

    offer: Offer
    form: forms.Form
    is_open: bool


def _page(request: HttpRequest, proposal: Proposal, pressed: Pressed | None = None) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    proposal = seeing.in_full(proposal)
    prefetch_related_objects([proposal], "checks")
    noticed = proposal.round_id in noticed_rounds()
    seen = seeing.as_read_by(proposal, actor, noticed=noticed)
    found = offers(
        seen, actor, ON_SCREENING,
        lambda code: reverse("press_screen", args=[seen.public_id, code]), pressed,
    )  # fmt: skip
    boxes = next((one for one in found if one.button.code == "return" and one.form is not None), None)
    version, before = checking.last_two_versions(seen)
    reading = seeing.Reading(seen, version, seeing.remarks_on(seen, seen.version_no))
    changed = checking.difference(reading, before)
    earlier = checking.remarks_before(seen)
    return shown(
        request, seen, "grants/proposals/screen.html", pressed=pressed,
        offers=[one for one in found if one.button.code not in APART or (one is not boxes and not one.may)],
        boxes=boxes, parts=_parts(reading, changed, earlier, boxes), reading=reading, changed=changed,
        elsewhere=_elsewhere(boxes, earlier), items=_items(seen, found, pressed),
        inside=seeing.knows_all(actor), only=seeing.told_steps(proposal, actor, noticed=noticed),
        skip=seeing.SAVES, track=TRACKS.get(seen.track, seen.track), consents=list(seen.consents.all()),
        account_names=dict(BudgetAccount.objects.values_list("code", "name")),
        prior=list(checking.prior_funding(seen)), may_record=check(actor, "proposals.record_prior_funding"),
        **_beside(request, seen, actor, now),
    )  # fmt: skip


def _parts(reading: Any, changed: Any, earlier: list[Any], boxes: Offer | None) -> list[tuple[str, Any]]:
    """The sections with their fields, each with what belongs beside it."""
    form = boxes.form if boxes else None
    changes = changed.answers if changed else {}

    def beside(answer: seeing.Answer) -> Field:
        was = [one for one in earlier if one.field == answer.key]
        name = f"{PREFIX}{answer.key}"
        box = form[name] if form is not None and name in form.fields else None
        return Field(answer, changes.get(answer.key), was, box)

    return [(part.title, [beside(answer) for answer in part.answers]) for part in reading.parts]


def _elsewhere(boxes: Offer | None, earlier: list[Any]) -> dict[str, tuple[Any, list[Any]]]:
    """The boxes for what is no answer: budget and files, with what was remarked on them last time."""
    form = boxes.form if boxes else None
    return {
        name: (
            form[f"{PREFIX}{name}"] if form is not None else None,
            [one for one in earlier if one.field == name],
        )
        for name in ("budget", "files")
    }


def _items(seen: Proposal, found: list[Offer], pressed: Pressed | None) -> dict[str, Any]:
    """The items of the version at hand, each with the form that judges it where one may."""
    items = checking.items_of(seen)
    judge = next((one for one in found if one.button.code == "judge"), None)
    sent = pressed.form if pressed and pressed.button.code == "judge" else None
    code = sent.data.get("code", "") if sent is not None else ""

    def with_form(item: checking.Item) -> tuple[checking.Item, Judging | None]:
        if judge is None or not judge.may:
            return item, None
        kept = sent is not None and code == item.check.code
        form_class = judge.button.form_class(seen)
        assert form_class is not None  # noqa: S101 - the button asks for a judgement
        blank = form_class(initial={"code": item.check.code}, auto_id=f"judge-{item.check.code}-%s")
        offer = Offer(judge.button, judge.address, judge.version, key=uuid4())
        return item, Judging(offer, sent if kept and sent is not None else blank, kept)

    heaps = {name: [with_form(one) for one in getattr(items, name)] for name in ("failed", "human", "passed")}
    return {**heaps, "count": items.count}


def _beside(request: HttpRequest, seen: Proposal, actor: Actor, now: Any) -> dict[str, Any]:
    """The neighbours in the heap one is working through."""
    wait = request.GET.get("wait", "")
    wait = wait if wait in queue.WAITS else "mine"
    rows = queue.WAITS[wait].narrow(queue.in_screening(actor), actor, now)
    return {
        "wait": wait,
        "heap": queue.WAITS[wait].label,
        "beside": queue.neighbours(seen, rows) if seen.submitted_at else None,
    }


@permits(SEE, Proposal, see=SEE)
def screen(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """One application under screening: what was handed in, and its items."""
    return _page(request, proposal)


@permits(SEE, Proposal, "GET", "POST", see=SEE)
def press_screen(request: HttpRequest, proposal: Proposal, code: str) -> HttpResponse:
    """A button of screening; a refusal tells the operator no state that is not public yet."""
    actor = actor_of(request)
    seen = seeing.as_read_by(proposal, actor, noticed=proposal.round_id in noticed_rounds())
    button = next((one for one in ON_SCREENING if one.code == code), None)
    if request.method == "POST" and seen is not proposal and button is not None:
        refused = NotNow(why_not(seen, actor, button) or None)
        return _page(request, proposal, Pressed(button, None, refused))
    return press(request, proposal, code, ON_SCREENING, _page, reverse("screen", args=[proposal.public_id]))


@dataclass(frozen=True)
class _Landing:
    """The page to go to when something was recorded."""

    proposal: Proposal

    def get_absolute_url(self) -> str:
        return f"{reverse('screen', args=[self.proposal.public_id])}#prior"


def _landing(proposal: Proposal, record: Callable[..., Any]) -> Callable[..., _Landing]:
    def make(data: dict[str, Any], *, by: Any, now: Any, key: Any) -> _Landing:
        record(data, by=by, now=now, key=key)
        return _Landing(proposal)

    return make


@permits("proposals.record_prior_funding", Proposal, "GET", "POST", see=SEE)
def record_prior(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Record a project of the applicant that was funded earlier or elsewhere."""

    def record(data: dict[str, Any], *, by: Any, now: Any, key: Any) -> Any:
        return services.record_prior_funding(**data, by=by, now=now, key=key)

    return made(
        request, partial(PriorForm, proposal=proposal), _landing(proposal, record),
        title=_("登记既往资助"), done=_("已登记，请重新核对。"), hint=proposal.applicant.name,
    )  # fmt: skip


@permits("proposals.record_prior_funding", Proposal, "GET", "POST", see=SEE)
def update_prior(request: HttpRequest, proposal: Proposal, record_id: str) -> HttpResponse:
    """Bring a record of this applicant or its host up to date."""
    known = PriorFunding.objects.filter(applicant_id__in=proposal.parties(), public_id=record_id).first()
    if known is None:
        raise Http404
    initial = {name: getattr(known, name) for name in ("report_filed", "settled", "failed")}

    def record(data: dict[str, Any], *, by: Any, now: Any, key: Any) -> Any:
        return services.update_prior_funding(record_id=known.pk, **data, by=by, now=now, key=key)

    return made(
        request, partial(PriorUpdateForm, initial=initial), _landing(proposal, record),
        title=_("更新既往资助"), done=_("已更新，请重新核对。"), hint=str(known),
    )  # fmt: skip
