"""The policy as a reader sees it: chapters of sentences and tables, without a word of YAML.

    for chapter in chapters(policy):
        chapter.key, chapter.title, chapter.blocks

Owns the words chapter and block. Plain data, to be rendered by pages, drafts and documents alike; nothing of the policy's own
files is needed to read it. Names come in the language asked for, the sentences around them in English.
"""

from __future__ import annotations

from collections.abc import Callable

from upheld.policy.chapters.blocks import TITLES, Block, Chapter, Facts, Group, Sentences, Table
from upheld.policy.chapters.commitments import clause_group, commitments, matrix
from upheld.policy.chapters.company import departments, plans, priorities, rules
from upheld.policy.chapters.desk import channels, escalation, hours, intake, notifications, targets
from upheld.policy.model import Policy

__all__ = [
    "TITLES",
    "Block",
    "Chapter",
    "Facts",
    "Group",
    "Sentences",
    "Table",
    "chapters",
    "clause_group",
    "matrix",
]

_CHAPTERS: dict[str, Callable[[Policy, str], list[Block]]] = {
    "plans": plans,
    "priorities": priorities,
    "commitments": commitments,
    "hours": hours,
    "escalation": escalation,
    "channels": channels,
    "departments": departments,
    "targets": targets,
    "notifications": notifications,
    "intake": intake,
    "rules": rules,
}


def chapters(policy: Policy, language: str = "en") -> list[Chapter]:
    """Every chapter of which the policy says anything, in the order in which one reads them."""
    told = ((key, tell(policy, language)) for key, tell in _CHAPTERS.items())
    return [Chapter(key, TITLES[key], tuple(blocks)) for key, blocks in told if blocks]
