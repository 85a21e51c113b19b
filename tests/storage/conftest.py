"""Servers beside the program, on loopback: an S3-compatible store in this process, a Chroma server in one of its own."""

import hashlib
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest


@pytest.fixture(autouse=True)
def settled(no_settings_from_outside: None) -> None:
    """Nothing from outside reaches a test."""


@pytest.fixture(scope="session")
def object_store() -> Iterator[str]:
    """The address of an S3-compatible store without a bucket."""
    from moto.server import ThreadedMotoServer

    for name in ("werkzeug", "botocore", "s3fs", "fsspec"):
        logging.getLogger(name).setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def keys_of_the_store(object_store: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The usual variables say where the store is and who we are."""
    told = {
        "AWS_ENDPOINT_URL": object_store,
        "AWS_ACCESS_KEY_ID": "us",
        "AWS_SECRET_ACCESS_KEY": "known to us",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return object_store


@pytest.fixture
def bucket(keys_of_the_store: str, request: pytest.FixtureRequest) -> str:
    """A bucket of the test's own."""
    import boto3

    name = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
    boto3.client("s3").create_bucket(Bucket=name)
    return name


class ChromaProcess:
    """`chroma run` on loopback: can be killed, and started again on what it had, or on nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        words = ["run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        command = [str(Path(sys.executable).parent / "chroma"), *words]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with httpx.Client() as http:  # one for all looks: each that is made reads the certificates of the machine
            for _ in range(600):
                with suppress(httpx.HTTPError):
                    if http.get(f"{self.url}/api/v2/heartbeat").status_code == 200:
                        return
                assert self.process.poll() is None, "chroma run ended by itself"
                threading.Event().wait(0.05)
        raise AssertionError("chroma run did not begin to answer")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    """A Chroma server that all tests share; whoever kills it starts it again."""
    server = ChromaProcess(tmp_path_factory.mktemp("chroma-server"))
    server.start()
    yield server
    server.kill()
