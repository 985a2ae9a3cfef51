"""The sign-in page of a demo lists an account for each role; no other installation ever does."""

import json

import pytest
from allauth.mfa.totp.internal.auth import generate_totp_secret, validate_totp_code
from django.test import Client

from core.models import DemoClock

SECRET = generate_totp_secret()


@pytest.fixture
def var(settings, tmp_path, db):
    settings.VAR_DIR = tmp_path
    lines = [
        "演示账号（说明）",
        "出纳\tcashier\t李出纳\t手机号 13900000001\t密码 Pass-Wc11\t动态码：需要",
        "申报单位负责人\tapplicant_admin\t陈会长\t手机号 13900000002\t密码 Word-Wc22\t动态码：不需要",
    ]
    (tmp_path / "demo-sign-ins.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "demo-codes.json").write_text(json.dumps({"cashier": SECRET}), encoding="utf-8")
    return tmp_path


@pytest.fixture
def demo(var, settings):
    settings.DEMO = True
    DemoClock.objects.create(title="演示")
    return var


def sign_in_page():
    answer = Client().get("/accounts/login/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_demo_lists_each_role_with_the_code_of_now(demo):
    answer = Client().get("/accounts/login/")
    listed = {one["label"]: one for one in answer.context["demo_sign_ins"]}
    assert list(listed) == ["出纳", "申报单位负责人"]
    page = answer.content.decode()
    assert "13900000001" in page and "Pass-Wc11" in page and "陈会长" in page
    assert validate_totp_code(SECRET, listed["出纳"]["code"])
    assert listed["申报单位负责人"]["code"] == "" and "不需要" in page


def test_only_the_pages_of_sign_in_list_them(demo):
    assert "Pass-Wc11" not in Client().get("/").content.decode()


@pytest.mark.parametrize("off", ["no demo", "no clock", "production"])
def test_nobody_else_lists_them(var, settings, off):
    settings.DEMO = off != "no demo"
    settings.PRODUCTION = off == "production"
    if off != "no clock":
        DemoClock.objects.create(title="演示")
    page = sign_in_page()
    assert "Pass-Wc11" not in page and "演示账号" not in page


def test_a_demo_that_wrote_nothing_down_lists_nothing(demo):
    (demo / "demo-sign-ins.txt").unlink()
    assert "演示账号" not in sign_in_page()
