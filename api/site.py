"""Which site a browser speaks to, as passkeys and links need it; and the cookies of the door, beside that of the session."""

import secrets
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.headers import cookie, drop_cookie, origin, put_cookie
from workspace.sign_in.brakes import DEVICE_LIFE
from workspace.sign_in.passkeys import Site

DEVICE = "tickmark_device"
"""Says that somebody signed in in this browser before; opens nothing."""
DOOR = "tickmark_door"
"""Binds what was begun at the door to this browser, for minutes."""
PATH = "/sign-in"
_DOOR_LIFE = 900  # seconds


def site_of(request: Request) -> Site:
    """The site: the public address of the settings, else as the request names it."""
    address = origin(request)
    return Site(urlsplit(address).hostname or "localhost", address)


def device_of(request: Request) -> str:
    """What this browser's own cookie holds, "" for none."""
    return (cookie(request, DEVICE, PATH) or "")[:100]


def put_device(request: Request, response: Response, device: str) -> None:
    put_cookie(request, response, DEVICE, device, max_age=int(DEVICE_LIFE.total_seconds()), path=PATH)


def binding_of(request: Request) -> str:
    """What binds this browser to what it began at the door; a new one where it has none."""
    return (cookie(request, DOOR, PATH) or "")[:100] or secrets.token_urlsafe(32)


def put_binding(request: Request, response: Response, binding: str) -> None:
    put_cookie(request, response, DOOR, binding, max_age=_DOOR_LIFE, path=PATH)


def drop_binding(request: Request, response: Response) -> None:
    """Without the header that would clear what the browser keeps of our pages."""
    drop_cookie(request, response, DOOR, PATH)
    del response.headers["Clear-Site-Data"]
