"""Hosts: network namespaces on one bridge, where a network can be cut; or processes of this machine, where one can only be held still."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from store.errors import Busy

_BRIDGE, _NET = "tmfleet", "10.77.0"
NAMES = ("web", "worker-1", "worker-2")
_OWNER = Path("/run/tickmark-fleet.run")
"""Says whose namespaces these are: one rig at a time has them."""

Process = subprocess.Popen[bytes]


@dataclass
class Host:
    """One of the machines. `namespace` None: it is this one. `running` by the names that its processes were started under."""

    name: str
    namespace: str | None
    running: dict[str, Process] = field(default_factory=dict[str, Process], repr=False)

    def start(self, name: str, words: Sequence[str], environment: Mapping[str, str], log: Path, at: Path) -> None:
        """Run a command there from the folder `at`, until it ends or is stopped; what it says goes to the log."""
        with log.open("ab") as out:
            self.running[name] = subprocess.Popen(
                self.inside(words), env=dict(environment), stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=at
            )

    def inside(self, words: Sequence[str]) -> list[str]:
        """A command as this machine has to say it to be run there."""
        return [*(["ip", "netns", "exec", self.namespace] if self.namespace else []), *words]

    def end(self, name: str, number: int = signal.SIGTERM, patience: float = 630) -> int | None:
        """End what runs there under a name; its exit status, None where nothing ran."""
        process = self.running.pop(name, None)
        if process is None:
            return None
        process.send_signal(signal.SIGCONT)
        process.send_signal(number)
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def cut(self) -> None:
        """Take its network away; on this machine hold its processes still, of which the others hear as little."""
        if self.namespace:
            _ip("link", "set", f"tm-{self.name}", "down")
        for process in self.running.values() if not self.namespace else ():
            process.send_signal(signal.SIGSTOP)

    def mend(self) -> None:
        """Give it back."""
        if self.namespace:
            _ip("link", "set", f"tm-{self.name}", "up")
        for process in self.running.values() if not self.namespace else ():
            process.send_signal(signal.SIGCONT)


@dataclass(frozen=True)
class Network:
    """The hosts, and the address at which what they share listens. `real`: they are namespaces."""

    hosts: Mapping[str, Host]
    address: str
    real: bool


@contextmanager
def open_network(run: str) -> Iterator[Network]:
    """The hosts of a run for as long as the block lasts; what still runs on them is killed at its end."""
    real = os.geteuid() == 0 and shutil.which("ip") is not None and _made(run)
    hosts = {name: Host(name, f"tm-{name}" if real else None) for name in NAMES}
    try:
        yield Network(hosts, f"{_NET}.1" if real else "127.0.0.1", real)
    finally:
        for host in hosts.values():
            for name in list(host.running):
                host.end(name, signal.SIGKILL)
        if real:
            unmade(run)


def _made(run: str) -> bool:
    """The bridge with a namespace for each host; False where that is not allowed here. Raises Busy while another rig has them."""
    try:
        with _OWNER.open("x") as owner:
            owner.write(run)
    except FileExistsError:
        raise Busy(f"another rig has the namespaces; if none runs, remove {_OWNER}") from None
    except OSError:
        return False
    try:
        _make()
    except subprocess.CalledProcessError:
        unmade(run)
        return False
    return True


def _make() -> None:
    _ip("link", "add", _BRIDGE, "type", "bridge")
    _ip("addr", "add", f"{_NET}.1/24", "dev", _BRIDGE)
    _ip("link", "set", _BRIDGE, "up")
    for number, name in enumerate(NAMES, start=11):
        space = f"tm-{name}"
        _ip("netns", "add", space)
        _ip("link", "add", space, "type", "veth", "peer", "name", "eth0", "netns", space)
        _ip("link", "set", space, "master", _BRIDGE, "up")
        _ip("-n", space, "addr", "add", f"{_NET}.{number}/24", "dev", "eth0")
        for link in ("lo", "eth0"):
            _ip("-n", space, "link", "set", link, "up")


def unmade(run: str) -> None:
    """Take the namespaces of that run away; those of another are left alone."""
    if not _OWNER.exists() or _OWNER.read_text() != run:
        return
    for name in NAMES:
        with suppress(subprocess.CalledProcessError):
            _ip("netns", "del", f"tm-{name}")
    with suppress(subprocess.CalledProcessError):
        _ip("link", "del", _BRIDGE)
    _OWNER.unlink(missing_ok=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
