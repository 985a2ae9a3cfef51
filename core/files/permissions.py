"""A file is as visible as its purpose says of its owner; the row only hands the question on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.files.purposes import purpose_named
from core.policy import Role, Seat, allow, check, predicate

if TYPE_CHECKING:
    from core.files.models import FileRef


@predicate
def purpose_admits(seat: Seat, ref: FileRef | None) -> bool:
    """Would this very seat pass the permission of the file's purpose, asked with the file's owner?"""
    if ref is None:
        return False
    permission = purpose_named(ref.purpose).permission
    owner = ref.owner()
    if not permission or owner is None:
        return False
    return check(seat.actor.only(seat.grant), permission, owner) is not None


PERMISSIONS = {
    "files.download": allow(*Role.values, when=purpose_admits),
}
