"""A line to a mail server that may say only so much: what it says beyond that is not kept, whoever it is."""

from __future__ import annotations

from typing import Any, Final

import imapclient
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

LONGEST_LINE: Final = (
    32 * 1024 * 1024
)  # the numbers of some millions of mails come on one line; the library stops at a megabyte
BESIDE: Final = 8 * 1024 * 1024  # what may be said around the mails of one answer


class _Bounded:
    """What one command may bring is counted from the command on. `most` is the largest literal."""

    most = LONGEST_LINE
    taken = 0
    file: Any
    abort: type[Exception]

    def read(self, size: int) -> bytes:
        if size > self.most:
            raise self.abort(f"the server announced {size} bytes at once")
        return self._counted(self.file.read(size))

    def readline(self) -> bytes:
        line: bytes = self.file.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise self.abort("the server sent a line without an end")
        return self._counted(line)

    def send(self, data: bytes) -> None:
        self.taken = 0
        super().send(data)  # type: ignore[misc]

    def _counted(self, data: bytes) -> bytes:
        self.taken += len(data)
        if self.taken > self.most + LONGEST_LINE + BESIDE:
            raise self.abort("the server says more than was asked for")
        return data


class _Plain(_Bounded, IMAP4WithTimeout):  # type: ignore[misc]
    pass


class _Sealed(_Bounded, IMAP4_TLS):  # type: ignore[misc]
    pass


class Client(imapclient.IMAPClient):  # type: ignore[misc]
    """The library's, on such a line. `most` is the largest mail in bytes."""

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        self._most = most
        super().__init__(*args, **kwargs)

    def _create_IMAP4(self) -> Any:  # noqa: N802 - the library's name
        made = type("Line", (_Sealed if self.ssl else _Plain,), {"most": self._most})
        patience = getattr(self._timeout, "connect", None)
        if self.ssl:
            return made(self.host, self.port, self.ssl_context, patience)
        return made(self.host, self.port, patience)
