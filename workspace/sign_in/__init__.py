"""Who is at the door: passwords, second factors, passkeys, identity providers, sessions, tokens, links, and the brake on guessing.

Most of these functions stand before a Scope exists, so they take the session itself. Secrets are kept as hashes only, or sealed where the
program itself must use them.
"""

from workspace.sign_in.brakes import FAILURES_ALLOWED, FAILURES_WITHIN
from workspace.sign_in.door import sign_in
from workspace.sign_in.passwords import MINIMUM_LENGTH, end_all, set_password
from workspace.sign_in.sessions import (
    SESSION_LIFE,
    Opened,
    OpenSession,
    behind,
    end_everywhere,
    end_sessions,
    opened_by,
    person_behind,
    person_of_feed,
    sessions,
    sign_out,
    write_used,
)
from workspace.sign_in.tokens import LONGEST_NAME, Token, create_token, open_token, revoke_token, tokens

__all__ = [
    "FAILURES_ALLOWED",
    "FAILURES_WITHIN",
    "LONGEST_NAME",
    "MINIMUM_LENGTH",
    "SESSION_LIFE",
    "OpenSession",
    "Opened",
    "Token",
    "behind",
    "create_token",
    "end_all",
    "end_everywhere",
    "end_sessions",
    "open_token",
    "opened_by",
    "person_behind",
    "person_of_feed",
    "revoke_token",
    "sessions",
    "set_password",
    "sign_in",
    "sign_out",
    "tokens",
    "write_used",
]
