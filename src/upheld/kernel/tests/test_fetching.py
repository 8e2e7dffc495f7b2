"""What a stranger's address can do to us: nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address

import pytest

from upheld.kernel.fetching import Address, Fetched, NotFetched, fetch, is_public

OK = b"HTTP/1.1 200 OK\r\nContent-Type: image/png; charset=x\r\nConnection: close\r\n\r\n"


class Stranger:
    """A server on loopback that answers each connection with what `tell` writes; `asked` is what it was asked."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.asked: list[bytes] = []
        self.tell: Callable[[socket.socket], None] = lambda line: line.sendall(OK + b"png")
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[line], daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with line:
            self.asked.append(line.recv(65536))
            with contextlib.suppress(OSError):
                self.tell(line)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def fetched(self, url: str = "", *, may_reach: Callable[[Address], bool] = lambda _: True) -> Fetched:
        return fetch(
            url or self.url(), types=["image/"], most_bytes=1000, seconds=0.6, may_reach=may_reach, ports=[self.port]
        )


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    one = Stranger()
    yield one
    one.listening.close()


def test_it_brings_the_bytes_and_says_nothing_of_us(stranger: Stranger) -> None:
    assert stranger.fetched() == Fetched(stranger.url(), "image/png", b"png")
    fields = stranger.asked[0].lower()
    assert b"cookie" not in fields
    assert b"user-agent" not in fields
    assert b"referer" not in fields


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "::",
        "::127.0.0.1", "::ffff:0:7f00:1", "64:ff9b:1::7f00:1", "fec0::1", "4000::1", "3fff::1", "192.0.0.8",
    ],
)  # fmt: skip
def test_what_is_not_public_is_not_reached(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:220:1::1"])
def test_what_is_public_may_be_reached(address: str) -> None:
    assert is_public(ip_address(address))


def test_our_own_machines_are_not_asked(stranger: Stranger) -> None:
    for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"):
        with pytest.raises(NotFetched):
            stranger.fetched(f"http://{host}:{stranger.port}/", may_reach=is_public)
    assert stranger.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://x/",
        "gopher://x",
        "http://",
        "//x",
        "http://a:b@127.0.0.1/",
        "",
        "http://\x00",
        "http://[",
        "http://x:99999999/",
        "http://x:y/",
        "http://ex\u00e4mple.example/\u2603",
        "http://@127.0.0.1/",
    ],
)
def test_other_addresses_are_refused(stranger: Stranger, url: str) -> None:
    with pytest.raises(NotFetched):
        fetch(url, types=["image/"], most_bytes=10, may_reach=lambda _: True)


def test_ports_of_other_services_are_refused(stranger: Stranger) -> None:
    with pytest.raises(NotFetched, match="Port"):
        fetch(stranger.url(), types=["image/"], most_bytes=10, may_reach=lambda _: True)


def test_a_move_is_followed_and_checked_alike(stranger: Stranger) -> None:
    def move_once(line: socket.socket) -> None:
        if len(stranger.asked) == 1:
            line.sendall(b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            line.sendall(OK + b"there")

    stranger.tell = move_once
    assert stranger.fetched().data == b"there"


def test_a_slow_name_server_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        waiting.wait(3)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    began = time.monotonic()
    with pytest.raises(NotFetched, match="too long"):
        fetch("http://slow.example/", types=["image/"], most_bytes=10, seconds=0.2)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("to", ["http://[", "http://169.254.169.254/", "file:///etc/passwd", "/"])
def test_a_move_elsewhere_or_for_ever_is_not_followed(stranger: Stranger, to: str) -> None:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    stranger.tell = lambda line: line.sendall(answer.encode())
    with pytest.raises(NotFetched):
        stranger.fetched(may_reach=lambda address: address.is_loopback)


def drip(line: socket.socket) -> None:
    line.sendall(OK[:40])
    for byte in OK[40:] + b"x" * 1000:
        line.sendall(bytes([byte]))
        time.sleep(0.05)


def flood(line: socket.socket) -> None:
    line.sendall(OK)
    while True:
        line.sendall(b"x" * 65536)


def silence(line: socket.socket) -> None:
    line.recv(1)


@pytest.mark.parametrize(
    "tell", [drip, flood, silence, lambda line: line.sendall(b"\xff\xfe nonsense\r\n\r\n"), lambda _: None]
)
def test_it_ends_in_time_and_size_whatever_comes(stranger: Stranger, tell: Callable[[socket.socket], None]) -> None:
    stranger.tell = tell
    began = time.monotonic()
    with pytest.raises(NotFetched):
        stranger.fetched()
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("head", [OK.replace(b"image/png", b"text/html"), OK.replace(b"200", b"404")])
def test_another_kind_and_an_error_are_refused(stranger: Stranger, head: bytes) -> None:
    stranger.tell = lambda line: line.sendall(head + b"x")
    with pytest.raises(NotFetched):
        stranger.fetched()


def test_the_address_that_was_checked_is_the_one_that_is_reached(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers otherwise when it is asked again is not asked again."""
    answers = [("127.0.0.1", stranger.port), ("192.0.2.1", stranger.port)]
    real = socket.getaddrinfo

    def once(host: str, *rest: object, **named: object) -> object:
        if host == "changing.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", answers.pop(0))]
        return real(host, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", once)
    assert stranger.fetched(f"http://changing.example:{stranger.port}/").data == b"png"
    assert len(answers) == 1


def test_what_is_shown_to_a_host_is_shown_to_no_other(stranger: Stranger) -> None:
    """A key goes to whom it is for, also when that one leads on within itself, and never with us to somebody else."""
    other = Stranger()

    def lead_on(line: socket.socket) -> None:
        where = (
            f"http://127.0.0.1:{stranger.port}/next" if len(stranger.asked) == 1 else f"http://127.0.0.1:{other.port}/"
        )
        line.sendall(b"HTTP/1.1 302 Found\r\nLocation: " + where.encode() + b"\r\nContent-Length: 0\r\n\r\n")

    stranger.tell = lead_on
    ports = [stranger.port, other.port]
    found = fetch(
        stranger.url(), types=[], most_bytes=9, may_reach=lambda _: True, ports=ports, showing={"api-key": "xkeysib"}
    )
    other.listening.close()
    assert found.data == b"png"
    assert [b"api-key: xkeysib" in asked.lower() for asked in (*stranger.asked, *other.asked)] == [True, True, False]


def test_where_nothing_may_lead_on_nothing_does(stranger: Stranger) -> None:
    stranger.tell = lambda line: line.sendall(b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(NotFetched):
        fetch(stranger.url(), types=[], most_bytes=9, may_reach=lambda _: True, ports=[stranger.port], moves=0)
    assert len(stranger.asked) == 1


def test_the_answer_of_the_other_side_is_known(stranger: Stranger) -> None:
    stranger.tell = lambda line: line.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(NotFetched) as refused:
        stranger.fetched()
    assert refused.value.status == 404
