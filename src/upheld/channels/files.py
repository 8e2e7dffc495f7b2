"""Attachments on disk, each content once, under its SHA-256. Never served from there: a view asks who may see it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

from upheld.channels.models import StoredFile

CHUNK: Final = 1024 * 1024


def store(data: bytes | BinaryIO) -> StoredFile:
    """Keep the bytes, on disk for good before the row is written. The same bytes again return the same row.

    If the transaction is rolled back, the file stays and is found by the next attempt. Raises OSError when the disk is full.
    """
    root = Path(settings.MEDIA_ROOT)
    if isinstance(data, bytes):
        known = StoredFile(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        if _has(root / known.path, known.size):
            return _row(known)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=root, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in _chunks(data):
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        stored = StoredFile(sha256=digest.hexdigest(), size=size)
        _place(Path(name), root / stored.path)
    finally:
        Path(name).unlink(missing_ok=True)
    return _row(stored)


def open_stored(file: StoredFile) -> BinaryIO:
    """The bytes, to be closed by the caller. Raises FileNotFoundError when the files folder lacks them."""
    return (Path(settings.MEDIA_ROOT) / file.path).open("rb")


def _has(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _row(stored: StoredFile) -> StoredFile:
    row, _ = StoredFile.objects.get_or_create(sha256=stored.sha256, defaults={"size": stored.size})
    return row


def _chunks(data: bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
        return
    while chunk := data.read(CHUNK):
        yield chunk


def _place(source: Path, target: Path) -> None:
    """Move under the final name, which is seen whole or not at all, also after a loss of power."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)
    for folder in (target.parent, target.parent.parent):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
