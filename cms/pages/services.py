"""Who may edit the site: one group, kept equal to the memberships with the role of editor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from core.clock import day_of
from core.policy import Role
from orgs.people.models import User
from orgs.people.selectors import delegations, memberships

GROUP = "网站编辑"
PAGE_PERMISSIONS = ("change_page", "publish_page")
COLLECTION_PERMISSIONS = (
    ("wagtailimages", ("add_image", "change_image", "choose_image")),
    ("wagtaildocs", ("add_document", "change_document", "choose_document")),
)


@dataclass(frozen=True)
class Synced:
    """How many accounts came into the group, left it, and belong to it now."""

    joined: int
    left: int
    members: int


def editors_group() -> Group:
    """Return the group of editors with exactly the rights to edit pages, images and files."""
    group, made = Group.objects.get_or_create(name=GROUP)
    if made:
        group.permissions.set(Permission.objects.filter(codename="access_admin"))
        root = Page.objects.get(depth=1)
        for permission in Permission.objects.filter(
            content_type__app_label="wagtailcore", codename__in=PAGE_PERMISSIONS
        ):
            GroupPagePermission.objects.create(group=group, page=root, permission=permission)
        shelf = Collection.get_first_root_node()
        for app, names in COLLECTION_PERMISSIONS:
            for permission in Permission.objects.filter(content_type__app_label=app, codename__in=names):
                GroupCollectionPermission.objects.create(group=group, collection=shelf, permission=permission)
    return group


def sync_editors(*, now: datetime) -> Synced:
    """Make the group of editors equal to those who hold the role today, stand-ins included."""
    on = day_of(now)
    wanted = set(memberships(on=on).filter(role=Role.EDITOR).values_list("user_id", flat=True))
    lent = delegations(on=on).filter(membership__role=Role.EDITOR)
    wanted |= set(lent.values_list("delegate_id", flat=True))
    wanted &= set(User.objects.filter(pk__in=wanted, is_active=True).values_list("pk", flat=True))
    with transaction.atomic():
        group = editors_group()
        present = set(group.user_set.values_list("pk", flat=True))
        group.user_set.add(*(wanted - present))
        group.user_set.remove(*(present - wanted))
    return Synced(len(wanted - present), len(present - wanted), len(wanted))
