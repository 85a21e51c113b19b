"""`tickmark evals`: the arithmetic of its figures, and the tasks over a sample firm of four clients."""

import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from api.commands.result import silent
from evals.ground import Ground, SampleHome, current_home, fingerprint, open_ground
from evals.runner import Figure, Outcome, Task, as_json, counted, figures, find, means, run, table
from evals.targets import tasks_of
from evals.tasks import briefs, emails, sample_questions
from store.errors import NotFound
from tests.evals.conftest import CLIENTS, tickmark


@pytest.fixture
def ground(sample: SampleHome, tmp_path: Path) -> Iterator[Ground]:
    """The ready sample firm; no pack of real files."""
    with open_ground(Ground(tmp_path, CLIENTS, (7,), tmp_path / "no-pack", silent, made=[sample])) as ground:
        yield ground


def measured(name: str, ground: Ground) -> dict[str, Figure]:
    (outcome,) = run([find(name)], ground)
    assert outcome.note == ""
    return {one.measure: one for one in outcome.figures}


def test_a_mean_has_its_n_and_its_standard_error() -> None:
    scores = [("right", 1.0), ("right: late", 0.0), ("right", 0.0), ("only", 3.0), *counted("many", 3, 4)]
    right, only, many, late = figures(scores)
    assert (right.n, right.mean, right.error) == (2, 0.5, pytest.approx(0.5))
    assert only == Figure("only", 1, 3.0, None)
    assert (many.n, many.mean, many.error) == (4, 0.75, pytest.approx(math.sqrt(3 / 16 * 4 / 3 / 4)))
    assert late.measure == "right: late"


def test_a_task_without_its_data_says_so_and_costs_the_others_nothing(tmp_path: Path) -> None:
    def absent(ground: Ground) -> list[int]:
        raise NotFound("needs what is not there")

    there = Task("there", "numbers", lambda _: [1, 2, 3], lambda n: n * 2, lambda n, twice: [("even", twice % 2 == 0)])
    ground = Ground(tmp_path, CLIENTS, (7,), tmp_path, silent)
    gone, counted_numbers = run([replace(there, name="gone", dataset=absent), there], ground)
    assert (gone.note, gone.figures) == ("needs what is not there", ())
    assert counted_numbers.figures == (Figure("even", 3, 1.0, 0.0),)
    assert "not measured: needs what is not there" in table([gone, counted_numbers])


def test_a_baseline_stands_beside_what_is_measured_now() -> None:
    now = Outcome("signals", "…", (Figure("recall", 10, 0.9, 0.1),), 10, 1.0)
    before = json.loads(json.dumps(as_json([replace(now, figures=(Figure("recall", 10, 0.8, 0.13),))])))
    assert "was 0.800 (+0.100)" in table([now], means(before))
    assert "was" not in table([now])


def test_one_name_runs_the_measures_of_documents_and_each_says_whether_it_reaches_what_it_must() -> None:
    assert list(tasks_of(["documents", "bank"])) == ["parsing", "bank", "emails", "invoices", "search", "facts"]
    assert list(tasks_of(["signals"])) == ["signals"]
    parsing = Outcome(
        "parsing", "…", (Figure("strings found", 477, 0.9797, 0.1), Figure("pages a second", 1, 5.0, None)), 1, 1.0
    )
    bank = Outcome("bank", "…", (Figure("counts exact", 13, 1.0, 0.0),), 1, 1.0)
    shown = table([parsing, bank])
    assert "must reach 0.98: no, 0.9797" in shown
    assert "must reach 1.00: yes" in shown
    assert shown.endswith("1 of 2 measures reach what they must.")
    (strings, pages), _ = (one["figures"] for one in as_json([parsing, bank]))
    assert (strings["must_reach"], strings["reached"]) == (0.98, False)
    assert "must_reach" not in pages


def test_threads_are_followed_through_the_files(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    heads = (
        "Message-ID: <root@a>\n",
        "Message-ID: <b@a>\nIn-Reply-To: <root@a>\n",
        "Message-ID: <c@a>\nReferences: <b@a> <x@a>\n",
    )
    gold = []
    for n, head in enumerate(heads):
        (tmp_path / "files" / f"{n}.eml").write_text(f"From: a@b.c\nTo: d@e.f\nSubject: x\n{head}\nwords\n")
        thread = {"thread": "<root@a>"} if n == 2 else {}
        gold.append(json.dumps({"file": f"{n}.eml", "headers": {"from": "a@b.c", "attachments": [], **thread}}))
    (tmp_path / "gold.jsonl").write_text("\n".join(gold))
    found = emails.measure(tmp_path)
    assert (found["judged"]["thread"], found["exact"]["thread"]) == (3, 3)
    assert found["wrong"] == []


def test_signals_are_held_against_the_gold(ground: Ground, sample: SampleHome) -> None:
    found = measured("signals", ground)
    recall, precision = found["planted and raised (recall)"], found["raised and planted (precision)"]
    assert (recall.n, recall.mean) == (len(sample.gold.planted), 1.0)
    assert precision.mean == 1.0
    assert found["decoys left alone"].n == len(sample.gold.decoys)
    assert found["quotes verbatim at their place"].mean == 1.0
    assert found["dates exact"].n == recall.n


def test_what_was_never_planted_lowers_precision_and_what_was_missed_recall(ground: Ground, sample: SampleHome) -> None:
    planted = sample.gold.planted
    other = replace(planted[0], slug="return-overdue", subject="C001-NEVER")
    ground.made = [replace(sample, gold=replace(sample.gold, planted=(other, *planted[1:])))]
    found = measured("signals", ground)
    assert found["planted and raised (recall)"].mean == pytest.approx(1 - 1 / len(planted))
    assert found["raised and planted (precision)"].mean == pytest.approx(1 - 1 / len(planted))


def test_facts_are_judged_for_every_labelled_document(ground: Ground, sample: SampleHome) -> None:
    found = measured("facts", ground)
    assert found["kind recognised"].n == len(sample.gold.documents)
    assert found["kind recognised"].mean > 0.9
    assert found["F1 of facts"].mean > 0.9
    document = sample.gold.documents[0]
    ground.made = [replace(sample, gold=replace(sample.gold, documents=(replace(document, kind="lease"),)))]
    assert measured("facts", ground)["kind recognised"].mean == (document.kind == "lease")


def test_every_figure_of_the_drafts_is_looked_at(ground: Ground, sample: SampleHome) -> None:
    found = measured("drafts", ground)
    shares = [found[f"figures {status}"] for status in ("tied", "derived", "untied")]
    assert shares[0].n > 0
    assert sum(one.mean for one in shares) == pytest.approx(1.0)
    assert found["figures at their place"].mean == 1.0
    assert found["figures in a deliverable"].mean * found["figures in a deliverable"].n == pytest.approx(shares[0].n)


def test_questions_are_asked_of_the_firm_they_belong_to(ground: Ground) -> None:
    cases = list(islice(sample_questions.cases(ground), 6))
    scores = [score for case in cases for score in sample_questions.score(case, sample_questions.ask(case))]
    found = {one.measure: one for one in figures(scores)}
    assert found["right"].n == len(cases)
    assert found["citations that stand"].mean == 1.0
    assert found["answers without a leak"].mean == 1.0


def test_a_home_of_another_state_of_the_program_is_made_anew(tmp_path: Path) -> None:
    home = current_home(tmp_path, "sample", reuse=False)
    (home / "kept").write_text("mine")
    assert (current_home(tmp_path, "sample", reuse=False) / "kept").exists()
    (home / "made-by").write_text("another")
    assert (current_home(tmp_path, "sample", reuse=True) / "kept").exists()
    assert not (current_home(tmp_path, "sample", reuse=False) / "kept").exists()
    assert (home / "made-by").read_text() == fingerprint()


def test_the_command_prints_figures_and_writes_a_baseline_when_asked(copy: Path, tmp_path: Path) -> None:
    home, baseline = tmp_path / "home", tmp_path / "baseline.json"
    shutil.move(copy, home / "evals" / f"sample-{CLIENTS}-clients-seed-7")
    words = ("evals", "signals", "parsing", "--clients", str(CLIENTS), "--reuse", "--pack", str(tmp_path / "none"))
    ran = tickmark(home, *words, "--json", "--baseline", str(baseline))
    assert ran.returncode == 0, ran.stderr
    signals, parsing = json.loads(ran.stdout)
    recall = signals["figures"][0]
    assert (recall["measure"], recall["mean"], recall["error"]) == ("planted and raised (recall)", 1.0, 0.0)
    assert (recall["must_reach"], recall["reached"]) == (0.98, True) and recall["n"] > 5
    assert parsing["figures"] == []
    assert "needs the pack of real files" in parsing["note"]
    assert json.loads(baseline.read_text()) == [signals, parsing]
    unknown = tickmark(home, "evals", "nothing")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)
    assert "there is no evaluation nothing" in unknown.stderr


def test_each_partners_seven_are_the_golds_in_its_order(ground: Ground) -> None:
    found = measured("briefs", ground)
    assert found["NDCG@7 of Needs you"].mean >= 0.95
    assert found["quotes verbatim at their place"].mean == 1.0


def test_a_card_that_is_out_of_place_or_worth_nothing_costs_gain() -> None:
    best = briefs.dcg([3.0, 2.0, 1.0])
    assert best == pytest.approx(3 + 2 / math.log2(3) + 0.5)
    assert best > briefs.dcg([2.0, 3.0, 1.0]) > briefs.dcg([0.0, 3.0, 2.0])
    assert briefs.business_days(date(2026, 5, 22), date(2026, 5, 26)) == 1  # Memorial Day
    assert briefs.business_days(date(2026, 7, 6), date(2026, 7, 2)) == -1  # July 4 is kept on the Friday
