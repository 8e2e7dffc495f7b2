"""What the environment says about this installation: read once, checked whole, refused with a clear message.

Pure: nothing is opened, made or imported from the rest. `Environment.read(os.environ)` is the only way in.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from upheld.config.imap import grant
from upheld.config.mail import MAIL_EXAMPLES, MailEnvironment
from upheld.config.providers import wrong_keys
from upheld.config.values import (
    SOURCE_ROOT,
    Address,
    Database,
    SmtpServer,
    address,
    base_url,
    database_of,
    folder,
    hosts,
    log_form,
    policy_folder,
    seal_key,
    secret,
    signing_in,
    smtp_server,
    token,
    whole,
    yes_or_no,
)

Value = TypeVar("Value")
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
    "UPHELD_WEB_THREADS": "2",
    "UPHELD_SMTP_LISTEN": "0.0.0.0:2525",
    "UPHELD_SMTP_URL": "smtp+starttls://user:password@mail.example.com:587",
    "UPHELD_SMTP_OAUTH": "google:client-id:client-secret:refresh-token",
    "UPHELD_MAIL_MAX_BYTES": "62914560",
    "UPHELD_LOG": "json",
    "UPHELD_DEBUG": "no",
    "UPHELD_DEMO": "no",
    "UPHELD_METRICS_TOKEN": "a long random text",
    "UPHELD_DATABASE_POOL": "10",
    "UPHELD_WORKER_JOBS": "4",
    "UPHELD_STALLED_AFTER": "30",
    **MAIL_EXAMPLES,
}


class EnvironmentRefused(Exception):
    """Something in the environment is wrong; the message names each setting, what is wrong with it, and an example."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        lines = [f"  {name}: {problem}. Example: {name}={EXAMPLES[name]}" for name, problem in problems.items()]
        super().__init__("\n".join(["Upheld does not start, because the environment says:", *lines]))


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
    mail: MailEnvironment
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
            reader.value("UPHELD_HOST", str, "127.0.0.1"), reader.value("UPHELD_PORT", whole(1, 65535), 8000)
        )
        url = reader.value("UPHELD_URL", base_url, f"http://localhost:{listen.port}")
        environment = cls(
            data=reader.value("UPHELD_DATA", folder, Path("var").resolve()),
            database=reader.value("DATABASE_URL", database_of, None),
            secret_key=reader.value("UPHELD_SECRET_KEY", secret, None),
            seal_key=reader.value("UPHELD_SEAL_KEY", seal_key, None),
            url=url,
            hosts=reader.value("UPHELD_HOSTS", hosts, (urlsplit(url).hostname or "localhost",)),
            policy=reader.value("UPHELD_POLICY", policy_folder, SOURCE_ROOT / DEFAULT_POLICY),
            listen=listen,
            proxies=reader.value("UPHELD_PROXIES", whole(0, 9), 0),
            web_workers=reader.value("UPHELD_WEB_WORKERS", whole(1, 64), 2),
            web_threads=reader.value("UPHELD_WEB_THREADS", whole(1, 64), 2),
            smtp_listen=reader.value("UPHELD_SMTP_LISTEN", address, Address("127.0.0.1", 2525)),
            smtp=signing_in(
                reader.value("UPHELD_SMTP_URL", smtp_server, None), reader.value("UPHELD_SMTP_OAUTH", grant, None)
            ),
            mail_max_bytes=reader.value("UPHELD_MAIL_MAX_BYTES", whole(10_000, 1_000_000_000), 60 * 1024 * 1024),
            mail=MailEnvironment.read(reader.value),
            log=reader.value("UPHELD_LOG", log_form, "text"),
            debug=reader.value("UPHELD_DEBUG", yes_or_no, False),
            demo=reader.value("UPHELD_DEMO", yes_or_no, False),
            metrics_token=reader.value("UPHELD_METRICS_TOKEN", token, None),
            database_pool=reader.value("UPHELD_DATABASE_POOL", whole(0, 1000), 10),
            worker_jobs=reader.value("UPHELD_WORKER_JOBS", whole(1, 64), 4),
            stalled_after=reader.value("UPHELD_STALLED_AFTER", whole(2, 3600), 30),
        )
        chosen = environment.mail.provider
        reader.refuse_what_is_wrong(wrong_keys(chosen.name, chosen.keys) if chosen else "")
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

    def refuse_what_is_wrong(self, keys: str = "") -> None:
        if keys:
            self.problems["UPHELD_MAIL_PROVIDER_KEYS"] = keys
        if self.problems:
            raise EnvironmentRefused(self.problems)
