"""Views: who sees, who is told no, who is sent to sign in."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse

from core import policy, routes
from core.errors import Forbidden
from core.policy import Actor, Role, allow
from core.routes import permits, public, signed_in
from tests.core.specimen import services
from tests.core.specimen.models import Lamp, is_of_body

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rows(monkeypatch):
    rows = dict(policy._rows) | {"lamps.view": allow(Role.CLERK, when=is_of_body) | allow(Role.LEADER)}
    monkeypatch.setattr(policy, "_rows", rows)


@permits("lamps.light", Lamp, "POST")
def light(request, lamp):
    return HttpResponse(lamp.label)


@pytest.fixture
def lamp(clerk, noon):
    return services.make_lamp(owner_id=7, label="门灯", by=clerk, now=noon)


def ask(rf, view, actor, method="post", **kwargs):
    request = getattr(rf, method)("/lamps/")
    request.actor = actor or Actor()
    request.user = AnonymousUser() if actor is None else type("User", (), {"is_authenticated": True})()
    return view(request, **kwargs)


def test_who_may_gets_the_object(rf, lamp, clerk):
    assert ask(rf, light, clerk, public_id=lamp.public_id).content.decode() == "门灯"


def test_who_may_not_see_it_gets_404_like_for_what_does_not_exist(rf, lamp, rival_clerk, stranger):
    for actor, public_id in (
        (rival_clerk, lamp.public_id),
        (stranger, lamp.public_id),
        (stranger, "nothing"),
    ):
        with pytest.raises(Http404):
            ask(rf, light, actor, public_id=public_id)


def test_who_sees_it_but_may_not_do_it_gets_403(rf, lamp, leader):
    with pytest.raises(Forbidden):
        ask(rf, light, leader, public_id=lamp.public_id)


def test_who_is_not_signed_in_is_sent_to_sign_in_whether_it_exists_or_not(rf, lamp):
    for public_id in (lamp.public_id, "nothing"):
        answer = ask(rf, light, None, public_id=public_id)
        assert answer.status_code == 302 and "/accounts/login/" in answer.url


def test_an_undeclared_method_is_refused(rf, lamp, clerk):
    assert ask(rf, light, clerk, method="get", public_id=lamp.public_id).status_code == 405


def test_views_say_what_they_declared():
    @public()
    def home(request):
        return HttpResponse()

    @signed_in("GET", "POST")
    def desk(request):
        return HttpResponse()

    found = [routes.declaration_of(view) for view in (home, desk, light)]
    assert [(d.permission, d.methods) for d in found] == [
        ("public", ("GET",)),
        ("signed_in", ("GET", "POST")),
        ("lamps.light", ("POST",)),
    ]
    assert routes.declaration_of(lambda request: None) is None


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"]
)
def test_a_redirect_never_leaves_the_house(rf, target):
    assert routes.back(rf.get("/", {"next": target}), "/desk/").url == "/desk/"


def test_a_redirect_inside_the_house_is_followed(rf):
    assert routes.back(rf.post("/", {"next": "/desk/?page=2"}), "/").url == "/desk/?page=2"
