"""What money does when something happens to a round or a project."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from core.documents import request_document
from core.errors import NotNow
from core.events import on
from core.outbox.queue import deliver
from core.policy import SYSTEM, Actor
from grants.payments import events
from grants.payments.lifecycle import T
from grants.payments.models import HeldBecause, Tranche
from grants.payments.selectors import is_square
from grants.payments.services import (
    allocate_round,
    close_if_square,
    hold_tranche,
    meet_condition,
    open_plan,
    release_tranche,
    stop_payments,
)
from grants.payments.services.recovering import free_tranches
from grants.projects.events import (
    AgreementSigned,
    MidtermFailed,
    MidtermPassed,
    ProjectClosed,
    ProjectLapsed,
    ProjectOpened,
    ProjectResumed,
    ProjectRevoked,
    ProjectSettled,
    ProjectSuspended,
    ProjectTerminated,
)
from grants.projects.models import Project
from grants.projects.services import hold_project
from grants.rounds.events import RoundPublished


@on(RoundPublished)
def book_the_appropriation(fact: RoundPublished, *, by: Actor, now: datetime) -> None:
    """The money of a round enters the ledger when the round is published."""
    allocate_round(round_id=fact.round_id, by=SYSTEM, now=now)


@on(ProjectOpened)
def promise_the_award(fact: ProjectOpened, *, by: Actor, now: datetime) -> None:
    """Every project has its plan from the first moment."""
    open_plan(project_id=fact.project_id, by=SYSTEM, now=now)


@on(ProjectLapsed)
def free_the_award(fact: ProjectLapsed, *, by: Actor, now: datetime) -> None:
    """An award that was not signed gives its money back to the round."""
    free_tranches(hold_project(fact.project_id), "逾期未签约", now=now)


@on(AgreementSigned)
def first_instalment_is_due(fact: AgreementSigned, *, by: Actor, now: datetime) -> None:
    """What waits for the signature is due."""
    meet_condition(project_id=fact.project_id, condition="agreement_signed", by=SYSTEM, now=now)


@on(MidtermPassed)
def second_instalment_is_due(fact: MidtermPassed, *, by: Actor, now: datetime) -> None:
    """What waits for the mid-term is due; what was held for rectification may go."""
    _release(fact.project_id, HeldBecause.RECTIFYING, "中期评估合格", now=now)
    meet_condition(project_id=fact.project_id, condition="midterm_passed", by=SYSTEM, now=now)


@on(MidtermFailed)
def hold_for_rectification(fact: MidtermFailed, *, by: Actor, now: datetime) -> None:
    """Nothing is paid while things are put right."""
    _hold(fact.project_id, HeldBecause.RECTIFYING, "项目整改", now=now)


@on(ProjectSuspended)
def hold_while_suspended(fact: ProjectSuspended, *, by: Actor, now: datetime) -> None:
    """Nothing is paid while a project stands still."""
    _hold(fact.project_id, HeldBecause.SUSPENDED, "项目暂停", now=now)


@on(ProjectResumed)
def release_when_resumed(fact: ProjectResumed, *, by: Actor, now: datetime) -> None:
    """What was held because the project stood still may be paid."""
    _release(fact.project_id, HeldBecause.SUSPENDED, "项目恢复", now=now)


@on(ProjectTerminated, ProjectRevoked)
def stop_its_payments(fact: ProjectTerminated | ProjectRevoked, *, by: Actor, now: datetime) -> None:
    """A stopped project gets nothing more and gives back what it did not properly spend."""
    stop_payments(project_id=fact.project_id, by=SYSTEM, now=now)


@on(ProjectSettled)
def close_when_settled(fact: ProjectSettled, *, by: Actor, now: datetime) -> None:
    """A settled project without open money is closed at once."""
    close_if_square(fact.project_id, now=now)


@on(ProjectClosed)
def refuse_to_close_with_open_money(fact: ProjectClosed, *, by: Actor, now: datetime) -> None:
    """No project is closed while an instalment, an order or a recovery of it is open."""
    if not is_square(Project.objects.get(pk=fact.project_id)):
        raise NotNow(_("项目还有未办结的款项，不能结项。"), code="money_open")


def _hold(project_id: int, because: HeldBecause, reason: str, *, now: datetime) -> None:
    for tranche in Tranche.objects.filter(project_id=project_id, state=T.DUE).order_by("no"):
        hold_tranche(tranche_id=tranche.pk, reason=reason, because=because, by=SYSTEM, now=now)


def _release(project_id: int, because: HeldBecause, reason: str, *, now: datetime) -> None:
    held = Tranche.objects.filter(project_id=project_id, state=T.HELD, held_because=because)
    for tranche in held.order_by("no"):
        release_tranche(tranche_id=tranche.pk, reason=reason, by=SYSTEM, now=now)


@deliver(events.InvoiceFiled, to="documents")
def render_the_request(fact: events.InvoiceFiled, *, message: object, now: datetime) -> None:
    """Ask for the payment request that goes with the receipt."""
    request_document("payments.request", fact.object_id, by=SYSTEM, now=now)


@deliver(events.PaymentSettled, to="documents")
def render_the_advice(fact: events.PaymentSettled, *, message: object, now: datetime) -> None:
    """Ask for the advice that tells the grantee what was paid."""
    request_document("payments.advice", fact.object_id, by=SYSTEM, now=now)


@deliver(events.RecoveryDemanded, events.RecoveryReminded, to="documents")
def render_the_demand(fact: events.OfProject, *, message: object, now: datetime) -> None:
    """Ask for the letter that asks money back; a reminder is a new edition of it."""
    request_document("payments.recovery", fact.object_id, by=SYSTEM, now=now)
