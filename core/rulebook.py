"""Rules as clauses: one text that is the check, the message and the page of documentation.

    @rule("B2", says=N_("人员经费 {staff:yuan} 元，超过申请额的 {cap}%"), source="征集通知 第十条")
    def staff_share_within_cap(budget, terms):
        return at_most(budget.staff, budget.requested, terms.staff_cap) or {"staff": budget.staff, ...}

A rule holds when it returns True; a dict of parameters (or a list of them, one for each thing at fault)
says how it is broken. The key "subject" names the field or line at fault. Plain Python.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.words import N_, sentence

__all__ = ["N_", "Rule", "Violation", "registry", "rule", "violations"]

Outcome = bool | Mapping[str, object] | list[dict[str, object]]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Violation:
    """One clause that is broken: `str()` is the sentence in the reader's language."""

    code: str
    says: str
    params: Mapping[str, object] = field(default_factory=dict)
    source: str = ""
    subject: str = ""

    @property
    def text(self) -> str:
        return sentence(self.says, self.params)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Rule:
    """A clause in the rulebook."""

    code: str
    says: str
    source: str
    check: Callable[..., Outcome]
    doc: str
    where: str

    def broken(self, *args: object, **kwargs: object) -> list[Violation]:
        """Every way in which these values break the clause."""
        return [self.violation(params) for params in _faults(self, self.check(*args, **kwargs))]

    def violation(self, params: Mapping[str, object]) -> Violation:
        subject = str(params.get("subject", ""))
        return Violation(self.code, self.says, dict(params), self.source, subject)


_rules: dict[str, Rule] = {}


def rule(code: str, *, says: str, source: str = "") -> Callable[[F], F]:
    """Enter a function in the rulebook; a code belongs to one function in the whole product."""

    def enter(check: F) -> F:
        where = f"{check.__module__}.{check.__qualname__}"
        known = _rules.get(code)
        if known is not None and known.where != where:
            raise ValueError(f"rule code {code} is taken by {known.where}, so {where} cannot have it")
        clause = Rule(code, says, source, check, (check.__doc__ or "").strip(), where)
        _rules[code] = clause

        @functools.wraps(check)
        def ask(*args: object, **kwargs: object) -> Outcome:
            return check(*args, **kwargs)  # type: ignore[no-any-return]

        ask.rule = clause  # type: ignore[attr-defined]
        return ask  # type: ignore[return-value]

    return enter


def registry() -> dict[str, Rule]:
    """Every rule that has been imported, by code in order."""
    return dict(sorted(_rules.items()))


def rule_of(check: Callable[..., Outcome]) -> Rule:
    """The clause behind a function that ``@rule`` entered."""
    clause: Rule = check.rule  # type: ignore[attr-defined]
    return clause


def violations(rules: Iterable[Callable[..., Outcome]], *args: object, **kwargs: object) -> list[Violation]:
    """Ask every rule and collect all that is broken, in the order of the rules."""
    found: list[Violation] = []
    for one in rules:
        found += rule_of(one).broken(*args, **kwargs)
    return found


def _faults(clause: Rule, outcome: Outcome) -> list[Mapping[str, object]]:
    if outcome is True:
        return []
    if outcome is False:
        return [{}]
    if isinstance(outcome, Mapping):
        return [outcome]
    if isinstance(outcome, list):
        return list(outcome)
    raise TypeError(f"rule {clause.code} must return True, False, a dict or a list, not {outcome!r}")
