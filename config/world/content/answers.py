"""The answers of a proposal: the theme's own sentences in one of three variants, and drawn ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from config.world.content.model import Activity, Place
from config.world.content.texts import fill, texts
from config.world.content.themes import PlannedKind, Theme

Answers = dict[str, dict[str, Any]]
SHORTEST, SHORTEST_SUMMARY = 60, 80  # characters that the form asks for
METHODS = ("questionnaire", "interview", "observation", "resident_meeting")


@dataclass(frozen=True)
class Writer:
    """Writes for one proposal: theme, variant 0-2, place, its chance, and the slots of its sentences."""

    theme: Theme
    variant: int
    place: Place
    rng: Random
    slots: Mapping[str, Any]

    def own(self, answer: str) -> str:
        """Return the theme's sentence of this variant."""
        return fill(self.theme.texts[answer][self.variant], self.rng, self.slots)

    def drawn(self, pool: str) -> str:
        """Return a sentence of a shared pool."""
        return fill(self.rng.choice(texts("sentences")[pool]), self.rng, self.slots)

    def several(self, pool: str, number: int) -> list[str]:
        """Return different sentences of a shared pool."""
        return [
            fill(text, self.rng, self.slots) for text in self.rng.sample(texts("sentences")[pool], number)
        ]


def plan(theme: Theme, rng: Random, micro: bool) -> tuple[Activity, ...]:
    """Choose four or five of the theme's activities (three for a micro project) with their numbers."""
    kinds: Sequence[PlannedKind] = rng.sample(theme.acts, 3 if micro else rng.choice((4, 4, 5)))
    share = 0.5 if micro else 1.0
    return tuple(
        Activity(kind.name, kind.how, kind.unit, max(1, round(rng.randint(kind.low, kind.high) * share)))
        for kind in kinds
    )


def slots(place: Place, activities: Sequence[Activity], rng: Random, micro: bool) -> dict[str, Any]:
    """Return the slots of a proposal's sentences."""
    given: dict[str, Any] = {"c": place.name, "s": place.street_name, **place.facts}
    given["l"] = [fill(text, rng, given) for text in texts("sentences")["places"]]
    given["n"] = rng.randint(36, 92) if micro else rng.randint(58, 236)
    given["w"] = rng.randint(32, 90) if micro else rng.randint(70, 320)
    given["x"], given["y"], given["z"] = (activity.name for activity in activities[:3])
    return given


def ordinal(parts: Sequence[str], rng: Random) -> str:
    """Join points in one of several ways of counting."""
    marks = rng.choice(
        ("一是 二是 三是 四是", "（1） （2） （3） （4）", "其一， 其二， 其三， 其四，")
    ).split()
    return "；".join(f"{mark}{part}" for mark, part in zip(marks, parts, strict=False)) + "。"


def need(writer: Writer) -> str:
    """Return the analysis of need: how we asked, what we saw, where we are, what follows."""
    parts = [writer.drawn("survey"), writer.own("need"), writer.drawn("context")]
    if writer.rng.random() < 0.5:
        parts[1], parts[2] = parts[2], parts[1]
    return "".join([*parts, writer.drawn("conclude")])


def goals(writer: Writer, activities: Sequence[Activity]) -> str:
    """Return the aim and two counted goals."""
    first, second = writer.rng.sample(list(activities), 2)
    counted = [
        f"“{first.name}”完成{first.count}{first.unit}",
        f"“{second.name}”不少于{second.count}{second.unit}，记录完整",
        f"直接受益{writer.slots['w']}人，其中困难家庭不低于{writer.rng.randint(20, 45)}%",
    ]
    lead = writer.rng.choice(("总目标：", "总的想法是", "项目要达到的状态：", "九个月后的样子："))
    return f"{lead}{writer.own('goal')}。具体目标，{ordinal(counted, writer.rng)}{writer.drawn('goal_tail')}"


def activity_text(writer: Writer, activities: Sequence[Activity]) -> str:
    """Return the list of activities with how, how many and a circumstance of each."""
    tails = writer.several("act_tail", len(activities))
    points = []
    for number, (activity, tail) in enumerate(zip(activities, tails, strict=True), start=1):
        count = writer.rng.choice(("共{}", "计划{}", "全年{}", "安排{}")).format(
            f"{activity.count}{activity.unit}"
        )
        points.append(f"{number}.【{activity.name}】{activity.how}，{count}；{tail}。")
    return "".join(points)


def outputs(writer: Writer, activities: Sequence[Activity]) -> str:
    """Return counted outputs and an outcome of the theme."""
    counts = "、".join(f"{activity.name}{activity.count}{activity.unit}" for activity in activities)
    lead = writer.rng.choice(("产出：", "数量上，", "可核对的产出有", "完成"))
    then = writer.rng.choice(("成效：", "变化上，", "可观察的变化是", "效果目标为"))
    tails = "".join(writer.several("output_tail", 2))
    return f"{lead}{counts}。{then}{writer.own('outcomes')}。{tails}"


def risks(writer: Writer) -> str:
    """Return the theme's risk and two general ones."""
    points = [writer.own("risks"), *writer.several("risk_generic", 2)]
    writer.rng.shuffle(points)
    return ordinal(points, writer.rng)


def sentence(writer: Writer, answer: str, pool: str) -> str:
    """Return the theme's sentence followed by two shared ones."""
    first, second, third = writer.several(pool, 3)
    found = f"{writer.own(answer)}。{first}{second}"
    return found if len(found) >= SHORTEST else found + third


def summary(writer: Writer) -> str:
    """Return the summary, which names the group, the goal and three activities."""
    given = {**writer.slots, "goal": writer.own("goal")}
    found = fill(writer.rng.choice(texts("sentences")["summary"]), writer.rng, given)
    return found if len(found) >= SHORTEST_SUMMARY else f"{found}进展每月向{writer.place.name}居民公布。"


def team(writer: Writer, names: Sequence[str]) -> dict[str, Any]:
    """Return the team section: people by name, so it is no part of the blind review."""
    rng = writer.rng
    certificates = rng.sample(texts("sentences")["cert"], 2)
    people = dict(zip(("n1", "n2", "n3"), names, strict=True))
    given = {
        **writer.slots,
        **people,
        "cert1": certificates[0],
        "cert2": certificates[1],
        "y1": rng.randint(3, 14),
    }
    found = {"team": fill(rng.choice(texts("sentences")["team"]), rng, given)}
    if rng.random() < 0.7:
        given |= {"q1": rng.randint(1, 4), "w1": round(rng.uniform(1.2, 9.8), 1)}
        told = rng.choice(texts("sentences")["experience"]) + "以上由$n1、$n2主要负责。"
        found["experience"] = fill(told, rng, given)
    return found


def design(writer: Writer, activities: Sequence[Activity]) -> dict[str, Any]:
    """Return the design section; work with minors adds how guardians consent."""
    found = {
        "goals": goals(writer, activities),
        "activities": activity_text(writer, activities),
        "schedule": writer.drawn("schedule") + writer.drawn("schedule_tail"),
        "outputs": outputs(writer, activities),
        "risks": risks(writer),
    }
    if writer.theme.category == "youth_support":
        found["guardian_consent"] = writer.drawn("guardian_lead") + "".join(writer.several("guardian", 2))
    return found


def answers(writer: Writer, title: str, activities: Sequence[Activity], names: Sequence[str]) -> Answers:
    """Return all answers by section and field of the form of 2026."""
    rng, theme = writer.rng, writer.theme
    found: Answers = {
        "basics": {
            "title": title,
            "category": theme.category,
            "community": writer.place.code,
            "summary": summary(writer),
        },
        "need": {
            "survey_methods": sorted(rng.sample(METHODS, rng.randint(1, 3))),
            "survey_size": writer.slots["n"],
            "need_analysis": need(writer),
            "target_group": fill("$c$g，约$w人", rng, writer.slots),
            "beneficiaries": writer.slots["w"],
        },
        "design": design(writer, activities),
        "value": {
            "innovation": sentence(writer, "innovation", "innovation_tail"),
            "resources": sentence(writer, "resources", "resource_tail"),
            "sustainability": sentence(writer, "sustain", "sustain_tail"),
        },
        "team": team(writer, names),
        "pledge": {"pledge": "agreed"},
    }
    if theme.category == "youth_support":
        found["design"]["guardian_consent"] = writer.drawn("guardian_lead") + "".join(
            writer.several("guardian", 2)
        )
    if rng.random() < 0.6:
        found["value"]["publicity"] = fill(
            "$c“$x”的时间地点提前一周公布。", rng, writer.slots
        ) + writer.drawn("publicity")
    return found
