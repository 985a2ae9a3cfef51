"""A page offers what the door would allow, says why it would not, and keeps what was typed."""

from uuid import uuid4

import pytest
from django import forms
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import Http404, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory

from core.errors import Forbidden
from core.policy import Role
from core.ui import places as navigation
from core.ui.buttons import Button, calls, offers, press
from core.ui.forms import DayField, YuanField
from core.ui.places import Place, places, places_of, register_place
from tests.core.conftest import HOUSE, NOON, RIVAL_HOUSE, person
from tests.core.specimen.models import L, Lamp
from tests.core.specimen.services import dim_lamp, label_lamp, light_lamp, make_lamp

pytestmark = pytest.mark.django_db


class LabelForm(forms.Form):
    label = forms.CharField(label="标签", required=False, max_length=5)


LIGHT = Button(
    "light",
    "点亮",
    "lamps.light",
    calls(light_lamp, "lamp_id"),
    verb="light",
    tone="primary",
    done="灯亮了。",
)
DIM = Button("dim", "熄灭", "lamps.dim", calls(dim_lamp, "lamp_id"), verb="dim")
LABEL = Button("label", "贴标签", "lamps.label", calls(label_lamp, "lamp_id"), form=LabelForm)
BUTTONS = (LIGHT, DIM, LABEL)


@pytest.fixture
def lamp(clerk):
    return make_lamp(owner_id=HOUSE, label="门厅", by=clerk, now=NOON)


def offered(lamp, actor, pressed=None):
    return {
        one.button.code: one for one in offers(lamp, actor, BUTTONS, lambda code: f"/do/{code}/", pressed)
    }


def a_request(actor, **data):
    request = RequestFactory().post("/lamps/x/do/", data)
    request.actor, request.session = actor, {}
    request._messages = FallbackStorage(request)
    return request


def page(request, lamp, pressed=None):
    again = offered(lamp, request.actor, pressed)
    response = HttpResponse(status=pressed.status)
    response.pressed, response.offers = pressed, again
    return response


def go(request, lamp, code):
    return press(request, lamp, code, BUTTONS, page, f"/lamps/{lamp.public_id}/")


def test_the_clerk_may_light_a_dark_lamp_and_reads_why_it_cannot_be_dimmed(lamp, clerk):
    found = offered(lamp, clerk)
    assert found["light"].may and found["label"].may
    assert not found["dim"].may
    assert "灭" in str(found["dim"].why)


def test_a_guard_greys_a_button_with_its_own_sentence(lamp, clerk):
    Lamp.objects.filter(pk=lamp.pk).update(has_bulb=False)
    lamp = Lamp.objects.get(pk=lamp.pk)
    assert str(offered(lamp, clerk)["light"].why) == "灯泡没有装好"


def test_another_house_reads_that_this_lamp_is_not_hers(lamp):
    rival = person(9, Role.CLERK, body_id=RIVAL_HOUSE)
    assert "这一件" in str(offered(lamp, rival)["light"].why)


def test_somebody_without_the_role_is_not_offered_the_button(lamp):
    assert offered(lamp, person(10, Role.CASHIER)) == {}


def test_an_interest_greys_everything(lamp):
    kin = person(11, Role.CLERK, interests=frozenset({HOUSE}))
    assert all("回避" in str(one.why) for one in offered(lamp, kin).values() if one.button.code != "dim")


def test_pressing_does_it_and_tells_the_receipt(lamp, clerk):
    request = a_request(clerk, key=str(uuid4()), version=str(lamp.row_version))
    response = go(request, lamp, "light")
    assert response.status_code == 302 and response.url == f"/lamps/{lamp.public_id}/"
    assert Lamp.objects.get(pk=lamp.pk).state == L.LIT
    assert ["灯亮了。（回执 HZ" in str(message) for message in request._messages] == [True]


def test_the_same_click_twice_is_one_change_and_the_same_receipt(lamp, clerk):
    key = str(uuid4())
    first, second = (a_request(clerk, key=key, version=str(lamp.row_version)) for _ in range(2))
    go(first, lamp, "light")
    again = go(second, Lamp.objects.get(pk=lamp.pk), "light")
    assert again.status_code == 302
    assert [str(m) for m in first._messages] == [str(m) for m in second._messages]
    assert Lamp.objects.get(pk=lamp.pk).row_version == lamp.row_version + 1


def test_a_stale_page_comes_back_with_what_was_typed_and_what_changed(lamp, clerk):
    light_lamp(lamp_id=lamp.pk, by=clerk, now=NOON)
    response = go(a_request(clerk, label="走廊", version=str(lamp.row_version)), lamp, "label")
    assert response.status_code == 409
    assert [entry.verb for entry in response.pressed.refused.changed] == ["light"]
    assert response.offers["label"].form["label"].value() == "走廊"
    assert response.offers["label"].is_open


def test_a_service_without_versions_is_called_without_one(lamp, clerk):
    light_lamp(lamp_id=lamp.pk, by=clerk, now=NOON)
    chief = person(12, Role.SECTION_CHIEF)
    assert go(a_request(chief, version="0"), Lamp.objects.get(pk=lamp.pk), "dim").status_code == 302
    assert Lamp.objects.get(pk=lamp.pk).state == L.DARK


def test_an_answer_the_service_does_not_know_is_a_fault_of_ours_and_never_dropped(lamp, clerk):
    with pytest.raises(TypeError):
        LABEL.press(lamp, {"label": "廊", "colour": "红"}, by=clerk, now=NOON, key=None, version=None)


def test_a_form_that_is_wrong_changes_nothing_and_keeps_the_text(lamp, clerk):
    response = go(a_request(clerk, label="一二三四五六七"), lamp, "label")
    assert response.status_code == 422
    assert response.offers["label"].form["label"].value() == "一二三四五六七"
    assert Lamp.objects.get(pk=lamp.pk).label == "门厅"


def test_a_refusal_of_the_service_is_shown_on_the_page(lamp, clerk):
    response = go(a_request(clerk, label=""), lamp, "label")
    assert response.status_code == 422
    assert str(response.pressed.refused) == "请写标签"


def test_who_may_not_is_refused_before_the_form_is_read(lamp):
    with pytest.raises(Forbidden):
        go(a_request(person(10, Role.CASHIER), label="x" * 99), lamp, "label")


def test_a_button_nobody_declared_does_not_exist(lamp, clerk):
    with pytest.raises(Http404):
        go(a_request(clerk), lamp, "explode")


def test_opening_the_address_of_a_button_leads_back_to_the_page(lamp, clerk):
    request = RequestFactory().get("/")
    request.actor = clerk
    assert go(request, lamp, "light").url == f"/lamps/{lamp.public_id}/"


@pytest.mark.parametrize("typed", ["abc", "-1", "9" * 40, "²", ""])
def test_a_version_that_is_no_number_is_no_version(lamp, clerk, typed):
    assert go(a_request(clerk, version=typed, key="no key"), lamp, "light").status_code == 302


def test_the_page_draws_buttons_forms_and_reasons(lamp, clerk):
    html = Template("{% load ui %}{% buttons offers %}").render(
        Context({"offers": list(offered(lamp, clerk).values())})
    )
    assert 'action="/do/light/"' in html and 'name="label"' in html
    assert f'name="version" value="{lamp.row_version}"' in html
    assert "disabled" in html and "暂时不能办理的 1 项" in html


class Amounts(forms.Form):
    amount = YuanField(least=100)
    day = DayField(required=False)


@pytest.mark.parametrize("typed", ["3万", "3e4", "-1", "1,00", "NaN", "１２3abc", "0.001", "0.5"])
def test_what_is_no_amount_is_refused_with_a_sentence(typed):
    form = Amounts({"amount": typed})
    assert not form.is_valid()
    assert str(form.errors["amount"][0]).endswith("。")


def test_an_amount_is_cleaned_to_fen():
    form = Amounts({"amount": " 1,234.5 "})
    assert form.is_valid() and form.cleaned_data["amount"] == 123_450


def test_the_31st_of_june_does_not_exist():
    form = Amounts({"amount": "1", "day": "2026-06-31"})
    assert form.errors["day"] == ["没有这一天，请按 2027-03-31 的样子填写。"]


def test_places_are_those_of_the_roles_held_in_order(clerk, monkeypatch):
    monkeypatch.setattr(navigation, "_places", {})
    register_place(
        Place("lamps_late", "灯库", "lamps.smash", order=2), Place("desk", "灯台", "lamps.light", order=1)
    )
    mine = [one.label for one in places_of(clerk) if one.permission.startswith("lamps.")]
    assert mine == ["灯台"]
    request = RequestFactory().get("/desk/")
    request.actor = clerk
    assert [way.is_here for way in places(request)["places"] if way.label == "灯台"] == [True]
