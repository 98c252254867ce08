"""Through whom a text came, where it says so."""

from tasks.normalize.choice import Candidate
from tasks.normalize.reading import Reading
from tasks.normalize.wires import Wires

LONGEST = 600  # characters of a notice
KINDS = ("syndication", "copyright", "boilerplate", "source", "author-bio")


def find_via(reading: Reading, wires: Wires) -> list[Candidate]:
    """Intermediaries that the text's own notices name, in order."""
    return [
        Candidate(match["name"].strip(" .,"), match[0], "syndication", notice.id)
        for line in reading.removed_as(*KINDS)
        for notice in wires.notices
        if (match := notice.pattern.search(line.text[:LONGEST]))
    ]
