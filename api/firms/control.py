"""The control file of a host: which firms there are, and where each one's things lie. Two firms that would share anything are refused.

What is a firm's own never comes from the environment or the working folder, which all firms share: it comes from this file and from the
tickmark.toml of the firm's home. What the host gives to all (models, mail, limits) may come from anywhere.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from sqlalchemy import make_url

from api.settings import FILE, Listed, Settings, load_settings
from store.errors import Invalid, NotFound

NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
OWN = (
    *("backup_key", "backup_to", "blob_url", "chroma_database", "database_url", "home", "hosts", "imap_inside"),
    *("public_url", "seal_key", "seal_key_file", "smtp_from", "smtp_in", "smtp_in_cert", "smtp_url", "today", "watch"),
    *("worker", "probe"),
)
"""Settings that are a firm's own."""


class HostSettings(BaseModel):
    """`[host]`: where `firm create` puts a new firm's things. `postgres` is a server on which we may make databases; None: SQLite in the
    home. `blob_url` and `backup_to` get a part for each firm. `token` opens the page of nights from elsewhere than this machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    homes: Path | None = None
    postgres: SecretStr | None = None
    postgres_env: str | None = None
    blob_url: str | None = None
    chroma_url: str | None = None
    backup_to: Path | None = None
    token_env: str | None = None

    @property
    def admin(self) -> str | None:
        """The address of the PostgreSQL server, its password from the environment where it is named."""
        if self.postgres_env:
            return _from_environment(self.postgres_env)
        return self.postgres.get_secret_value() if self.postgres else None

    @property
    def token(self) -> str | None:
        """What opens the host's page from elsewhere."""
        return _from_environment(self.token_env) if self.token_env else None


def _hosts(value: Any) -> Any:
    found = [value] if isinstance(value, str) else value
    return [str(one).strip().lower() for one in found]


class FirmEntry(BaseModel):
    """`[firms.NAME]`. What is left out follows from `[host]` and the name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hosts: Annotated[Listed, BeforeValidator(_hosts)] = Field(min_length=1)
    home: Path | None = None
    database_url: SecretStr | None = None
    blob_url: str | None = None
    chroma_database: str | None = None


class Control(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: HostSettings = HostSettings()
    firms: dict[str, FirmEntry] = Field(default_factory=dict[str, FirmEntry])


class _OfTheHome(Settings):
    """Settings from what is handed over alone."""

    @classmethod
    def settings_customise_sources(  # type: ignore[override]
        cls, settings_cls: Any, init_settings: Any, **_: Any
    ) -> tuple[Any, ...]:
        return (init_settings,)


def read_control(file: Path) -> Control:
    """The control file. Raises NotFound, and Invalid, naming what cannot be used or is shared by two firms."""
    try:
        control = Control.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise NotFound(f"there is no control file {file}; `tickmark firm create` makes it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    for name in control.firms:
        if not NAME.fullmatch(name):
            raise Invalid(f"{file}: {name!r} is no name for a firm: small letters, digits and -, two to 31 of them")
    if shared := next(_shared(settings_of_all(file, control)), None):
        raise Invalid(f"{file}: {shared}; every firm has its own")
    return control


def settings_of_all(file: Path, control: Control) -> dict[str, Settings]:
    """The settings of every firm, by name."""
    return {name: settings_of(file, control, name) for name in sorted(control.firms)}


def settings_of(file: Path, control: Control, name: str) -> Settings:
    """The settings of one firm."""
    entry, host = control.firms[name], control.host
    home = home_of(file, control, name)
    common, given = load_settings(home), _home_file(home)
    private = _OfTheHome(**{key: value for key, value in given.items() if key in OWN})
    own = {key: getattr(private, key) for key in OWN}
    url = entry.database_url.get_secret_value() if entry.database_url else database_url(host, name)
    own |= {
        "home": home.resolve(),
        "hosts": list(entry.hosts),
        "public_url": private.public_url or f"https://{entry.hosts[0]}",
        "database_url": url,
        "blob_url": entry.blob_url or (f"{host.blob_url.rstrip('/')}/{name}" if host.blob_url else None),
        "chroma_url": host.chroma_url,
        "chroma_database": entry.chroma_database or name,
        "backup_to": private.backup_to or (host.backup_to / name if host.backup_to else None),
    }
    return common.model_copy(update=own)


def home_of(file: Path, control: Control, name: str) -> Path:
    """The folder of a firm."""
    entry = control.firms.get(name)
    root = control.host.homes or file.absolute().parent
    return (entry.home if entry and entry.home else root / name).expanduser()


def database_url(host: HostSettings, name: str) -> str | None:
    """Where a firm's records lie on the host's PostgreSQL server; None: in its home."""
    if (admin := host.admin) is None:
        return None
    return make_url(admin).set(database=f"tickmark_{name.replace('-', '_')}").render_as_string(hide_password=False)


def _home_file(home: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{home / FILE} cannot be read: {error}") from None


def _shared(firms: Mapping[str, Settings]) -> Iterator[str]:
    """Whatever two firms would share, in a sentence each."""
    for what, of in (
        ("the host name {}", lambda one: one.hosts),
        ("the home {}", lambda one: [str(one.home)]),
        ("a database", lambda one: [_place(one.database)]),
        ("the files in {}", lambda one: [one.blobs.rstrip("/")]),
        ("the index database {}", lambda one: [one.chroma_database] if one.chroma_url else []),
        ("the key file {}", lambda one: [str(one.seal_key_file or one.home / "seal.key")]),
        ("the backups in {}", lambda one: [str(one.backup_to)] if one.backup_to else []),
    ):
        seen = dict[str, str]()
        for name, settings in firms.items():
            for value in of(settings):
                clash = next((at for at in seen if _overlap(at, value)), None)
                if clash is not None:
                    yield f"{seen[clash]} and {name} share {what.format(value)}"
                seen[value] = name


def _overlap(one: str, other: str) -> bool:
    """The same, or one lies in the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _place(url: str) -> str:
    """A database without the word that opens it."""
    at = make_url(url)
    return f"{at.get_backend_name()}://{at.host}:{at.port}:{at.database}:{sorted(at.query.items())}"


def _from_environment(name: str) -> str:
    if not (found := os.environ.get(name)):
        raise Invalid(f"the control file takes a secret from the environment variable {name}, which is not set")
    return found
