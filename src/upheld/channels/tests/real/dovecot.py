"""A Dovecot of the test's own, on a free port of loopback, with mailboxes in a folder, one for each user who asks."""

from __future__ import annotations

import grp
import imaplib
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

PROGRAM: Final = shutil.which("dovecot") or ("/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else None)
USER, PASSWORD = "support", "the-password-of-the-mailbox"

SETTINGS: Final = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_login_user = {login}
default_internal_user = {login}
default_internal_group = {group}
mail_location = maildir:{folder}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = {uid}
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
namespace inbox {{
  inbox = yes
  mailbox Done {{
    auto = create
  }}
}}
"""


@dataclass
class Dovecot:
    """`folder` holds its mail; `port` is where it listens, also after it was ended and begun again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(PROGRAM), "-F", "-c", str(self.folder / "dovecot.conf")], stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            with suppress(OSError, imaplib.IMAP4.error), self.client():
                return
            time.sleep(0.05)
        raise AssertionError(
            (self.folder / "log").read_text() if (self.folder / "log").exists() else "it did not start"
        )

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(10)
            self.process = None

    @contextmanager
    def client(self, user: str = USER) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        try:
            client.login(user, PASSWORD)
            yield client
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                client.logout()

    def put(self, raw: bytes, *, folder: str = "INBOX", flags: str = "", user: str = USER) -> None:
        with self.client(user) as client:
            answer, _ = client.append(folder, flags, "", raw)
            assert answer == "OK"

    def held(self, folder: str = "INBOX", *, user: str = USER) -> list[str]:
        """The flags of each mail in the folder."""
        with self.client(user) as client:
            client.select(folder, readonly=True)
            _, (numbers, *_) = client.search(None, "ALL")
            found = client.fetch("1:*", "(FLAGS)")[1] if numbers else []
            return [str(one) for one in found if one]

    def number_anew(self) -> None:
        """What a server does that was restored or moved: the same mails under other numbers."""
        self.stop()
        for index in (self.folder / "mail" / USER).glob("dovecot*"):
            index.unlink()
        time.sleep(1.1)  # its numbering is a time in seconds
        self.start()


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """In a folder of its own: pytest's folders are nobody else's to enter, and where the tests are root it is somebody else."""
    owner = pwd.getpwnam("mail") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    with tempfile.TemporaryDirectory(prefix="upheld-dovecot-") as made, socket.create_server(("127.0.0.1", 0)) as free:
        folder, port = Path(made), free.getsockname()[1]
        free.close()
        folder.chmod(0o755)
        text = SETTINGS.format(
            folder=folder, port=port, password=PASSWORD, uid=owner.pw_uid, gid=owner.pw_gid, login=owner.pw_name,
            group=grp.getgrgid(owner.pw_gid).gr_name,
        )  # fmt: skip
        (folder / "dovecot.conf").write_text(text)
        for name in ("run", "state", "mail", "home"):
            (folder / name).mkdir()
            if os.getuid() == 0:
                os.chown(folder / name, owner.pw_uid, owner.pw_gid)
        server = Dovecot(folder, port)
        server.start()
        try:
            yield server
        finally:
            server.stop()
