"""Files that somebody sends with a form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat

from upheld.channels.files import store
from upheld.channels.scanning import Infected, ScannerAway, scan
from upheld.tickets.actions.conversation import NewFile


def check_uploads(files: Sequence[UploadedFile[Any]]) -> None:
    """Raise ValidationError, in words for a reader, where they are too large, infected, or cannot be scanned now."""
    if sum(one.size or 0 for one in files) > settings.UPHELD_UPLOAD_MAX_BYTES:
        limit = filesizeformat(settings.UPHELD_UPLOAD_MAX_BYTES).replace(".0", "")
        raise ValidationError(f"Together the files are larger than {limit}. Leave some out, or send us a link to them.")
    for one in files:
        try:
            scan(cast("BinaryIO", one.file))
        except Infected as found:
            raise ValidationError(f"Our virus scanner found {found} in {one.name}. Leave this file out.") from None
        except ScannerAway:
            raise ValidationError(
                "Our virus scanner does not answer, so we cannot take files just now. Send your words without them,"
                " or try again in a few minutes."
            ) from None


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
