"""One step into a thread for each request; files and streams go out piece by piece."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import asgiref.testing
import pytest
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from upheld.config.asgi import Handler

Visitor: Any = asgiref.testing.ApplicationCommunicator  # not typed where it comes from
CLOSED: list[str] = []


def where(request: HttpRequest) -> HttpResponse:
    return HttpResponse(threading.current_thread().name)


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


def a_file(request: HttpRequest) -> HttpResponseBase:
    return FileResponse(BytesIO(b"x" * 200_000), filename="x.bin")


def ticks(request: HttpRequest) -> HttpResponseBase:
    async def forever() -> AsyncIterator[str]:
        try:
            while True:
                yield "data: tick\n\n"
                await asyncio.sleep(0.01)
        finally:
            CLOSED.append("stream")

    return StreamingHttpResponse(forever(), content_type="text/event-stream")


urlpatterns = [path("where", where), path("echo", echo), path("file", a_file), path("ticks", ticks)]


def visit(to: str, method: str = "GET", body: bytes = b"") -> Any:
    scope = {
        "type": "http",
        "method": method,
        "path": f"/{to}",
        "raw_path": f"/{to}".encode(),
        "query_string": b"",
        "headers": [(b"host", b"testserver"), (b"content-length", str(len(body)).encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
    }
    return Visitor(Handler(), scope)


async def whole(visitor: Any, body: bytes = b"") -> tuple[int, bytes, list[int]]:
    await visitor.send_input({"type": "http.request", "body": body, "more_body": False})
    start: dict[str, Any] = await visitor.receive_output(5)
    parts: list[bytes] = []
    while True:
        message = await visitor.receive_output(5)
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return int(start["status"]), b"".join(parts), [len(part) for part in parts]


@pytest.fixture(autouse=True)
def our_urls(db: None) -> Any:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_a_request_runs_in_one_of_our_threads() -> None:
    status, body, _ = asyncio.run(whole(visit("where")))
    assert status == 200
    assert body.startswith(b"request")


def test_a_body_arrives() -> None:
    with override_settings(MIDDLEWARE=[]):
        assert asyncio.run(whole(visit("echo", "POST", b"hello"), b"hello"))[:2] == (200, b"hello")


def test_a_file_goes_out_in_blocks(recwarn: pytest.WarningsRecorder) -> None:
    status, body, blocks = asyncio.run(whole(visit("file")))
    assert (status, len(body)) == (200, 200_000)
    assert len(blocks) > 3
    assert not [warning for warning in recwarn if "synchronous iterators" in str(warning.message)]


def test_a_stream_ends_when_the_browser_goes() -> None:
    async def look_and_leave() -> bytes:
        visitor = visit("ticks")
        await visitor.send_input({"type": "http.request", "body": b"", "more_body": False})
        await visitor.receive_output(5)
        first = await visitor.receive_output(5)
        await visitor.send_input({"type": "http.disconnect"})
        await visitor.wait(5)
        return bytes(first["body"])

    CLOSED.clear()
    assert asyncio.run(look_and_leave()) == b"data: tick\n\n"
    assert CLOSED == ["stream"]


def test_what_does_not_exist_is_404() -> None:
    assert asyncio.run(whole(visit("nowhere")))[0] == 404
