"""Files that somebody sends with a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile

from upheld.channels.files import store
from upheld.tickets.actions.conversation import NewFile


def new_files(uploads: Iterable[UploadedFile[Any]]) -> list[NewFile]:
    """Uploaded files, stored under what they contain. The type that the browser claims is kept as a hint and never trusted."""
    return [
        NewFile(
            (one.name or "file")[-255:],
            (one.content_type or "application/octet-stream")[:127],
            store(cast("BinaryIO", one.file)),
        )
        for one in uploads
        if one.file is not None
    ]
