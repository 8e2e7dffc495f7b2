"""Mailgun by its address for whole messages: the bytes leave as they are, to those who are named beside them."""

from __future__ import annotations

from typing import Any

from anymail.backends.mailgun import EmailBackend, MailgunPayload


class Backend(EmailBackend):  # type: ignore[misc]
    def build_message_payload(self, message: Any, defaults: Any) -> Any:
        return _Payload(message, defaults, self)


class _Payload(MailgunPayload):  # type: ignore[misc]
    """No copy and no link is changed: a signature that was made before holds."""

    def get_api_endpoint(self) -> str:
        return f"{super().get_api_endpoint()}.mime"

    def serialize_data(self) -> dict[str, Any]:
        written = super().serialize_data()
        self.files = [("message", ("message.mime", self.message.raw, "message/rfc822"))]
        numbers = {name: value for name, value in written.items() if name.startswith("v:")}
        return {"to": written["to"], "o:tracking": "no", **numbers}
