"""The buttons of a notice and of an objection."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.calendar.services import confirm_date
from core.ui.buttons import Button, calls
from grants.publicity import forms, services
from grants.publicity.lifecycle import N
from grants.publicity.models import Notice
from grants.publicity.rules import last_day
from grants.publicity.selectors import dates_waiting
from grants.publicity.selectors.reading import period_of

# Why not now


def edits_not(notice: Notice) -> Any:
    """Only a draft is worded."""
    return "" if notice.state == N.DRAFTED else _("公示已经发布，内容不能再改。")


def publishes_not(notice: Notice) -> Any:
    """What the masking check found has to go first."""
    broken = services.broken_rules(notice)
    return str(broken[0]) if broken else ""


def confirms_not(notice: Notice) -> Any:
    """Only dates that are open are confirmed."""
    return "" if dates_waiting(notice) else _("公示期内没有待确认的日期。")


def recounts_not(notice: Notice) -> Any:
    """Counting again is for a calendar that changed."""
    if notice.state != N.PUBLISHED or notice.published_at is None:
        return _("只有公示中的公示才需要重新计算期限。")
    counted = last_day(notice.ends_on, period_of(notice, notice.published_at))
    return _("按现有日历计算，截止日没有变化。") if counted == notice.ends_on else ""


def ends_not(notice: Notice) -> Any:
    """The period has to be over and every date of it settled."""
    if notice.ends_on is None or notice.published_at is None or clock.today() <= notice.ends_on:
        return _runs_until(notice.ends_on)
    period = period_of(notice, notice.published_at)
    if not period.is_settled:
        return _("公示期内还有暂定日期，须逐日确认后才能结束。")
    until = last_day(notice.ends_on, period)
    return _runs_until(until) if clock.today() <= until else ""


def _runs_until(day: date | None) -> Any:
    return _("公示到 %(day)s 24 时期满，现在还不能结束。") % {"day": day.isoformat() if day else "—"}


def posts_not(notice: Notice) -> Any:
    """A draft stands nowhere."""
    return _("公示发布之后才能登记政府网站的同步公示。") if notice.state == N.DRAFTED else ""


# What is pressed


def press_confirm(notice: Notice, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any) -> Any:
    day = date.fromisoformat(data["day"])
    return confirm_date(day=day, kind=data["kind"], reason=data["reason"], by=by, now=now, key=key)


def press_posting(notice: Notice, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any) -> Any:
    picture = data["screenshot"]
    return services.record_posting(
        notice_id=notice.pk, url=data["url"], screenshot=picture.data, filename=picture.filename,
        by=by, now=now, key=key, version=version,
    )  # fmt: skip


def _dates_of(notice: Notice) -> type[django_forms.Form]:
    return forms.confirmation_of(dates_waiting(notice))


NOTICE_BUTTONS = (
    Button("edit", _("修改文字"), "publicity.edit", calls(services.edit_notice, "notice_id"),
           when=edits_not, form=forms.words_of,
           hint=_("修改人不能发布这份公示。"), done=_("已修改。")),
    Button("publish", _("发布公示"), "publicity.publish", calls(services.publish_notice, "notice_id"),
           verb="publish", when=publishes_not,
           tone="primary", ask=_("发布后立即对外公开并开始计算期限，内容不能再改。"), done=_("公示已发布。")),
    Button("confirm_date", _("确认日期"), "calendar.confirm", press_confirm, when=confirms_not,
           about=lambda notice: None, form=_dates_of,
           hint=_("次年放假安排尚未公布，公示期内的日期须逐日确认是否为工作日。"), done=_("日期已确认。")),
    Button("recount", _("重新计算期限"), "publicity.end", calls(services.recount_notice, "notice_id"),
           when=recounts_not,
           hint=_("日历变化后截止日只会延后，不会提前。"), done=_("期限已重新计算。")),
    Button("end", _("结束公示"), "publicity.end", calls(services.end_notice, "notice_id"),
           verb="end", when=ends_not,
           done=_("公示已结束，无异议的项目可以立项。")),
    Button("record_posting", _("登记政府网站公示"), "publicity.record_posting", press_posting,
           when=posts_not, form=forms.PostingForm, hint=_("网址和截图随档案保存，缺少时不能归档。"),
           done=_("已登记。")),
)  # fmt: skip

OBJECTION_BUTTONS = (
    Button("investigate", _("受理核查"), "publicity.investigate",
           calls(services.investigate_objection, "objection_id"), verb="investigate",
           tone="primary", hint=_("拟稿、发布人和办理过该项目的人不能核查。"), done=_("已受理，由您核查。")),
    Button("dismiss", _("认定不成立"), "publicity.conclude",
           calls(services.dismiss_objection, "objection_id"),
           verb="dismiss",
           form=forms.AnswerForm, hint=_("没有其他未办结异议的，该项继续公示或转为无异议。"),
           done=_("答复已登记，异议人凭编号可以查到。")),
    Button("uphold", _("认定成立"), "publicity.conclude", calls(services.uphold_objection, "objection_id"),
           verb="uphold", tone="danger",
           form=forms.AnswerForm, hint=_("该项撤出公示，项目不再立项，资金释放。"),
           done=_("答复已登记，异议人凭编号可以查到。")),
)  # fmt: skip
