"""Placeholders inside a sentence: names, times, figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from upheld.documents.parts.promises import figure, time_allowed
from upheld.documents.scope import Scope
from upheld.documents.tree import Runs, link, text
from upheld.documents.weeks import week_said
from upheld.policy.prose import Placeholder

Value = Callable[[Scope, Placeholder], Runs]


def _named(section: str) -> Value:
    def name(scope: Scope, one: Placeholder) -> Runs:
        return text(scope.said(getattr(scope.policy, section)[one.arguments[0]].label))

    return name


def _clause(scope: Scope, one: Placeholder) -> Runs:
    clause = scope.policy.clauses[str(one.arguments[0])]
    return text(time_allowed(scope, clause, {**scope.fixed, **one.options}), clause=clause.name)


def _warn(scope: Scope, one: Placeholder) -> Runs:
    clause = scope.policy.clauses[str(one.arguments[0])]
    shares = [scope.speech.share(mark.share) for mark in clause.warn if not mark.before]
    said = [scope.phrase("time.share", share=scope.speech.listed(shares))] if shares else []
    before = [scope.speech.duration(mark.before) for mark in clause.warn if mark.before]
    said += [scope.phrase("time.before", duration=scope.speech.listed(before))] if before else []
    return text(scope.speech.listed(said), clause=clause.name)


def _target(scope: Scope, one: Placeholder) -> Runs:
    return text(figure(scope, scope.policy.targets[str(one.arguments[0])], {**scope.fixed, **one.options}))


def rule_said(scope: Scope, value: Any) -> str:
    if isinstance(value, bool):
        return scope.phrase("value.yes" if value else "value.no")
    return scope.speech.duration(int(value))


def mail_of(scope: Scope, name: str) -> str:
    """The address of a department, its own or that of a channel that leads to it; an address itself."""
    policy = scope.policy
    if name in policy.departments and policy.departments[name].mail:
        return policy.departments[name].mail
    reached = (one for channel in policy.channels.values() for one in channel.addresses if one.department == name)
    return next((one.address for one in reached), name)


def phone_of(scope: Scope, name: str) -> str:
    """The number of a department, else the first number of the channel of that name; empty where there is none."""
    policy = scope.policy
    if name in policy.departments and policy.departments[name].phone:
        return policy.departments[name].phone
    numbers = policy.channels[name].numbers if name in policy.channels else ()
    return numbers[0].number if numbers else ""


def _mail(scope: Scope, one: Placeholder) -> Runs:
    address = mail_of(scope, str(one.arguments[0]))
    return link(address, f"mailto:{address}")


def _date(day: Any, scope: Scope) -> Runs:
    return text(scope.speech.day(day) if day else "–")


def _url(scope: Scope, _: Placeholder) -> Runs:
    url = scope.policy.company.url
    return link(url.removeprefix("https://").rstrip("/"), url) if url else ()


def _rung(scope: Scope, one: Placeholder) -> Runs:
    return text(scope.said(scope.policy.ladders[str(one.arguments[0])].rungs[int(one.arguments[1]) - 1].label))


def _this_plan(scope: Scope, _: Placeholder) -> Runs:
    plan = scope.policy.plans.get(scope.plan)
    return text(scope.said(plan.label) if plan else scope.plan)


def _calendar(scope: Scope, one: Placeholder) -> Runs:
    return text(week_said(scope.speech, scope.policy.calendars[str(one.arguments[0])]))


VALUES: dict[str, Value] = {
    "company": lambda scope, _: text(scope.edition.company),
    "company.url": _url,
    "version": lambda scope, _: text(str(scope.edition.number)),
    "effective": lambda scope, _: _date(scope.edition.effective, scope),
    "published": lambda scope, _: _date(scope.edition.published, scope),
    "this_plan": _this_plan,
    "this_account": lambda scope, _: text(scope.account.name if scope.account else ""),
    "clause": _clause,
    "warn": _warn,
    "plan": _named("plans"),
    "priority": _named("priorities"),
    "category": _named("categories"),
    "department": _named("departments"),
    "channel": _named("channels"),
    "level": _named("levels"),
    "ladder": _named("ladders"),
    "rung": _rung,
    "calendar": _calendar,
    "mail": _mail,
    "phone": lambda scope, one: text(phone_of(scope, str(one.arguments[0])), code=True),
    "target": _target,
    "rule": lambda scope, one: text(rule_said(scope, scope.policy.rules[str(one.arguments[0])])),
}
