"""Amazon SES (version 2 of its interface) with the bytes as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anymail.backends.amazon_ses import AmazonSESV2SendEmailPayload, EmailBackend

from upheld.channels.mail.amazon import client
from upheld.channels.mail.outgoing.backends import NUMBER, PATIENCE


def connection(keys: Mapping[str, str]) -> Any:
    """Tries once: whether a second try may be the second mail is for us to know."""
    config = {
        "connect_timeout": PATIENCE[0],
        "read_timeout": PATIENCE[1],
        "retries": {"total_max_attempts": 1, "mode": "standard"},
    }
    names = {
        "region": "region_name",
        "access_key": "aws_access_key_id",
        "secret_key": "aws_secret_access_key",
        "ses_endpoint": "endpoint_url",
    }
    given = {names[key]: value for key, value in keys.items() if key in names}
    return Backend(
        client_params={**given, "config": config}, configuration_set_name=keys.get("configuration_set") or None
    )


class Backend(EmailBackend):  # type: ignore[misc]
    client: Any

    def open(self) -> bool:
        if self.client is not None:
            return False
        self.client = client("sesv2", **self.client_params)
        return True

    def build_message_payload(self, message: Any, defaults: Any) -> Any:
        return _Payload(message, defaults, self)


class _Payload(AmazonSESV2SendEmailPayload):  # type: ignore[misc]
    def generate_raw_message(self) -> bytes:
        raw: bytes = self.message.raw
        return raw

    def set_metadata(self, metadata: Mapping[str, str]) -> None:
        """Beside the mail and not in it."""
        self.params.setdefault("EmailTags", []).append({"Name": NUMBER, "Value": metadata["mail"]})
