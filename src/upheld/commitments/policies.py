"""Policies as stored: which is in force, and the one that a commitment began under."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache

from upheld.commitments.models import PolicyVersion
from upheld.policy import Policy, Promises, Vocabulary
from upheld.policy.loader import load_sources

FRESH_FOR = 2.0  # seconds for which a process trusts what it knows to be in force


class NoPolicy(LookupError):
    """Nothing was published yet; `upheld migrate` or `upheld policy publish` does that."""


_vocabulary: Vocabulary | None = None
_known: tuple[float, PolicyVersion] | None = None


def speak(vocabulary: Vocabulary) -> None:
    """Say what policies may speak of. `config/wiring.py` does, once, since the rooms that declare it lie above this one."""
    global _vocabulary
    _vocabulary = vocabulary


def vocabulary() -> Vocabulary | None:
    return _vocabulary


def version_in_force() -> PolicyVersion:
    """The newest version whose time has come; a process follows a new one within FRESH_FOR seconds. Raises NoPolicy."""
    global _known
    now = time.monotonic()
    if _known is None or now - _known[0] > FRESH_FOR:
        newest = PolicyVersion.objects.effective(datetime.now(UTC)).first()
        if newest is None:
            raise NoPolicy("No policy is in force yet. Publish one with: upheld policy publish DIR")
        _known = (now, newest)
    return _known[1]


def forget_what_is_in_force() -> None:
    """Ask the database at the next call. For the action that publishes, and for tests."""
    global _known
    _known = None
    policy_of.cache_clear()
    promises_of.cache_clear()


def in_force() -> Policy:
    """The policy under which new subjects come now. Raises NoPolicy."""
    return policy_of(version_in_force().pk)


@lru_cache(maxsize=64)
def policy_of(version_id: int) -> Policy:
    """The policy of a stored version, loaded once for each process."""
    return _loaded(PolicyVersion.objects.values_list("digest", flat=True).get(pk=version_id))


@lru_cache(maxsize=64)
def _loaded(digest: str) -> Policy:
    """By content, so that a policy that was published twice is read once."""
    version = PolicyVersion.objects.filter(digest=digest).only("sources")[0]
    return load_sources({name: text.encode() for name, text in version.sources.items()}, vocabulary=_vocabulary)


@lru_cache(maxsize=256)
def promises_of(version_id: int, subject_kind: str) -> Promises:
    """The clauses of a stored version on one kind of subject, ready to be folded."""
    return Promises.of(policy_of(version_id), subject_kind)
