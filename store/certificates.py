"""Whom the certificate of a server may be from, as httpx reads it off the disk. Connects to nothing, decides about no server."""

import ssl
from functools import cache


@cache
def authorities() -> ssl.SSLContext:
    """Read once a process: every client that is made without it reads again, a thirtieth of a second each."""
    import httpx

    return httpx.create_ssl_context()
