"""Made-up news for whole runs: any number of stories of any length, alike in kind, unlike in words."""

import json
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

PEOPLE = ["Mara Quell", "Ines Harrow", "Tom Ballard", "Rosa Lindt", "Peter Achterberg", "Leila Osman", "Jonas Wick", "Ada Mercer"]
TOWNS = ["Ostmere", "Kelling", "Port Arden", "Lindow", "Marrow Quay", "Saltby", "Hollin", "Verrick", "Dunmore", "Cawdale"]
WHO = ["council", "harbour board", "school", "ferry company", "fire brigade", "market", "library", "clinic", "court", "choir", "mill"]
DID = ["approved", "rejected", "postponed", "reopened", "measured", "sold", "repaired", "praised", "counted", "moved", "painted", "lost"]
WHAT = ["bridge", "timetable", "budget", "roof", "orchard", "archive", "tram line", "well", "bakery", "quay", "lighthouse", "pump",
        "school bus", "sea wall", "bell", "playground", "nursery", "hedge", "footpath", "sluice"]  # fmt: skip
HOW = ["after a long debate", "without a vote", "against its own advice", "before the winter", "for the third time", "in one afternoon",
       "to the surprise of the neighbours", "as the rain set in", "with borrowed money", "on the advice of an engineer"]  # fmt: skip
WHY = ["because the old one had cracked", "since nobody had asked for it", "while the town was asleep", "so that the children could cross",
       "although the price had doubled", "until a better plan was found", "where the river is widest"]  # fmt: skip


def sentence(dice: Random) -> str:
    """One sentence of some twenty words."""
    pick = dice.choice
    told = f"The {pick(WHO)} of {pick(TOWNS)} {pick(DID)} the {pick(WHAT)} {pick(HOW)} {pick(WHY)}"
    return (
        f"{told}, said {pick(PEOPLE)}." if dice.random() < 0.3 else f"{told}, and the {pick(WHO)} {pick(DID)} {dice.randint(2, 900)} pages."
    )


def paragraphs(number: int, count: int = 5) -> list[str]:
    """The paragraphs of a story; another number, another story."""
    dice = Random(number)
    return [" ".join(sentence(dice) for _ in range(3)) for _ in range(count)]


def headline(number: int) -> str:
    """A headline that goes with the story of this number."""
    dice = Random(number)
    return f"{dice.choice(TOWNS)} {dice.choice(WHO)} looks again at its {dice.choice(WHAT)} ({number})"


def page(number: int, body: Iterable[str], token: str = "") -> str:
    """A page with the story among the debris of its outlet."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in body)
    return (
        f"<html><head><title>{headline(number)}</title><meta name='token' content='{token}'></head><body>"
        f"<nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav><article><h1>{headline(number)}</h1>{text}</article>"
        "<div class='share'>Share this article</div><footer>© The Ostmere Gazette</footer></body></html>"
    )


def row(number: int, **given: Any) -> dict[str, Any]:
    """A row of a bundle: the story of this number at a URL of its own."""
    text = "\n\n".join([headline(number), *paragraphs(number), "Share this article"])
    return {"url": f"https://gazette.example/{number}", "text": text} | given


def bundle(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """A JSONL file of rows."""
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    return path
