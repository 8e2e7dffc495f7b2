"""Files in a folder and in a bucket, and the scanner that looks at them first."""

from __future__ import annotations

import hashlib
import io
import re
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from upheld.channels import files, shelves
from upheld.channels.models import StoredFile
from upheld.channels.scanning import Infected, ScannerAway, scan
from upheld.config.shelves import Bucket, Scanner, bucket, scanner

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Objects(BaseHTTPRequestHandler):
    """As much of S3 as storing needs: PUT, HEAD, GET of objects, and uploads in parts."""

    kept: dict[str, bytes]
    parts: dict[str, bytes]
    is_away = False
    protocol_version = "HTTP/1.1"

    def _answer(self, status: int, body: bytes = b"", **fields: str) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in fields:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            sizes = re.finditer(rb"(?m)^([0-9a-f]+)[^\r\n]*\r\n", data)
            data = b"".join(data[size.end() : size.end() + int(size[1], 16)] for size in sizes)
        path, _, query = self.path.partition("?")
        if self.is_away:
            return self._answer(503)
        number = re.search(r"partNumber=(\d+)", query)
        if number:
            self.parts[f"{path} {int(number[1]):05}"] = data
        else:
            self.kept[path] = data
        return self._answer(200, ETag='"x"')

    def do_POST(self) -> None:
        path, _, query = self.path.partition("?")
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "uploads" in query:
            return self._answer(200, b"<R><UploadId>1</UploadId></R>", Content_Type="application/xml")
        self.kept[path] = b"".join(data for key, data in sorted(self.parts.items()) if key.startswith(path + " "))
        return self._answer(200, b"<R><ETag>x</ETag></R>", Content_Type="application/xml")

    def do_HEAD(self) -> None:
        found = self.kept.get(self.path)
        if self.is_away or found is None:
            return self._answer(503 if self.is_away else 404)
        return self._answer(
            200, Content_Length=str(len(found)), ETag='"x"', Last_Modified="Mon, 02 Mar 2026 10:00:00 GMT"
        )

    def do_GET(self) -> None:
        found = self.kept.get(self.path)
        return self._answer(404) if found is None else self._answer(200, found, ETag='"x"')

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def objects(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Objects]]:
    handler = type("OfThisTest", (Objects,), {"kept": {}, "parts": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    where = bucket(f"s3://desk/files?endpoint=http://127.0.0.1:{server.server_port}&region=eu-central-1")
    settings.MEDIA_ROOT, settings.UPHELD_FILES = tmp_path, where
    settings.STORAGES = {**settings.STORAGES, shelves.IN_A_BUCKET: where.storage}
    yield handler
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
def test_a_file_in_a_bucket_is_kept_once_and_read_again(objects: type[Objects], tmp_path: Path) -> None:
    pytest.importorskip("storages")
    stored = files.store(b"words")
    assert files.store(io.BytesIO(b"words")).pk == stored.pk
    assert objects.kept == {f"/desk/files/{stored.path}": b"words"}
    with files.open_stored(stored) as opened:
        assert opened.read() == b"words"
    large = bytes(9_000_000)
    row = files.store(io.BytesIO(large))
    assert hashlib.sha256(objects.kept[f"/desk/files/{row.path}"]).hexdigest() == row.sha256
    assert not list(tmp_path.iterdir())


@pytest.mark.django_db
def test_a_bucket_that_cannot_be_reached_is_trouble_that_passes(objects: type[Objects]) -> None:
    pytest.importorskip("storages")
    objects.is_away = True
    with pytest.raises(OSError, match="files could not be reached"):
        files.store(b"words")
    assert not StoredFile.objects.exists()
    objects.is_away = False
    with pytest.raises(FileNotFoundError):
        files.open_stored(StoredFile(sha256="0" * 64, size=1)).read()


def test_where_files_lie_is_read_from_one_line() -> None:
    assert bucket("s3://b/a/c?region=x") == Bucket("b", "a/c", "", "x")
    assert bucket("s3://b").storage["OPTIONS"]["default_acl"] is None
    for wrong in ("b", "s3://", "s3://b?acl=public-read", "s3://b?endpoint=ftp://x"):
        with pytest.raises(ValueError, match=r"s3://|endpoint"):
            bucket(wrong)
    assert scanner("/run/clamd.sock") == Scanner(socket="/run/clamd.sock")
    assert scanner("clamd:3310") == Scanner("clamd", 3310)
    with pytest.raises(ValueError, match="neither"):
        scanner("clamd")


class Clamd(socketserver.BaseRequestHandler):
    """Answers INSTREAM as clamd does: by what is in the stream, or as it is told."""

    says = ""

    def handle(self) -> None:
        stream = self.request.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack(">L", stream.read(4))[0]:
            data += stream.read(size)
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
        self.request.sendall(self.says.encode() or found)


Telling = Callable[[str], None]


@pytest.fixture
def clamd(settings: LazySettings) -> Iterator[Telling]:
    handler = type("OfThisTest", (Clamd,), {})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.UPHELD_CLAMD = Scanner("127.0.0.1", server.server_address[1])
        yield lambda says: setattr(handler, "says", says)
        server.shutdown()


def test_the_scanner_is_asked_by_port_and_by_socket(clamd: Telling, settings: LazySettings, tmp_path: Path) -> None:
    scan(b"words" * 200_000)
    with pytest.raises(Infected, match="Eicar-Test-Signature"):
        scan(io.BytesIO(b"a" * 300_000 + EICAR))
    clamd("INSTREAM size limit exceeded. ERROR")
    with pytest.raises(ScannerAway, match="size limit"):
        scan(b"words")
    path = str(tmp_path / "clamd.sock")
    with socketserver.ThreadingUnixStreamServer(path, type("Other", (Clamd,), {})) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.UPHELD_CLAMD = Scanner(socket=path)
        scan(b"words")
        server.shutdown()
    settings.UPHELD_CLAMD = Scanner("127.0.0.1", 1)
    with pytest.raises(ScannerAway, match="does not answer"):
        scan(b"words")
    settings.UPHELD_CLAMD = None
    scan(EICAR)
