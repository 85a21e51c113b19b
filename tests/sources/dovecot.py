"""A real IMAP server for tests: Dovecot of the machine, as a normal user, over folders of messages that the test writes; and a line to it
that can be cut."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

SERVER = Path("/usr/sbin/dovecot")
needs_dovecot = pytest.mark.skipif(
    not SERVER.exists(), reason="/usr/sbin/dovecot is not here: apt-get install dovecot-imapd"
)
PASSWORD = "app-password"
_CONFIG = """
base_dir = {root}/run
state_dir = {root}/state
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{root}/server.pem
ssl_key = <{root}/server.key
disable_plaintext_auth = no
log_path = {root}/log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{root}/mail/%n
first_valid_uid = 0
auth_mechanisms = plain xoauth2
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={password} allow_nets=127.0.0.1
}}
passdb {{
  driver = static
  mechanisms = xoauth2
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {secure}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
}}
"""


@dataclass
class Dovecot:
    """The server, listening at `port` and with TLS at `secure`, by a certificate for localhost that `authority` signed. A mailbox is a
    folder of maildir below `mail`."""

    root: Path
    port: int
    secure: int
    uid: int
    gid: int

    @property
    def authority(self) -> Path:
        """The certificate of who signed the server's."""
        return self.root / "authority.pem"

    def put(self, box: str, folder: str, messages: dict[str, bytes]) -> None:
        """Put messages into a folder by file name; "" is the inbox. They count as not yet seen."""
        home = self.root / "mail" / box
        place = home / f".{folder.replace('/', '.')}" if folder else home
        for part in ("cur", "new", "tmp"):
            (place / part).mkdir(parents=True, exist_ok=True)
        for name, data in messages.items():
            (place / "new" / name).write_bytes(data)
        for path in (self.root / "mail", home, place, *place.iterdir(), *(place / "new").iterdir()):
            os.chown(path, self.uid, self.gid)

    def files(self, box: str) -> list[str]:
        """Every message's file with its flags, without its folder."""
        return sorted(path.name for path in (self.root / "mail" / box).rglob("*") if path.parent.name in ("cur", "new"))

    def rename(self, box: str, folder: str, to: str) -> None:
        """Move a folder."""
        home = self.root / "mail" / box
        (home / f".{folder}").rename(home / f".{to}")

    def renumber(self, box: str, folder: str = "") -> None:
        """Forget the numbers of a folder's messages, so that all get new ones."""
        home = self.root / "mail" / box
        place = home / f".{folder}" if folder else home
        for file in place.glob("dovecot*"):
            if file.is_file():
                file.unlink()


@contextmanager
def running() -> Iterator[Dovecot]:
    """Dovecot in a folder of its own, as nobody where the tests run as root."""
    user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    import grp

    root = Path(tempfile.mkdtemp(prefix="dovecot"))
    server: subprocess.Popen[Any] | None = None
    try:
        root.chmod(0o755)
        for part in ("run", "state", "mail"):
            (root / part).mkdir()
            os.chown(root / part, user.pw_uid, user.pw_gid)
        os.chown(root, user.pw_uid, user.pw_gid)
        port, secure = _free_port(), _free_port()
        _certify(root)
        values = {
            "user": user.pw_name,
            "group": grp.getgrgid(user.pw_gid).gr_name,
            "uid": user.pw_uid,
            "gid": user.pw_gid,
        }
        config = _CONFIG.format(root=root, port=port, secure=secure, password=PASSWORD, **values)
        (root / "dovecot.conf").write_text(config)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        server = started = subprocess.Popen([str(SERVER), "-F", "-c", str(root / "dovecot.conf")], **as_user)  # type: ignore[call-overload]
        _until_it_answers(port, started, root)
        yield Dovecot(root, port, secure, user.pw_uid, user.pw_gid)
    finally:
        if server is not None:
            server.terminate()
            server.wait(20)
        shutil.rmtree(root, ignore_errors=True)


def _certify(root: Path) -> None:
    """An authority of the test's own, and a certificate for localhost that it signed."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.now(UTC)

    def certificate(name: str, key: Any, issuer: str, by: Any, *more: tuple[Any, bool]) -> Any:
        whole = x509.CertificateBuilder(
            issuer_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]),
            subject_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]),
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=now - timedelta(days=1),
            not_valid_after=now + timedelta(days=1),
        )
        for extension, critical in more:
            whole = whole.add_extension(extension, critical)
        return whole.sign(by, hashes.SHA256())

    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_of = certificate(
        "Test authority",
        authority,
        "Test authority",
        authority,
        (x509.BasicConstraints(ca=True, path_length=None), True),
    )
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    served = certificate("localhost", own, "Test authority", authority, (names, False))
    pem = serialization.Encoding.PEM
    (root / "authority.pem").write_bytes(root_of.public_bytes(pem))
    (root / "server.pem").write_bytes(served.public_bytes(pem))
    secret = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (root / "server.key").write_bytes(secret)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _until_it_answers(port: int, server: "subprocess.Popen[Any]", root: Path) -> None:
    wait = threading.Event()
    for _ in range(200):
        if server.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as line:
            if line.recv(4) == b"* OK":
                return
        wait.wait(0.05)
    log = (root / "log").read_text() if (root / "log").exists() else ""
    raise RuntimeError(f"dovecot does not answer: {log[-2000:]}")


@dataclass
class Line:
    """A line to a server that ends after as many bytes from it as `length` says, None for never. `cuts` counts."""

    to: int
    length: Callable[[], int | None]
    port: int = 0
    cuts: int = 0
    sent: list[bytes] = field(default_factory=list[bytes])


@contextmanager
def line_to(port: int, length: Callable[[], int | None]) -> Iterator[Line]:
    """A line on this machine to a port of it."""
    door = socket.create_server(("127.0.0.1", 0))
    line = Line(port, length, door.getsockname()[1])
    threading.Thread(target=_accept, args=(door, line), daemon=True).start()
    try:
        yield line
    finally:
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
        door.close()


def _accept(door: socket.socket, line: Line) -> None:
    while True:
        try:
            near, _ = door.accept()
        except OSError:
            return
        far = socket.create_connection(("127.0.0.1", line.to))
        threading.Thread(target=_pass_on, args=(near, far, line, False), daemon=True).start()
        threading.Thread(target=_pass_on, args=(far, near, line, True), daemon=True).start()


def _pass_on(source: socket.socket, to: socket.socket, line: Line, counted: bool) -> None:
    left = line.length() if counted else None
    with suppress(OSError):
        while data := source.recv(16_384):
            if not counted:
                line.sent.append(data)
            if left is not None:
                if len(data) > left:
                    to.sendall(data[:left])
                    line.cuts += 1
                    break
                left -= len(data)
            to.sendall(data)
    for one in (source, to):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def now_and_then(seed: int, least: int, most: int) -> Callable[[], int]:
    """Lengths at random."""
    random = Random(seed)
    return lambda: random.randint(least, most)
