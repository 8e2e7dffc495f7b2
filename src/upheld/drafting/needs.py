"""Which approvals a draft still needs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence


def still_needed(roles: Sequence[str], given: Iterable[str]) -> list[str]:
    """The roles that have not approved yet, in the order of the policy; one that is named twice is needed twice."""
    left = Counter(given)
    needed = []
    for role in roles:
        if left[role]:
            left[role] -= 1
        else:
            needed.append(role)
    return needed
