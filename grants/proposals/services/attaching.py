"""Files that come with an application: at most two, replaceable until it is handed in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import NotFound, Refused
from core.files.models import FileRef
from core.files.selectors import files_of
from core.files.services import discard, store
from core.lifecycle import Receipt, button, changing
from core.policy import Actor
from grants.proposals.models import Proposal
from grants.proposals.rules.answers import MAX_FILES
from grants.proposals.selectors.writing import ATTACHMENT, FORMER, is_frozen
from grants.proposals.services.drafting import writable


@button
def attach_file(
    *, proposal_id: int, data: bytes, filename: str, by: Actor, now: datetime, key: UUID | None = None
) -> Receipt:
    """Keep a file with the draft; Refused when there are two already, FileRefused when it is not taken."""
    with changing(
        Proposal, proposal_id, by=by, now=now, key=key, verb="attach_file", permission="proposals.edit"
    ) as proposal:
        writable(proposal)
        if files_of(proposal, ATTACHMENT).count() >= MAX_FILES:
            raise Refused(
                _("附件最多 %(most)s 个。请先移除一个，再上传新的。") % {"most": MAX_FILES}, field="file"
            )
        ref = store(data, filename=filename, owner=proposal, purpose=ATTACHMENT, by=by, now=now)
        proposal.note(file=ref.public_id, sha256=ref.blob.sha256)
    return proposal.receipt


@button
def remove_file(
    *, proposal_id: int, file_id: str, by: Actor, now: datetime, key: UUID | None = None
) -> Receipt:
    """Take a file from the draft; what a version was handed in with is kept with that version."""
    with changing(
        Proposal, proposal_id, by=by, now=now, key=key, verb="remove_file", permission="proposals.edit"
    ) as proposal:
        writable(proposal)
        ref = files_of(proposal, ATTACHMENT).filter(public_id=file_id).first()
        if ref is None:
            raise NotFound()
        proposal.note(file=ref.public_id, sha256=ref.blob.sha256)
        if is_frozen(proposal, ref):
            FileRef.objects.filter(pk=ref.pk).update(purpose=FORMER)
        else:
            discard(ref)
    return proposal.receipt
