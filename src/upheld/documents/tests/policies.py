"""Policies to make documents of: TechFlow in English, Arabic and Japanese; and one from YAML alone."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from upheld.documents.composing import Wanted, compose, edition_of
from upheld.documents.scope import AccountFacts
from upheld.documents.tree import Document
from upheld.policy.loader import load_sources
from upheld.policy.model import Policy

SHIPPED = Path(__file__).parents[4] / "policies"
TODAY = date(2026, 1, 1)
ARABIC = """\
# سياسة الدعم

نجيب على الطلب العاجل خلال {{ clause("first-response", priority="P1", plan="enterprise") }}، أو اكتبوا إلى {{ mail("support") }}.

## أوقات الرد

{{ table("first-response") }}
"""
JAPANESE = """\
# サポートポリシー

緊急のお問い合わせには {{ clause("first-response", priority="P1", plan="enterprise") }}以内にお答えします。

{{ table("first-response") }}
"""


def sources(**changes: tuple[str, str]) -> dict[str, bytes]:
    """TechFlow's files in four languages; `policy=("version: 1", "version: 2")` replaces a text in policy.yaml."""
    home = SHIPPED / "techflow"
    files = {path.name: path.read_text(encoding="utf-8") for path in home.glob("*.yaml")}
    files |= {
        f"words/en/{path.name}": path.read_text(encoding="utf-8") for path in (home / "words" / "en").glob("*.md")
    }
    lines = files["policy.yaml"].split("\n")
    files["policy.yaml"] = "\n".join(
        "languages: [en, de, ar, ja]" if one.startswith("languages:") else one for one in lines
    )
    files |= {"words/ar/support-policy.md": ARABIC, "words/ja/support-policy.md": JAPANESE}
    files["words/ar/names.yaml"] = "plans: {enterprise: {name: المؤسسات}}\npriorities: {P1: {name: حرج}}\n"
    for name, (old, new) in changes.items():
        assert old in files[f"{name}.yaml"]
        files[f"{name}.yaml"] = files[f"{name}.yaml"].replace(old, new)
    return {name: text.encode() for name, text in files.items()}


@cache
def techflow() -> Policy:
    return load_sources(sources())


def from_yaml_alone() -> Policy:
    """The least that a company can write, with two plans."""
    return load_sources(
        {
            "policy.yaml": b"name: small\nversion: 3\nplans: [basic, gold]\npriorities: [P1, P2]\nlanguages: [en, de]\n",
            "hours.yaml": b'calendars: {office: {zone: Europe/Berlin, weekly: {mon-fri: "09:00-17:00"}}}\n',
            "commitments.yaml": b"answer: {on: ticket, begins: ticket.opened, kept_by: ticket.replied,"
            b" within: {by: plan, basic: 8h, gold: 45m}, calendar: office}\n",
        }
    )


def made(policy: Policy, name: str = "support-policy", language: str = "en", **given: AccountFacts) -> Document:
    kind, plan = (
        ("plan-summary", name.removeprefix("plan-summary-")) if name.startswith("plan-summary-") else (name, "")
    )
    return compose(policy, Wanted(kind, language, plan), edition=edition_of(policy), today=TODAY, **given)
