"""What one may press on the page of a community."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.ui.buttons import Button
from orgs.areas import services
from orgs.areas.forms import merge_form
from orgs.areas.models import Community


def press_merge(obj: Community, data: Any, *, version: Any, **press: Any) -> Any:
    """End this community; another one stands on its ground."""
    into = data.pop("into")
    services.merge_communities(codes=[obj.code], into_code=into.code, **data, **press)
    return obj


def is_over(obj: Community) -> Any:
    """A community ends once."""
    return _("该社区已停用。") if obj.valid_to is not None else ""


COMMUNITY = (
    Button("merge", _("并入其他社区"), "areas.merge", press_merge, form=merge_form, when=is_over,
           tone="danger", hint=_("自生效日起由另一社区承接；在办事项随之转移，历史记录不变。"),
           done=_("已办理并入。")),
)  # fmt: skip
