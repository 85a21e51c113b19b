"""What every answer carries, and how a browser is told over https: the policy of pages, the cookies' names, the address of this service.

The fence lies around the whole application, the portal's included, so that no answer, not even that of a defect, goes out without. A route
may set a header of its own, stricter or for a file; it is left alone. Nothing here knows who is asking.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

YEAR = 31_536_000
_SETTINGS = "tickmark.settings"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'none'; object-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Of pages: everything from here, nothing inline. `data:` are the pictures that a style sheet holds."""
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Of a client's file, whatever is in it: should a browser show it in spite of all, it runs nothing and is of no origin."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
"""On every answer. A camera that a form's file field opens (`capture`) needs no permission of the page."""


class WithHeaders:
    """ASGI middleware: the headers on every answer that passes; the settings go with the request, whatever application answers it."""

    def __init__(self, app: ASGIApp, settings: Any) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[_SETTINGS] = self._settings

        async def passed(message: Message) -> None:
            if message["type"] == "http.response.start":
                put(scope, MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, passed)


def put(scope: Scope, headers: MutableHeaders) -> None:
    """The headers that are not there yet."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    path, query = scope["path"], scope.get("query_string", b"")
    kept = path.startswith("/static/") and (query or path.endswith(".woff2"))
    headers.setdefault("Cache-Control", "public, max-age=604800" if kept else "no-store")
    if scope["method"] not in ("GET", "HEAD", "OPTIONS") and not path.startswith(
        "/portal"
    ):  # what was fetched ahead of being opened may be old by now
        headers.setdefault("Clear-Site-Data", '"prefetchCache", "prerenderCache"')
    if headers.get("content-disposition", "").startswith("attachment"):
        headers["Content-Security-Policy"] = FILE_POLICY
    if is_https(HTTPConnection(scope)):
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
        policy = headers["Content-Security-Policy"]
        if "upgrade-insecure-requests" not in policy:
            headers["Content-Security-Policy"] = f"{policy}; upgrade-insecure-requests"


def secured(scope: Scope, response: Response) -> Response:
    """The same on an answer that is made outside the middleware: that of a defect."""
    put(scope, response.headers)
    return response


def is_https(asked: HTTPConnection) -> bool:
    """Whether the browser speaks https: here, to a proxy that is trusted (settings `proxies`), or to the public address of the settings."""
    if asked.scope["scheme"] == "https":
        return True
    public = _public(asked)
    return public is not None and public.startswith("https://") and named(asked.headers) == urlsplit(public).netloc


def named(headers: Headers) -> str:
    """The host that the request names, in small letters."""
    return headers.get("host", "").strip().lower()


def origin(asked: HTTPConnection) -> str:
    """The address of this service for links that leave it, without a slash at its end: the one of the settings, else as it was asked."""
    public = _public(asked)
    return public or f"{asked.scope['scheme']}://{named(asked.headers) or 'localhost'}"


def cookie_name(asked: HTTPConnection, name: str, path: str = "/") -> str:
    """The name under which a browser keeps a cookie: over https with the prefix that no other host can set."""
    if not is_https(asked):
        return name
    return f"__Host-{name}" if path == "/" else f"__Secure-{name}"


def cookie(asked: HTTPConnection, name: str, path: str = "/") -> str | None:
    """The cookie of this name, None when there is none."""
    return asked.cookies.get(cookie_name(asked, name, path))


def put_cookie(
    asked: HTTPConnection, response: Response, name: str, value: str, *, max_age: int, path: str = "/"
) -> None:
    """Set it: for this host alone, hidden from scripts, sent by other sites with nothing but a link; over https only where https is."""
    response.set_cookie(
        cookie_name(asked, name, path),
        value,
        max_age=max_age,
        path=path,
        httponly=True,
        samesite="lax",
        secure=is_https(asked),
    )


def drop_cookie(asked: HTTPConnection, response: Response, name: str, path: str = "/") -> None:
    """Take it away, and what the browser kept of our pages with it."""
    key = cookie_name(asked, name, path)
    response.delete_cookie(key, path=path, httponly=True, samesite="lax", secure=is_https(asked))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _public(asked: HTTPConnection) -> str | None:
    settings = settings_of(asked.scope)
    return settings.public_url if settings is not None else None


def settings_of(scope: MutableMapping[str, Any]) -> Any:
    """The settings of the service that is asked; None outside the fence."""
    return scope.get(_SETTINGS)
