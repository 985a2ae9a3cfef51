"""The reviewer's desk: own sheets, one page for each dossier, saved while filled; and a dossier judged."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core import clock
from core.errors import Forbidden, NotFound, Refused, RulesBroken, Stale
from core.files.selectors import files_of
from core.policy import check
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, press, version_of
from core.ui.pages import listed, shown
from evaluations.panels import selectors, services
from evaluations.panels.buttons import SCORING, SHEET
from evaluations.panels.forms.sheet import SheetForm, editable, groups, is_open, sheet_form, spec_of
from evaluations.panels.lifecycle import S
from evaluations.panels.lists import SheetList, category_words
from evaluations.panels.models import Dossier, Sheet
from evaluations.panels.selectors.above import headings
from evaluations.panels.selectors.content import sections
from evaluations.panels.selectors.outcome import reads_sheets
from evaluations.panels.selectors.results import results
from evaluations.panels.selectors.statistics import judged_sheets, letters
from evaluations.panels.selectors.watching import own_progress
from evaluations.rubrics.rules import plain, read_points

IN_FULL = ("dossier__rubric_version__rubric", "panel", "seat__expert", "reviewer")


@permits("panels.list_sheets")
def sheets(request: HttpRequest) -> HttpResponse:
    """One's own sheets."""
    actor = actor_of(request)
    page = SheetList(request, selectors.sheets_of(actor))
    mine = own_progress(actor)
    return listed(
        request,
        page,
        filename="sheets",
        template="evaluations/panels/sheets.html",
        mine=mine,
        wanted=mine[S.ASSIGNED] + mine[S.OPEN] + mine[S.LOCKED],
        expert=getattr(getattr(request.user, "person", None), "expert", None),
    )


@permits("panels.view_sheet", Sheet, see="panels.view_sheet")
def sheet(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """One sheet: declare, read, score; for others the sheet as it was locked."""
    return _page(request, sheet)


def _page(
    request: HttpRequest,
    sheet: Sheet,
    pressed: Pressed | None = None,
    form: SheetForm | None = None,
    faults: Mapping[str, Any] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    sheet = Sheet.objects.select_related(*IN_FULL).get(pk=sheet.pk)
    if pressed is not None and isinstance(pressed.form, SheetForm):
        form = sheet_form(sheet)(pressed.form.data)
        form.is_valid()
        faults = _faults(pressed.refused)
    form = form or sheet_form(sheet)()
    is_own = sheet.reviewer_id == actor.person_id
    read = selectors.reading(sheet)
    return shown(
        request,
        sheet,
        "evaluations/panels/sheet.html",
        buttons=[one for one in SHEET if check(actor, one.permission, sheet) and _fits(one.code, sheet)],
        press="press_sheet",
        pressed=pressed,
        form=form,
        groups=groups(sheet, form, faults or {}, shows_machine=read.content is not None),
        faults=faults or {},
        is_own=is_own,
        is_open=is_own and is_open(sheet),
        **_content(sheet, read),
        **_around(sheet),
        letter=letters(sheet.panel).get(sheet.expert.code, "") if not is_own else "",
    )


def _fits(code: str, sheet: Sheet) -> bool:
    """Show what belongs to the state a sheet is in, and leave out what is long past or far ahead."""
    return code != "attest" or sheet.state == S.ASSIGNED


def _content(sheet: Sheet, read: Any) -> dict[str, Any]:
    """What may be read now: nothing before the declaration, the team only after the blind part is locked."""
    spec, words = spec_of(sheet), []
    if read.content is not None:
        words = headings(sheet.dossier.round_code, sheet.dossier.stage)
    blind_open = spec.has_open_part and sheet.blind_locked_at is None
    return {
        "read": read,
        "spec": spec,
        "sections": sections(read.content, words) if read.content is not None else [],
        "open_sections": sections(read.open_part, words) if read.open_part else [],
        "files": list(files_of(sheet.dossier, "panels.exhibit")) if read.content is not None else [],
        "must_lock_blind": blind_open,
        "total": plain(_total(sheet)),
        "maximum": spec.maximum,
        "facts": _facts(sheet) if read.content is not None and not blind_open else [],
    }


def _facts(sheet: Sheet) -> list[str]:
    """Marks that are established without any reviewer: by the registry or by dates."""
    spec, facts = spec_of(sheet), sheet.dossier.facts
    kinds = ("bonus", "deductions", "red_lines")
    return [mark.name for kind in kinds for mark in getattr(spec, kind) if mark.code in facts.get(kind, ())]


def _around(sheet: Sheet) -> dict[str, Any]:
    """Where the sheet stands among the reviewer's own in this panel."""
    mine = Sheet.objects.filter(panel=sheet.panel_id, reviewer=sheet.reviewer_id).exclude(state=S.RECUSED)
    rows = list(mine.order_by("dossier__code", "component").values_list("public_id", "state"))
    ids = [public_id for public_id, _state in rows]
    at = ids.index(sheet.public_id) if sheet.public_id in ids else -1
    return {
        "place": at + 1,
        "of": len(ids),
        "locked": sum(state == S.LOCKED for _id, state in rows),
        "previous": ids[at - 1] if at > 0 else "",
        "next": ids[at + 1] if 0 <= at < len(ids) - 1 else "",
        "category": category_words(sheet),
        "comment_rule": sheet.panel.parsed_rule().comment,
        "bands": sorted(sheet.panel.parsed_rule().bands.items(), key=lambda one: -float(one[1])),
        "pass_mark": sheet.panel.parsed_rule().pass_mark,
    }


def _total(sheet: Sheet) -> Decimal:
    points = [read_points(value) for value in {**sheet.scores, **sheet.machine()}.values()]
    return sum((one for one in points if one is not None), Decimal(0))


def _faults(refused: Refused | None) -> dict[str, Any]:
    return {one.subject: str(one) for one in getattr(refused, "violations", ())}


@permits("panels.view_sheet", Sheet, "GET", "POST", see="panels.view_sheet")
def press_sheet(request: HttpRequest, sheet: Sheet, code: str) -> HttpResponse:
    """Press a button of a sheet."""
    home = sheet.get_absolute_url()
    found = Sheet.objects.select_related(*IN_FULL).get(pk=sheet.pk)
    if code == "recuse" and request.method == "POST":
        return _stood_back(request, press(request, found, code, SHEET, _page, home), found)
    return press(request, found, code, (*SHEET, *SCORING), _page, home)


def _stood_back(request: HttpRequest, response: HttpResponse, sheet: Sheet) -> HttpResponse:
    """Having stood back, one goes on to one's other sheets; whoever took somebody off, to the panel."""
    if response.status_code != 302:
        return response
    own = sheet.reviewer_id == actor_of(request).person_id
    return redirect("sheets") if own else redirect(sheet.panel.get_absolute_url())


@permits("panels.score", Sheet, "POST", see="panels.view_sheet")
def save_sheet(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """Save what is there; answers in JSON to the script that saves while one types."""
    sheet = Sheet.objects.select_related(*IN_FULL).get(pk=sheet.pk)
    quietly = "application/json" in request.headers.get("Accept", "")
    form = sheet_form(sheet)(request.POST)
    faults = {} if form.is_valid() else {name: " ".join(map(str, one)) for name, one in form.errors.items()}
    try:
        faults |= _save(request, sheet, form)
    except (Forbidden, NotFound):
        raise
    except Refused as refused:
        if quietly:
            return _told_refused(sheet, refused)
        return _page(request, sheet, Pressed(SAVE, form, refused))
    if quietly:
        return _told(sheet, faults)
    if faults:
        fresh = sheet_form(sheet)(request.POST)
        fresh.is_valid()
        page = _page(request, sheet, form=fresh, faults=faults)
        page.status_code = 422
        return page
    messages.success(request, _("已保存 %(at)s") % {"at": _time()})
    return redirect(sheet.get_absolute_url())


def _save(request: HttpRequest, sheet: Sheet, form: SheetForm) -> dict[str, Any]:
    """Save all that the rules let pass; return what they did not, by field. The rest is never lost."""
    given: dict[str, Any] = {"comment": form.comment(), "marks": form.marks() or None}
    common: dict[str, Any] = {
        "sheet_id": sheet.pk,
        "by": actor_of(request),
        "now": clock.now(),
        "version": version_of(request),
    }
    scores = form.scores()
    try:
        services.save_scores(scores=scores, **given, **common)
    except RulesBroken as broken:
        faults = _faults(broken)
        kept = {path: value for path, value in scores.items() if path not in faults}
        if len(kept) == len(scores):
            raise
        services.save_scores(scores=kept, **given, **common)
        return faults
    return {}


def _told(sheet: Sheet, faults: Mapping[str, Any]) -> JsonResponse:
    saved = Sheet.objects.select_related(*IN_FULL).get(pk=sheet.pk)
    missing = sum(saved.scores.get(item.path, "") == "" for item in editable(saved))
    return JsonResponse(
        {
            "saved": (_("其余已保存 %(at)s") if faults else _("已保存 %(at)s")) % {"at": _time()},
            "version": saved.row_version,
            "total": plain(_total(saved)),
            "missing": missing,
            "faults": dict(faults),
        }
    )


def _told_refused(sheet: Sheet, refused: Refused) -> JsonResponse:
    """Say why nothing was saved; after a change in another window, with which version to go on."""
    told: dict[str, Any] = {"says": str(refused)}
    if isinstance(refused, Stale):
        told["version"] = Sheet.objects.values_list("row_version", flat=True).get(pk=sheet.pk)
    return JsonResponse(told, status=refused.status)


def _time() -> str:
    return f"{clock.local(clock.now()):%H:%M:%S}"


class _Save:
    """The name under which a refused save is shown."""

    code, label = "save", ""


SAVE: Any = _Save()


@permits("panels.view_judged", Dossier, see="panels.view_judged")
def dossier(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """What was judged, and after the lock what it was given, by letters."""
    actor = actor_of(request)
    dossier = Dossier.objects.select_related("panel", "rubric_version__rubric").get(pk=dossier.pk)
    words, panel = headings(dossier.round_code, dossier.stage), dossier.panel
    scored = panel is not None and check(actor, "panels.ranking", panel) is not None
    found = results(panel, [dossier])[dossier.pk] if panel is not None and scored else None
    return shown(
        request,
        dossier,
        "evaluations/panels/dossier.html",
        spec=dossier.rubric_version.parsed(),
        sections=sections(dossier.snapshot, words),
        open_sections=sections(dossier.open_part, words) if dossier.open_part else [],
        result=found,
        judged=judged_sheets(panel, dossier, found) if panel and found and reads_sheets(actor, panel) else [],
        opens_sheets=actor.has("supervisor", "auditor")
        or (panel is not None and check(actor, "panels.statistics", panel) is not None),
        category=panel.rule.get("category_names", {}).get(dossier.category, dossier.category)
        if panel
        else "",
    )
