"""With what backups are encrypted: a key or a passphrase of their own, or the newest key of the seal. None of them lies in a backup."""

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any

from store.errors import Broken, Forbidden, Invalid
from store.seal import Seal, derived

_KEY = 32
_SHORTEST = 16
# RFC 9106, second recommended option: argon2id, three passes over 64 MiB
_COST = {"time": 3, "memory": 65_536, "lanes": 4}
_MOST = {"time": 20, "memory": 1 << 21, "lanes": 64}  # what a header may ask for


class BackupKeys:
    """Makes the key of a backup and finds that of one that is there. `given` is what TICKMARK_BACKUP_KEY says, None: the seal's keys."""

    def __init__(self, seal: Seal, given: str | None) -> None:
        self._seal = seal
        self._secret: bytes | None = None
        self._phrase: str | None = None
        if given:
            self._secret = _key_in(given)
            self._phrase = given if self._secret is None else None
            if self._phrase is not None and len(self._phrase) < _SHORTEST:
                raise Invalid(
                    f"TICKMARK_BACKUP_KEY is 32 bytes in base64, or a passphrase of at least {_SHORTEST} characters"
                )
        self._made: dict[tuple[Any, ...], bytes] = {}

    def for_new(self, earlier: Mapping[str, Any] | None = None) -> tuple[bytes, dict[str, Any]]:
        """The key of a new backup and what its header says of it. `earlier` is the header of a backup of the same folder: a passphrase is
        stretched with the same salt, so that the blobs of both are opened with one key."""
        if self._secret is not None:
            return self._secret, {"kind": "key", "id": _id(self._secret)}
        if self._phrase is None:
            key = self._seal.newest()
            return derived(key.secret, b"tickmark backup"), {"kind": "seal", "id": key.id}
        told = {"kind": "passphrase", "stretch": b64encode(os.urandom(16)).decode(), **_COST}
        if earlier and earlier.get("kind") == "passphrase" and self._fits(earlier):
            return self._stretched(earlier), dict(earlier)
        return self._stretched(told), {**told, "id": _id(self._stretched(told))}

    def find(self, told: Mapping[str, Any], name: str) -> bytes:
        """The key that a header speaks of. Raises Forbidden, naming what is missing, when it is not here."""
        kind, wanted = told.get("kind"), str(told.get("id", "?"))
        if kind == "seal":
            key = self._seal.key(wanted)
            if key is not None:
                return derived(key.secret, b"tickmark backup")
            raise Forbidden(
                f"{name} is encrypted with the key {wanted[:12]} of the seal, which is not here; set TICKMARK_SEAL_KEY, or put the "
                "firm's seal.key into the home"
            )
        if kind == "key" and self._secret is not None and _id(self._secret) == wanted:
            return self._secret
        if kind == "passphrase" and self._phrase is not None and self._fits(told):
            return self._stretched(told)
        if kind not in ("key", "passphrase"):
            raise Broken(f"the header of {name} was changed")
        what = "another" if self._secret or self._phrase else "a"
        raise Forbidden(f"{name} is encrypted with {what} {kind} of its own; set TICKMARK_BACKUP_KEY to it")

    def _fits(self, told: Mapping[str, Any]) -> bool:
        return _id(self._stretched(told)) == told.get("id")

    def _stretched(self, told: Mapping[str, Any]) -> bytes:
        from argon2.low_level import Type, hash_secret_raw

        try:
            costs = {name: min(int(told[name]), most) for name, most in _MOST.items()}
            salt = b64decode(str(told["stretch"]), validate=True)
        except (KeyError, ValueError, TypeError):
            raise Broken(
                "the header of a backup was changed: it does not say how its passphrase is stretched"
            ) from None
        mark = (salt, *costs.values())
        if mark not in self._made:
            made: bytes = hash_secret_raw(
                (self._phrase or "").encode(),
                salt,
                time_cost=costs["time"],
                memory_cost=costs["memory"],
                parallelism=costs["lanes"],
                hash_len=_KEY,
                type=Type.ID,
            )
            self._made[mark] = made
        return self._made[mark]


def _key_in(text: str) -> bytes | None:
    try:
        secret = b64decode(text.strip(), validate=True)
    except (NotBase64, ValueError):
        return None
    return secret if len(secret) == _KEY else None


def _id(secret: bytes) -> str:
    return derived(secret, b"tickmark backup key id").hex()[:12]
