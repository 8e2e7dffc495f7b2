"""The JSON Schemas for editors: they take what the loader takes, and mark what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from upheld.policy.document import Document
from upheld.policy.files import FILES
from upheld.policy.nodes import plain
from upheld.policy.schema import DESCRIBED, json_schema, schema_file
from upheld.policy.tests.test_wrong_inputs import CASES
from upheld.policy.tests.writing import BASE

POLICIES = Path(__file__).parents[4] / "policies"
GOOD = sorted(path for path in POLICIES.glob("*/*.yaml") if path.name in FILES)
# What only the loader can know: names that are declared elsewhere, relations between values, calendars and comparisons.
BEYOND = {
    "a row for no priority",
    "a column for no plan",
    "a table by nothing known",
    "a table that is too deep",
    "a table without rows",
    "a row for all values of something open",
    "an unknown event",
    "an event of another subject",
    "an unknown subject",
    "an unknown calendar",
    "an unknown attribute",
    "an unknown value of an attribute",
    "an unknown status",
    "a wrong comparison",
    "a comparison in a list",
    "new values that are none",
    "points in time out of order",
    "a warning too late",
    "a duration of nothing",
    "a table by one attribute twice",
    "a date that is none",
    "a text in a language that is not declared",
    "a name twice in a mapping",
    "a default that is not declared",
    "a zone that is none",
    "a matrix with an unknown priority",
    "an unknown rung",
    "a rung of a level that is not declared",
    "a notification of nothing known",
}


def data_of(raw: bytes) -> Any:
    root = Document("x", raw).root
    return plain(root) if root is not None else {}


def complaints(file_name: str, raw: bytes) -> list[str]:
    validator = Draft202012Validator(json_schema(file_name))
    return [error.message for error in validator.iter_errors(data_of(raw))]


@pytest.mark.parametrize("file_name", DESCRIBED)
def test_a_schema_is_a_schema_and_stands_in_the_repository(file_name: str) -> None:
    schema = json_schema(file_name)
    Draft202012Validator.check_schema(schema)
    written = (POLICIES / "schema" / schema_file(file_name)).read_text(encoding="utf-8")
    assert json.loads(written) == schema, "run `upheld policy schema policies/schema`"


@pytest.mark.parametrize("path", GOOD, ids=[f"{path.parent.name}/{path.name}" for path in GOOD])
def test_every_shipped_file_is_valid(path: Path) -> None:
    assert complaints(path.name, path.read_bytes()) == []


@pytest.mark.parametrize("name", BASE)
def test_the_small_policy_is_valid(name: str) -> None:
    assert complaints(name, BASE[name].encode()) == []


@pytest.mark.parametrize("files", [files for _, files, _ in CASES], ids=[name for name, _, _ in CASES])
def test_what_an_editor_can_know_it_marks(files: dict[str, str], request: pytest.FixtureRequest) -> None:
    marked = [words for name, text in files.items() for words in complaints(f"{name}.yaml", text.encode())]
    assert bool(marked) == (request.node.callspec.id not in BEYOND)


def test_a_schema_refers_to_nothing_outside_itself() -> None:
    for file_name in DESCRIBED:
        schema = json_schema(file_name)
        text = json.dumps(schema)
        referred = {part.partition('"')[0] for part in text.split('"#/$defs/')[1:]}
        assert referred <= set(schema["$defs"])


def test_every_key_says_what_it_means() -> None:
    silent = [path for name in DESCRIBED for path in _silent(json_schema(name)) if name != "hours.yaml"]
    assert silent == []


def _silent(schema: Any, path: str = "") -> list[str]:
    found = []
    if isinstance(schema, dict):
        for key, below in schema.get("properties", {}).items():
            if (
                isinstance(below, dict)
                and not below.get("description")
                and key not in ("notify", "page", "assign", "commitments")
            ):
                found.append(f"{path}.{key}")
        for key, below in schema.items():
            found += _silent(below, f"{path}.{key}") if key != "if" else []
    return found
