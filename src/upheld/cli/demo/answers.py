"""What customers and agents fill into forms: the policy's intake fields, and the record that it asks for at the end."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from upheld.accounts.models import Contact
from upheld.cli.demo.stories import Story
from upheld.policy.model import Field, Policy

# Words in a field's name, and the fact of a story that answers it.
MEANT = {
    "account": "account",
    "phone": "phone",
    "contact": "contact",
    "customer": "contact",
    "description": "description",
    "issue": "description",
    "impact": "impact",
    "urgency": "urgency",
    "users": "users",
    "affected": "users",
    "started": "started",
    "since": "started",
    "error": "error",
    "steps": "steps",
    "tried": "tried",
    "features": "area",
    "resolution": "resolution",
    "solved": "resolution",
    "follow": "follow",
    "rating": "rating",
}
Answers = dict[str, Any]


def essentials(policy: Policy, facts: Mapping[str, str], contact: Contact) -> Answers:
    """The intake form as this customer fills it in; what the story does not tell stays empty where it may."""
    account = f"{contact.account.name} ({contact.account.pk})" if contact.account else ""
    known = {
        **facts,
        "account": account,
        "contact": f"{contact.person.name}, {contact.phone}".strip(", "),
        "phone": contact.phone,
    }
    return {
        name: answer for name, field in policy.intake.items() if (answer := _answer(field, known)) not in ("", None)
    }


def closing_record(policy: Policy, story: Story, resolution: str, contact: Contact, dice: random.Random) -> Answers:
    """What the policy wants written down before a ticket is settled."""
    known = {
        "resolution": resolution,
        "description": story.titles[0].partition("{")[0].strip() or resolution,
        "contact": f"{contact.person.name}, {contact.account}" if contact.account else contact.person.name,
        "account": str(contact.account or ""),
        "steps": resolution,
        "follow": "nothing",
        "rating": str(dice.choice((4, 4, 5, 5, 5))) if dice.random() < 0.5 else "",
    }
    found = {}
    for name, field in policy.closing.items():
        answer = _answer(field, known)
        if answer in ("", None) and field.required:
            answer = field.choices[0] if field.choices else resolution
        if answer in ("", None) and field.kind in ("choice", "yes-no"):
            answer = dice.choice(field.choices) if field.choices else dice.random() < 0.7
        if answer not in ("", None):
            found[name] = answer
    return found


def weight_of(policy: Policy, priority: str, dice: random.Random) -> tuple[str, str]:
    """An impact and an urgency that the policy's matrix turns into this priority; nothing where it has none."""
    table = policy.impact_urgency.table if policy.impact_urgency is not None else None
    cells = [cell for cell, value in (table or {}).items() if value == priority and len(cell) == 2]
    if policy.impact_urgency is None or not cells:
        return "", ""
    named = dict(zip(policy.impact_urgency.by, dice.choice(cells), strict=True))
    return named.get("impact", ""), named.get("urgency", "")


def since(at: datetime, dice: random.Random) -> str:
    return (at - timedelta(minutes=dice.randint(10, 900))).strftime("%Y-%m-%dT%H:%M")


def _answer(field: Field, known: Mapping[str, str]) -> Any:
    for word, fact in MEANT.items():
        if word in field.name and fact in known:
            return _fitted(field, known[fact])
    return ""


def _fitted(field: Field, answer: str) -> Any:
    if field.kind == "number":
        digits = "".join(letter for letter in answer if letter.isdigit())
        return int(digits) if digits else ""
    if field.kind == "choice":
        return answer if answer in field.choices else ""
    return answer
