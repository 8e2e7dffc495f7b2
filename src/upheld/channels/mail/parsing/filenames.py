"""Names of attachments, made safe to show and to save: no folders, no control characters, no reversed text, not too long."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from typing import Final

LONGEST: Final = 180  # bytes of UTF-8, so that any file system takes it
LONGEST_LOOKED_AT: Final = 1000
LONGEST_ENDING: Final = 20
_FOLDERS: Final = re.compile(r"^.*[/\\]", re.DOTALL)
_FORBIDDEN: Final = re.compile(r'[<>:"|?*]')
_RESERVED: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_UNSEEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # control, format (bidirectional overrides), surrogates …


def safe_name(name: str, content_type: str = "") -> str:
    """A name that means the same file and can do no harm. Never empty: without a name one is made from the content type."""
    seen = "".join(letter for letter in _ends(name) if unicodedata.category(letter) not in _UNSEEN)
    seen = unicodedata.normalize("NFC", _FOLDERS.sub("", seen))
    seen = _FORBIDDEN.sub("_", " ".join(seen.split())).strip(" .")
    if not seen:
        return "attachment" + (mimetypes.guess_extension(content_type) or ".bin")
    if _RESERVED.match(seen):
        seen = f"_{seen}"
    return _shortened(seen)


def _ends(name: str) -> str:
    """Of a name that nobody means the beginning and the end, which tells what it is."""
    return name if len(name) <= LONGEST_LOOKED_AT else name[:LONGEST] + name[-LONGEST_LOOKED_AT:]


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > LONGEST_ENDING:
        stem, dot, ending = name, "", ""
    room = LONGEST - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + ending
