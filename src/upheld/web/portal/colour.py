"""The company's colour, made fit to be read: on paper and on dark ground alike. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_OKLCH = re.compile(r"oklch\(\s*([\d.]+)(%?)\s+([\d.]+)\s+(-?[\d.]+)(?:deg)?\s*\)", re.IGNORECASE)
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
DARKEST_ON_DARK, LIGHTEST_ON_LIGHT = 0.78, 0.49  # lightness at which text of any hue keeps a contrast of 4.5 to 1
STRONGEST = 0.13


@dataclass(frozen=True, slots=True)
class Colour:
    """Lightness 0 to 1, chroma, hue in degrees: the coordinates of CSS `oklch()`."""

    lightness: float
    chroma: float
    hue: float

    def at(self, lightness: float, chroma: float | None = None) -> str:
        """The same hue at another lightness, as CSS."""
        return f"oklch({lightness:.3g} {self.chroma if chroma is None else chroma:.3g} {self.hue:.4g})"


def read_colour(text: str) -> Colour | None:
    """`oklch(0.52 0.09 200)` or `#0a7f86`; None for anything else, and then the house's own colour stands."""
    if found := _OKLCH.fullmatch(text.strip()):
        lightness = float(found[1]) / (100 if found[2] else 1)
        return Colour(min(1.0, lightness), float(found[3]), float(found[4]) % 360)
    if found := _HEX.fullmatch(text.strip()):
        digits = found[1] if len(found[1]) == 6 else "".join(letter * 2 for letter in found[1])
        return _from_rgb(*(int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)))
    return None


def style_sheet(text: str) -> str:
    """The names of tokens.css that carry the company's colour, for light and dark. Empty where there is no colour to read."""
    colour = read_colour(text)
    if colour is None:
        return ""
    light = min(colour.lightness, LIGHTEST_ON_LIGHT)
    dark = max(colour.lightness, DARKEST_ON_DARK)
    chroma = min(colour.chroma, STRONGEST)
    pale = min(chroma, 0.1)
    pairs = {
        "--company": (colour.at(light, chroma), colour.at(dark, pale)),
        "--on-company": (colour.at(0.99, 0.005), colour.at(0.19, 0.02)),
        "--accent": (colour.at(light, chroma), colour.at(dark, pale)),
        "--accent-2": (colour.at(light - 0.07, chroma), colour.at(dark + 0.06, pale)),
        "--accent-soft": (colour.at(0.95, min(chroma, 0.022)), colour.at(0.28, min(chroma, 0.04))),
        "--on-accent": (colour.at(0.99, 0.005), colour.at(0.19, 0.02)),
    }
    names = "".join(f"  {name}: light-dark({on_light}, {on_dark});\n" for name, (on_light, on_dark) in pairs.items())
    return f":root {{\n{names}}}\n"


def _from_rgb(red: float, green: float, blue: float) -> Colour:
    """sRGB to OKLCH, by the matrices of CSS Color 4."""
    r, g, b = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in (red, green, blue))
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short
    b_axis = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short
    return Colour(lightness, math.hypot(a, b_axis), math.degrees(math.atan2(b_axis, a)) % 360)
