"""One proposal from the registration of its organisation to the archived file, clicked by everybody it meets.

Its people only click: nothing of it is done behind the pages. The other applications of the round, the other
experts and the calendar move by services (life_around). The tests are the chapters, in their order. What
everybody had to do is counted for ``bench/burden.py``.
"""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from config.world.year import screening
from config.world.year.deciding import CONTACT, picture_of
from core.documents import render_document
from grants.awards.models import Decision
from tests.journeys import life_around as around
from tests.journeys import life_pages as chapter
from tests.journeys.clicking import (
    follow,
    go,
    hand_in,
    paper,
    place,
    press,
    reads,
    reads_not,
    row,
    send,
    told,
    work,
)
from tests.journeys.house import Door
from tests.journeys.life_around import ONCE, OWN, SHARED

pytestmark = pytest.mark.journey
US, PASSWORD = "our_admin", "Xishi-2026-zhiyuan"


@pytest.fixture(scope="module")
def story():
    return around.Story()


@pytest.fixture
def count(story, effort):
    """Counts a part of the work: ``with count("screening", OWN):``."""
    return lambda name, whose: story.part(name, whose, effort)


@pytest.fixture
def look(story, assert_accessible):
    """Checks the first page of each kind for everybody's eyes."""

    def check(page):
        if (kind := around.kind_of(page.url)) not in story.looked_at:
            assert_accessible(page)
            story.looked_at.add(kind)

    return check


def test_the_bureau_registers_the_organisation_and_lets_its_people_in(
    site, story, browser_as, visitor, count, look
):
    house = story.house
    with count("registration", ONCE):
        chapter.register(story, browser_as, look)
    site.settle()
    link = re.search(r"http\S+/accounts/invitation/\S+", site.mails(house.admin.email)[-1].get_content())
    with count("invitation", ONCE):
        me = visitor()
        me.goto(link.group(0))
        reads(me, house.admin.name, house.name, "申报负责人")
        look(me)
        for box in me.locator("input[type=password]").all():
            box.fill(PASSWORD)
        go(me, "接受邀请")
        reads(me, f"{house.admin.name}，您好", "申报负责人")
        place(me, "我的单位")
        press(me, "account", "账户已填报", bank=house.account.bank, number=house.account.number)
        clerk = browser_as("finance_clerk")
        work(clerk, "待核验的银行账户", house.name)
        look(clerk)
        press(clerk, "verify", "账户已核验")
    site.doors[US] = Door(house.admin.email, PASSWORD, "")


def test_the_applicant_writes_and_hands_in(site, story, browser_as, count, look, effort):
    card, me = story.card, browser_as(US)
    with count("application", OWN):
        place(me, "申报")
        look(me)
        follow(me, "新建申报")
        reads(me, story.house.name, story.house.uscc, "登记簿中的各项条件都满足")
        look(me)
        go(me, "开始填写申报书")
        chapter.write(me.locator("#apply"), card.answers)
        me.locator("#saved").get_by_text("已保存").wait_for()
        for number, line in enumerate(card.budget, 1):
            chapter.enter(me, number, line)
        assert "申请 20,000.00 元" in me.locator("#live").inner_text()
        with me.expect_navigation():
            hand_in(me.locator("#file"), paper("调解室.png", picture_of("调解室", ["月亮湾社区"])))
        reads(me, "调解室.png", "已保存的内容齐全，符合各项规定，可以提交。", "人民币贰万元整")
        look(me)
        with me.expect_navigation():
            me.locator("button[value=submit]").first.click()
        reads(me, "受理回执", "SQ-WCCT-2026-", "提交内容的摘要（SHA-256）")
        look(me)
    story.facts["required_answers"] = around.required_answers(story)
    story.facts["budget_lines"] = len(card.budget)
    site.settle()
    assert any("申报已受理" in mail["Subject"] for mail in site.mails(story.house.admin.email))
    assert story.parts[OWN]["application"].clicks <= 40


def test_the_community_agrees_with_one_tap(site, story, visitor, count, look):
    mail = site.mails(f"community-{story.card.community_code}")[-1]
    worker = visitor(width=360)
    worker.goto(re.search(r"http\S+/consent/\S+", mail.get_content()).group(0))
    reads(worker, story.title, story.house.name)
    look(worker)
    with count("consent", OWN):
        go(worker, "同意在本社区实施")
    reads(worker, "社区已同意")


def test_officers_screen_it_and_find_it_eligible(site, story, browser_as, count, look):
    site.play(around.others_apply)
    site.play(around.places_answer)
    with count("screening", OWN):
        operator = browser_as("operator")
        work(operator, "待资格审查的申报", story.title)
        look(operator)
        press(operator, "screen", "已逐项核对")
        reads(operator, "待判断 3", "通过 15")
        clerk = browser_as("clerk")
        work(clerk, "待资格审查的申报", story.title)
        look(clerk)
        press(clerk, "pass_manual", "已判为通过", says="已核对章程、登记证书和盖章页原件")
        press(clerk, "find_eligible", "资格审查通过")
    site.settle()
    me = browser_as(US)
    place(me, "申报")
    row(me, story.title)
    look(me)
    reads(me, "资格审查通过")
    reads_not(me, chapter.name_of(site, "clerk"), chapter.name_of(site, "operator"))
    site.play(screening.judge)


def test_a_panel_is_drawn_before_a_witness_and_given_its_sheets(site, story, browser_as, count, look):
    chapter.on(site, "2026-05-27")
    with count("panel", SHARED):
        chief = browser_as("section_chief")
        work(chief, "征集已截止、待进入评审的届次", chapter.ROUND)
        look(chief)
        press(chief, "start_selection", "本届已进入评审")
        chapter.on(site, "2026-05-28")
        clerk = browser_as("clerk")
        place(clerk, "专家抽取")
        follow(clerk, "抽取专家")
        look(clerk)
        for who in ("evaluator_1", "evaluator_2", "evaluator_3"):
            left_out = clerk.locator("label").filter(has_text=chapter.name_of(site, who)).locator("input")
            assert left_out.is_checked()
        send(clerk, "已抽取", round_code="WCCT-2026", purpose="申报评审", seed="20260528")
        look(clerk)
        supervisor = browser_as("supervisor")
        work(supervisor, "待见证的专家抽取", "申报评审")
        press(supervisor, "witness", "已见证")
        chapter.form_panel(clerk, "申报评审", look)
        drawn = clerk.locator("#seat_drawn-draw option").nth(1).text_content()
        press(clerk, "seat_drawn", "已入席", draw=[drawn])
        story.known["chair"] = chapter.choose_a_chair(clerk)
        chapter.seat_officer(site, clerk, "clerk_3")
        secretary = browser_as("clerk_3")
        work(secretary, "待送专家评审的申报")
        look(secretary)
        send(secretary, "申报已编入评审组", seed="20260528-1")
        chapter.assign(site, secretary, "20260601")
        chapter.on(site, "2026-06-03", "08:30:00")
        work(secretary, "待开放评分的评审组", "申报评审")
        press(secretary, "open", "已开放评分")
        look(secretary)


def test_an_expert_declares_scores_blind_and_locks(site, story, browser_as, count, look):
    name = story.known["chair"]
    users = site.stage.users
    key = next(one.key for one in site.stage.world.experts if users[one.key].person.name == name)
    site.play(lambda stage: around.others_score(stage, but_ours=users[key].person_id))
    with count("score sheet", OWN):
        expert = browser_as(key)
        work(expert, "待声明是否回避的材料", story.title)
        look(expert)
        reads(expert, "打开材料之前，请先声明")
        press(expert, "attest", "已声明")
        reads(expert, "锁定匿名部分后显示")
        reads_not(expert, story.house.name, story.house.short_name, story.house.admin.name)
        look(expert)
        chapter.give_points(expert)
        expert.locator("#saved").get_by_text("已保存").wait_for()
        go(expert, "锁定匿名部分，看第二部分")
        told(expert, "匿名部分已锁定")
        reads(expert, "第二部分（团队等）", "团队构成")
        chapter.give_points(expert)
        expert.locator("#sheet textarea").last.fill("需求真实，做法可行，预算与活动对应，建议立项。")
        chapter.confirm(expert, "提交并锁定", "评分表已锁定")
    chapter.on(site, "2026-06-04", "17:00:00")
    with count("panel", SHARED):
        chapter.conclude(browser_as("clerk_3"), expert, "申报评审")
    look(expert)
    me = browser_as(US)
    place(me, "申报")
    row(me, story.title)
    reads(me, "评审中")
    reads_not(me, name, "得分")


def test_the_meeting_decides_and_the_notice_runs(site, story, browser_as, visitor, count, look):
    chapter.on(site, "2026-06-05")
    with count("decision", SHARED):
        clerk, chief, leader = (browser_as(who) for who in ("clerk", "section_chief", "leader"))
        work(clerk, "评审完毕待拟立项名单的届次")
        look(clerk)
        go(clerk, "拟定名单")
        reads(clerk, "140,000.00 元拟资助 7 个项目", story.title)
        look(clerk)
        work(chief, "待提请会议的立项名单")
        press(chief, "table", "已提请会议")
        minutes = render_document("awards.minutes", Decision.objects.get().pk, now=site.now)
        work(leader, "待会议决定的立项名单")
        press(
            leader, "resolve", "会议决定已登记", minutes_no="武民委会纪〔2026〕8号", met_on="2026-06-05",
            attendees="钱局长、孙副局长、李科长", money_reply_no="武财社〔2026〕31号",
            scan=paper("会议纪要扫描件.pdf", minutes, "application/pdf"),
        )  # fmt: skip
        work(clerk, "待公示的拟立项项目", "WCCT-2026-JD-01")
        press(clerk, "announce", "公示稿已拟好", contact=CONTACT)
        reads(clerk, "没有发现身份证号、手机号和银行账号", story.title)
        chapter.on(site, "2026-06-08", "08:50:00")
        work(leader, "待发布的公示", "公示")
        press(leader, "publish", "公示已发布")
        look(leader)
        editor = browser_as("editor")
        work(editor, "待登记政府网站同步公示", "公示")
        picture = paper("公示.png", picture_of("公示", [story.title]))
        address = "https://www.wuchang.example/gongshi/1.html"
        press(editor, "record_posting", "已登记", url=address, screenshot=picture)
    public = visitor()
    public.goto("/public/notices/")
    look(public)
    follow(public, "公示")
    look(public)
    reads(public, story.title, story.house.name, "20,000.00", "还剩 5 个工作日")
    reads_not(public, "得分")
    chapter.on(site, "2026-06-15", "09:10:00")
    with count("award", SHARED):
        work(leader, "公示无异议待立项的项目", "WCCT-2026-JD-01")
        press(leader, "award", "已立项")
        work(chief, "立项已毕、待进入执行的届次", "WCCT-2026")
        press(chief, "start_execution", "本届已进入执行")
    assert story.proposal.state == "awarded"
    site.settle()


def test_both_sides_sign_the_agreement(site, story, browser_as, count, look):
    with count("agreement", OWN):
        me = browser_as(US)
        work(me, "待签署的协议", story.title)
        look(me)
        with me.expect_download() as text:
            me.get_by_role("link", name="下载协议全文").first.click()
        assert text.value.suggested_filename.endswith(".pdf")
        seal = paper("签章页.png", picture_of("签章页", ["（此处加盖单位公章）"]))
        press(me, "accept", "已签署，等待主办单位签署", seal_page=seal, was_read=True)
    with count("countersignature", OWN):
        chief = browser_as("section_chief")
        work(chief, "待主办单位签署的协议", story.title)
        press(chief, "sign", "协议已签署")
        look(chief)
    story.facts["seals"] = 1
    assert story.project.state == "active"
    site.play(around.others_let_go)


def test_the_first_instalment_arrives(site, story, browser_as, count, look):
    chapter.on(site, "2026-07-03")
    chapter.pay(site, story, browser_as, count, look, "2026-07-03", "first instalment", "10,000.00")


def test_the_first_half_is_carried_out_reported_and_judged(site, story, browser_as, count, look):
    chapter.on(site, "2026-10-20")
    with count("carrying out", OWN):
        me = browser_as(US)
        place(me, "项目")
        row(me, story.title)
        press(
            me, "record_activity", "活动已记录", held_on="2026-09-12", title="纠纷现场工作坊第一场",
            place="月亮湾社区调解室", participants="24", service_count="24", summary="以漏水案例模拟调解。",
        )  # fmt: skip
        chapter.spend(me, {1: ("记-0901", "2026-09-30")})
        reads(me, "7,200.00", "纠纷现场工作坊第一场")
    with count("midterm report", OWN):
        chapter.report(me, story, "待提交的中期报告", "填写中期报告", around.MIDTERM, look)
    chapter.evaluate(site, story, browser_as, count, look, "中期评估", judges=1)
    assert story.project.state == "active"
    chapter.on(site, "2026-11-16")
    chapter.pay(site, story, browser_as, count, look, "2026-11-16", "second instalment", "8,000.00")


def test_the_second_half_is_carried_out_reported_and_judged(site, story, browser_as, count, look):
    chapter.on(site, "2027-04-06")
    with count("carrying out", OWN):
        me = browser_as(US)
        place(me, "项目")
        row(me, story.title)
        chapter.spend(me, {number: (f"记-030{number}", "2027-03-20") for number in range(2, 8)})
    chapter.on(site, "2027-04-20")
    with count("final report", OWN):
        chapter.report(me, story, "待提交的结项报告", "填写结项报告", around.FINAL, look)
    chapter.evaluate(site, story, browser_as, count, look, "末期评估", judges=2)
    assert story.project.state == "auditing"


def test_the_auditor_finds_nothing_and_accounts_are_settled(site, story, browser_as, count, look):
    chapter.on(site, "2027-05-10")
    with count("audit", SHARED):
        chief = browser_as("section_chief")
        work(chief, "待委托审计的届次")
        look(chief)
        firm = chief.locator("#id_firm option").nth(1).text_content()
        send(chief, round=[chapter.ROUND], firm=[firm], contract_no="WCCT-2026-SJ-01", seed="20270510")
        auditor = browser_as("auditor")
        work(auditor, "待开始的审计", chapter.ROUND)
        press(auditor, "start", "已按种子抽取")
        look(auditor)
    with count("audit page", OWN):
        work(auditor, "待核对的项目", story.title)
        press(auditor, "check", "已核对", remark="抽查凭证与原件相符")
        look(auditor)
    chapter.on(site, "2027-05-24", "15:00:00")
    with count("audit", SHARED):
        work(auditor, "待发出的审计发现", chapter.ROUND)
        press(auditor, "issue", "审计发现已发")
        chapter.on(site, "2027-06-08")
        auditor.reload()
        press(auditor, "close_replies", "答复已收齐")
        press(auditor, "conclude", "审计结论已出具", report_no="允诚专审〔2027〕018号")
    with count("settlement", OWN):
        work(chief, "待结算的项目", story.title)
        press(chief, "settle", "已结算")
        reads(chief, "核定支出", "18,000.00")
    site.settle()
    assert story.project.state == "closed"


def test_the_file_is_sealed_and_can_be_downloaded(site, story, browser_as, count, look):
    with count("archive", OWN):
        clerk = browser_as("clerk")
        work(clerk, "待归档的项目", story.title)
        look(clerk)
        reads(clerk, "主要材料已齐")
        press(clerk, "pack", "已开始打包")
        site.settle()
        clerk.reload()
        with clerk.expect_download() as pack:
            clerk.get_by_role("link", name="下载档案包").click()
    look(clerk)
    with zipfile.ZipFile(io.BytesIO(pack.value.path().read_bytes())) as file:
        assert file.testzip() is None and len(file.namelist()) > 15
    assert story.project.state == "archived"
    story.facts["uploads"] = sum(one.uploads for one in story.parts[OWN].values())
    story.write()
    four_more = 4 * story.parts[OWN]["score sheet"].clicks  # the panel judges on five sheets; we filled one
    assert story.clicks(OWN) + four_more <= 120
