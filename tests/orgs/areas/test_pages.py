"""Streets and communities on pages, and the one button they have."""

from __future__ import annotations

import pytest
from django.test import Client

from orgs.areas.models import Community
from tests.orgs.builders import House, browser
from tests.orgs.pressing import as_, forms, press, queries, text, went

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def test_everybody_with_a_role_reads_them_and_a_stranger_does_not(bureau):
    place = Community.objects.first()
    for client in (as_(bureau, "clerk"), browser(House().admin_user)):
        assert place.display_name in text(client.get("/areas/"))
        assert place.code in text(client.get(place.get_absolute_url()))
    assert Client().get("/areas/").status_code == 302
    assert as_(bureau, "clerk").get("/areas/no-such-place/").status_code == 404


def test_the_list_is_paged_searched_and_constant(bureau):
    client = as_(bureau, "clerk")
    client.get("/areas/")
    assert queries(client, "/areas/") <= 12
    assert queries(client, "/areas/") >= queries(client, "/areas/?q=420106014001")
    assert client.get("/areas/?page=999&street=%27&q=%00").status_code == 200


def test_a_community_is_merged_by_the_clerk(bureau):
    old, new = Community.objects.order_by("code")[:2]
    client = as_(bureau, "clerk")
    fields = {"into": new.code, "on": "2026-05-01", "reason": "区划调整", "document": "武政函〔2026〕2号"}
    bad = press(client, old.get_absolute_url(), "merge", **fields | {"on": "2026-06-31"})
    assert bad.status_code == 422 and "没有这一天" in text(bad) and "区划调整" in text(bad)
    itself = press(client, old.get_absolute_url(), "merge", **fields | {"into": old.code})
    assert itself.status_code == 422
    went(press(client, old.get_absolute_url(), "merge", **fields))
    old.refresh_from_db()
    assert old.replaced_by == new
    assert "merge" not in forms(client, old.get_absolute_url())
    assert old.display_name in text(client.get(new.get_absolute_url()))


def test_others_do_not_merge(bureau):
    place = Community.objects.first()
    client = as_(bureau, "leader")
    assert "merge" not in forms(client, place.get_absolute_url())
    assert client.post(f"{place.get_absolute_url()}do/merge/", {}).status_code == 403
