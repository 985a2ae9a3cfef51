"""What projects do when something happens elsewhere."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from core.documents import request_document
from core.errors import NotNow
from core.events import on
from core.outbox.queue import deliver
from core.policy import SYSTEM, Actor
from evaluations.panels.events import VerdictGiven
from grants.awards.events import Awarded, AwardLapsed
from grants.projects import events
from grants.projects.lifecycle import J
from grants.projects.models import Project
from grants.projects.selectors import of_dossier, open_in
from grants.projects.services import mark_lapsed, open_project, record_verdict
from grants.rounds.events import RoundArchived, RoundClosed
from grants.rounds.models import Round


@on(Awarded)
def open_its_project(fact: Awarded, *, by: Actor, now: datetime) -> None:
    """Every award becomes a project that waits for its agreement."""
    open_project(award_id=fact.award_id, by=SYSTEM, now=now)


@on(AwardLapsed)
def follow_the_lapse(fact: AwardLapsed, *, by: Actor, now: datetime) -> None:
    """An award that was not signed in time has no project any more."""
    mark_lapsed(award_id=fact.award_id, by=SYSTEM, now=now)


@on(VerdictGiven)
def take_over_the_verdict(fact: VerdictGiven, *, by: Actor, now: datetime) -> None:
    """A panel judged a dossier: if it stands for a report, the project goes on accordingly."""
    if report := of_dossier(fact.dossier_id):
        record_verdict(report_id=report.pk, by=SYSTEM, now=now)


@on(RoundClosed)
def refuse_an_early_close(fact: RoundClosed, *, by: Actor, now: datetime) -> None:
    """A round is closed when every project of it has ended."""
    left = open_in(Round.objects.get(pk=fact.round_id)).count()
    if left:
        raise NotNow(_("还有 %(left)s 个项目没有结项，届次不能结项。") % {"left": left}, code="projects_open")


@on(RoundArchived)
def refuse_an_early_archive(fact: RoundArchived, *, by: Actor, now: datetime) -> None:
    """A round is archived when every project of it is."""
    left = Project.objects.filter(round_id=fact.round_id).exclude(state__in=[J.ARCHIVED, J.LAPSED]).count()
    if left:
        raise NotNow(
            _("还有 %(left)s 个项目没有归档，届次不能归档。") % {"left": left}, code="projects_unarchived"
        )


@deliver(events.AgreementPrepared, to="documents")
def render_the_agreement(fact: events.AgreementPrepared, *, message: object, now: datetime) -> None:
    """Ask for the text that both sides sign."""
    request_document("projects.agreement", fact.object_id, by=SYSTEM, now=now)


@deliver(events.MidtermFailed, to="documents")
def render_the_rectification(fact: events.MidtermFailed, *, message: object, now: datetime) -> None:
    """Ask for the notice that says what must be put right, and by when."""
    request_document("projects.rectification", fact.project_id, by=SYSTEM, now=now)


@deliver(events.ProjectClosed, to="documents")
def render_the_certificate(fact: events.ProjectClosed, *, message: object, now: datetime) -> None:
    """Ask for the certificate of a project that ended well."""
    project = Project.objects.get(pk=fact.project_id)
    if not project.was_stopped:
        request_document("projects.certificate", fact.project_id, by=SYSTEM, now=now)
