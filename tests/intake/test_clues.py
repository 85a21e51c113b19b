"""Whose a loose file may be: each clue alone, several together, and what must not be offered."""

import pytest

from workspace.intake.clues import BAR, Guess, Profile, guess, make_book

CLIENTS = (
    Profile(
        "bakery", "C001", "Harbor Bakery Inc", "1120-S", "12-3456789", "12 Quay Street", "60601",
        ("Ngozi Okafor", "Tunde Okafor"), ("ngozi@harbor.example", "tunde@harbor.example"),
    ),
    Profile("ngozi", "C002", "Ngozi Okafor", "1040", "900-70-1234", people=("Ngozi Okafor",), emails=("ngozi@harbor.example",)),
    Profile(
        "dental", "C014", "Bright Dental, LLC", "1065", "98-7654321", "400 Élan Ave", "60614",
        ("Dr. Lee Park",), ("lee@gmail.com", "office@bright.example"),
    ),
    Profile("shah", "2025", "Daniel and Priya Shah", "1040", "901-22-3333"),
    Profile("the", "C020", "Summit LLC", "1120"),
)  # fmt: skip
BOOK = make_book(CLIENTS, ["alder.example"])


def found(path: str = "scan.pdf", *pages: str) -> tuple[Guess, ...]:
    return guess(path, pages, BOOK)


@pytest.mark.parametrize(
    ("path", "text", "client", "reason"),
    [
        ("scan.pdf", "Employer identification number: 12-3456789", "bakery", "EIN on page 1"),
        ("scan.pdf", "Your SSN 900-70-1234", "ngozi", "SSN on page 1"),
        ("scan.pdf", "TIN 987654321", "dental", "EIN on page 1"),
        ("Bright Dental/2025/a.pdf", "", "dental", "folder ‘Bright Dental’"),
        ("Clients/Bright Dental LLC/a.pdf", "", "dental", "folder ‘Bright Dental LLC’"),
        ("in/C014/a.pdf", "", "dental", "folder ‘C014’"),
        ("C014 lease.pdf", "", "dental", "file name ‘C014 lease’"),
        ("bright_dental_lease.pdf", "", "dental", "file name ‘bright_dental_lease’"),
        ("Okafor, Ngozi W-2.pdf", "", "ngozi", "file name ‘Okafor, Ngozi W-2’"),
        ("K-1 98-7654321.pdf", "", "dental", "EIN in the file name"),
        ("Priya Shah 1099.pdf", "", "shah", "file name ‘Priya Shah 1099’"),
        ("a.pdf", "HARBOR BAKERY\n12 Quay St.\nChicago, IL 60601", "bakery", "postal address on page 1"),
        ("a.pdf", "Bright Dental\n400 Elan Avenue\nChicago 60614", "dental", "name ‘bright dental’ on page 1"),
        ("a.pdf", "From: tunde@harbor.example\nthe statements of Harbor Bakery", "bakery", "address tunde@harbor.example on page 1"),
        ("a.pdf", "From: x@bright.example about Bright Dental", "dental", "mail domain bright.example on page 1"),
        ("a.pdf", "Ngozi Okafor, XXX-XX-1234", "ngozi", "last four digits of the SSN on page 1"),
    ],
)  # fmt: skip
def test_a_clue_offers_the_client_and_says_why(path: str, text: str, client: str, reason: str) -> None:
    first = found(path, text)[0]
    assert (first.client_id, first.first) == (client, True), found(path, text)
    assert reason in first.reasons


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("scan.pdf", "hello"),
        ("2025/1040.pdf", ""),
        ("Taxes 2025.pdf", "the summit was reached"),
        ("a.pdf", "Write to lee@gmail.com or somebody@gmail.com"),
        ("a.pdf", "mia@alder.example of the firm"),
        ("a.pdf", "Harbor Bakery"),
        ("a.pdf", "XXX-XX-1234"),
        ("a.pdf", "Invoice 112-3456789-5 of 9123456789"),
        ("k1.pdf", "Harbor Bakery Inc 12-3456789 12 Quay Street Chicago 60601, to Ngozi Okafor 900-70-1234"),
    ],
)
def test_below_the_bar_or_between_two_nothing_is_offered(path: str, text: str) -> None:
    assert [one for one in found(path, text) if one.first] == []


def test_a_folder_of_a_year_is_no_ref_unless_it_is_all_of_the_name() -> None:
    assert found("Clients/Bright Dental/2025 returns/a.pdf")[0].client_id == "dental"
    assert [one.client_id for one in found("Clients/Bright Dental/2025 returns/a.pdf")] == ["dental"]


def test_a_reason_never_repeats_a_tax_id() -> None:
    said = repr(
        [
            found("K-1 98-7654321.pdf", "SSN 900-70-1234 EIN 12-3456789 and XXX-XX-3333 Priya Shah")[n].reasons
            for n in range(3)
        ]
    )
    assert "900" not in said and "3456789" not in said and "3333" not in said


def test_the_same_bytes_on_file_are_the_strongest_clue() -> None:
    [only] = guess("x.pdf", (), BOOK, [("dental", "2025/k1.pdf")])
    assert only.first and only.reasons == ("the same file stands there as ‘2025/k1.pdf’",)


def test_more_pages_that_say_the_same_are_no_more_clues() -> None:
    one, many = found("a.pdf", "Harbor Bakery")[0], found("a.pdf", *["Harbor Bakery"] * 20)[0]
    assert one.confidence == many.confidence < BAR
