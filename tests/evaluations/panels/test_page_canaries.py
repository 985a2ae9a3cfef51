"""No page of a panel betrays a reviewer to a peer or an officer, or an applicant to a reviewer."""

from __future__ import annotations

import re

from evaluations.panels import services
from evaluations.panels.models import Sheet
from tests.evaluations import cast as stage
from tests.evaluations.cast import NOW
from tests.evaluations.rooms import shown
from tests.trust.reading import links_of

MARK = "龘"  # every expert's name begins with it, and stands nowhere else
APPLICANT = ["武昌区心光社会工作服务中心", "心光社工", "欧阳明澈"]


def told(client, starts):
    """Everything a person can reach from some pages, exports included."""
    seen, waiting, text = set(), list(starts), ""
    while waiting:
        address = waiting.pop().split("#")[0]
        path = address.split("?")[0]
        if address in seen or not path.startswith(("/panels/", "/sheets/", "/dossiers/", "/desk/")):
            continue
        seen.add(address)
        answer = client.get(address)
        text += shown(answer) if "html" in answer.headers["Content-Type"] else str(answer.content)
        if "sort=" not in address:
            waiting += links_of(answer)
    assert len(seen) > 2
    return text


def scored(rooms):
    """A panel in which every sheet is locked and carries a comment with a word of its own."""
    panel = stage.scoring(rooms, 2)
    for sheet in panel.sheets.order_by("pk"):
        stage.fill(rooms, sheet, needs="39.5", comment=f"龖评语{sheet.pk:04}")
    return panel


def starts(panel):
    return ["/desk/", "/panels/", "/sheets/", panel.get_absolute_url(), f"{panel.get_absolute_url()}results/"]


def test_before_the_lock_a_peer_finds_no_name_no_comment_and_no_score_of_others(rooms):
    panel = scored(rooms)
    code = panel.sheets.first().seat.expert.code
    own = rooms.users[code].person.name
    text = told(rooms.client(code), starts(panel))
    assert MARK not in text.replace(own, "")
    mine = {s.comment for s in panel.sheets.filter(reviewer=rooms.users[code].person)}
    assert set(re.findall("龖评语[0-9]{4}", text)) <= mine


def test_before_the_lock_no_officer_finds_a_comment_or_a_score(rooms):
    panel = scored(rooms)
    for who in ("clerk", "secretary", "chief", "leader", "chair", "supervisor", "auditor"):
        text = told(rooms.client(who), starts(panel))
        assert "龖评语" not in text and "84.5" not in text and "39.5" not in text
        assert who != "leader" or MARK not in text


def test_after_the_lock_peers_read_letters_and_never_names(rooms):
    panel = scored(rooms)
    services.lock_panel(panel_id=panel.pk, by=rooms.secretary, now=NOW)
    code = panel.sheets.first().seat.expert.code
    text = told(rooms.client(code), [*starts(panel), *(d.get_absolute_url() for d in panel.dossiers.all())])
    assert MARK not in text.replace(rooms.users[code].person.name, "") and "ZJ0" not in text.replace(code, "")
    assert "评委A" in text or "评委B" in text


def test_no_reviewer_page_names_an_applicant_before_and_after_the_lock(rooms):
    panel = scored(rooms)
    code = panel.sheets.first().seat.expert.code
    text = told(rooms.client(code), starts(panel))
    services.lock_panel(panel_id=panel.pk, by=rooms.secretary, now=NOW)
    text += told(rooms.client(code), starts(panel))
    assert [name for name in APPLICANT if name in text] == []


def test_applicants_find_nothing_at_all(rooms):
    panel, client = scored(rooms), rooms.client("applicant_admin")
    addresses = [
        *starts(panel)[1:], *(s.get_absolute_url() for s in panel.sheets.all()),
        *(d.get_absolute_url() for d in panel.dossiers.all()),
        f"{panel.get_absolute_url()}statistics/", "/panels/?export=xlsx", "/sheets/?export=xlsx",
    ]  # fmt: skip
    answers = {address: client.get(address) for address in addresses}
    assert {answer.status_code for answer in answers.values()} <= {403, 404}
    assert not any(MARK in shown(answer) or "银龄" in shown(answer) for answer in answers.values())


def test_a_peers_pages_are_the_same_whatever_colleagues_have_done(rooms):
    """Counts, order and times of a peer's pages do not depend on how far others are."""
    panel = stage.scoring(rooms, 2)
    idle = next(code for code in rooms.experts if panel.sheets.filter(seat__expert__code=code).exists())
    pages = [panel.get_absolute_url(), "/panels/", "/sheets/", "/desk/"]
    pages += [s.get_absolute_url() for s in panel.sheets.filter(seat__expert__code=idle)]

    def read():
        client = rooms.client(idle)
        secret = r'(value|nonce|content)="[^"]{20,}"|nonce-[^ ;]+|\d\d:\d\d:\d\d'
        return [re.sub(secret, "", shown(client.get(address))) for address in pages]

    before = read()
    others = panel.sheets.exclude(seat__expert__code=idle).order_by("pk")
    for sheet in others[:4]:
        stage.fill(rooms, sheet, comment="龖评语")
    gone = others.last()
    services.recuse(sheet_id=gone.pk, reason="亲属", by=rooms.experts[gone.seat.expert.code], now=NOW)
    assert not Sheet.objects.filter(replaces=gone, seat__expert__code=idle).exists()
    assert read() == before
