"""What a picture is by its first bytes, whatever its name or its sender says. Only bitmaps: an SVG is a document that can act."""

from __future__ import annotations

from typing import Final

HEAD: Final = 16  # bytes that have to be looked at


def bitmap_type(head: bytes) -> str:
    """The content type, or an empty text for everything that is no bitmap which each browser shows."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return ""
