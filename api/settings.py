"""What can be set: environment variables with the prefix TICKMARK_, or tickmark.toml in the working folder or in the home.

The environment wins, then the working folder's file, then the home's. With nothing set, everything is embedded in one folder.
"""

import os
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from store.errors import Invalid

FILE = "tickmark.toml"
DEFAULT_HOME = ".tickmark"


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(_listed)]
"""One name, or several in the order in which they are tried."""


def _split(value: Any) -> Any:
    return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value


Listed = Annotated[list[str], NoDecode, BeforeValidator(_split)]
"""Several, in one text with commas between them or as a list."""


def _address(value: str | None) -> str | None:
    """An address without a path, in small letters, without a slash at its end."""
    if value is None:
        return None
    parts = urlsplit(value.strip().rstrip("/"))
    whole = parts.scheme in ("http", "https") and parts.hostname and not (parts.path or parts.query or parts.username)
    if not whole:
        raise ValueError("give it as https://tickmark.example.com, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


class ModelSettings(BaseModel):
    """A model under `[models.NAME]`: an OpenAI-compatible endpoint, or a GGUF file that this process serves itself.

    `api_key_env` names the environment variable that holds the key, so that the file holds no secret. `api_version` makes it Azure, with
    the resource's address as `base_url` and the deployment's name as `model`. Prices are dollars for a million tokens, times seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str | None = None
    gguf: Path | None = None
    model: str | None = None
    api_key_env: str | None = None
    api_version: str | None = None
    local: bool = False
    price_in: Decimal = Field(default=Decimal(0), ge=0)
    price_out: Decimal = Field(default=Decimal(0), ge=0)
    concurrency: int = Field(default=32, ge=1)
    deadline: float = Field(default=120.0, gt=0)
    patience: float = Field(default=60.0, gt=0)
    longest: int = Field(default=1500, ge=16)
    context: int = Field(default=8192, ge=512)
    threads: int = Field(default=0, ge=0)


class BudgetSettings(BaseModel):
    """A budget under `[budgets.night]`, `[budgets.client]` or `[budgets.person]`; without a figure it has no end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dollars: Decimal | None = Field(default=None, ge=0)
    tokens: int | None = Field(default=None, ge=0)


class BudgetsSettings(BaseModel):
    """What models may cost: what the software asks from noon to noon, a client's calendar month, a person's day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    night: BudgetSettings = BudgetSettings()
    client: BudgetSettings = BudgetSettings()
    person: BudgetSettings = BudgetSettings()


class ProviderSettings(BaseModel):
    """An identity provider under `[oidc.NAME]`: OpenID Connect, the code flow with PKCE. `google` and `microsoft` are known by name; the
    issuer of Microsoft is that of the firm's own tenant, https://login.microsoftonline.com/TENANT-ID/v2.0.

    `client_secret_env` names the environment variable that holds the secret. `domains`: only addresses of these. `both_factors`: who comes
    from there showed two already, because the provider is set so; otherwise a person's own second factor is asked as after a password."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str
    client_secret_env: str | None = None
    issuer: str | None = None
    label: str | None = None
    domains: Annotated[list[str], BeforeValidator(_split)] = Field(default_factory=list[str])
    both_factors: bool = False


class MailProviderSettings(BaseModel):
    """A provider of mailboxes under `[mail.NAME]`, on whose own page their owners allow reading (OAuth 2.0). `google` and `microsoft` are
    known by name; another one gives `host`, `authorize_url`, `token_url` and `wanted` (the scope that is asked for).

    `client_secret_env` names the environment variable that holds the secret; `tenant` is the firm's own at Microsoft."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str
    client_secret_env: str | None = None
    tenant: str = "organizations"
    host: str | None = None
    authorize_url: str | None = None
    token_url: str | None = None
    wanted: str | None = None


class Settings(BaseSettings):
    """Every setting, by its name without the prefix. None means: embedded in the home, or for a model: there is none."""

    model_config = SettingsConfigDict(env_prefix="TICKMARK_", extra="forbid", frozen=True, populate_by_name=True)

    home: Path = Path(DEFAULT_HOME)
    database_url: str | None = Field(default=None, repr=False)
    database_pool: int = Field(default=8, ge=1)
    """Connections to PostgreSQL that a process keeps open. The next six are PostgreSQL's too."""
    database_overflow: int = Field(default=10, ge=0)
    """How many more it may open when all are in use; they are closed again."""
    database_recycle: int = Field(default=1800, ge=-1)
    """Seconds after which a connection is made anew; -1: never."""
    statement_timeout: float = Field(default=120.0, ge=0)
    """Seconds that one statement may take; 0: as long as it likes. Migrations and what destroys records may take longer."""
    lock_timeout: float = Field(default=20.0, ge=0)
    """Seconds to wait for a record that somebody else is changing; 0: without end."""
    idle_timeout: float = Field(default=600.0, ge=0)
    """Seconds in which nothing is said in the middle of a transaction, before it is given up; 0: without end."""
    fence_writes: Literal["tell", "refuse"] = "tell"
    """What PostgreSQL does with a row that a person's act writes of a client whom she may not see: tell the log, or refuse the act."""
    chroma_url: str | None = None
    chroma_token: SecretStr | None = None
    """What a proxy before the Chroma server asks for, sent as a bearer token."""
    chroma_token_header: str = "Authorization"  # noqa: S105 - the name of a header
    """The header that it is sent in, where it is another: X-Chroma-Token takes it bare."""
    chroma_database: str = "tickmark"
    """The firm's own database on the Chroma server: firms that share a server have one each."""
    blob_url: str | None = None
    llm_base_url: str | None = None
    llm_model: str | None = None
    llm_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("TICKMARK_LLM_API_KEY", "OPENAI_API_KEY", "llm_api_key")
    )
    llm_local: bool = False
    """The model's endpoint runs on the firm's own machines, so that clients with the policy local-only may use it."""
    llm_api_version: str | None = None
    """The endpoint is an Azure resource of that API version, and `llm_model` the name of its deployment."""
    llm_gguf: Path | None = None
    """A GGUF file that this process serves itself (`pip install '.[local]'`), in place of an endpoint."""
    llm_concurrency: int = Field(default=32, ge=1)
    """How many questions are asked of the endpoint at once, however many clients are scanned."""
    models: dict[str, ModelSettings] = Field(default_factory=dict[str, ModelSettings])
    """Further models by name; the one of the `llm_` settings is called "default" and asked first."""
    tasks: dict[str, Names] = Field(default_factory=dict[str, Names])
    """Which models a task asks (chat, letters, facts …), first choice first. A task that is not named asks all, in order."""
    budgets: BudgetsSettings = BudgetsSettings()
    mcp_local: bool = False
    """The assistant that asks by `tickmark mcp` runs on the firm's own machines, so that clients with local-only may be asked about."""
    embedding_model: str | None = None
    """None: the packaged model in int8; `float`: the same with its weights as published, half as fast; `http://host/v1#model`: an
    OpenAI-compatible endpoint."""
    embedding_local: bool = False
    """An endpoint for embeddings on another machine is the firm's own: the passages of all clients go there. Otherwise each client's policy
    and consent decide."""
    embedding_price: Decimal = Field(default=Decimal(0), ge=0)
    """Dollars for a million tokens that are embedded outside the firm."""
    embedding_api_key: SecretStr | None = None
    today: date | None = None
    """The practice's day when it is pinned (the sample firm); None: the day in the firm's time zone."""
    host: str = "127.0.0.1"
    port: int = 8420
    public_url: Annotated[str | None, AfterValidator(_address)] = None
    """The address under which people open it, https://tickmark.example.com, when a proxy stands before it: links, cookies and headers go by
    it. None: as each request names it."""
    hosts: Listed = Field(default_factory=list[str])
    """Further names under which it answers. This machine's, the public address's and the address that a connection reached always count."""
    proxies: Listed = Field(default_factory=list[str])
    """Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Empty: nobody's are."""
    workers: int = Field(default=0, ge=0)
    """Processes that parse; 0 means one a core."""
    worker: str | None = Field(default=None, min_length=1, max_length=200)
    """The fixed name of this process among the workers on one PostgreSQL. None: the machine's name and the home folder."""
    worker_clients: int = Field(default=0, ge=0)
    """How many clients are in hand at once; 0: four for each that is worked on, and as many more as a model may be asked questions."""
    serve_works: bool = True
    """Whether `tickmark serve` works on clients itself, or leaves them to `tickmark worker` on other machines (PostgreSQL)."""
    max_file_mb: int = Field(default=150, ge=1)
    max_upload_mb: int = Field(default=600, ge=1)
    """All files of one request together."""
    max_body_mb: int = Field(default=8, ge=1)
    """A request that holds no files."""
    seal_key: SecretStr | None = None
    """What seals taxpayer ids, bank numbers and secrets: 32 bytes in base64, several with commas between, newest first. None: a file."""
    seal_key_file: Path | None = None
    """The file that holds the keys, one a line. None: `seal.key` of the home, which is made when first needed."""
    backup_to: Path | None = None
    """The folder that `serve` writes encrypted backups to. None: none by itself."""
    backup_every: int = Field(default=1440, ge=1)
    """Minutes between two backups."""
    backup_keep: int = Field(default=14, ge=1)
    """How many of them stay."""
    backup_key: SecretStr | None = None
    """What backups are encrypted with: 32 bytes in base64, or a passphrase of at least 16 characters. None: the newest key of the seal."""
    watch: Path | None = None
    """A tree that is mirrored: its first level are the clients' folders, by ref or name. None: nothing is watched."""

    smtp_url: SecretStr | None = None
    """smtp://user:password@host:587 (STARTTLS where the server offers it) or smtps://host:465. None: nothing is sent by itself."""
    smtp_from: str | None = None
    """The firm's address that mail comes from. Needed with smtp_url."""
    imap_inside: Listed = Field(default_factory=list[str])
    """Mail servers inside the firm's own network that mailboxes may be read from, by name or address. Others are on the public internet."""
    mail: dict[str, MailProviderSettings] = Field(default_factory=dict[str, MailProviderSettings])
    """Providers at whose own page the owner of a mailbox allows reading it; one in tickmark.toml is a table `[mail.google]`."""
    smtp_in: str | None = None
    """host:port on which `serve` takes mail that is forwarded to the firm's address. None: none is taken."""
    smtp_in_cert: Path | None = None
    """The certificate with its key (PEM) by which that receiver offers STARTTLS. None: it offers none."""
    brief_by_mail: bool = False
    """Send each person their brief in the morning."""

    session_idle: int = Field(default=60, ge=1)
    """Minutes after which a browser that nobody used is signed out. However much it is used, it is after twelve hours."""
    step_up_hours: float = Field(default=4.0, gt=0)
    """How long a second factor counts for releasing, exporting, keys and people; then it is asked again of who has one."""
    breached_passwords: Path | None = None
    """A sorted file of SHA-1 hashes of passwords that were stolen elsewhere, as Have I Been Pwned publishes it. None: not looked at."""
    oidc: dict[str, ProviderSettings] = Field(default_factory=dict[str, ProviderSettings])
    """Identity providers by name; one in tickmark.toml is a table `[oidc.google]`."""
    oidc_loopback: bool = False
    """An identity provider, or one of mail, may run on this machine, also without encryption. Other private addresses never."""

    rate_address: int = Field(default=12_000, ge=0)
    """Requests a minute from one address, half of them in one burst; 0: no limit. Pictures, scripts and fonts do not count."""
    rate_person: int = Field(default=6_000, ge=0)
    """Requests a minute of one person, over all her browsers and programs."""
    rate_token: int = Field(default=600, ge=0)
    """Requests a minute with one personal token."""
    log: Literal["text", "json"] | None = None
    """One line on standard error for each request: as text, or as JSON for a collector. None: no such lines."""
    metrics_token: SecretStr | None = None
    """What a collector of figures (/metrics) shows as a bearer token; without one only this machine may ask."""
    probe: str | None = None
    """host:port on which `tickmark worker` answers /healthz, /readyz and /metrics. None: nowhere."""
    webhook_loopback: bool = False
    """Webhooks may go to this machine, also without encryption: for a receiver that runs beside Tickmark. Other private addresses never."""

    @property
    def database(self) -> str:
        """Where the records lie, as a SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.home / 'tickmark.db'}"

    @property
    def blobs(self) -> str:
        """Where the bytes lie, as an fsspec URL."""
        return self.blob_url or str(self.home / "blobs")


def load_settings(home: Path | None = None) -> Settings:
    """The settings of this process; `home` overrides every source. Raises Invalid, naming the setting that cannot be used."""
    working = _read(Path(FILE))
    chosen = home or Path(os.environ.get("TICKMARK_HOME") or working.get("home") or DEFAULT_HOME)
    from_files = {**_read(chosen / FILE), **working, "home": chosen.expanduser().resolve()}
    values = {k: v for k, v in from_files.items() if k == "home" or f"TICKMARK_{k.upper()}" not in os.environ}
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"the setting {name} cannot be used: {first['msg']}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read: {error}") from None
