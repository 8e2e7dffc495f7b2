"""Attachments, each content once, under its SHA-256. Never served from there: a view asks who may see it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

from upheld.channels.models import StoredFile
from upheld.channels.shelves import Folder, Shelf, bucket

CHUNK: Final = 1024 * 1024


def store(data: bytes | BinaryIO) -> StoredFile:
    """Keep the bytes, on disk or in the bucket for good before the row is written. The same bytes again return the same row.

    If the transaction is rolled back, the file stays and is found by the next attempt. Raises OSError when the disk is full, or
    when the bucket cannot be reached.
    """
    root, shelf = Path(settings.MEDIA_ROOT), _shelf()
    if isinstance(data, bytes):
        known = StoredFile(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        if shelf.has(known.path, known.size):
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
        if not shelf.has(stored.path, size):
            shelf.put(Path(name), stored.path)
    finally:
        Path(name).unlink(missing_ok=True)
    return _row(stored)


def open_stored(file: StoredFile) -> BinaryIO:
    """The bytes, to be closed by the caller. Raises FileNotFoundError where they are missing."""
    return _shelf().open(file.path)


def _shelf() -> Shelf:
    return bucket() if settings.UPHELD_FILES else Folder(Path(settings.MEDIA_ROOT))


def _row(stored: StoredFile) -> StoredFile:
    row, _ = StoredFile.objects.get_or_create(sha256=stored.sha256, defaults={"size": stored.size})
    return row


def _chunks(data: bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
        return
    while chunk := data.read(CHUNK):
        yield chunk
