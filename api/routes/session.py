"""Signing in and out."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.pages import page
from api.said import local, redirect, sentence
from api.security import COOKIE, Sender, services_of
from store.errors import Forbidden
from workspace.sign_in import SESSION_LIFE, sign_in, sign_out

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def form(request: Request, next: str = "/") -> Response:
    """Public: the door itself."""
    return page(request, "sign_in.html", next=local(next), email="")


@router.post("/sign-in")
def enter(
    request: Request,
    email: Annotated[str, Form()],
    password: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",
) -> Response:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("sign in on Tickmark's own page")
    address = request.client.host if request.client else "?"
    status, problem, secret = 401, "That address and password do not match.", None
    try:
        with services_of(request).database.writing() as session:
            agent = request.headers.get("user-agent", "")
            secret = sign_in(session, email, password, address, datetime.now(UTC), agent)
    except Forbidden as refused:
        status, problem = 429, sentence(refused)
    if secret is None:
        return page(request, "sign_in.html", status=status, next=local(next), email=email, problem=problem)
    response = redirect(local(next))
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/sign-out")
def leave(request: Request, who: Sender) -> Response:
    with services_of(request).database.writing() as session:
        sign_out(session, request.cookies.get(COOKIE, ""), datetime.now(UTC))
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(COOKIE)
    return response
