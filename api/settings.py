"""What can be set: environment variables with the prefix TICKMARK_, or tickmark.toml in the working folder or in the home.

The environment wins, then the working folder's file, then the home's. With nothing set, everything is embedded in one folder.
"""

import os
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from store.errors import Invalid

FILE = "tickmark.toml"
DEFAULT_HOME = ".tickmark"


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(_listed)]
"""One name, or several in the order in which they are tried."""


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


class Settings(BaseSettings):
    """Every setting, by its name without the prefix. None means: embedded in the home, or for a model: there is none."""

    model_config = SettingsConfigDict(env_prefix="TICKMARK_", extra="forbid", frozen=True, populate_by_name=True)

    home: Path = Path(DEFAULT_HOME)
    database_url: str | None = None
    chroma_url: str | None = None
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
    workers: int = Field(default=0, ge=0)
    """Processes that parse; 0 means one a core."""
    max_file_mb: int = Field(default=150, ge=1)
    watch: Path | None = None
    """A tree that is mirrored: its first level are the clients' folders, by ref or name. None: nothing is watched."""

    smtp_url: SecretStr | None = None
    """smtp://user:password@host:587 (STARTTLS where the server offers it) or smtps://host:465. None: nothing is sent by itself."""
    smtp_from: str | None = None
    """The firm's address that mail comes from. Needed with smtp_url."""
    brief_by_mail: bool = False
    """Send each person their brief in the morning."""

    rate_address: int = Field(default=12_000, ge=0)
    """Requests a minute from one address, half of them in one burst; 0: no limit. Pictures, scripts and fonts do not count."""
    rate_person: int = Field(default=6_000, ge=0)
    """Requests a minute of one person, over all her browsers and programs."""
    rate_token: int = Field(default=600, ge=0)
    """Requests a minute with one personal token."""
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
