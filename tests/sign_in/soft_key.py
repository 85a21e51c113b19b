"""An authenticator in a few lines, for the rules that a browser's own would never let one break: ES256, attestation "none"."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class SoftKey:
    """A passkey. `count` is what it says of how often it signed; `verified`: it says that it knew its user."""

    origin: str
    rp_id: str
    count: int = 0
    verified: bool = True
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def made(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to the options of a registration."""
        self.handle = options["user"]["id"]
        data = self._data(_ATTESTED) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self._public()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said(type="webauthn.create", challenge=options["challenge"])
        return self._answer(
            {"clientDataJSON": text(said), "attestationObject": text(attestation), "transports": ["usb"]}
        )

    def signed(self, options: dict[str, Any], **other: Any) -> dict[str, Any]:
        """The answer to the options of a sign-in; `other` overrides what the browser says of itself."""
        self.count += 1
        data, said = self._data(), self._said(**{"type": "webauthn.get", "challenge": options["challenge"], **other})
        signature = self._key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        answer = {"clientDataJSON": text(said), "authenticatorData": text(data), "signature": text(signature)}
        return self._answer({**answer, "userHandle": self.handle})

    def _data(self, flags: int = 0) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verified else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _said(self, **said: Any) -> bytes:
        return json.dumps({"origin": self.origin, **said}).encode()

    def _public(self) -> bytes:
        numbers = self._key.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}
