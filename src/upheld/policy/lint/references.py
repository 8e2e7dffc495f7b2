"""Names whose section the policy leaves out: the loader lets them pass, since a folder may be small; here they are told."""

from __future__ import annotations

from collections.abc import Iterator

from upheld.policy.lint.findings import Findings, Path
from upheld.policy.model import Policy

_FILES = {"departments": "policy.yaml", "ladders": "escalation.yaml", "levels": "escalation.yaml"}


def look_for_the_undeclared(policy: Policy, findings: Findings) -> None:
    declared = {
        "departments": set(policy.departments),
        "ladders": set(policy.ladders),
        "levels": {str(number) for number in policy.levels},
    }
    for file, path, section, name in _uses(policy):
        if name not in declared[section]:
            findings.add(
                "error",
                file,
                path,
                f"'{name}' is not declared: there are no {section}.",
                "What stands here reaches nobody.",
                f"Declare it under '{section}:' of {_FILES[section]}.",
            )


def _uses(policy: Policy) -> Iterator[tuple[str, Path, str, str]]:
    for clause in policy.clauses.values():
        for key in ("on_warn", "on_breach"):
            for effect in getattr(clause, key):
                used = ("ladders", effect.value) if effect.kind == "raise" else _used(effect.value)
                if used is not None:
                    yield "commitments.yaml", (clause.name, key), *used
    for notification in policy.notifications.values():
        for recipient in notification.notify:
            used = _used(recipient)
            if used is not None:
                yield "notifications.yaml", ("notifications", notification.name, "notify"), *used


def _used(recipient: str) -> tuple[str, str] | None:
    """The section and the name that a recipient stands on."""
    head, colon, tail = recipient.partition(":")
    if colon:
        return ("departments", tail) if head == "department" else ("ladders", head)
    return ("levels", head.removeprefix("level-")) if head.startswith("level-") else None
