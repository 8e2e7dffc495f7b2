"""The company's colour can be read on both grounds, whatever colour it is."""

from __future__ import annotations

import math
import re

import pytest

from upheld.web.portal.colour import read_colour, style_sheet

PAPER, NIGHT = (0.985, 0.004, 95.0), (0.19, 0.008, 260.0)
COLOURS = [
    "oklch(0.52 0.09 200)",
    "oklch(48% 0.11 255)",
    "#ffcc00",
    "#e11",
    "#0a7f86",
    "#ffffff",
    "#000000",
    "#39ff14",
    "#ff00ff",
]


def luminance(lightness: float, chroma: float, hue: float) -> float:
    """Of an OKLCH colour, clipped to what a screen shows (CSS Color 4)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short
    shown = [min(1.0, max(0.0, value)) for value in (red, green, blue)]
    return 0.2126 * shown[0] + 0.7152 * shown[1] + 0.0722 * shown[2]


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    light, dark = sorted((luminance(*one), luminance(*other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pair(sheet: str, name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    found = re.search(rf"{re.escape(name)}: light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\)", sheet)
    assert found is not None
    light, dark = (tuple(float(part) for part in group.split()) for group in found.groups())
    return light, dark


@pytest.mark.parametrize("colour", COLOURS)
def test_text_in_the_companys_colour_keeps_its_contrast(colour: str) -> None:
    sheet = style_sheet(colour)
    for name, text_on_it in (("--company", "--on-company"), ("--accent", "--on-accent"), ("--accent-2", "--on-accent")):
        on_paper, on_night = pair(sheet, name)
        assert contrast(on_paper, PAPER) >= 4.5, (colour, name)
        assert contrast(on_night, NIGHT) >= 4.5, (colour, name)
        white, black = pair(sheet, text_on_it)
        assert contrast(on_paper, white) >= 4.5, (colour, name)
        assert contrast(on_night, black) >= 4.5, (colour, name)
    soft_light, soft_dark = pair(sheet, "--accent-soft")
    assert contrast(pair(sheet, "--accent")[0], soft_light) >= 4.5
    assert contrast(pair(sheet, "--accent")[1], soft_dark) >= 4.5


def test_what_is_no_colour_leaves_the_houses_own() -> None:
    for text in (
        "",
        "red",
        "url(https://elsewhere)",
        "oklch(1 2)",
        "#12345",
        "oklch(0.5 0.1 200); } body { color: red",
    ):
        assert read_colour(text) is None
        assert style_sheet(text) == ""
