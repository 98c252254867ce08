"""Lines that an outlet prints around its stories."""

from tasks.strip.lines import fold, lines_of
from tasks.strip.repeats import digest, neighbourhoods, outlet_key, repeats_of
from tasks.strip.story import strip_document
from tasks.strip.text import parse_text
from tests.strip.making import DEBRIS, paragraphs, raw, removed

LEAD = "The ferry came back to the harbour on Monday after nine winters away, and the whole town stood on the quay to see it."
NEXT = "“We had given up,” said the harbour master, who had kept the ropes dry in his own kitchen for all of that time."
SLOGAN = "From the mole to the market since 1901"


def test_host_tells_the_outlet_whatever_its_front() -> None:
    hosts = ("https://www.quay.example/a", "https://m.quay.example/b", "https://quay.example/c")
    assert {outlet_key(parse_text(raw(LEAD, url=url))) for url in hosts} == {"quay.example"}
    assert outlet_key(parse_text(raw(LEAD))) is None


def test_what_is_no_url_tells_no_outlet() -> None:
    assert outlet_key(parse_text(raw(LEAD, url="http://[::1"))) is None


def test_the_same_story_twice_is_one_neighbourhood() -> None:
    def around(text: str) -> set[int]:
        return {r.around for r in repeats_of(parse_text(raw(text, url="https://quay.example/a"))) if r.line == digest(fold(SLOGAN))}

    one, again = around(f"{LEAD}\n{SLOGAN}\n{NEXT}"), around(f"Updated\n{LEAD}\n{SLOGAN}\n{NEXT}")
    assert one == again
    assert one != around(f"{NEXT}\n{SLOGAN}\n{LEAD}")


def test_a_line_that_returns_is_boilerplate() -> None:
    parsed = parse_text(raw(f"Ferry returns to old harbour\n\n{LEAD}\n\n{SLOGAN}\n\n{NEXT}"))
    assert SLOGAN in paragraphs(strip_document(parsed, DEBRIS))
    document = strip_document(parsed, DEBRIS, repeated=frozenset({digest(fold(SLOGAN))}))
    assert ("boilerplate", SLOGAN) in removed(document)


def test_neighbourhoods_are_the_nearest_paragraphs() -> None:
    lines = lines_of(parse_text(raw(f"{LEAD}\nShare\nTweet\n{NEXT}")))
    around = neighbourhoods(lines)
    assert around[1] == around[2]
    assert around[0] != around[1]


def test_background_that_an_outlet_repeats_is_story() -> None:
    parsed = parse_text(raw(f"Ferry returns to old harbour\n\n{LEAD}\n\n{NEXT}"))
    document = strip_document(parsed, DEBRIS, repeated=frozenset({digest(fold(LEAD))}))
    assert paragraphs(document) == [LEAD, NEXT]
