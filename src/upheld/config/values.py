"""What a value of the environment may be: one function for each kind. What they raise is the sentence that the person reads."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

SOURCE_ROOT = Path(__file__).resolve().parents[3]
YES, NO = {"1", "yes", "true", "on"}, {"", "0", "no", "false", "off"}
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Database:
    """An own PostgreSQL."""

    name: str
    user: str
    password: str = field(repr=False)
    host: str
    port: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a provider gave once, from which it gives a token whenever we ask."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Who takes our outgoing mail. With a `grant` we sign in by token, else by password if there is a user."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    security: Literal["none", "starttls", "tls"]
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens."""

    host: str
    port: int


def whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"“{text}” is not a whole number from {least} to {most}")
        return int(text)

    return parse


def yes_or_no(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ValueError(f"“{text}” is neither yes nor no")
    return text.lower() in YES


def log_form(text: str) -> Literal["json", "text"]:
    if text == "json":
        return "json"
    if text == "text":
        return "text"
    raise ValueError(f"“{text}” is neither json nor text")


def secret(text: str) -> str:
    if len(text) < 32:
        raise ValueError(f"it has {len(text)} characters and needs 32 or more")
    return text


def seal_key(text: str) -> str:
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raise ValueError("it is not base64") from None
    if len(raw) != 32:
        raise ValueError(f"it has {len(raw)} bytes in base64 and needs 32")
    return text


def token(text: str) -> str:
    if len(text) < 16:
        raise ValueError(f"it has {len(text)} characters and needs 16 or more")
    return text


def folder(text: str) -> Path:
    path = Path(text).expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is a file and not a folder")
    return path


def policy_folder(text: str) -> Path:
    """A folder, or the name of one of the policies that come along."""
    for folder in (Path(text).expanduser().resolve(), SOURCE_ROOT / text, SOURCE_ROOT / "policies" / text):
        if folder.is_dir():
            return folder
    raise ValueError(f"there is no folder “{text}”")


def base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"“{text}” is not an address that begins with http:// or https://")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"“{text}” has a path; Upheld is served at the root of a host")
    return text.rstrip("/")


def hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in text.split(",") if host.strip())
    for host in hosts:
        if "/" in host or " " in host:
            raise ValueError(f"“{host}” is not a host name")
    return hosts


def address(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"“{text}” is not host:port")
    return Address(host.strip("[]"), int(port))


def database_of(text: str) -> Database:
    """The parts of `postgresql://user:password@host:port/name?option=value`. Raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("it does not begin with postgresql://")
    options = dict(parse_qsl(parts.query))
    name, host = unquote(parts.path.lstrip("/")), options.pop("host", "") or unquote(parts.hostname or "")
    if not name:
        raise ValueError("it names no database after the host")
    return Database(
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=host,
        port=str(port(parts.netloc, 5432)) if parts.netloc else options.pop("port", "5432"),
        options=options,
    )


def smtp_server(text: str) -> SmtpServer:
    schemes: dict[str, tuple[Literal["none", "starttls", "tls"], int]] = {
        "smtp": ("none", 25),
        "smtp+starttls": ("starttls", 587),
        "smtps": ("tls", 465),
    }
    parts = urlsplit(text)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError("it is not smtp://, smtp+starttls:// or smtps:// with a host")
    security, usual = schemes[parts.scheme]
    return SmtpServer(
        host=parts.hostname,
        port=port(parts.netloc, usual),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        security=security,
    )


def signing_in(server: SmtpServer | None, grant: Grant | None) -> SmtpServer | None:
    """The server with the right by which we sign in there."""
    return replace(server, grant=grant) if server is not None else None


def port(netloc: str, usual: int) -> int:
    tail = netloc.rpartition("@")[2].rpartition("]")[2].rpartition(":")
    if not tail[1]:
        return usual
    return whole(1, 65535)(tail[2])


def file(text: str) -> Path:
    """A file that is there."""
    path = Path(text).expanduser().resolve()
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    return path


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, with commas between them."""
    try:
        return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError(f"“{text}” is not a list of addresses such as 10.0.0.0/8, 192.0.2.7") from None


def names(text: str) -> frozenset[str]:
    """Host names, with commas between them."""
    return frozenset(name.lower() for name in hosts(text))
