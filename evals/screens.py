"""Pictures of the pages of a running Tickmark, for the documentation and for a designer's eye: `python -m evals.screens URL EMAIL`.

Signs in as a person would, opens each page light and dark, wide and narrow, and says of each what a picture does not show: whether it
scrolls sideways, and what the browser complained about. Changes nothing but that it signs in.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, NARROW = (1440, 900), (390, 844)
PAGES = (
    "/",
    "/clients",
    "/review",
    "/night",
    "/audit",
    "/style",
)
TABS = ("", "/signals", "/work", "/documents", "/books", "/mail", "/money", "/drafts", "/ask", "/history")
Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Shot:
    """A picture that was taken. `sideways` is by how many pixels the page is wider than its window, `complaints` the console's."""

    path: str
    theme: Theme
    width: int
    file: Path
    sideways: int
    complaints: tuple[str, ...]


@contextmanager
def chromium() -> Iterator["Browser"]:
    """The system's Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: "Page", url: str, email: str, password: str) -> None:
    """Through the door, as a person does."""
    page.goto(f"{url}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


def sideways(page: "Page") -> int:
    """By how many pixels the page is wider than its window; 0 is right."""
    return int(page.evaluate("Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"))


def shoot(
    browser: "Browser",
    url: str,
    email: str,
    password: str,
    paths: Iterable[str],
    folder: Path,
    *,
    themes: Iterable[Theme] = ("light", "dark"),
    sizes: Iterable[tuple[int, int]] = (WIDE, NARROW),
    whole: bool = True,
) -> list[Shot]:
    """A picture of each page in each theme and size; `whole` takes the full length of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[Shot] = []
    paths = list(paths)
    for theme in themes:
        for width, height in sizes:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
            page = context.new_page()
            sign_in(page, url, email, password)
            taken += [_one(page, url, path, theme, width, folder, whole) for path in paths]
            context.close()
    return taken


def _one(page: "Page", url: str, path: str, theme: Theme, width: int, folder: Path, whole: bool) -> Shot:
    complaints: list[str] = []

    def hear(said: object) -> None:
        if getattr(said, "type", "error") in ("error", "warning"):
            complaints.append(str(getattr(said, "text", said)))

    page.on("console", hear)
    page.on("pageerror", hear)
    page.goto(url + path, wait_until="networkidle")
    name = re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-") or "brief"
    file = folder / f"{name}.{theme}.{width}.png"
    page.screenshot(path=str(file), full_page=whole)
    page.remove_listener("console", hear)
    page.remove_listener("pageerror", hear)
    return Shot(path, theme, width, file, sideways(page), tuple(complaints))


def main(
    url: str,
    email: str,
    paths: Annotated[list[str] | None, typer.Argument(help="Pages, as /clients; none takes the usual ones.")] = None,
    client: Annotated[str, typer.Option(help="The client whose tabs are taken.")] = "C001",
    out: Annotated[Path, typer.Option(help="Where the pictures go.")] = Path("screens"),
    password: Annotated[str, typer.Option(envvar="TICKMARK_PASSWORD", help="The person's password.")] = "",
    theme: Annotated[list[str] | None, typer.Option(help="light, dark; both without.")] = None,
    width: Annotated[list[int] | None, typer.Option(help="1440, 390; both without.")] = None,
    fold: Annotated[bool, typer.Option("--fold", help="Only what a window shows.")] = False,
) -> None:
    """Take pictures of the pages of a running Tickmark."""
    wanted = paths or [*PAGES, *(f"/clients/{client}{tab}" for tab in TABS)]
    themes: list[Theme] = ["dark" if one == "dark" else "light" for one in theme or ("light", "dark")]
    sizes = [size for size in (WIDE, NARROW) if not width or size[0] in width]
    with chromium() as browser:
        shots = shoot(
            browser, url.rstrip("/"), email, password, wanted, out, themes=themes, sizes=sizes, whole=not fold
        )
    for shot in shots:
        wrong = [f"{shot.sideways} px too wide"] if shot.sideways else []
        sys.stdout.write(f"{shot.file}  {'; '.join([*wrong, *shot.complaints]) or 'fine'}{os.linesep}")
    raise typer.Exit(1 if any(shot.sideways or shot.complaints for shot in shots) else 0)


if __name__ == "__main__":
    typer.run(main)
