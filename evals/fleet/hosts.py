"""Hosts: network namespaces on one bridge, where a network can be cut; or processes of this machine, where one can only be held still."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_BRIDGE, _NET = "tmfleet", "10.77.0"
NAMES = ("web", "worker-1", "worker-2")


@dataclass
class Host:
    """One of the machines. `namespace` None: it is this one."""

    name: str
    namespace: str | None
    running: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self, words: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """Run a command there, until it ends or is stopped; what it says goes to the log."""
        inside = ["ip", "netns", "exec", self.namespace] if self.namespace else []
        with log.open("ab") as out:
            self.running = subprocess.Popen([*inside, *words], env=dict(environment), stdout=out, stderr=out)

    def end(self, number: int = signal.SIGTERM, patience: float = 60) -> int | None:
        """End what runs there; its exit status, None where nothing ran."""
        if self.running is None:
            return None
        process, self.running = self.running, None
        process.send_signal(signal.SIGCONT)
        process.send_signal(number)
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def cut(self) -> None:
        """Take its network away; on this machine hold its process still, of which the others hear as little."""
        if self.namespace:
            _ip("link", "set", f"tm-{self.name}", "down")
        elif self.running:
            self.running.send_signal(signal.SIGSTOP)

    def mend(self) -> None:
        """Give it back."""
        if self.namespace:
            _ip("link", "set", f"tm-{self.name}", "up")
        elif self.running:
            self.running.send_signal(signal.SIGCONT)


@dataclass(frozen=True)
class Network:
    """The hosts, and the address at which what they share listens. `real`: they are namespaces."""

    hosts: Mapping[str, Host]
    address: str
    real: bool


@contextmanager
def open_network() -> Iterator[Network]:
    """The hosts for as long as the block lasts; what still runs on them is killed at its end."""
    real = os.geteuid() == 0 and shutil.which("ip") is not None and _made()
    hosts = {name: Host(name, f"tm-{name}" if real else None) for name in NAMES}
    try:
        yield Network(hosts, f"{_NET}.1" if real else "127.0.0.1", real)
    finally:
        for host in hosts.values():
            host.end(signal.SIGKILL)
        if real:
            _unmade()


def _made() -> bool:
    """The bridge with a namespace for each host; False where that is not allowed here."""
    _unmade()
    try:
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
    except subprocess.CalledProcessError:
        _unmade()
        return False
    return True


def _unmade() -> None:
    for name in NAMES:
        with suppress(subprocess.CalledProcessError):
            _ip("netns", "del", f"tm-{name}")
    with suppress(subprocess.CalledProcessError):
        _ip("link", "del", _BRIDGE)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
