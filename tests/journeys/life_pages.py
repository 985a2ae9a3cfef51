"""Pieces of work that come back in the life of a proposal: panels, sheets, reports, instalments."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

from config.world.content.model import BudgetItem
from config.world.year.stage import shanghai
from grants.payments.models import PaymentOrder
from tests.journeys import life_around as around
from tests.journeys.clicking import fill, find, follow, go, paper, place, press, reads, send, told, work
from tests.journeys.house import Site
from tests.journeys.life_around import OWN, SHARED, Story

ROUND = "2026年武昌区公益创投大赛"
SignIn, Count, Look = Callable[..., Page], Callable[[str, str], Any], Callable[[Page], None]


def name_of(site: Site, who: str) -> str:
    return str(site.user(who).person.name)


def on(site: Site, day: str, at: str = "09:00:00") -> None:
    """The clock goes on to a day, unless it is later already."""
    site.at(max(site.now, shanghai(day, at)))


def write(form: Locator, answers: Any) -> None:
    """Fill in the answers of an application: type, tick, choose."""
    for name, value in ((name, value) for section in answers.values() for name, value in section.items()):
        boxes = form.locator(f'[name="q.{name}"]')
        kind = boxes.first.evaluate("e => e.tagName + ' ' + (e.type || '')")
        if kind in ("INPUT radio", "INPUT checkbox"):
            for one in value if isinstance(value, list) else [value]:
                form.locator(f'[name="q.{name}"][value="{one}"]').click()
        elif kind.startswith("SELECT"):
            boxes.select_option(value)
        else:
            boxes.fill(str(value))


def enter(page: Page, number: int, line: BudgetItem) -> None:
    """Fill in a line of the budget; own money follows from the subtotal."""
    if number > 1:
        page.get_by_role("button", name="增加一行").click()
    page.locator(f"#b{number}-code").select_option(line.code)
    cells = {
        "item": line.item, "basis": line.basis, "linked_activity": line.linked_activity,
        "price": f"{line.unit_price_fen / 100:.2f}", "quantity": line.quantity, "unit": line.unit,
        "times": line.times, "grant": f"{line.grant_fen / 100:.2f}",
    }  # fmt: skip
    fill(page, f"b{number}-", cells)


def form_panel(clerk: Page, stage: str, look: Look) -> None:
    """A clerk founds a panel for a stage."""
    place(clerk, "评审组")
    look(clerk)
    follow(clerk, "组建评审组")
    look(clerk)
    send(clerk, "评审组已组建", stage=[f"{ROUND} {stage}"], name=f"2026年{stage}组")


def seat_officer(site: Site, clerk: Page, who: str, kind: str = "秘书") -> None:
    press(clerk, "seat_officer", "已入席", person=[name_of(site, who)], kind=[kind])


def choose_a_chair(clerk: Page) -> str:
    """The first reviewer who is no finance expert becomes the chair; returns the name."""
    rows = clerk.locator("section:has(#seats-title) tbody tr").filter(has_text="评委").all_inner_texts()
    name = next(text.split("\t")[0].strip() for text in rows if "财务" not in text and "候补" not in text)
    options = clerk.locator("#seat_chair-expert option").all_text_contents()
    press(clerk, "seat_chair", "主席已入席", expert=[next(one for one in options if name in one)])
    return name


def assign(site: Site, secretary: Page, seed: str) -> None:
    """The secretary names the seed; the worker gives the sheets out."""
    press(secretary, "assign", "已交后台分配", seed=seed)
    until = time.monotonic() + 60
    while not around.is_assigned():
        assert time.monotonic() < until, site.log("worker")
        site.settle()
    secretary.reload()


def confirm(page: Page, name: str, said: str) -> None:
    """Lock a part of a sheet: press, and confirm."""
    page.locator("details.act > summary").filter(has_text=name).click()
    go(page, f"确认{name}")
    told(page, said)


def give_points(page: Page) -> None:
    """Full marks for every item that is open."""
    for box in page.locator("input[data-points]").all():
        box.fill(box.get_attribute("data-max") or "")


def conclude(secretary: Page, chair: Page, panel: str) -> None:
    """Lock and sign as secretary, conclude as chair."""
    work(secretary, "评分中的评审组", panel)
    press(secretary, "lock", "已锁分")
    press(secretary, "sign", "已签署")
    work(chair, "待主席作出结论的评审组", panel)
    press(chair, "conclude", "已作出结论")


def report(me: Page, story: Story, todo: str, link: str, answers: dict[str, Any], look: Look) -> None:
    """Write a report and hand it in."""
    work(me, todo, story.title)
    if me.get_by_role("link", name=link).count():
        follow(me, link)
    for name, value in answers.items():
        me.locator(f'[name="{name}"]').fill(str(value))
    me.locator("#saved").get_by_text("已保存").first.wait_for()
    look(me)
    go(me, "提交报告")
    told(me, "报告已提交")


def evaluate(
    site: Site, story: Story, browser_as: SignIn, count: Count, look: Look, stage: str, judges: int
) -> None:
    """A panel of evaluators is seated, judges the report and concludes."""
    chosen = [f"evaluator_{number}" for number in range(1, judges + 1)]
    with count(f"panel {stage}", SHARED):
        clerk = browser_as("clerk")
        form_panel(clerk, stage, look)
        for who in chosen:
            options = clerk.locator("#seat_expert-expert option").all_text_contents()
            label = next(one for one in options if name_of(site, who) in one)
            press(clerk, "seat_expert", "专家已入席", expert=[label])
        seat_officer(site, clerk, "clerk_3")
        seat_officer(site, clerk, "section_chief", "主席")
        clerk.locator("#act-add summary").click()
        clerk.locator("#act-add input[type=checkbox]").first.click()
        with clerk.expect_navigation():
            clerk.locator("#act-add button[type=submit]").click()
        told(clerk, "材料已编入")
        secretary = browser_as("clerk_3")
        work(secretary, "待分配材料的评审组", stage)
        assign(site, secretary, f"{stage}-1")
        press(secretary, "open", "已开放评分")
    with count(f"judging {stage}", OWN):
        for who in chosen:
            judge = browser_as(who)
            work(judge, "待声明是否回避的材料", story.title)
            reads_nothing_before_the_declaration(judge, story)
            press(judge, "attest", "已声明")
            give_points(judge)
            judge.locator("#sheet textarea").last.fill("与计划相符，材料齐全。")
            look(judge)
            confirm(judge, "提交并锁定", "已锁定")
    with count(f"panel {stage}", SHARED):
        conclude(secretary, browser_as("section_chief"), stage)


def reads_nothing_before_the_declaration(judge: Page, story: Story) -> None:
    """Before the declaration the page shows no content."""
    reads(judge, "打开材料之前，请先声明")
    assert story.house.name not in judge.locator("main").inner_text()


def pay(
    site: Site, story: Story, browser_as: SignIn, count: Count, look: Look, day: str, name: str, money: str
) -> None:
    """An instalment: receipt, batch, approval, payment, result; one signature for the batch."""
    number = day.replace("-", "")
    with count(f"{name} receipt", OWN):
        me = browser_as("our_admin")
        work(me, "待提交票据的拨款", story.title)
        look(me)
        reads(me, money)
        press(me, "invoice", "票据已提交", number=f"鄂财票{number}", issued_on=day)
    with count(f"{name} batch", SHARED):
        clerk = browser_as("finance_clerk")
        work(clerk, "待制单的拨款")
        look(clerk)
        go(clerk, "看预览")
        reads(clerk, money, story.house.name)
        go(clerk, "确认制单")
        approver = browser_as("finance_approver")
        work(approver, "待审批的付款批次", "待审批")
        look(approver)
        press(approver, "approve", "批次已审批")
        cashier = browser_as("cashier")
        work(cashier, "待支付的付款批次", "待支付")
        order = PaymentOrder.objects.latest("pk")
        if cashier.locator("#execute-voucher_no").count():
            press(cashier, "execute", "批次已提交支付", voucher_no=f"GK{number}", voucher_on=day)
        else:
            press(cashier, "execute", "批次已提交支付")
        text = (
            f"付款单号,结果,流水号,支付日期,失败原因\n{order.number},成功,LS{number}{order.pk:06d},{day},\n"
        )
        file = paper("回单.csv", text.encode("utf-8-sig"), "text/csv")
        press(cashier, "results", "回单已登记", file=file)
        reads(cashier, "已办结", "已到账")


def register(story: Story, browser_as: SignIn, look: Look) -> None:
    """A clerk enters the organisation; one administrator asks for its first person, another one agrees."""
    house = story.house
    clerk = browser_as("clerk")
    place(clerk, "社会组织")
    look(clerk)
    follow(clerk, "登记社会组织")
    look(clerk)
    send(
        clerk, "已登记入册", name=house.name, short_name=house.short_name, uscc=house.uscc,
        org_type=["社会团体"], founded_on=house.founded_on.isoformat(), domicile=house.address,
    )  # fmt: skip
    reads(clerk, house.name, house.uscc)
    press(clerk, "inspection", "年检结论已记录", year="2025", result=["合格"])
    look(clerk)
    admin = browser_as("system_admin")
    place(admin, "机构")
    find(admin, house.name)
    code = "ask" if admin.locator("#act-ask").count() else "ask_invitation"
    press(
        admin, code, "等待安全管理员批准", role=["申报负责人"], name=house.admin.name,
        phone=house.admin.phone, email=house.admin.email,
    )  # fmt: skip
    security = browser_as("security_admin")
    work(security, "待批准的邀请", house.admin.name)
    look(security)
    press(security, "send", "邀请已发出")


def spend(me: Page, lines: dict[int, tuple[str, str]]) -> None:
    """Enter a voucher for each of some lines of the budget, of all that is left there."""
    for number, (voucher, day) in lines.items():
        line = me.locator(f"#act-record_expense label:has(#record_expense-line_no_{number - 1})")
        name, left = (line.text_content() or "").strip().removesuffix(" 元）").split("（余 ")
        values = {"voucher_no": voucher, "spent_on": day}
        if not me.locator(f"#record_expense-line_no_{number - 1}").is_checked():
            values[f"line_no_{number - 1}"] = True
        values |= {"amount": left.replace(",", ""), "item": name[2:60], "payee": "武汉示例服务社"}
        press(me, "record_expense", "支出已入账", **values)
