"""Plain text to blocks."""

from tasks.strip.text import parse_text
from tests.strip.making import raw


def blocks(text: str) -> list[str]:
    parsed = parse_text(raw(text))
    return [parsed.source_text[b.start : b.end] for b in parsed.blocks]


def test_a_line_is_a_block_whatever_ends_it() -> None:
    assert blocks("one\ntwo\r\nthree\rfour\u2028five\n\n\n six ") == ["one", "two", "three", "four", "five", " six "]


def test_lines_without_a_visible_character_are_no_blocks() -> None:
    assert blocks("one\n \n\u200b\n\ufeff\ntwo") == ["one", "two"]


def test_hard_wrapped_paragraphs_are_joined() -> None:
    wrapped = (
        "The ferry came back to the harbour on Monday after nine winters\n"
        "away, and the whole town stood on the quay to see it come in\n"
        "between the lights of the old mole, with flags on every mast.\n"
        "\n"
        "The harbour master had kept the ropes dry in his own kitchen,\n"
        "he said, because nobody else would, and he was glad that they\n"
        "could be put to use again before the first storm of the year.\n"
    )
    assert len(blocks(wrapped)) == 2
    assert blocks(wrapped)[0].count("\n") == 2


def test_short_lines_of_different_lengths_stay_apart() -> None:
    table = "Harbour 3\nUplands 2\nWanderers 11\nRovers 0\nCity 4\nTown United 1\n"
    assert len(blocks(table)) == 6
