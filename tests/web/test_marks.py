"""A passage is marked in text and in a sheet's cells, wherever it begins and ends."""

from hypothesis import given
from hypothesis import strategies as st

from api.marks import BETWEEN, blocks, cut, split_marked

SHEET = "Register\nName | Pay\nLee | 1,200.00\nAda | (75.50)\n\nEnd"


def test_a_sheet_is_a_table_between_lines() -> None:
    start = SHEET.index("1,200.00")
    before, table, after = blocks(SHEET, start, start + 8)
    assert before.text == ("Register", "", "") and after.text == ("\nEnd", "", "")
    assert [[cell.parts for cell in row] for row in table.rows][1] == [("Lee", "", ""), ("", "1,200.00", "")]
    assert [[cell.number for cell in row] for row in table.rows] == [[False, True], [False, True], [False, True]]


def test_one_row_alone_stays_text() -> None:
    assert blocks("a | b", 0, 1)[0].text == ("", "a", " | b")


@given(st.lists(st.sampled_from(["a", "b | c", "", "1.00 | 2", "x | y | z", "12"]), max_size=8), st.data())
def test_no_character_is_lost_and_the_passage_is_what_is_marked(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    whole, marked = [], []
    for block in blocks(text, start, end):
        if block.rows:
            assert len({len(row) for row in block.rows}) == 1
            rows = [BETWEEN.join("".join(cell.parts) for cell in row) for row in block.rows]
            whole.append("\n".join(row.removesuffix(BETWEEN) for row in rows))
            marked += [cell.parts[1] for row in block.rows for cell in row]
        else:
            whole.append("".join(block.text))
            marked.append(block.text[1])
    assert "\n".join(whole) == text
    joined = "".join(marked)
    assert joined == "" or all(part in text[start:end] for part in marked)
    assert set(joined.replace("\n", "")) <= set(text[start:end])
    assert len(joined) <= end - start


def test_a_span_outside_the_text_marks_nothing() -> None:
    assert split_marked("abc", 2, 9) == ("abc", "", "") == split_marked("abc", 2, 1)


@given(st.integers(0, 999), st.integers(0, 400))
def test_a_long_page_is_cut_at_lines_around_the_passage(number: int, around: int) -> None:
    text = "\n".join(f"line {n}" for n in range(1000))
    start = text.index(f"line {number}")
    end = start + len(f"line {number}")
    part, first, last = cut(text, start, end, around=around)
    assert part[first:last] == text[start:end] and part in text
    assert len(part) <= end - start + 2 * around


def test_lines_without_an_end_are_cut_anyway() -> None:
    assert cut("x" * 1000, 500, 510, around=20) == ("x" * 50, 20, 30)
