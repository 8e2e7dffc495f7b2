"""What people record by hand about an account or a colleague, because a promise of the policy begins or ends with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from upheld.commitments.following import version_of
from upheld.commitments.policies import policy_of
from upheld.kernel.keys import kind_of
from upheld.policy import Policy
from upheld.policy.model import Clause


@dataclass(frozen=True, slots=True)
class Milestone:
    """`kind` is the event that is recorded; `keeps` and `begins` are the clauses that wait for it."""

    kind: str
    label: str
    keeps: tuple[Clause, ...] = ()
    begins: tuple[Clause, ...] = ()

    @property
    def name(self) -> str:
        return self.kind.partition(".")[2]


def milestones(policy: Policy, subject_kind: str, labels: Mapping[str, str]) -> list[Milestone]:
    """Those of `labels` (event kind -> what to call it) for which some clause of the policy waits, in the order of the labels."""
    clauses = policy.clauses_on(subject_kind)
    found = [
        Milestone(
            kind,
            label,
            tuple(clause for clause in clauses if kind in clause.kept_by),
            tuple(clause for clause in clauses if kind in clause.begins),
        )
        for kind, label in labels.items()
    ]
    return [one for one in found if one.keeps or one.begins]


def milestones_of(subject: str, labels: Mapping[str, str]) -> list[Milestone]:
    """The same under the policy version that the subject is bound to. One query."""
    return milestones(policy_of(version_of(subject)), kind_of(subject), labels)
