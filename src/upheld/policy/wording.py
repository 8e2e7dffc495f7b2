"""Names, conditions, recipients and effects of a policy in plain English words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from upheld.kernel.text import listed
from upheld.policy.matching import Comparison, Matcher, OneOf
from upheld.policy.model import Effect, Policy

OTHER = "\0other"  # stands for every value that a table does not name
_PHRASES = {
    "plan": ("of the plan", "of the plans"),
    "category": ("in the category", "in the categories"),
    "department": ("for the department", "for the departments"),
    "product_area": ("about", "about"),
    "brand": ("for the brand", "for the brands"),
    "tags": ("tagged", "tagged"),
    "channel": ("that came by", "that came by"),
}
_SIGNS = {">": "above", ">=": "of at least", "<": "below", "<=": "of at most", "!=": "other than"}
_PEOPLE = {
    "assignee": "the assignee",
    "requester": "the requester",
    "watchers": "the watchers",
    "team": "the team",
    "team-lead": "the team lead",
    "manager": "the manager",
    "account-manager": "the account's manager",
    "on-call": "whoever is on call",
    "administrators": "the administrators",
    "account-contacts": "the account's contacts",
}


def label(policy: Policy, attribute: str, value: Any, language: str) -> str:
    """The name that people read of an attribute's value; priorities keep the short name that everybody says."""
    named = policy.named(attribute, value)
    if named is None:
        return str(value).replace("_", " ")
    return named.name if attribute == "priority" else named.label.text(language)


def who(policy: Policy, subject: str, case: Mapping[str, Sequence[Any]], when: Matcher, language: str) -> str:
    """`P1 tickets of the plan Enterprise`, `every ticket`. The case's values win over those of the condition."""
    before, after = "", []
    tests: dict[str, Sequence[Any] | Comparison] = {
        name: test if isinstance(test, Comparison) else sorted(test.values, key=str) for name, test in when.tests
    }
    tests |= case
    for name in sorted(tests, key=_rank):
        values = tests[name]
        if name == "priority" and not isinstance(values, Comparison) and OTHER not in values:
            before = f"{listed([label(policy, name, value, language) for value in values])} "
        else:
            after.append(_attribute(policy, name, values, language))
    if not before and not after:
        return f"the {subject}" if subject == "desk" else f"every {subject}"
    return " ".join([f"{before}{subject}s", *after])


def _rank(name: str) -> int:
    """`of the plan …` comes before `in the category …`, whatever the order in the file; what has no phrase comes last."""
    return [*_PHRASES, name].index(name)


def _attribute(policy: Policy, name: str, values: Sequence[Any] | Comparison, language: str) -> str:
    spoken = name.replace("_", " ")
    if isinstance(values, Comparison):
        return (
            f"with an {spoken} {_comparison(values)}"
            if spoken[0] in "aeiou"
            else f"with a {spoken} {_comparison(values)}"
        )
    named = [label(policy, name, value, language) for value in values if value != OTHER]
    if len(named) < len(values):
        return f"with {listed([*named, f'any other {spoken}'], last='or')}"
    one, several = _PHRASES.get(name, (f"with {spoken}", f"with {spoken}"))
    return f"{one if len(named) == 1 else several} {listed(named, last='or')}"


def _comparison(test: Comparison) -> str:
    return f"{_SIGNS[test.sign]} {test.amount.normalize():f} {test.unit}".rstrip()


def condition(policy: Policy, matcher: Matcher, language: str) -> str:
    """`status is waiting on customer and plan is Enterprise`."""
    return listed([_test(policy, name, test, language) for name, test in matcher.tests])


def any_condition(policy: Policy, matchers: Iterable[Matcher], language: str) -> str:
    return ", or ".join(condition(policy, matcher, language) for matcher in matchers)


def _test(policy: Policy, name: str, test: OneOf | Comparison, language: str) -> str:
    spoken = name.replace("_", " ")
    if isinstance(test, Comparison):
        return f"{spoken} is {_comparison(test).removeprefix('of ')}"
    if test.values == {True}:
        return f"{spoken} applies"
    if test.values == {False}:
        return f"{spoken} does not apply"
    return f"{spoken} is {listed([label(policy, name, value, language) for value in sorted(test.values, key=str)], last='or')}"


def event(kind: str) -> str:
    """`ticket.customer_replied` as `“ticket customer replied”`."""
    return f"“{kind.replace('.', ' ').replace('_', ' ')}”"


def events(kinds: Iterable[str]) -> str:
    return listed([event(kind) for kind in sorted(kinds)], last="or")


def person(policy: Policy, recipient: str, language: str) -> str:
    """`the team lead`, `level 2`, `the department Billing`, `rung 3 of the ladder Support (Director)`."""
    head, colon, tail = recipient.partition(":")
    if colon and head == "department":
        return f"the department {label(policy, 'department', tail, language)}"
    if colon:
        return rung(policy, head, int(tail), language)
    if recipient.startswith("level-"):
        return recipient.replace("-", " ")
    return _PEOPLE.get(recipient, recipient)


def ladder(policy: Policy, name: str, language: str) -> str:
    return policy.ladders[name].label.text(language) if name in policy.ladders else name


def rung(policy: Policy, name: str, number: int, language: str) -> str:
    rungs = policy.ladders[name].rungs if name in policy.ladders else ()
    called = f" ({rungs[number - 1].label.text(language)})" if number <= len(rungs) else ""
    return f"rung {number} of the ladder {ladder(policy, name, language)}{called}"


def effects(policy: Policy, found: Iterable[Effect], subject: str, language: str) -> str:
    """What happens, as clauses of one sentence: `the team lead is notified; the ticket is raised to …`."""
    people: dict[str, list[str]] = {}
    said: list[str] = []
    for effect in found:
        if effect.kind in _VERBS:
            if effect.kind not in people:
                said.append(effect.kind)
            people.setdefault(effect.kind, []).append(person(policy, effect.value, language))
        else:
            said.append(_other_effect(policy, effect, subject, language))
    return "; ".join(_people(kind, people[kind], subject) if kind in people else kind for kind in said)


_VERBS = ("notify", "page", "assign")


def _people(kind: str, people: list[str], subject: str) -> str:
    named = listed(list(dict.fromkeys(people)))
    if kind == "assign":
        return f"the {subject} is assigned to {named}"
    verb = "are" if len(set(people)) > 1 or named.endswith(("watchers", "administrators", "contacts")) else "is"
    return f"{named} {verb} {'notified' if kind == 'notify' else 'paged'}"


def _other_effect(policy: Policy, effect: Effect, subject: str, language: str) -> str:
    if effect.kind == "raise":
        to = effect.options.get("to")
        where = (
            rung(policy, effect.value, int(to), language)
            if to
            else f"the next rung of the ladder {ladder(policy, effect.value, language)}"
        )
        return f"the {subject} is raised to {where}"
    changes = [
        f"{name.replace('_', ' ')} becomes {label(policy, name, value, language)}"
        for name, value in effect.options.items()
    ]
    return listed(changes)
