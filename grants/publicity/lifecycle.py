"""The life of a notice, of each item on it, and of an objection."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import StateField, Stateful, question, transition
from core.policy import Actor, may
from grants.publicity import events


class N(models.TextChoices):
    """States of a notice."""

    DRAFTED = "drafted", _("拟稿")
    PUBLISHED = "published", _("公示中")
    ENDED = "ended", _("公示期满")


class I(models.TextChoices):  # noqa: E742 - one letter, as every room names its states
    """States of an item."""

    LISTED = "listed", _("公示中")
    HELD = "held", _("异议核查中")
    CLEARED = "cleared", _("公示无异议")
    STRUCK = "struck", _("异议成立")
    WITHDRAWN = "withdrawn", _("已退出")


class O(models.TextChoices):  # noqa: E742
    """States of an objection."""

    LODGED = "lodged", _("待核查")
    INVESTIGATING = "investigating", _("核查中")
    UPHELD = "upheld", _("异议成立")
    DISMISSED = "dismissed", _("异议不成立")
    NOTED = "noted", _("已记录")


OPEN = (O.LODGED, O.INVESTIGATING)


@question(_("公示已经发布，内容不能再改。"))
def is_draft(notice: Any) -> bool:
    """Tell whether the text may still change."""
    return bool(notice.state == N.DRAFTED)


@question(_("公示尚未发布或尚未期满。"))
def notice_is_over(item: Any) -> bool:
    """Tell whether the notice of an item has ended."""
    return bool(item.notice.state == N.ENDED)


@question(_("公示不在进行中。"))
def notice_runs(item: Any) -> bool:
    """Tell whether the notice of an item is public and has not ended."""
    return bool(item.notice.state == N.PUBLISHED)


@question(_("该项还有未办结的异议。"))
def nobody_objects(item: Any) -> bool:
    """Tell whether no signed objection to the item is open."""
    return not item.objections.filter(state__in=OPEN).exists()


class NoticeLifecycle(Stateful):
    """drafted → published → ended; the maker does not publish."""

    state = StateField(choices=N.choices, default=N.DRAFTED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [N.DRAFTED],
        N.PUBLISHED,
        permission=may("publicity.publish"),
        custom={"fact": events.NoticePublished},
    )
    def publish(self, *, by: Actor) -> None:
        """发布公示"""

    @transition(
        "state", [N.PUBLISHED], N.ENDED, permission=may("publicity.end"), custom={"fact": events.NoticeEnded}
    )
    def end(self, *, by: Actor) -> None:
        """公示期满"""


class ItemLifecycle(Stateful):
    """listed → held → listed or cleared or struck; moved by what happens to notice and objections."""

    state = StateField(choices=I.choices, default=I.LISTED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [I.LISTED],
        I.HELD,
        conditions=[notice_runs],
        permission=may("publicity.hold"),
        custom={"fact": events.ItemHeld},
    )
    def hold(self, *, by: Actor) -> None:
        """因异议暂缓"""

    @transition(
        "state",
        [I.HELD],
        I.LISTED,
        conditions=[notice_runs, nobody_objects],
        permission=may("publicity.release"),
        custom={"fact": events.ItemReleased},
    )
    def release(self, *, by: Actor) -> None:
        """异议不成立，继续公示"""

    @transition(
        "state",
        [I.LISTED, I.HELD],
        I.CLEARED,
        conditions=[notice_is_over, nobody_objects],
        permission=may("publicity.clear"),
        custom={"fact": events.ItemCleared},
    )
    def clear(self, *, by: Actor) -> None:
        """公示期满无异议"""

    @transition(
        "state", [I.HELD], I.STRUCK, permission=may("publicity.strike"), custom={"fact": events.ItemStruck}
    )
    def strike(self, *, by: Actor) -> None:
        """异议成立，撤出公示"""

    @transition(
        "state",
        [I.LISTED, I.HELD, I.CLEARED],
        I.WITHDRAWN,
        permission=may("publicity.withdraw"),
        custom={"fact": events.ItemWithdrawn},
    )
    def withdraw(self, *, by: Actor) -> None:
        """申报单位退出"""


class ObjectionLifecycle(Stateful):
    """lodged → investigating → upheld or dismissed; what is anonymous or late is noted."""

    state = StateField(choices=O.choices, default=O.LODGED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [O.LODGED],
        O.INVESTIGATING,
        permission=may("publicity.investigate"),
        custom={"fact": events.ObjectionInvestigated},
    )
    def investigate(self, *, by: Actor) -> None:
        """受理核查"""

    @transition(
        "state",
        [O.INVESTIGATING],
        O.UPHELD,
        permission=may("publicity.conclude"),
        custom={"fact": events.ObjectionUpheld},
    )
    def uphold(self, *, by: Actor) -> None:
        """认定异议成立"""

    @transition(
        "state",
        [O.INVESTIGATING],
        O.DISMISSED,
        permission=may("publicity.conclude"),
        custom={"fact": events.ObjectionDismissed},
    )
    def dismiss(self, *, by: Actor) -> None:
        """认定异议不成立"""
