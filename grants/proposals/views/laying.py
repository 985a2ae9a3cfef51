"""Sending to the experts: the secretary lays every eligible application of a round before the panel."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.jobs.models import Job
from core.routes import actor_of, permits
from core.ui.making import made
from grants.proposals import services
from grants.proposals.forms.laying import LayForm
from grants.proposals.selectors.laying import of_round, waiting_for
from grants.proposals.services.laying import AT_ONCE, start_laying


class _AtWork:
    """The page that shows how far the worker is."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def get_absolute_url(self) -> str:
        return reverse("ui:job", args=[self.job.public_id])


def _lay(data: dict[str, Any], *, by: Any, now: Any, key: Any) -> Any:
    panel, seed = data["panel"], data["seed"]
    ids = of_round(panel.round_code)
    if len(ids) > AT_ONCE:
        return _AtWork(
            start_laying(
                panel_id=panel.pk, round_code=panel.round_code, seed=seed, by=by, now=now, key=key or uuid4()
            )
        )
    services.open_reviews(panel_id=panel.pk, proposal_ids=ids, seed=seed, by=by, now=now, key=key)
    return panel


@permits("proposals.lay_before", None, "GET", "POST")
def lay_before(request: HttpRequest) -> HttpResponse:
    """Choose the panel, name the seed; the blind text of each application goes before it under a code."""
    waiting = waiting_for(actor_of(request))
    hint = _("把资格审查通过的全部申报编入评审组：隐去单位名称，另编代码，内容即此固定。由评审组秘书办理。")
    if not waiting.panels.exists():
        hint = _("现在没有可以编入的评审组。先组建申报评审组，再请一位工作人员以秘书身份入席。")
    return made(
        request, partial(LayForm, waiting=waiting), _lay, title=_("送专家评审"), done=_("申报已编入评审组。"),
        submit=_("送审"), hint=hint,
    )  # fmt: skip
