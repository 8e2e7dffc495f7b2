"""What stands in for placeholders: runs inside a sentence, blocks alone on a line."""

from __future__ import annotations

from collections.abc import Callable

from upheld.documents.parts import matters, people, promises, values, ways
from upheld.documents.scope import Scope
from upheld.documents.tree import Block, Runs
from upheld.policy.prose import Placeholder

INLINE: dict[str, Callable[[Scope, Placeholder], Runs]] = values.VALUES
BLOCKS: dict[str, Callable[[Scope, Placeholder], list[Block]]] = {
    **promises.BLOCKS,
    **ways.BLOCKS,
    **people.BLOCKS,
    **matters.BLOCKS,
}

__all__ = ["BLOCKS", "INLINE"]
