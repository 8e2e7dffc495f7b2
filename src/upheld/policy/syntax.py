"""Remedies for what a YAML parser complains of, in words that help the writer of a policy."""

from __future__ import annotations

import yaml

_INDENTATION = "Compare the indentation with the lines above: keys of one mapping begin in one column."
_REMEDIES = (
    (
        "mapping values are not allowed",
        "Put a value that holds ': ' in quotes, and check the indentation of this line.",
    ),
    ("expected ',' or ']'", "Close the list with ']' and put ',' between its items."),
    ("expected ',' or '}'", "Close the mapping with '}' and put ',' between its pairs."),
    ("end of stream", "Close the quotes or brackets that are open in the lines above."),
    ("unknown escape", "In double quotes write '\\\\' for a backslash, or use single quotes."),
    ("block sequence entries are not allowed", "Put the '- ' on a line of its own, or write the list as [a, b]."),
    ("expected '-' indicator", "Begin every item of this list with '- ' in the same column."),
    ("expected <block end>", _INDENTATION),
    ("expected key", _INDENTATION),
    ("expected ':'", "Write a colon and a blank after the key."),
    ("incompatible YAML", "Take the %YAML line out."),
    ("document start", "Keep one document in a file and put keys in one column."),
    ("node content", "A value is missing here, or a bracket too many stands here."),
    ("tab character", "Indent with spaces."),
)


def remedy_for(error: yaml.MarkedYAMLError, text: str) -> str:
    """How to mend a syntax error, as far as the parser's words and the line let one say."""
    said = f"{error.problem} {error.context}"
    mark = error.problem_mark or error.context_mark
    if "cannot start any token" in said and mark is not None:
        return _about_character(_character(text, mark.line, mark.column))
    for words, remedy in _REMEDIES:
        if words in said:
            return remedy
    return "Compare the indentation, the quotes and the brackets with the lines around it."


def _character(text: str, line: int, column: int) -> str:
    lines = text.splitlines()
    return lines[line][column : column + 1] if line < len(lines) else ""


def _about_character(character: str) -> str:
    if character == "\t":
        return "Indent with spaces: a tab cannot stand here."
    if character:
        return f"Put a value that begins with '{character}' in quotes."
    return "Put the value in quotes."
