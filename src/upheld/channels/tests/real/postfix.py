"""A Postfix of the test's own on loopback, which hands on what it takes: to us, or for us. Needs root, as Postfix does."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROGRAM: Final = shutil.which("postfix") or ("/usr/sbin/postfix" if Path("/usr/sbin/postfix").exists() else None)
CAN_RUN: Final = PROGRAM is not None and os.getuid() == 0

MAIN: Final = """
compatibility_level = 3.6
maillog_file = /dev/stdout
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example
mydestination =
local_recipient_maps =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = {way}:[127.0.0.1]:{port}
relay_transport = {way}:[127.0.0.1]:{port}
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
message_size_limit = 0
alias_maps =
alias_database =
smtpd_tls_security_level = none
smtp_tls_security_level = none
smtp_host_lookup = native
disable_dns_lookups = yes
"""
MASTER: Final = """
127.0.0.1:{listen} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass
class Postfix:
    """`port` is where it takes mail."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(PROGRAM), "-c", str(self.folder / "etc"), "start-fg"],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as line:
                if line.recv(100).startswith(b"220"):
                    return
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text()[-3000:])

    def stop(self) -> None:
        """Its master makes a session of its own, so that no signal to whoever began it would reach it."""
        if self.process is not None:
            with suppress(OSError, ValueError):
                os.killpg(int((self.folder / "queue" / "pid" / "master.pid").read_text()), signal.SIGKILL)
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)
            self.process = None

    def flush(self) -> None:
        """Try now what waits."""
        subprocess.run([str(PROGRAM), "-c", str(self.folder / "etc"), "flush"], check=False, capture_output=True)

    def waiting(self) -> int:
        """How many mails are in its queue."""
        queue = self.folder / "queue"
        names = ("incoming", "active", "deferred")
        return sum(one.is_file() for name in names if (queue / name).exists() for one in (queue / name).rglob("*"))


@contextmanager
def postfix(to_port: int, *, way: str = "smtp") -> Iterator[Postfix]:
    """Hands all that it takes to a port of loopback, by `smtp` or `lmtp`."""
    owner = pwd.getpwnam("postfix")
    with tempfile.TemporaryDirectory(prefix="upheld-postfix-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with socket.create_server(("127.0.0.1", 0)) as free:
            listen = free.getsockname()[1]
        for name in ("etc", "queue", "data"):
            (folder / name).mkdir()
        os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
        (folder / "etc" / "main.cf").write_text(MAIN.format(folder=folder, way=way, port=to_port))
        (folder / "etc" / "master.cf").write_text(MASTER.format(listen=listen))
        server = Postfix(folder, listen)
        server.start()
        try:
            yield server
        finally:
            server.stop()
