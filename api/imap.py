"""The door to a mailbox by IMAP (RFC 3501): folders, numbers of messages, headers, messages. Reads only.

Folders are opened by EXAMINE and messages fetched by BODY.PEEK: nothing is marked as read. A server is on the public internet, or
one that the operator named (TICKMARK_IMAP_INSIDE); its name is looked up once and that address is connected to. Without encryption only
this machine is asked. Every wait ends after PATIENCE seconds, and nothing larger than was asked for is taken into memory.
"""

import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from api.guard import resolved
from store.errors import Conflict, Invalid, TickmarkError
from workspace.platform.addresses import is_loopback_name
from workspace.sources import Access

PATIENCE = 60.0
_LINE = 32_000_000  # bytes of one line: the numbers of four million messages
_HEAD = 32_000_000
_HEADERS = "BODY.PEEK[HEADER.FIELDS (FROM TO CC DATE MESSAGE-ID)]"
_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?P<between>"(?:\\.|[^"\\])*"|NIL) (?P<name>.*)', re.DOTALL)
_UID, _SIZE = re.compile(rb"\bUID (\d+)"), re.compile(rb"\bRFC822\.SIZE (\d+)")
_SKIPPED = {b"\\noselect", b"\\nonexistent", b"\\junk", b"\\trash", b"\\drafts"}


class Cut(TickmarkError):
    """The connection ended or the server gave no good answer; to be tried again."""

    status = 502


@dataclass(frozen=True)
class Standing:
    """How a folder stands: the numbering of its messages, the number that the next one gets, its changes (0 where they are not counted)."""

    validity: int
    next: int
    modseq: int = 0


@dataclass(frozen=True)
class Head:
    """A message that was not fetched yet: its number, its size in bytes, some of its headers."""

    uid: int
    size: int
    data: bytes


class _Line(imaplib.IMAP4):
    """A connection to one address that was judged; the name is for the certificate only."""

    def __init__(self, host: str, port: int, address: str, secure: bool) -> None:
        self._address, self._secure = address, secure
        self.most = _HEAD
        super().__init__(host, port, PATIENCE)

    def _create_socket(self, timeout: float | None) -> Any:
        plain = socket.create_connection((self._address, self.port), timeout)
        return tls_context().wrap_socket(plain, server_hostname=self.host) if self._secure else plain

    def read(self, size: int) -> bytes:
        if size > self.most:
            raise self.abort(f"the server sends {size:,} bytes where fewer were asked for")
        return super().read(size)

    def readline(self) -> bytes:
        line = bytes(self.file.readline(_LINE + 1))  # type: ignore[arg-type]
        if len(line) > _LINE:
            raise self.abort("the server sends a line without an end")
        return line


def tls_context() -> ssl.SSLContext:
    """Certificates are looked at; nothing older than TLS 1.2."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def open_mailbox(way: Access, inside: Sequence[str]) -> Iterator["Mailbox"]:
    """A mailbox, signed in. `inside` are hosts of the firm's own network. Raises Invalid where nothing may be asked, Conflict for a refused
    sign-in, Cut where the connection ends."""
    line: _Line | None = None
    try:
        with _worded(way.host):
            line = _connected(way, inside)
            _sign_in(line, way)
        yield Mailbox(line, way.host)
    finally:
        if line is not None:
            with suppress(OSError, EOFError, imaplib.IMAP4.error):
                line.logout()
            with suppress(OSError):
                line.shutdown()


@contextmanager
def _worded(host: str) -> Iterator[None]:
    """What goes wrong on the way to a server, in words."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Conflict(
            f"the certificate of {host} is not good ({error.verify_message}); check the server's name"
        ) from None
    except TimeoutError:
        raise Cut(f"{host} gave no answer within {PATIENCE:.0f} seconds") from None
    except (OSError, EOFError, imaplib.IMAP4.error) as error:
        raise Cut(f"the connection to {host} ended: {_said(error)}") from None


def _connected(way: Access, inside: Sequence[str]) -> _Line:
    loopback = is_loopback_name(way.host)
    if way.security == "plain" and not loopback:
        raise Invalid(f"{way.host} is asked with encryption only: choose tls or starttls")
    address = _inside(way) if way.host in inside else resolved(way.host, way.port, loopback=False)
    line = _Line(way.host, way.port, address, way.security == "tls")
    if way.security == "starttls":
        line.starttls(tls_context())
    return line


def _inside(way: Access) -> str:
    try:
        return str(socket.getaddrinfo(way.host, way.port, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        raise Cut(f"{way.host} is not known to the name service") from None


def _sign_in(line: _Line, way: Access) -> None:
    if not way.secret:
        raise Conflict("the password cannot be opened with the keys of this home; give it again")
    try:
        if way.method == "token":
            # https://developers.google.com/workspace/gmail/imap/xoauth2-protocol; a refusal comes as a challenge, answered by nothing
            answers = iter([f"user={way.user}\x01auth=Bearer {way.secret}\x01\x01".encode()])
            line.authenticate("XOAUTH2", lambda _: next(answers, b""))
        elif way.user.isascii() and way.secret.isascii():
            line.login(_quoted(way.user), way.secret)
        else:
            line.authenticate("PLAIN", lambda _: f"\0{way.user}\0{way.secret}".encode())
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise Conflict(_refused(way, str(error))) from None


def _refused(way: Access, said: str) -> str:
    if "UNAVAILABLE" in said.upper() or "INUSE" in said.upper():
        raise Cut(f"{way.host} cannot sign anybody in now")
    if way.method == "token":
        return f"{way.host} refused the token for {way.user}: it has ended or is for something else; give a new one"
    return (
        f"{way.host} refused the password for {way.user}: give it again; where sign-in needs two steps, make an app password for "
        "Tickmark and give that"
    )


class Mailbox:
    """A mailbox that is open. Every method raises Cut when the connection ends or the server says no."""

    def __init__(self, line: _Line, host: str) -> None:
        self._line, self._host = line, host
        self._counts = "CONDSTORE" in line.capabilities

    def folders(self) -> list[str]:
        """The names of the folders that hold mail, as the server writes them: not its bin, its spam, its drafts. Where one folder holds
        all mail, that one."""
        found: list[str] = []
        for flags, name in self._listed():
            if b"\\all" in flags:
                return [name]
            if not flags & _SKIPPED and name.isprintable():
                found.append(name)
        return sorted(set(found), key=lambda name: (name.upper() != "INBOX", name))

    def _listed(self) -> Iterator[tuple[set[bytes], str]]:
        for row in self._good(self._line.list, '""', "*"):
            match = _LISTED.fullmatch(row[0] if isinstance(row, tuple) else row or b"")
            if match is not None:
                # a name comes bare, in quotes, or as a literal after its head
                name = row[1] if isinstance(row, tuple) else _unquoted(match["name"])
                yield {flag.lower() for flag in match["flags"].split()}, name.decode("utf-8", "replace")

    def standing(self, folder: str) -> Standing:
        """How a folder stands, without opening it."""
        asked = "(UIDVALIDITY UIDNEXT HIGHESTMODSEQ)" if self._counts else "(UIDVALIDITY UIDNEXT)"
        row = self._good(self._line.status, _quoted(folder).encode(), asked)[-1]
        # where the folder's name came as a literal, the figures come after it
        told = b" ".join(row) if isinstance(row, tuple) else row or b""
        validity, after, modseq = (
            _number(name + rb" (\d+)", told) for name in (b"UIDVALIDITY", b"UIDNEXT", b"HIGHESTMODSEQ")
        )
        return Standing(validity, after, modseq)

    def open(self, folder: str) -> None:
        """Open a folder to read only."""
        self._good(self._line.select, _quoted(folder).encode(), True)

    def numbers(self, asked: str) -> list[int]:
        """The numbers of the messages that the search finds, ascending."""
        rows = self._good(self._line.uid, "SEARCH", asked)
        return sorted({int(one) for row in rows if row for one in row.split()})

    def search_address(self, address: str, last: int) -> list[int]:
        """The messages up to `last` that are from or to an address."""
        if last < 1 or not (address.isascii() and address.isprintable()):
            return []
        quoted = _quoted(address)
        return self.numbers(f"UID 1:{last} (OR FROM {quoted} OR TO {quoted} CC {quoted})")

    def heads(self, uids: Sequence[int]) -> list[Head]:
        """Size and headers of messages, ascending; those that are gone are left out."""
        self._line.most = _HEAD
        found = self._fetched(uids, f"(UID RFC822.SIZE {_HEADERS})")
        return [Head(uid, _number(_SIZE, told), data) for uid, told, data in found]

    def messages(self, heads: Sequence[Head]) -> dict[int, bytes]:
        """Whole messages by number; those that are gone are left out."""
        self._line.most = max((head.size for head in heads), default=0) * 2 + _HEAD
        return {uid: data for uid, _, data in self._fetched([head.uid for head in heads], "(UID BODY.PEEK[])")}

    def _fetched(self, uids: Sequence[int], what: str) -> list[tuple[int, bytes, bytes]]:
        rows = self._good(self._line.uid, "FETCH", ranges(uids), what)
        found: dict[int, tuple[int, bytes, bytes]] = {}
        for n, row in enumerate(rows):
            if isinstance(row, tuple):
                after = rows[n + 1] if n + 1 < len(rows) and isinstance(rows[n + 1], bytes) else b""
                told, data = row[0] + b" " + after, row[1]
            elif row and b"BODY[" in row:  # a message without any of these headers may come without a literal
                told, data = row, b""
            else:
                continue
            uid = _number(_UID, told)
            found[uid] = (uid, told, data)
        missing = set(uids) - set(found)
        if missing and set(self.numbers(f"UID {ranges(sorted(missing))}")) & missing:
            raise Cut(f"{self._host} left out messages that are there")
        return [found[uid] for uid in uids if uid in found]

    def _good(self, act: Callable[..., tuple[str, list[Any]]], *arguments: Any) -> list[Any]:
        with _worded(self._host):
            told, rows = act(*arguments)
            if told != "OK":
                raise imaplib.IMAP4.error(_text(rows[0] if rows else b""))
        return rows


def ranges(uids: Iterable[int]) -> str:
    """Numbers as a set of RFC 3501: `1:3,7`."""
    found: list[list[int]] = []
    for uid in uids:
        if found and uid == found[-1][1] + 1:
            found[-1][1] = uid
        else:
            found.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in found)


def folder_name(written: str) -> str:
    """A folder's name in words: IMAP writes what is not ASCII in a UTF-7 of its own (RFC 3501, 5.1.3)."""

    def words(match: re.Match[str]) -> str:
        coded = match[1].replace(",", "/")
        return f"+{coded}-".encode().decode("utf-7", "replace") if coded else "&"

    return re.sub(r"&([A-Za-z0-9+,]*)-", words, written)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unquoted(name: bytes) -> bytes:
    return re.sub(rb"\\(.)", rb"\1", name[1:-1]) if name[:1] == b'"' else name


def _number(pattern: "bytes | re.Pattern[bytes]", told: bytes) -> int:
    found = re.search(pattern, told)
    return int(found[1]) if found else 0


def _text(row: Any) -> str:
    return row.decode("utf-8", "replace") if isinstance(row, bytes) else str(row)


def _said(error: Exception) -> str:
    told = " ".join(_text(error.args[0] if error.args else "").split())[:200]
    return told or type(error).__name__
