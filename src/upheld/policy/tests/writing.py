"""A small policy to change in tests: files by name, some replaced."""

from __future__ import annotations

from textwrap import dedent

from upheld.policy.errors import PolicyErrors, Problem
from upheld.policy.loader import load_sources
from upheld.policy.model import Clause, Policy
from upheld.policy.vocabulary import Subject, Vocabulary

POLICY = """\
name: small
version: 1
plans: [basic, gold]
priorities: [P1, P2]
"""
HOURS = """\
calendars:
  office: {zone: Europe/Berlin, weekly: {mon-fri: "09:00-17:00"}}
"""
BASE = {"policy.yaml": POLICY, "hours.yaml": HOURS}

TICKET = Subject(
    "ticket",
    {
        "ticket.opened": "A ticket came into being.",
        "ticket.replied": "We wrote.",
        "ticket.resolved": "It was settled.",
        "ticket.merged": "It became a part of another.",
    },
    {
        "plan": "plans",
        "priority": "priorities",
        "status": frozenset({"new", "open", "waiting_on_customer"}),
        "amount": None,
        "region": None,
        "automatic": frozenset({True, False}),
    },
)
ACCOUNT = Subject(
    "account", {"account.activated": "The contract began.", "account.welcomed": "The call was held."}, {"plan": "plans"}
)
VOCABULARY = Vocabulary([TICKET, ACCOUNT])


def sources(**files: str) -> dict[str, bytes]:
    """The small policy with these files in place of its own: `sources(commitments="…")`."""
    changed = {name if "/" in name else f"{name}.yaml": dedent(text) for name, text in files.items()}
    return {name: text.encode() for name, text in (BASE | changed).items()}


def loaded(vocabulary: Vocabulary | None = None, **files: str) -> Policy:
    return load_sources(sources(**files), vocabulary=vocabulary)


def the_clause(text: str, vocabulary: Vocabulary | None = None, **files: str) -> Clause:
    """The only clause of a commitments.yaml."""
    (clause,) = loaded(vocabulary, commitments=text, **files).clauses.values()
    return clause


def problems_of(vocabulary: Vocabulary | None = VOCABULARY, **files: str) -> list[Problem]:
    try:
        loaded(vocabulary, **files)
    except PolicyErrors as errors:
        return errors.problems
    return []
