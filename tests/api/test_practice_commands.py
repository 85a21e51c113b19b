"""Write-offs, credits, statements, trust money, matters and proposals on the command line: both forms, and what is refused in one line."""

from pathlib import Path

from tests.api.conftest import Say

ANA, SOL = (("--as", f"{name}@alder.example") for name in ("ana", "sol"))
WHY = ("--reason", "agreed with the client")


def test_work_is_written_off_down_up_and_back(say: Say) -> None:
    found = say("money", "open", "C001", "--json", *ANA)
    first, *_, last = found["time"]
    whole = sum(float(one["value"]) for one in found["time"])
    assert first["id"] in say("money", "open", "C001", *ANA) and whole > 0
    say("money", "open", "C001", *SOL, refused="rates:see")
    say("money", "write-off", "C001", first["id"], *WHY, *SOL, refused="wip:adjust")
    say("money", "write-off", "C001", "tim_none", *WHY, *ANA, refused="no longer open")
    taken = say("money", "write-off", "C001", first["id"], *WHY, "--json", *ANA)
    assert taken == {"taken": first["value"]}
    say("money", "write-off", "C001", first["id"], *WHY, *ANA, refused="no longer open")
    assert say("money", "restore", "C001", first["id"], *WHY, "--json", *ANA) == {"restored": first["value"]}
    work = last["engagement_ref"]
    assert "Written down by" in say("money", "write-to", "C001", "100", "--engagement", work, *WHY, *ANA)
    assert say("money", "write-to", "C001", "120", "--engagement", work, *WHY, "--json", *ANA) == {"taken": "-20.00"}
    kinds = [one["kind"] for one in say("money", "adjustments", "C001", "--json", *ANA)]
    assert kinds[:2] == ["write-up", "write-down"] and {"write-off", "restored"} <= set(kinds)
    assert "agreed with the client" in say("money", "adjustments", "C001", *ANA)


def test_an_invoice_is_credited_and_the_account_is_shown(say: Say, tmp_path: Path) -> None:
    bill = say("money", "invoice", "C001", "hourly", "--engagement", "E001", "--issue", "--json", *ANA)["listed"]
    say("money", "credit", bill["number"], *WHY, *SOL, refused="invoice:issue")
    part = say("money", "credit", bill["number"], "100.00", *WHY, "--json", *ANA)["listed"]
    assert part["amount"] == "-100.00"
    told = say("money", "credit", bill["number"], *WHY, *ANA)
    assert "Credit note" in told and "0.00 is owed" in told and "Nothing was sent" in told
    say("money", "credit", bill["number"], *WHY, *ANA, refused="credited already")
    paid = say("money", "pay", "2026-001", "250", "--json", *ANA)["id"]
    assert "owed again" in say("money", "reverse", paid, *WHY, *ANA)
    account = say("money", "statement", "C001", "--json", *ANA)
    assert account["closing"] == "2000.00" and len(account["moves"]) == 8
    text = say("money", "statement", "C001", "--from", "2026-03-01", *ANA)
    assert "Before" in text and "2,000.00" in text and bill["number"] in text
    file = tmp_path / "account.pdf"
    assert "Written" in say("money", "statement", "C001", str(file), *ANA)
    assert file.read_bytes().startswith(b"%PDF")
    say("money", "statement", "C001", str(file), *ANA, refused="there already")


def test_a_matter_its_parties_and_its_trust_money(say: Say) -> None:
    made = say("matters", "open", "C001", "Harbor v. Harlan", "--against", "Harlan Builders", "--json", *ANA)
    ref = made["ref"]
    assert f"{ref}" in say("matters", "list", *ANA) and "against Harlan Builders" in say("matters", "list", *ANA)
    added = say("matters", "put-party", ref, "Roland Hess", "witness", "--alias", "R. Hess", "--json", *ANA)
    say("matters", "put-party", ref, "Roland Hess", "bystander", *ANA, refused="witness")
    assert "Roland Hess (R. Hess)" in say("matters", "parties", ref, *ANA)
    assert "Taken off" in say("matters", "remove-party", ref, added["id"], *ANA)
    assert [one["role"] for one in say("matters", "parties", ref, "--json", *ANA)] == ["client", "opponent"]
    ledger = say("trust", "open", "C001", "--matter", ref, "--json", *ANA)
    assert ledger["matter_ref"] == ref and ledger["id"] in say("trust", "open", "C001", "--matter", ref, *ANA)
    say("trust", "receive", ref, "100", *SOL, refused="trust:write")
    got = say("trust", "receive", ref, "5000", "--from", "Harbor", "--on", "2026-02-02", "--json", *ANA)
    assert got["balance"] == "5000.00"
    told = say("trust", "pay", ref, "405", "--to", "Clerk", "--number", "101", "--memo", "Filing fee", *ANA)
    assert "Paid out" in told and "4,595.00" in told
    say("trust", "pay", ref, "9999", "--to", "Clerk", *ANA, refused="4,595.00")
    say("trust", "transfer", ref, "2026-001", "50", *ANA, refused="no client’s money pays for another’s")
    mine = say("trust", "open", "C001", "--json", *ANA)["id"]
    own = say("trust", "receive", mine, "500", "--from", "Harbor", "--json", *ANA)
    moved = say("trust", "transfer", mine, "2026-001", "50", "--json", *ANA)
    assert moved["balance"] == "450.00"
    assert "1,950.00" in say("money", "aging", "--client", "C001", *ANA)
    say("trust", "reverse", own["id"], *WHY, *ANA, refused="450.00")
    assert "Taken back" in say("trust", "reverse", moved["id"], *WHY, *ANA)
    assert "trust: 4,595.00" in say("matters", "show", ref, *ANA)
    say("matters", "close", ref, "--preview", *ANA, refused="The trust ledger holds 4,595.00")
    say("matters", "close", ref, *ANA, refused="The trust ledger holds")
    say("trust", "pay", ref, "4595", "--to", "Harbor Bakery Inc", *ANA)
    assert "Closed" in say("matters", "close", ref, *WHY, *ANA)
    assert ref not in say("matters", "list", *ANA) and "closed" in say("matters", "list", "--all", *ANA)
    act = say("matters", "reopen", ref, "--json", *ANA)["act"]
    say("undo", act, *ANA)
    say("matters", "close", ref, *ANA, refused="the matter is closed")


def test_from_a_price_to_a_link_for_the_signer(say: Say) -> None:
    say("letters", "prices", "--usual", *SOL, refused="letter:write")
    assert "bookkeeping" in say("letters", "prices", "--usual", *ANA)
    term = ("--start", "2026-04-01", "--end", "2027-03-31")
    say("letters", "propose", "C001", "no-such-service", *term, *ANA, refused="no-such-service")
    say("letters", "propose", "C001", "advisory:1:2:Full:more", *term, *ANA, refused="SERVICE:PRICE:QUANTITY:OPTION")
    lines = ("return-1120-s", "bookkeeping:425.50::Full", "advisory::2:Basic")
    made = say("letters", "propose", "C001", *lines, *term, "--title", "Services", "--json", *ANA)
    key = made["id"]
    assert {one["option"]: one["amount"] for one in made["totals"]} == {"Basic": "2900.00", "Full": "7506.00"}
    assert "7,506.00  together, Full" in say("letters", "show", key, *ANA)
    say("letters", "propose", "C001", "payroll::many", *term, *ANA, refused="the quantity is 'many', not a number")
    say("letters", "list", "--client", "C404", *ANA, refused="there is no client C404")
    say("letters", "withdraw", key, "--reason", " ", *ANA, refused="say why")
    say("letters", "draft", key, *ANA, refused="choose the option")
    assert "takes Full" in say("letters", "choose", key, "Full", *ANA)
    letter = say("letters", "draft", key, "--json", *ANA)["deliverable"]
    say("letters", "send", letter, "Ngozi Okafor", *ANA, refused="partner's release")
    say("review", letter, "approve", *ANA)
    say("release", letter, *ANA)
    say("letters", "withdraw", key, *WHY, *ANA, refused="It stands")
    [link] = say("letters", "send", letter, "Ngozi Okafor <ngozi@harbor.example>", "--json", *ANA)
    assert link["email"] == "ngozi@harbor.example" and "/sign/" in link["url"]
    say("letters", "send", letter, "Ngozi Okafor", *ANA, refused="out for signature already")
    assert "Ngozi Okafor: waiting" in say("letters", "list", "--client", "C001", *ANA)
    other = say("letters", "propose", "C001", "payroll", *term, "--json", *ANA)
    assert "Withdrawn" in say("letters", "withdraw", other["id"], *WHY, *ANA)
    say("letters", "withdraw", other["id"], *WHY, *ANA, refused="withdrawn already")
    assert say("undo", other["act"], *ANA, refused="changed this since") is None
