"""Where files are kept, and who looks at them first, as the environment says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from upheld.config.values import port


@dataclass(frozen=True, slots=True)
class Bucket:
    """Files in S3, or in what speaks like it. Keys of access come from the usual AWS variables, or from the machine's role."""

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""

    @property
    def storage(self) -> dict[str, Any]:
        """As Django has it in STORAGES. Nothing is public; nothing gets other bytes, since its name is its content."""
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": self.name,
                "location": self.prefix,
                "endpoint_url": self.endpoint or None,
                "region_name": self.region or None,
                "default_acl": None,
                "file_overwrite": True,
                "querystring_auth": True,
            },
        }


@dataclass(frozen=True, slots=True)
class Scanner:
    """Where clamd listens: a host and port, or the path of its socket."""

    host: str = ""
    port: int = 0
    socket: str = ""


def bucket(text: str) -> Bucket:
    parts = urlsplit(text)
    options = dict(parse_qsl(parts.query))
    unknown = options.keys() - {"endpoint", "region"}
    if parts.scheme != "s3" or not parts.netloc or unknown:
        raise ValueError("it is not s3://bucket/prefix?endpoint=https://…&region=…")
    endpoint = options.get("endpoint", "")
    if endpoint and urlsplit(endpoint).scheme not in ("http", "https"):
        raise ValueError("its endpoint does not begin with https://")
    return Bucket(parts.netloc, unquote(parts.path.strip("/")), endpoint, options.get("region", ""))


def scanner(text: str) -> Scanner:
    if text.startswith("/"):
        return Scanner(socket=text)
    host, colon, _ = text.rpartition(":")
    if not colon or not host:
        raise ValueError("it is neither host:port nor the path of a socket")
    return Scanner(host.strip("[]"), port(text, 3310))
