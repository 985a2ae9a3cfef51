"""The editor: for those who hold the role today, in Chinese, without a word to another host."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cms.pages.models import HomePage
from cms.pages.services import GROUP, sync_editors
from orgs.people import services as people
from orgs.people.models import Membership, User
from tests.orgs.builders import NOW, Bureau, a_user, actor, seat, signed_in

OTHER_HOST = re.compile(
    r"(?:https?:)?//(?!www\.w3\.org/|testserver|127\.0\.0\.1|localhost)[a-z0-9.-]+\.[a-z]{2,}", re.I
)
SHUT = ("users/", "users/add/", "groups/", "password_reset/", "failwhale/")


@pytest.fixture
def bureau(db: None) -> Bureau:
    return Bureau()


@pytest.fixture
def editor(bureau: Bureau) -> User:
    user = a_user("余编辑")
    seat(user, bureau.committee, "editor")
    return user


def members() -> set[int]:
    group = Group.objects.filter(name=GROUP).first()
    return set(group.user_set.values_list("pk", flat=True)) if group else set()


def test_the_group_follows_the_role(bureau: Bureau, editor: User) -> None:
    assert members() == {editor.pk}
    held = Membership.objects.get(user=editor, role="editor")
    people.end_role(membership_id=held.pk, reason="调离", by=bureau.security_admin, now=NOW)
    assert members() == set()


def test_the_group_follows_the_dates_at_the_nightly_run(bureau: Bureau) -> None:
    guest = a_user("短期编辑")
    seat(guest, bureau.committee, "editor", valid_to=NOW.date())
    out = io.StringIO()
    call_command("sync_editors", stdout=out)
    assert "editors: 0" in out.getvalue()
    assert sync_editors(now=NOW).members == 1
    assert sync_editors(now=NOW + timedelta(days=1)).left == 1


def test_a_disabled_account_leaves_the_group(bureau: Bureau, editor: User) -> None:
    people.disable_account(user_id=editor.pk, reason="停用", by=bureau.security_admin, now=NOW)
    assert members() == set()


def test_no_group_but_ours_has_members_and_nobody_is_superuser(bureau: Bureau, editor: User) -> None:
    assert set(Group.objects.values_list("name", flat=True)) == {GROUP}
    assert not User.objects.filter(is_superuser=True).exists()
    assert not editor.has_perm("people.change_user")
    assert not editor.has_perm("auth.change_group")


def test_editors_get_in_and_nobody_else(bureau: Bureau, editor: User) -> None:
    assert signed_in(Client(), editor).get("/editor/").status_code == 200
    for role, user in bureau.users.items():
        answer = signed_in(Client(), user).get("/editor/")
        assert answer.status_code == 404, role
    stranger = Client().get("/editor/pages/")
    assert stranger.status_code == 302 and stranger["Location"] == "/accounts/login/?next=/editor/pages/"


def test_an_expired_role_shuts_the_door_before_the_group_is_synced(bureau: Bureau, editor: User) -> None:
    Membership.objects.filter(user=editor).update(valid_to="2026-01-02")
    assert members() == {editor.pk}
    assert signed_in(Client(), editor).get("/editor/").status_code == 404


def test_its_own_sign_in_is_replaced_by_ours(bureau: Bureau) -> None:
    answer = Client().get("/editor/login/")
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    away = Client().get("/editor/login/?next=https://example.org/")
    assert "example.org" not in away["Location"]


@pytest.mark.parametrize("path", SHUT)
def test_accounts_cannot_be_touched_there(editor: User, path: str) -> None:
    assert signed_in(Client(), editor).get(f"/editor/{path}").status_code == 404


def test_the_account_page_is_ours(editor: User) -> None:
    assert signed_in(Client(), editor).get("/editor/account/")["Location"] == "/desk/"
    assert actor(editor).has("editor")


@pytest.mark.parametrize(
    "path", ["", "pages/", "images/", "documents/", "reports/site-history/", "pages/{home}/edit/"]
)
def test_its_pages_are_chinese_and_name_no_other_host(editor: User, path: str) -> None:
    home = HomePage.objects.get()
    answer = signed_in(Client(), editor).get(f"/editor/{path.format(home=home.pk)}")
    page = answer.content.decode()
    assert answer.status_code == 200 and 'lang="zh-hans"' in page
    assert OTHER_HOST.findall(page) == []
    assert "gravatar" not in page and "/editor/users/" not in page and "/editor/groups/" not in page


def test_an_editor_changes_the_words_of_the_home_page(editor: User) -> None:
    home = HomePage.objects.get()
    client = signed_in(Client(), editor)
    form = {
        "title": "首页",
        "motto": "阳光创投<b>",
        "intro": '{"blocks": [], "entityMap": {}}',
        "contact": '{"blocks": [], "entityMap": {}}',
        "intro_english": '{"blocks": [], "entityMap": {}}',
        "contact_english": '{"blocks": [], "entityMap": {}}',
        "motto_english": "",
        "action-publish": "1",
        "slug": "home",
    }
    answer = client.post(reverse("wagtailadmin_pages:edit", args=[home.pk]), form)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    page = Client().get("/").content.decode()
    assert "阳光创投&lt;b&gt;" in page


@pytest.mark.django_db
def test_pictures_are_renditions_only() -> None:
    for path in ("original_images/a.jpg", "documents/a.pdf", "images/../../db.sqlite3", "images/a.svg"):
        assert Client().get(f"/editor-media/{path}").status_code == 404
