"""What is wrong with the files of a draft, and what is odd in them: the same as `upheld policy check` and `lint` say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from upheld.commitments.policies import vocabulary
from upheld.policy import Policy, PolicyErrors
from upheld.policy.errors import Problem
from upheld.policy.lint import Finding, lint
from upheld.policy.loader import load_sources


@dataclass(frozen=True, slots=True)
class Verdict:
    """`policy` is None when there are problems; findings are only looked for when there are none."""

    policy: Policy | None
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]


def check(files: Mapping[str, str]) -> Verdict:
    """Remembered by content: the same files are read once in each process."""
    return _checked(json.dumps(files, sort_keys=True))


@lru_cache(maxsize=16)
def _checked(files: str) -> Verdict:
    sources = {name: text.encode() for name, text in json.loads(files).items()}
    try:
        policy = load_sources(sources, vocabulary=vocabulary())
    except PolicyErrors as errors:
        return Verdict(None, tuple(errors.problems), ())
    return Verdict(policy, (), tuple(lint(policy, vocabulary=vocabulary())))


def new_problems(before: Mapping[str, str], after: Mapping[str, str]) -> list[Problem]:
    """What is wrong with `after` and was not wrong before, wherever the lines have moved to."""
    known = {(one.file, one.key, one.problem) for one in check(before).problems}
    return [one for one in check(after).problems if (one.file, one.key, one.problem) not in known]


def new_findings(before: Mapping[str, str], after: Mapping[str, str]) -> list[Finding]:
    """Errors and warnings of the lint in `after` that `before` did not have, the errors first."""
    known = {(one.file, one.key, one.problem) for one in check(before).findings}
    found = [one for one in check(after).findings if (one.file, one.key, one.problem) not in known]
    return [one for severity in ("error", "warning") for one in found if one.severity == severity]
