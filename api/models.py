"""The models of the settings as the door knows them: endpoints by name, which task asks which, what they may cost. Asks none."""

import os
from collections.abc import Mapping
from pathlib import Path

from agents.budget import Budgets, Limit
from agents.endpoints import GGUF, Endpoint, Routes
from api.settings import BudgetSettings, ModelSettings, Settings
from prompts.render import tasks
from store.errors import Invalid

DEFAULT = "default"


def endpoints(settings: Settings) -> dict[str, Endpoint]:
    """Every model by its name in the settings; "default" is the one of the TICKMARK_LLM_ settings, and comes first. Raises Invalid, naming
    the setting that is missing or in the way."""
    default = _default(settings)
    found = {DEFAULT: default} if default else {}
    for name, one in settings.models.items():
        if name in found:
            raise Invalid(f"[models.{name}] has the name of the TICKMARK_LLM_ settings; call it otherwise")
        found[name] = _endpoint(name, one)
    return found


def routes(settings: Settings) -> Routes:
    """Which endpoints each task asks. Raises Invalid for a task or a model that there is not."""
    known = endpoints(settings)
    if unknown := sorted(settings.tasks.keys() - tasks()):
        raise Invalid(f"[tasks] names {unknown[0]}, and there is no such task; there are {', '.join(sorted(tasks()))}")
    order = {task: tuple(_named(known, task, name) for name in names) for task, names in settings.tasks.items()}
    return Routes(tuple(known.values()), order)


def budgets(settings: Settings) -> Budgets:
    """What models may cost."""

    def limit(one: BudgetSettings) -> Limit:
        return Limit(one.dollars, one.tokens)

    set_ = settings.budgets
    return Budgets(limit(set_.night), limit(set_.client), limit(set_.person))


def _named(known: Mapping[str, Endpoint], task: str, name: str) -> Endpoint:
    if name not in known:
        there = f"there are {', '.join(known)}" if known else "there is none"
        raise Invalid(f"[tasks] {task} asks the model {name}, which [models.{name}] does not describe; {there}")
    return known[name]


def _default(settings: Settings) -> Endpoint | None:
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    if settings.llm_gguf:
        return Endpoint(
            f"{GGUF}:{_place(settings.llm_gguf)}", settings.llm_model or settings.llm_gguf.stem, concurrency=1
        )
    if not settings.llm_base_url or not settings.llm_model:
        return None
    return Endpoint(
        settings.llm_base_url,
        settings.llm_model,
        key,
        local=settings.llm_local,
        api_version=settings.llm_api_version,
        concurrency=settings.llm_concurrency,
    )


def _endpoint(name: str, one: ModelSettings) -> Endpoint:
    if (one.base_url is None) == (one.gguf is None):
        raise Invalid(f"[models.{name}] needs either a base_url or a gguf")
    if one.gguf is None and not one.model:
        raise Invalid(f"[models.{name}] needs a model: the name by which the endpoint knows it")
    set_ = one.model_fields_set
    return Endpoint(
        base_url=one.base_url or f"{GGUF}:{_place(one.gguf or Path())}",
        model=one.model or (one.gguf or Path(name)).stem,
        api_key=_key(name, one.api_key_env),
        local=one.local,
        price_in=one.price_in,
        price_out=one.price_out,
        deadline=one.deadline,
        patience=one.patience,
        api_version=one.api_version,
        concurrency=one.concurrency if one.gguf is None or "concurrency" in set_ else 1,
        longest=one.longest,
        context=one.context,
        threads=one.threads,
    )


def _key(name: str, variable: str | None) -> str | None:
    if variable is None:
        return None
    key = os.environ.get(variable)
    if not key:
        raise Invalid(f"[models.{name}] takes its key from the environment variable {variable}, which is not set")
    return key


def _place(file: Path) -> Path:
    return file.expanduser().absolute()
