"""Words: the nearest known name, slugs, initials, lists in a sentence, the direction of a text."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

_ALIKE_ENOUGH = 0.6


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that somebody who wrote ``name`` most likely meant, or None.

    Case, hyphens, underscores and blanks do not count. Between equals the first known wins.
    """
    wanted = _letters(name)
    best, best_score = None, _ALIKE_ENOUGH
    matcher = SequenceMatcher(b=wanted, autojunk=False)
    for candidate in known:
        letters = _letters(candidate)
        if letters == wanted:
            return candidate
        matcher.set_seq1(letters)
        if matcher.real_quick_ratio() <= best_score or matcher.quick_ratio() <= best_score:
            continue
        score = matcher.ratio()
        if score > best_score:
            best, best_score = candidate, score
    return best


def slug(text: str, *, longest: int = 80) -> str:
    """Lower case, words joined by hyphens, for URLs and keys.

    Accents leave Latin letters; letters of other scripts stay as they are. No letter or digit
    at all gives an empty string: the caller then needs another name.
    """
    plain = "".join(_without_accent(letter) for letter in unicodedata.normalize("NFC", text))
    words = re.findall(r"[^\W_]+", plain.casefold())
    return "-".join(words)[:longest].strip("-")


def initials(name: str) -> str:
    """At most two capital letters: of the first and of the last word. ``?`` when there is none."""
    words = re.findall(r"[^\W\d_]+", name.partition("@")[0])
    chosen = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0].upper() for word in chosen) or "?"


def listed(words: Sequence[str], *, last: str = "and") -> str:
    """``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def shortened(text: str, longest: int) -> str:
    """One line of at most ``longest`` characters, cut at a word where one ends near, then ``…``."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    at_word = cut if line[longest - 1] == " " else cut.rpartition(" ")[0]
    return (at_word if len(at_word) > longest * 2 // 3 else cut).rstrip(" ,.;:") + "…"


def direction(text: str) -> str:
    """`rtl` for a text whose first letter is written from the right, else `ltr`. Pictographs, digits and signs say nothing."""
    strong = (unicodedata.bidirectional(letter) for letter in text[:2000])
    return "rtl" if next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L" else "ltr"


def _letters(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name.casefold())


def _without_accent(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base.isascii() else letter
