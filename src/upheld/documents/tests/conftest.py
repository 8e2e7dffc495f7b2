"""The next version of TechFlow's policy, in which the answer to a critical ticket is quicker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import forget_what_is_in_force
from upheld.policy.loader import digest, load_sources

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
Changing = Callable[..., PolicyVersion]


@pytest.fixture
def changed(techflow: PolicyVersion) -> Iterator[Changing]:
    """`changed("commitments.yaml", "enterprise: 15m}", "enterprise: 7m}")` is the next version, in force."""

    def change(file: str, old: str, new: str) -> PolicyVersion:
        sources = dict(techflow.sources)
        assert old in sources[file]
        sources[file] = sources[file].replace(old, new)
        number = PolicyVersion.objects.count() + 1
        sources["policy.yaml"] = sources["policy.yaml"].replace("version: 1\n", f"version: {number}\n")
        policy = load_sources({name: text.encode() for name, text in sources.items()})
        forget_what_is_in_force()
        return PolicyVersion.objects.create(
            name=policy.name,
            number=number,
            digest=digest(policy),
            sources=sources,
            published_at=AT,
            published_by="agent:1",
            effective_at=AT,
        )

    yield change
    forget_what_is_in_force()
