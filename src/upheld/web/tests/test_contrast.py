"""The colours of tokens.css against WCAG 2.1: 4.5:1 for text, 3:1 for lines that mean something, in both themes."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parent.parent / "static/upheld/tokens.css").read_text()
PAIR = re.compile(r"--([\w-]+): light-dark\(oklch\(([\d. ]+)\), oklch\(([\d. ]+)\)\);")
COLOURS = {name: (light, dark) for name, light, dark in PAIR.findall(TOKENS)}
GROUNDS = ("paper", "sunk", "raised", "hover", "selected", "note")
STATES = ("kept", "warned", "late", "paused", "waived")
TEXTS = ("ink", "ink-2", "ink-3", "accent", "accent-2", *STATES)


def luminance(colour: str) -> float:
    """Relative luminance of an OKLCH colour, clipped to sRGB as a screen would."""
    lightness, chroma, hue = map(float, colour.split())
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return sum(share * min(1.0, max(0.0, part)) for share, part in ((0.2126, red), (0.7152, green), (0.0722, blue)))


def contrast(first: str, second: str, theme: int) -> float:
    lighter, darker = sorted((luminance(COLOURS[first][theme]), luminance(COLOURS[second][theme])), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_twenty_one() -> None:
    assert luminance("1 0 0") == pytest.approx(1, abs=0.001)
    assert luminance("0 0 0") == 0


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_is_read_on_every_ground(theme: int) -> None:
    poor = {(text, on): round(contrast(text, on, theme), 2) for text in TEXTS for on in GROUNDS}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_states_are_read_on_their_own_tint(theme: int) -> None:
    pairs = [(state, f"{state}-soft") for state in (*STATES, "accent")] + [
        ("on-accent", "accent"),
        ("on-accent", "accent-2"),
    ]
    assert {pair: contrast(*pair, theme) for pair in pairs if contrast(*pair, theme) < 4.5} == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_edges_and_the_focus_are_seen(theme: int) -> None:
    pairs = [(line, ground) for line in ("edge", "focus") for ground in GROUNDS]
    assert {pair: contrast(*pair, theme) for pair in pairs if contrast(*pair, theme) < 3} == {}
