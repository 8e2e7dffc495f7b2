"""Where the bytes of files lie: in a folder, or in a bucket. Each content once, under the name that its digest gives it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

from django.core.files import File
from django.core.files.storage import Storage, storages

IN_A_BUCKET: Final = "files"  # among Django's STORAGES


class Shelf(Protocol):
    """`path` is relative, made of digits; `source` is a file on this machine that is written and flushed already."""

    def has(self, path: str, size: int) -> bool: ...

    def put(self, source: Path, path: str) -> None:
        """Return when it is safe. Afterwards `source` may be gone."""

    def open(self, path: str) -> BinaryIO:
        """Raises FileNotFoundError."""


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def has(self, path: str, size: int) -> bool:
        found = self.root / path
        return found.is_file() and found.stat().st_size == size

    def put(self, source: Path, path: str) -> None:
        """Move under the final name, which is seen whole or not at all, also after a loss of power."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        source.replace(target)
        for folder in (target.parent, target.parent.parent):
            opened = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)

    def open(self, path: str) -> BinaryIO:
        return (self.root / path).open("rb")


class Bucket:
    """A storage of Django's. What it answers to a failure is made an OSError, so that whoever stores tries again."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def has(self, path: str, size: int) -> bool:
        try:
            return self.storage.exists(path) and self.storage.size(path) == size
        except OSError:
            raise
        except Exception as away:
            raise OSError(f"The files could not be reached ({type(away).__name__}).") from away

    def put(self, source: Path, path: str) -> None:
        try:
            with source.open("rb") as opened:
                self.storage.save(path, File(opened, name=path))
        except OSError:
            raise
        except Exception as away:
            raise OSError(f"The file could not be stored ({type(away).__name__}).") from away

    def open(self, path: str) -> BinaryIO:
        return cast("BinaryIO", self.storage.open(path, "rb"))


def bucket() -> Bucket:
    """The shelf in the bucket that the environment names; what Django has under `files` in its STORAGES."""
    return Bucket(storages[IN_A_BUCKET])
