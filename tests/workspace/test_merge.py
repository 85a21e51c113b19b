"""One cause, one card; what merely belongs to the same client stays apart."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workspace.worlds import in_days, raised
from workspace.merge import CHAINS, merge
from workspace.raised import Raised


def slugs(signals: list[Raised]) -> list[list[str]]:
    return [[line.slug for line in card.lines] for card in merge(signals)]


def test_a_silent_client_is_one_card_with_the_cause_first() -> None:
    silent = raised("client-silent", score=Decimal(70), engagement_ref="E1")
    missing = raised("request-overdue", subject="E1", score=Decimal(75), engagement_ref="E1", minutes=3)
    late = raised("extension-needed", subject="E1", score=Decimal(83), engagement_ref="E1", minutes=10)
    risk = raised("return-at-risk", subject="E1", cls="B", score=Decimal(80), engagement_ref="E1")
    [card] = merge([late, risk, missing, silent])
    assert card.lines == (silent, missing, late, risk)
    assert card.lead is late and card.cause == "The client is silent"
    shown = card.as_json()
    assert (shown["class"], shown["score"], shown["headline"], shown["minutes"]) == ("B", 83.0, late.headline, 10)
    assert shown["keys"] == [one.key for one in card.lines]


def test_silence_reaches_every_request_and_without_it_requests_stay_apart() -> None:
    requests = [raised("request-overdue", subject=ref, engagement_ref=ref) for ref in ("E1", "E2")]
    assert slugs(requests) == [["request-overdue"], ["request-overdue"]]
    together = slugs([*requests, raised("client-silent")])
    assert together == [["client-silent", "request-overdue", "request-overdue"]]


@pytest.mark.parametrize(
    ("one", "other", "cause"),
    [
        ("notice-unopened", "notice-balance-due", "A notice came"),
        ("notice-underreporter", "document-contradicts-record", "A notice came"),
        ("done-not-billed", "wip-aged", "Work is not billed"),
        ("extension-needed", "return-at-risk", "The return is late"),
        ("k1-awaited", "extension-needed", "The client's papers are missing"),
        ("duplicate-or-missing-document", "duplicate-or-missing-document", "Bank statements are missing"),
    ],
)
def test_chains(one: str, other: str, cause: str) -> None:
    same = "d" if one.startswith("notice") else ""
    pair = [
        raised(one, subject=same or "a", engagement_ref="E1"),
        raised(other, subject=same or "b", engagement_ref="E1"),
    ]
    [card] = merge(pair)
    assert card.cause == cause and card.as_json()["slugs"] == list(dict.fromkeys((one, other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (raised("letter-unsigned", engagement_ref="E1"), raised("wip-over-budget", engagement_ref="E1")),
        (raised("ar-aging"), raised("done-not-billed", engagement_ref="E1")),
        (raised("extension-needed", engagement_ref="E1"), raised("return-at-risk", engagement_ref="E2")),
        (raised("extension-needed", engagement_ref="E1"), raised("k1-awaited", "C2", engagement_ref="E1")),
        (raised("notice-levy", subject="a"), raised("notice-deficiency", subject="b")),
        (raised("document-contradicts-record", subject="a"), raised("document-contradicts-record", "C2", subject="a")),
        (raised("message-unanswered", subject="t1"), raised("message-unanswered", subject="t2")),
        (raised("wip-aged", engagement_ref=None), raised("done-not-billed", engagement_ref=None)),
    ],
)
def test_two_causes_are_two_cards(one: Raised, other: Raised) -> None:
    cards = merge([one, other])
    assert len(cards) == 2 and all(card.cause is None for card in cards)


def test_a_card_stands_where_its_loudest_line_does() -> None:
    quiet = raised("request-overdue", subject="E1", engagement_ref="E1", score=Decimal(20))
    loud = raised("extension-needed", subject="E1", engagement_ref="E1", score=Decimal(90))
    middle = raised("ar-aging", "C2", score=Decimal(60))
    right = raised("notice-levy", "C3", score=Decimal(30))
    assert [card.lead for card in merge([quiet, middle, loud, right])] == [right, loud, middle]


def test_evidence_is_told_once_and_the_draft_that_waits_is_found() -> None:
    same = ({"kind": "record", "record": "engagement:E1", "field": "stage", "value": "in-progress"},)
    lines = [
        raised("extension-needed", subject="E1", engagement_ref="E1", evidence=same, score=Decimal(80)),
        raised("return-at-risk", subject="E1", engagement_ref="E1", evidence=same, score=Decimal(70)),
    ]
    [card] = merge(lines, {lines[1].key: "dlv_1"})
    assert card.as_json()["evidence"] == [dict(same[0])]
    assert card.deliverable_id == "dlv_1"
    [other] = merge(lines, {lines[1].key: "dlv_1", lines[0].key: "dlv_2"})
    assert other.deliverable_id == "dlv_2"


def test_a_missed_line_turns_the_card_red_and_a_date_since_does_not() -> None:
    missed = raised("return-overdue", engagement_ref="E1", due=in_days(-9), missed=True)
    waiting = raised("k1-awaited", engagement_ref="E1", due=in_days(-9), score=Decimal(90))
    [card] = merge([missed, waiting])
    assert card.missed and card.as_json()["date_is"] == "since"
    assert not merge([waiting])[0].missed


def test_only_what_a_model_says_is_a_card_of_a_model() -> None:
    judged = raised("extension-needed", subject="E1", engagement_ref="E1", basis="model")
    read = raised("return-at-risk", subject="E1", engagement_ref="E1", basis="fact")
    assert merge([judged])[0].model_only
    assert not merge([judged, read])[0].model_only


EVERY = sorted({slug for chain in CHAINS for slug in chain.slugs} | {"ar-aging", "wip-over-budget"})
LINES = st.lists(
    st.builds(
        lambda slug, client, on, score: raised(slug, client, on, engagement_ref=on, score=Decimal(score)),
        st.sampled_from(EVERY),
        st.sampled_from(["C1", "C2"]),
        st.sampled_from(["E1", "E2", "E3"]),
        st.integers(0, 100),
    ),
    unique_by=lambda one: one.key,
    max_size=12,
)


@given(LINES, st.randoms())
def test_every_signal_is_on_one_card_of_its_client_whatever_the_order(lines: list[Raised], chance: object) -> None:
    cards = merge(lines)
    assert sorted(line.key for card in cards for line in card.lines) == sorted(line.key for line in lines)
    assert all(len({line.client_id for line in card.lines}) == 1 for card in cards)
    assert [card.sort_key for card in cards] == sorted(card.sort_key for card in cards)
    shuffled = list(lines)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge(shuffled) == cards
