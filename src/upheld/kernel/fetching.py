"""The one way in which anything is fetched from an address that somebody outside chose.

A stranger's address may point at our own machines, change its mind between the question and the connection, lead on elsewhere,
send without end or not at all. `fetch` connects only to public addresses, to the very one that it checked; follows a few moves,
each checked alike; sends no cookie and no word about us; and ends in time and size, whatever the other side does. What a caller
has to show (a key) is shown to the host that was asked for, and to none that it leads on to.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpcore

Address = IPv4Address | IPv6Address
MOST_MOVES: Final = 3
PORTS: Final = frozenset({80, 443})
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_NAT64: Final = ip_network("64:ff9b::/96")
_GIVEN_OUT: Final = ip_network("2000::/3")
_WRITTEN_ABOUT: Final = ip_network("3fff::/20")
_PROTOCOLS: Final = ip_network("192.0.0.0/24")


class NotFetched(Exception):
    """It was not fetched; the text says why, in words for a reader. `status` is what the other side answered, if it did."""

    def __init__(self, words: str, *, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


class TooLarge(NotFetched):
    """There is more of it than may come."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the last address, its type without parameters, in lower case, and the bytes."""

    url: str
    content_type: str
    data: bytes


def is_public(address: Address) -> bool:
    """Whether anybody on the net has this address. An IPv4 address inside an IPv6 one is looked at by itself.

    Of IPv6 only what is given out to the net counts (2000::/3), whatever else a system may route.
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address not in _GIVEN_OUT or address in _WRITTEN_ABOUT:
            return False
    elif address in _PROTOCOLS:
        return False
    return address.is_global and not address.is_multicast


def fetch(
    url: str,
    *,
    types: Collection[str],
    most_bytes: int,
    seconds: float = 10.0,
    may_reach: Callable[[Address], bool] = is_public,
    ports: Collection[int] = PORTS,
    showing: Mapping[str, str] | None = None,
    moves: int = MOST_MOVES,
) -> Fetched:
    """GET it. `types` are the content types, or their first halves such as `image/`, that may come; without any, all may.
    Raises NotFetched.

    `showing` are fields that only the host of `url` is to see; `moves` is how often it may lead on.
    """
    ends_at = time.monotonic() + seconds
    whose: tuple[str, str] | None = None
    backend = _Guarded(ends_at, may_reach, ports)
    with httpcore.ConnectionPool(network_backend=backend, http2=False, retries=0) as pool:
        for _ in range(moves + 1):
            try:
                _check(url)
                here = (urlsplit(url).scheme, urlsplit(url).netloc)
                whose = whose or here
                shown = showing if showing and here == whose else {}
                found = _once(pool, url, types=types, most_bytes=most_bytes, showing=shown)
                url = url if isinstance(found, Fetched) else urljoin(url, found)
            except (ValueError, TypeError) as wrong:
                raise NotFetched("This is no address.") from wrong
            except (
                httpcore.ConnectError,
                httpcore.TimeoutException,
                httpcore.NetworkError,
                httpcore.ProtocolError,
            ) as no:
                raise NotFetched(f"The other side did not answer as it should ({type(no).__name__}).") from no
            if isinstance(found, Fetched):
                return found
    raise NotFetched("The address leads on and on.")


def _check(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 4000:
        raise NotFetched("Only http and https addresses are fetched.")
    if "@" in parts.netloc:
        raise NotFetched("An address with a password in it is not fetched.")


def _once(
    pool: httpcore.ConnectionPool, url: str, *, types: Collection[str], most_bytes: int, showing: Mapping[str, str]
) -> Fetched | str:
    """What is there, or the address that it has moved to."""
    kinds = ", ".join(sorted(f"{one}*" if one.endswith("/") else one for one in types)) or "*/*"
    heads = {"Host": urlsplit(url).netloc, "Accept": kinds, "Accept-Encoding": "identity", **showing}
    with pool.stream("GET", url, headers=[*heads.items()]) as answer:
        fields = {name.lower(): value.decode("latin-1") for name, value in answer.headers}
        if answer.status in _MOVED and fields.get(b"location"):
            return fields[b"location"]
        if answer.status != 200:
            raise NotFetched(f"The other side answered {answer.status}.", status=answer.status)
        content_type = fields.get(b"content-type", "").partition(";")[0].strip().lower()
        if types and not any(
            content_type == one or (one.endswith("/") and content_type.startswith(one)) for one in types
        ):
            raise NotFetched(f"It is of another kind ({content_type[:60] or 'unnamed'}).")
        return Fetched(url, content_type, _read(answer.iter_stream(), most_bytes))


def _read(stream: Iterable[bytes], most_bytes: int) -> bytes:
    data = bytearray()
    for part in stream:
        data += part
        if len(data) > most_bytes:
            raise TooLarge("It is too large.")
    return bytes(data)


class _Guarded(httpcore.NetworkBackend):
    """Connects to the address that was checked, and to no name again."""

    def __init__(self, ends_at: float, may_reach: Callable[[Address], bool], ports: Collection[int]) -> None:
        self.ends_at = ends_at
        self.may_reach = may_reach
        self.ports = ports
        self.inner = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        if port not in self.ports:
            raise NotFetched(f"Port {port} is not one of the web's.")
        address = self._checked(host, port)
        return _Timed(self.inner.connect_tcp(str(address), port, timeout=_left(self.ends_at)), self.ends_at)

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise NotFetched("This is no address of the web.")

    def _checked(self, host: str, port: int) -> Address:
        addresses = _addresses_of(host, port, _left(self.ends_at))
        if not addresses or not all(self.may_reach(address) for address in addresses):
            raise NotFetched("It is no public address.")
        return addresses[0]


def _addresses_of(host: str, port: int, seconds: float) -> list[Address]:
    """Asked in a thread of its own: the system's question takes as long as a stranger's name server likes."""
    answers: SimpleQueue[list[Address] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([ip_address(str(one[4][0]).partition("%")[0]) for one in found])
        except (OSError, ValueError) as unknown:
            answers.put(unknown)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty as late:
        raise NotFetched("It takes too long.") from late
    if isinstance(answer, Exception):
        raise NotFetched("There is no such host.") from answer
    return answer


class _Timed(httpcore.NetworkStream):
    """A connection whose every step has only the time that is left for all of it."""

    def __init__(self, inner: httpcore.NetworkStream, ends_at: float) -> None:
        self.inner = inner
        self.ends_at = ends_at

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self.inner.read(max_bytes, _left(self.ends_at))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self.inner.write(buffer, _left(self.ends_at))

    def start_tls(self, *arguments: Any, **named: Any) -> httpcore.NetworkStream:
        named["timeout"] = _left(self.ends_at)
        return _Timed(self.inner.start_tls(*arguments, **named), self.ends_at)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)

    def close(self) -> None:
        self.inner.close()


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise NotFetched("It takes too long.")
    return left
