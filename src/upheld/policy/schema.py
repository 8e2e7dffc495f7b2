"""JSON Schema of the policy files, for editors: completion, and red lines while one types."""

from __future__ import annotations

from typing import Any

from upheld.policy.files import FILES
from upheld.policy.prose.names import NAMES_FILE
from upheld.policy.shapes.shape import Definitions, Shape

DESCRIBED: dict[str, Shape[Any]] = {**FILES, "names.yaml": NAMES_FILE}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(file_name: str) -> dict[str, Any]:
    """What may stand in this file. Raises KeyError for a file that policies do not have.

    Names that a policy declares are texts here; whether they are declared only `check` can say.
    """
    definitions: Definitions = {}
    described = DESCRIBED[file_name].describe(definitions)
    return {
        "$schema": DIALECT,
        "title": f"{file_name} of a policy",
        **described,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_file(file_name: str) -> str:
    """`policy.yaml` → `policy.json`."""
    return file_name.removesuffix(".yaml") + ".json"
