"""Speaks Chat Completions with one endpoint: opens a stream, waits and tries again as told, ends by a deadline.

Every answer is read as a stream, so that an endpoint that drips words cannot hold the work longer than the deadline. Knows nothing
of clients, prompts or masks; the door (llm.py) has dealt with those.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from agents.patience import Waiting
from prompts.render import Message
from store.certificates import authorities
from store.telling import headers

if TYPE_CHECKING:
    from tenacity import RetryCallState

ATTEMPTS = 5
LONGEST_ANSWER = 1500  # tokens


@dataclass(frozen=True)
class Answered:
    """What the model said. Tokens are the endpoint's count, or a quarter of the characters where it gives none."""

    text: str
    tokens_in: int
    tokens_out: int
    seconds: float


@dataclass(frozen=True)
class Unanswered:
    """Why no answer came, in words for a person, and after how many seconds that was clear. `again_after`: for how many seconds the
    endpoint asked to be left alone, 0 when it did not say. `reached`: the endpoint took the question, and refused it or did not come to an
    end; what it said until then is paid for in tokens."""

    reason: str
    seconds: float
    again_after: float = 0.0
    reached: bool = False
    tokens_in: int = 0
    tokens_out: int = 0


class Telling:
    """An answer on its way: iterate for its pieces; `outcome` says afterwards how it ended, or how far it came when left."""

    def __init__(self, begin: Callable[[], Any], asked: int, deadline: float, now: Callable[[], float]) -> None:
        self._begin, self._asked, self._deadline, self._now = begin, asked, deadline, now
        self._started = now()
        self._text, self._usage, self._broken, self._again_after, self._reached = "", (0, 0), "", 0.0, False

    def __iter__(self) -> Iterator[str]:
        import openai

        try:
            for chunk in self._begin():
                if chunk.usage:
                    self._usage = (chunk.usage.prompt_tokens or 0, chunk.usage.completion_tokens or 0)
                for choice in chunk.choices or ():
                    if piece := (choice.delta.content if choice.delta else None):
                        self._text += piece
                        yield piece
                if self._seconds() > self._deadline:
                    self._broken, self._reached = f"no end after {self._deadline:g} seconds", bool(self._text)
                    return
        except (openai.OpenAIError, ValueError) as error:
            self._broken = "the endpoint broke off in the middle of its answer" if self._text else _in_words(error)
            self._again_after, self._reached = _asked_for(error) or 0.0, _refused(error)

    @property
    def outcome(self) -> Answered | Unanswered:
        counted_in, counted_out = self._usage
        tokens_in, tokens_out = counted_in or self._asked // 4, counted_out or len(self._text) // 4
        if self._broken:
            told = (tokens_in, tokens_out) if self._text else (0, 0)
            return Unanswered(self._broken, self._seconds(), self._again_after, self._reached, *told)
        return Answered(self._text, tokens_in, tokens_out, self._seconds())

    def _seconds(self) -> float:
        return self._now() - self._started


class Speaker:
    """One endpoint and one model. `deadline` and `patience` are seconds: for the whole answer, and of silence."""

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None,
        deadline: float,
        patience: float,
        waiting: Waiting | None = None,
        api_version: str | None = None,
        longest: int = LONGEST_ANSWER,
    ) -> None:
        """`api_version`: the endpoint is an Azure resource, and `model` the name of its deployment."""
        import httpx  # noqa: F401 - openai looks at it without waiting when another thread (langgraph) has it half loaded
        from openai import AzureOpenAI, DefaultHttpxClient, OpenAI

        # local servers ask for no key, the SDK does; retries are ours, with a deadline over all of them
        key, http = api_key or "none", DefaultHttpxClient(verify=authorities())
        self._client: OpenAI = (
            AzureOpenAI(
                azure_endpoint=base_url.rstrip("/"),
                api_version=api_version,
                api_key=key,
                max_retries=0,
                timeout=patience,
                http_client=http,
            )
            if api_version
            else OpenAI(base_url=base_url, api_key=key, max_retries=0, timeout=patience, http_client=http)
        )
        self._model, self._deadline, self._patience, self._longest = model, deadline, patience, longest
        self._waiting = waiting or Waiting()

    def warm(self) -> None:
        """Load what the first question would wait for."""
        import tenacity  # noqa: F401
        from openai.types.chat import ChatCompletionChunk  # noqa: F401

        _ = self._client.chat.completions

    def tell(
        self,
        messages: Sequence[Message],
        schema: Mapping[str, Any],
        at_most: float | None = None,
        attempts: int = ATTEMPTS,
    ) -> Telling:
        """The answer as it comes; tried again, within the deadline, as long as no piece of it came. `at_most`: seconds, where the
        asker has fewer than the deadline."""
        deadline, now = min(self._deadline, at_most or self._deadline), self._waiting.now
        # the SDK goes through all of what it is handed as a parameter, word by word; what is in its final form goes beside that
        final = {
            "messages": list(messages),
            "response_format": {"type": "json_schema", "json_schema": dict(schema)},
            "stream_options": {"include_usage": True},
        }
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [],
            "temperature": 0,
            "max_completion_tokens": self._longest,
            "stream": True,
            "extra_body": final,
            "extra_headers": headers(),
        }

        def begin() -> Any:
            ends = now() + deadline

            def ask() -> Any:
                left = max(ends - now(), 0.01)  # what is left of the deadline, never more silence than that
                return self._client.chat.completions.create(**body, timeout=min(self._patience, left))

            return _patiently(ends, self._waiting, attempts)(ask)

        return Telling(begin, sum(len(m["content"]) for m in messages), deadline, now)

    def say(
        self, messages: Sequence[Message], schema: Mapping[str, Any], at_most: float | None = None
    ) -> Answered | Unanswered:
        """The whole answer, or why there is none."""
        telling = self.tell(messages, schema, at_most)
        for _ in telling:
            pass
        return telling.outcome


def _patiently(ends: float, waiting: Waiting, attempts: int) -> Any:
    """Tries again what passes by itself, as long as the next attempt would begin before `ends`."""
    import openai
    from tenacity import Retrying, retry_if_exception_type

    def enough(state: "RetryCallState") -> bool:
        return state.attempt_number >= attempts or waiting.now() + state.upcoming_sleep >= ends

    passing = (openai.RateLimitError, openai.InternalServerError, openai.APIConnectionError)
    return Retrying(
        retry=retry_if_exception_type(passing),
        wait=_pause,
        stop=enough,
        sleep=waiting.sleep,
        reraise=True,
    )


def _pause(state: "RetryCallState") -> float:
    """Seconds until the next attempt: what the endpoint asked for, else growing with jitter."""
    from tenacity import wait_random_exponential

    asked = _asked_for(state.outcome.exception() if state.outcome else None)
    return float(wait_random_exponential(multiplier=0.5, max=20)(state)) if asked is None else asked


def _asked_for(error: BaseException | None) -> float | None:
    """The seconds for which the endpoint asked to be left alone (Retry-After, RFC 9110 §10.2.3: a number, or a date beside its own);
    None when it did not say."""
    from openai import APIStatusError

    if not isinstance(error, APIStatusError):
        return None
    headers = error.response.headers
    asked = headers.get("retry-after", "")
    if asked.replace(".", "", 1).isdigit():
        return float(asked)
    try:
        return max(0.0, (parsedate_to_datetime(asked) - parsedate_to_datetime(headers["date"])).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None


def _refused(error: Exception) -> bool:
    """Whether the endpoint took the question and found it wanting (too long, for one), rather than us (a key) or nothing at all."""
    from openai import APIStatusError

    return isinstance(error, APIStatusError) and error.status_code in (400, 413, 422)


def _in_words(error: Exception) -> str:
    from openai import APIConnectionError, APIStatusError, APITimeoutError

    if isinstance(error, APITimeoutError):
        return "the endpoint was silent for too long"
    if isinstance(error, APIConnectionError):
        return "the endpoint cannot be reached"
    if isinstance(error, APIStatusError):
        return f"the endpoint answered with status {error.status_code}"
    return "the endpoint did not speak the protocol"
