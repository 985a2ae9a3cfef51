"""What audits do when something happens."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from core.documents import request_document
from core.errors import NotNow
from core.events import on
from core.outbox.queue import deliver
from core.policy import SYSTEM, Actor
from grants.audits.events import AccountsSettled, ArchiveSealed
from grants.audits.models import ProjectArchive
from grants.projects.lifecycle import J
from grants.projects.models import Project
from grants.rounds.events import RoundArchived


@on(RoundArchived)
def refuse_without_every_file(fact: RoundArchived, *, by: Actor, now: datetime) -> None:
    """A round is archived when the file of every project is packed and sealed."""
    sealed = ProjectArchive.objects.filter(project__round_id=fact.round_id).exclude(pack_sha256="")
    left = Project.objects.filter(round_id=fact.round_id).exclude(state=J.LAPSED)
    missing = left.exclude(pk__in=sealed.values("project_id")).count()
    if missing:
        raise NotNow(_("还有 %(n)s 个项目没有档案包，届次不能归档。") % {"n": missing}, code="files_missing")


@deliver(AccountsSettled, to="documents")
def render_the_settlement(fact: AccountsSettled, *, message: object, now: datetime) -> None:
    """Ask for the settlement sheet."""
    request_document("audits.settlement", fact.object_id, by=SYSTEM, now=now)


@deliver(ArchiveSealed, to="documents")
def render_the_catalogue(fact: ArchiveSealed, *, message: object, now: datetime) -> None:
    """Ask for the catalogue that lies on top of the box."""
    request_document("audits.catalogue", fact.object_id, by=SYSTEM, now=now)
