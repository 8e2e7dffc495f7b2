"""What the environment says about this installation: read once, checked whole, refused with a clear message.

Pure: nothing is opened, made or imported from the rest. `Environment.read(os.environ)` is the only way in.
"""

from __future__ import annotations

import difflib
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

Value = TypeVar("Value")
SOURCE_ROOT = Path(__file__).resolve().parents[3]
DEFAULT_POLICY = "policies/techflow"
EXAMPLES = {
    "DATABASE_URL": "postgresql://upheld:secret@db.example.com:5432/upheld",
    "UPHELD_DATA": "/var/lib/upheld",
    "UPHELD_SECRET_KEY": "a text of at least 32 random characters",
    "UPHELD_SEAL_KEY": "32 random bytes in base64, as by: openssl rand -base64 32",
    "UPHELD_URL": "https://desk.example.com",
    "UPHELD_HOSTS": "desk.example.com,support.example.com",
    "UPHELD_POLICY": "policies/techflow",
    "UPHELD_HOST": "127.0.0.1",
    "UPHELD_PORT": "8000",
    "UPHELD_PROXIES": "1",
    "UPHELD_WEB_WORKERS": "2",
    "UPHELD_SMTP_LISTEN": "0.0.0.0:2525",
    "UPHELD_SMTP_URL": "smtp+starttls://user:password@mail.example.com:587",
    "UPHELD_MAIL_MAX_BYTES": "26214400",
    "UPHELD_LOG": "json",
    "UPHELD_DEBUG": "no",
    "UPHELD_DEMO": "no",
    "UPHELD_METRICS_TOKEN": "a long random text",
    "UPHELD_DATABASE_POOL": "10",
    "UPHELD_WORKER_JOBS": "4",
    "UPHELD_STALLED_AFTER": "30",
}
YES, NO = {"1", "yes", "true", "on"}, {"", "0", "no", "false", "off"}


class EnvironmentRefused(Exception):
    """Something in the environment is wrong; the message names each setting, what is wrong with it, and an example."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        lines = [f"  {name}: {problem}. Example: {name}={EXAMPLES[name]}" for name, problem in problems.items()]
        super().__init__("\n".join(["Upheld does not start, because the environment says:", *lines]))


@dataclass(frozen=True, slots=True)
class Database:
    """An own PostgreSQL."""

    name: str
    user: str
    password: str
    host: str
    port: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Who takes our outgoing mail."""

    host: str
    port: int
    user: str
    password: str
    security: Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Environment:
    """Every setting of an installation, with its type. A `None` says that it was left to us."""

    data: Path
    database: Database | None
    secret_key: str | None
    seal_key: str | None
    url: str
    hosts: tuple[str, ...]
    policy: Path
    listen: Address
    proxies: int
    web_workers: int
    web_threads: int
    smtp_listen: Address
    smtp: SmtpServer | None
    mail_max_bytes: int
    log: Literal["json", "text"]
    debug: bool
    demo: bool
    metrics_token: str | None
    database_pool: int
    worker_jobs: int
    stalled_after: int

    @property
    def is_https(self) -> bool:
        return self.url.startswith("https://")

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Environment:
        """Read and check everything; raises EnvironmentRefused with all that is wrong at once."""
        reader = _Reader(variables)
        listen = Address(
            reader.value("UPHELD_HOST", str, "127.0.0.1"), reader.value("UPHELD_PORT", _whole(1, 65535), 8000)
        )
        url = reader.value("UPHELD_URL", _base_url, f"http://localhost:{listen.port}")
        environment = cls(
            data=reader.value("UPHELD_DATA", _folder, Path("var").resolve()),
            database=reader.value("DATABASE_URL", database_of, None),
            secret_key=reader.value("UPHELD_SECRET_KEY", _secret, None),
            seal_key=reader.value("UPHELD_SEAL_KEY", _seal_key, None),
            url=url,
            hosts=reader.value("UPHELD_HOSTS", _hosts, (urlsplit(url).hostname or "localhost",)),
            policy=reader.value("UPHELD_POLICY", _policy, SOURCE_ROOT / DEFAULT_POLICY),
            listen=listen,
            proxies=reader.value("UPHELD_PROXIES", _whole(0, 9), 0),
            web_workers=reader.value("UPHELD_WEB_WORKERS", _whole(1, 64), 2),
            web_threads=reader.value("UPHELD_WEB_THREADS", _whole(1, 64), 2),
            smtp_listen=reader.value("UPHELD_SMTP_LISTEN", _address, Address("127.0.0.1", 2525)),
            smtp=reader.value("UPHELD_SMTP_URL", _smtp, None),
            mail_max_bytes=reader.value("UPHELD_MAIL_MAX_BYTES", _whole(10_000, 1_000_000_000), 25 * 1024 * 1024),
            log=reader.value("UPHELD_LOG", _log, "text"),
            debug=reader.value("UPHELD_DEBUG", _yes_or_no, False),
            demo=reader.value("UPHELD_DEMO", _yes_or_no, False),
            metrics_token=reader.value("UPHELD_METRICS_TOKEN", _token, None),
            database_pool=reader.value("UPHELD_DATABASE_POOL", _whole(0, 1000), 10),
            worker_jobs=reader.value("UPHELD_WORKER_JOBS", _whole(1, 64), 4),
            stalled_after=reader.value("UPHELD_STALLED_AFTER", _whole(2, 3600), 30),
        )
        reader.refuse_what_is_wrong()
        return environment


class _Reader:
    """Collects what is wrong instead of stopping at the first."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.problems: dict[str, str] = {}
        for name in variables:
            near = difflib.get_close_matches(name, EXAMPLES, 1, 0.85) if name.startswith("UPHELD_") else []
            if near and name not in EXAMPLES:
                self.problems[near[0]] = f"is this what {name} was meant to be? There is no setting {name}"

    def value(self, name: str, parse: Callable[[str], Value], default: Value) -> Value:
        text = self.variables.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as wrong:
            self.problems[name] = str(wrong)
            return default

    def refuse_what_is_wrong(self) -> None:
        if self.problems:
            raise EnvironmentRefused(self.problems)


# -- one function for each kind of value; what they raise is the sentence that the person reads ----------------------------


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"“{text}” is not a whole number from {least} to {most}")
        return int(text)

    return parse


def _yes_or_no(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ValueError(f"“{text}” is neither yes nor no")
    return text.lower() in YES


def _log(text: str) -> Literal["json", "text"]:
    if text == "json":
        return "json"
    if text == "text":
        return "text"
    raise ValueError(f"“{text}” is neither json nor text")


def _secret(text: str) -> str:
    if len(text) < 32:
        raise ValueError(f"it has {len(text)} characters and needs 32 or more")
    return text


def _seal_key(text: str) -> str:
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raise ValueError("it is not base64") from None
    if len(raw) != 32:
        raise ValueError(f"it has {len(raw)} bytes in base64 and needs 32")
    return text


def _token(text: str) -> str:
    if len(text) < 16:
        raise ValueError(f"it has {len(text)} characters and needs 16 or more")
    return text


def _folder(text: str) -> Path:
    path = Path(text).expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is a file and not a folder")
    return path


def _policy(text: str) -> Path:
    """A folder, or the name of one of the policies that come along."""
    for folder in (Path(text).expanduser().resolve(), SOURCE_ROOT / text, SOURCE_ROOT / "policies" / text):
        if folder.is_dir():
            return folder
    raise ValueError(f"there is no folder “{text}”")


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"“{text}” is not an address that begins with http:// or https://")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"“{text}” has a path; Upheld is served at the root of a host")
    return text.rstrip("/")


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in text.split(",") if host.strip())
    for host in hosts:
        if "/" in host or " " in host:
            raise ValueError(f"“{host}” is not a host name")
    return hosts


def _address(text: str) -> Address:
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
        port=str(_port(parts.netloc, 5432)) if parts.netloc else options.pop("port", "5432"),
        options=options,
    )


def _smtp(text: str) -> SmtpServer:
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
        port=_port(parts.netloc, usual),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        security=security,
    )


def _port(netloc: str, usual: int) -> int:
    tail = netloc.rpartition("@")[2].rpartition("]")[2].rpartition(":")
    if not tail[1]:
        return usual
    return _whole(1, 65535)(tail[2])
