"""A mailbox over TLS: both ways of it against a real server, and no word to one whose certificate is not good."""

import pytest

from api.wiring import Services
from store.errors import Conflict
from tests.sources.dovecot import Dovecot
from tests.sources.test_mailbox import addresses, mailbox, message, read, subjects


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_is_read_over_an_encrypted_line(
    inside: Services, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.authority))
    box = f"enc{security}"
    data = message(addresses(inside)[0], f"{box}@alder.example", f"test over {security}", "Sealed on its way.")
    dovecot.put(box, "", {"1700000000.M1.host": data})
    port = dovecot.secure if security == "tls" else dovecot.port
    assert read(inside, mailbox(inside, box, port, host="localhost", security=security)) == (1, 0)
    assert subjects(inside)[f"test over {security}"] == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_that_proves_nothing_hears_no_password(
    inside: Services, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    port = dovecot.secure if security == "tls" else dovecot.port
    with pytest.raises(Conflict, match="certificate of localhost is not good"):
        read(inside, mailbox(inside, "stranger", port, host="localhost", security=security))
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.authority))
    with pytest.raises(Conflict, match=r"certificate of 127\.0\.0\.1 is not good"):
        read(inside, mailbox(inside, "stranger", port, name="by number", security=security))
