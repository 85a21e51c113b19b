"""Takes mail that is forwarded to the firm's address: a small part of SMTP (RFC 5321), for one kind of recipient, `in+TOKEN@domain`.

Relays nothing. A message is answered with 250 after it is committed, and with 451 when it cannot be now, so that the server that sends it
tries again and none is lost. What is of nobody the firm knows goes into the tray, for somebody sent it here on purpose. Connections, wrong
addresses, messages a minute and their size are limited; a line that does not end in CR LF is refused, for two servers that
disagree about the end of a message can be made to see one inside another.
"""

import asyncio
import hmac
import re
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from api.forwarded import take_forwarded
from api.output import complain, tell
from api.scrub import scrubbed
from api.wiring import Services
from store.errors import Invalid, TickmarkError
from workspace import sources
from workspace.scope import system_scope

PATIENCE = 120.0  # seconds for one line
LONGEST = 900.0  # seconds of one connection
CONNECTIONS = 20
A_MINUTE = 120  # messages of one address
WRONG = 5  # commands that are refused, then the connection ends
MESSAGES = 100  # of one connection
_LINE = 2048
_TEXT_LINE = 1_000_000
_RECIPIENTS = 20
_FROM = re.compile(r"FROM:\s*<[^<>\r\n]*>(?P<more>.*)", re.IGNORECASE)
_TO = re.compile(r"TO:\s*<(?P<address>[^<>\s]+@[^<>\s]+)>.*", re.IGNORECASE)
_SIZE = re.compile(r"\bSIZE=(\d+)", re.IGNORECASE)


class _Ended(Exception):
    """The connection is to end, after these words."""


class Receiver:
    """The receiver in a thread of its own. `port` is where it listens."""

    def __init__(self, services: Services, host: str, port: int, certificate: ssl.SSLContext | None) -> None:
        self.services, self.certificate = services, certificate
        self.most = services.settings.max_file_mb * 1_000_000
        self.host, self.port = host, port
        self._lock = threading.Lock()
        self._refs, self._loose = set[str](), False
        self._open: set[asyncio.Task[None]] = set()
        self._counts: dict[str, deque[float]] = {}
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="forwarded mail")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)

    def start(self) -> None:
        """Listen. Raises Invalid when the address cannot be had."""
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        except OSError as error:
            self.stop()
            raise Invalid(f"TICKMARK_SMTP_IN: {self.host}:{self.port} cannot be used ({error.strerror})") from None

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._met, self.host, self.port, limit=_TEXT_LINE)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Take nothing more; what is being filed is filed and answered."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._pool.shutdown()
        self._loop.close()

    async def _close(self) -> None:
        server = getattr(self, "_server", None)
        if server is not None:
            server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def is_open(self) -> bool:
        """Whether it takes mail."""
        return self._thread.is_alive()

    def news(self) -> tuple[set[str], bool]:
        """The clients that got mail, and whether the tray did, since it was asked last."""
        with self._lock:
            told = (self._refs, self._loose)
            self._refs, self._loose = set(), False
        return told

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        session = _Session(self, reader, writer, peer)
        try:
            if len(self._open) > CONNECTIONS:
                await session.say("421 4.7.0 too many connections, try again later")
            else:
                async with asyncio.timeout(LONGEST):
                    await session.talk()
        except _Ended as words:
            with suppress(OSError):
                await session.say(str(words))
        except (TimeoutError, OSError, EOFError, asyncio.LimitOverrunError, ValueError):
            pass
        except asyncio.CancelledError:
            with suppress(OSError):
                writer.write(b"421 4.3.2 closing\r\n")
        finally:
            self._open.discard(task)
            writer.close()

    def allows(self, peer: str) -> bool:
        """Whether one more message of this address fits into the minute."""
        now = monotonic()
        if len(self._counts) > 1000:
            self._counts = {one: times for one, times in self._counts.items() if times and now - times[-1] < 60}
        times = self._counts.setdefault(peer, deque())
        while times and now - times[0] > 60:
            times.popleft()
        if len(times) >= A_MINUTE:
            return False
        times.append(now)
        return True

    def find(self, address: str) -> str | None:
        """The source of a forwarding address; every token is compared, in constant time."""
        local, _, domain = address.lower().rpartition("@")
        prefix, plus, token = local.partition("+")
        with self.services.database.reading() as session:
            clock = self.services.clock
            scope = system_scope(session, "sources", now=clock.now(), today=clock.today())
            known = sources.receivers(scope, self.services.seal)
        found = None
        for source_id, (where, secret) in known.items():
            same = hmac.compare_digest(secret.encode(), token.encode("utf-8", "replace"))
            if same and where == domain and prefix == sources.PREFIX and plus:
                found = source_id
        return found

    def take(self, source_ids: set[str], data: bytes) -> None:
        """File a message and commit it."""
        refs, loose = take_forwarded(self.services, source_ids, data)
        with self._lock:
            self._refs |= refs
            self._loose = self._loose or loose

    async def beside(self, act: object, *arguments: object) -> object:
        """Run what waits for the records in a thread."""
        return await self._loop.run_in_executor(self._pool, act, *arguments)  # type: ignore[arg-type]


class _Session:
    """One connection."""

    def __init__(
        self, receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        self._receiver, self._reader, self._writer, self._peer = receiver, reader, writer, peer
        self._safe, self._wrong, self._messages = False, 0, 0
        self._greeted = False
        self._reset()

    def _reset(self) -> None:
        self._begun = False
        self._to = set[str]()

    async def say(self, line: str) -> None:
        """Answer; several lines where it holds line breaks."""
        *before, last = line.split("\n")
        told = "".join(f"{one[:3]}-{one[4:]}\r\n" for one in before) + last + "\r\n"
        self._writer.write(told.encode("ascii", "replace"))
        async with asyncio.timeout(PATIENCE):
            await self._writer.drain()

    async def _line(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self._reader.readuntil(b"\n")

    async def talk(self) -> None:
        """Answer until it ends."""
        await self.say("220 Tickmark takes forwarded mail")
        while True:
            line = await self._line()
            if len(line) > _LINE:
                raise _Ended("500 5.5.2 the line is too long")
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            answer = await self._answer(verb.upper(), rest.strip())
            if answer.startswith("5"):
                self._wrong += 1
                if self._wrong >= WRONG:
                    raise _Ended("421 4.7.0 too many errors")
            await self.say(answer)
            if answer.startswith("221"):
                return
            if answer.startswith("220"):
                await self._encrypt()

    async def _answer(self, verb: str, rest: str) -> str:
        match verb:
            case "EHLO" | "HELO":
                self._greeted = True
                self._reset()
                return self._hello(verb)
            case "NOOP":
                return "250 2.0.0 good"
            case "RSET":
                self._reset()
                return "250 2.0.0 good"
            case "QUIT":
                return "221 2.0.0 good bye"
            case "STARTTLS" if self._receiver.certificate and not self._safe:
                return "220 2.0.0 go ahead"
            case "MAIL":
                return self._mail(rest)
            case "RCPT":
                return await self._recipient(rest)
            case "DATA":
                return await self._data(rest)
            case "VRFY":
                return "252 2.5.0 nobody is named here"
            case _:
                return "502 5.5.1 that is not spoken here"

    def _hello(self, verb: str) -> str:
        if verb == "HELO":
            return "250 Tickmark"
        more = "250 STARTTLS\n" if self._receiver.certificate and not self._safe else ""
        return (
            f"250 Tickmark\n{more}250 PIPELINING\n250 ENHANCEDSTATUSCODES\n250 8BITMIME\n250 SIZE {self._receiver.most}"
        )

    def _mail(self, rest: str) -> str:
        found = _FROM.fullmatch(rest)
        if not self._greeted or self._begun:
            return "503 5.5.1 not now"
        if found is None:
            return "501 5.5.4 MAIL FROM:<address>"
        size = _SIZE.search(found["more"])
        if size and int(size[1][:15]) > self._receiver.most:
            return f"552 5.3.4 at most {self._receiver.most} bytes"
        if self._messages >= MESSAGES or not self._receiver.allows(self._peer):
            return "450 4.7.0 too many messages, try again in a minute"
        self._begun = True
        return "250 2.1.0 good"

    async def _recipient(self, rest: str) -> str:
        found = _TO.fullmatch(rest)
        if not self._begun:
            return "503 5.5.1 MAIL first"
        if found is None:
            return "501 5.5.4 RCPT TO:<address>"
        if len(self._to) >= _RECIPIENTS:
            return "452 4.5.3 too many recipients"
        try:
            source = await self._receiver.beside(self._receiver.find, found["address"])
        except (TickmarkError, SQLAlchemyError, OSError):
            return "451 4.3.0 try again later"
        if source is None:
            return "550 5.1.1 there is no such address here"
        self._to.add(str(source))
        return "250 2.1.5 good"

    async def _data(self, rest: str) -> str:
        if not self._to or rest:
            return "503 5.5.1 RCPT first"
        await self.say("354 end with a line that holds a full stop only")
        data, why = await self._message()
        to = self._to
        self._reset()
        self._messages += 1
        if why:
            return why
        try:
            # not ended with the connection: what was begun is filed, and answered where there is somebody to hear it
            await asyncio.shield(asyncio.ensure_future(self._receiver.beside(self._receiver.take, to, data)))
        except (TickmarkError, SQLAlchemyError, OSError) as error:
            complain(f"forwarded mail: {scrubbed(str(error))}")
            return "451 4.3.0 it could not be kept now, try again later"
        return "250 2.0.0 kept"

    async def _message(self) -> tuple[bytes, str]:
        """The message; or why it is not taken, after it was read to its end."""
        lines, size, bare = list[bytes](), 0, False
        while True:
            line = await self._line()
            if line == b".\r\n":
                break
            bare = bare or not line.endswith(b"\r\n")
            line = line[1:] if line.startswith(b".") else line
            size += len(line)
            if size <= self._receiver.most:
                lines.append(line)
        if bare:
            return b"", "554 5.6.0 a line must end in CR LF"
        if size > self._receiver.most:
            return b"", f"552 5.3.4 at most {self._receiver.most} bytes"
        return b"".join(lines), "" if size else "554 5.6.0 there is nothing in it"

    async def _encrypt(self) -> None:
        # what was sent before the encryption is nobody's word after it (CVE-2011-0411)
        if getattr(self._reader, "_buffer", b""):
            raise _Ended("501 5.5.4 wait for the answer to STARTTLS")
        assert self._receiver.certificate is not None
        await self._writer.start_tls(self._receiver.certificate)
        self._safe, self._greeted = True, False
        self._reset()


@contextmanager
def open_receiver(services: Services) -> Iterator[Receiver | None]:
    """Take forwarded mail as long as the block lasts; without TICKMARK_SMTP_IN nobody does. Raises Invalid for a setting that cannot be."""
    where = services.settings.smtp_in
    if where is None:
        yield None
        return
    host, _, port = where.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise Invalid("TICKMARK_SMTP_IN is host:port, such as 0.0.0.0:25")
    receiver = Receiver(services, host.strip("[]"), int(port), _certificate(services))
    receiver.start()
    tell(f"Forwarded mail is taken at {receiver.host}:{receiver.port}")
    try:
        yield receiver
    finally:
        receiver.stop()


def _certificate(services: Services) -> ssl.SSLContext | None:
    file = services.settings.smtp_in_cert
    if file is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(file)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(f"TICKMARK_SMTP_IN_CERT: {file} cannot be used ({error})") from None
    return context
