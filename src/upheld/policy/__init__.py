"""The policy language: read it, check it, hold events against it.

Owns the words policy, clause, commitment state, cycle, target, warning, breach, ladder, rung, entitlement. Pure: no database,
no clock, no Django. Any room above may call it; so may a program of your own:

    from upheld.policy import load, fold
"""

from upheld.policy.errors import PolicyErrors, Problem
from upheld.policy.fold import CommitmentState, Event, SubjectFold, fold
from upheld.policy.loader import load
from upheld.policy.model import Clause, Policy
from upheld.policy.promises import Promises
from upheld.policy.vocabulary import Subject, Vocabulary

__all__ = [
    "Clause",
    "CommitmentState",
    "Event",
    "Policy",
    "PolicyErrors",
    "Problem",
    "Promises",
    "Subject",
    "SubjectFold",
    "Vocabulary",
    "fold",
    "load",
]
