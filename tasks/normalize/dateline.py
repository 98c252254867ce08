"""Where the story was filed: the dateline at its head, in the forms of agencies and outlets."""

import re
from dataclasses import dataclass

from tasks.normalize.atlas import Atlas
from tasks.normalize.choice import Candidate
from tasks.normalize.reading import Reading
from tasks.normalize.wires import Agency, Wires
from tasks.text import name_key, plain

HEAD = 130  # characters in which a dateline ends
FIRST = 3  # paragraphs that may hold it
SEPARATOR = re.compile(
    r"(?:(?<=\))|(?<=/)|(?<=\])|(?<=\s)|(?<=\.))\s?(?:\.\s?)?[-–—−‒―]{1,3}(?=\s|[A-Z\"“«])"
    r"|(?<=\S)[—–](?=\s)|--(?=[\s(])|:(?=\s|\Z)|(?<=[)/]):?\.?(?=\s)"
)
MARK = re.compile(r"[(（\[/]\s*(?P<mark>[^()（）\[\]/\d]{2,40}\d?(?:/[^()（）\[\]\s]{2,12})?)\s*[)）\]/]")
NUMBERED = re.compile(r"\d")
MONTHLIKE = re.compile(
    r"[^\W\d_]{3,12}(?:\s+|\.\s+(?!\d{1,2}\s+[^\W\d_]{3}))\d{1,2}\b|\d{1,2}\.?º?(?:\s+de)?\s+(?:[^\W\d_]{3,12}\.?|[\u0900-\u0dff]{3,12})"
    r"|\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d{1,2}(?:st|nd|rd|th)?\b|\b\d{4}\b"
)
PLACE = re.compile(r"[^\W\d_][\w.'’ \-\u0900-\u0dff]{1,38}\Z")  # signs of vowels in Indian scripts are no \w
BEHIND = re.compile(r"\s?(?P<mark>РИА Новости|ТАСС|Интерфакс|РИА|ИА REGNUM|REGNUM|SDA|ANSA|Sapa|BNS|AFP|dpa)[.,]?(?=\s)")


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline as it was read; any part but `raw` may be unknown."""

    raw: str
    place: str | None
    country: str | None
    agency: Agency | None
    rule: str
    lost: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """What a dateline is read with."""

    atlas: Atlas
    wires: Wires

    def read(self, text: str, alone: bool = False, country: str | None = None) -> Dateline | None:
        """The dateline at the head of a text, or None. `alone`: the line was told apart as a dateline already."""
        head = text[:HEAD].lstrip("\u200b \t*•")
        if not head:
            return None
        if found := self._eastern(head):
            return found
        for separator in SEPARATOR.finditer(head):
            found = self._judge(head[: separator.start()], separator[0].strip(), head[separator.end() :], alone, country)
            if found is not None:
                return found
        return self._judge(plain(text), "", "", True, country) if alone and len(text) <= HEAD else None

    def _eastern(self, head: str) -> Dateline | None:
        for shape in self.wires.datelines:
            if found := shape.pattern.match(head):
                groups = found.groupdict()
                place, country = self._within(groups.get("place") or groups.get("rest") or "")
                return Dateline(found[0], place, country, self.wires.find(found["mark"]), shape.id)
        return None

    def _within(self, text: str) -> tuple[str | None, str | None]:
        """The first city that a run of Chinese or Korean characters holds, as printed, the longest at its place; and its country."""
        text = text.strip()
        for start in range(len(text)):
            for end in range(len(text), start + 1, -1):
                if place := self.atlas.city(text[start:end]):
                    return text[start:end], place.country
        return None, None

    def _judge(self, head: str, sign: str, behind: str, alone: bool, country: str | None, inner: bool = False) -> Dateline | None:
        mark = MARK.search(head)
        bare = MARK.sub(" ", head) if mark else head
        dated = bool(NUMBERED.search(bare))
        words = [part.strip(" .") for part in MONTHLIKE.sub(",", bare).replace("/", ",").split(",")]
        forms = [word for word in words if word and self.wires.is_form(word)]
        words = [word for word in words if word and word not in forms]
        agency = self._agency(mark["mark"], country, words[:1]) if mark else None
        if mark and agency is None and not self._qualifies(mark["mark"]):
            return None
        if agency is None and (follows := BEHIND.match(behind)):
            agency = self.wires.find(follows["mark"], country)
        if agency is None and dated and len(forms) == 1 and words:  # `Kazan. 14 April. INTERFAX.RU -`
            agency = self._agency(forms[0], country, words[:1])
        if not words:
            return self._agency_first(head, behind, agency, country) if agency and not inner else None
        region = words[1] if len(words) > 1 else (mark["mark"] if mark and agency is None else None)
        return self._place(head, words[0], region, len(words), agency, sign, (dated, alone), behind)

    def _agency_first(self, head: str, behind: str, agency: Agency, country: str | None) -> Dateline:
        """`(ANSA) - ROMA, 12 AGO -`: the place follows; or there is none."""
        for separator in SEPARATOR.finditer(behind[:60]):
            place = behind[: separator.start()].strip()
            inner = self._judge(place, separator[0].strip(), behind[separator.end() :], False, country, inner=True)
            inner = inner or self._unknown(place, agency)
            if inner is not None and inner.place:
                return Dateline(f"{head} - {inner.raw}", inner.place, inner.country, agency, "dateline.agency-first")
        return Dateline(head, None, None, agency, "dateline.agency-only")

    def _agency(self, mark: str, country: str | None, places: list[str]) -> Agency | None:
        """The agency in the brackets; one of several of that name by the country of the outlet, else of the city."""
        city = self.atlas.city(places[0]) if places else None
        parts = (mark, *re.split(r"[/,;+]| and ", mark))
        countries = dict.fromkeys((country, city.country if city else None))
        return next((found for part in parts for c in countries if (found := self.wires.find(part, c))), None)

    def _qualifies(self, text: str) -> bool:
        return self.atlas.region(text)[0] is not None

    def _place(
        self, head: str, name: str, region: str | None, words: int, agency: Agency | None, sign: str, told: tuple[bool, bool], behind: str
    ) -> Dateline | None:
        dated, alone = told
        if not PLACE.match(name) or len(name.split()) > 4:
            return None
        country, _ = self.atlas.region(region) if region else (None, None)
        home = self._home(agency)
        city = self.atlas.city(name, region if country else None, home)
        if city is None and region and not country:
            city = self.atlas.city(name, None, home)
        capitals = name.isupper() and len(name) > 2
        strong = agency is not None or (dated and words <= 3 and capitals)
        if city is None:
            known = agency is not None or (capitals and country is not None and sign != ":")
            shaped = known and (name[:1].isupper() or name[:1].lower() == name[:1].upper())
            return Dateline(head, _titled(name), country, agency, "dateline.unknown-place") if shaped else None
        if not strong and not self._shaped(name, sign, words, capitals, (bool(country), dated, alone), behind):
            return None
        if self.atlas.is_word(name) and not (strong or country or (capitals and sign not in (":", ""))):
            return None
        return Dateline(head, _printed(name, city.name), country or city.country, agency, "dateline.agency" if agency else "dateline.place")

    def _home(self, agency: Agency | None) -> str | None:
        """The country whose city an agency means by a shared name; None for those that report from everywhere."""
        return agency.country if agency is not None and agency.id not in self.wires.worldwide else None

    def _unknown(self, head: str, agency: Agency) -> Dateline | None:
        """`MATERA, 02 DIC`: a dated place in capitals behind an agency's mark, which no list needs to know."""
        words = [part.strip(" .") for part in MONTHLIKE.sub(",", head).split(",")]
        words = [word for word in words if word]
        if len(words) != 1 or not NUMBERED.search(head) or not words[0].isupper() or not PLACE.match(words[0]):
            return None
        return Dateline(head, _titled(words[0]), None, agency, "dateline.unknown-place")

    @staticmethod
    def _shaped(name: str, sign: str, words: int, capitals: bool, told: tuple[bool, bool, bool], behind: str) -> bool:
        """Whether a known city without an agency behind it stands as datelines do."""
        country, dated, alone = told
        if words > 1 and not country and not dated:
            return False
        if alone:
            return True
        if sign == ":":
            return bool(behind[1:2].strip()) and behind.strip()[:1].isupper() and (capitals or words == 1)
        return capitals or country or dated or sign.strip(" .") in ("—", "–", "--", "―")


def _printed(name: str, english: str) -> str:
    """A city as the text calls it, with small letters and accents where only capitals left them out."""
    return english if name_key(name) == name_key(english) else _titled(name)


def _titled(name: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda m: m[0][:1] + m[0][1:].lower(), name) if name.isupper() else name


def find_dateline(reading: Reading, reader: Reader, country: str | None) -> tuple[Dateline | None, list[Candidate]]:
    """The document's dateline: a line of its own, else the head of one of the first paragraphs."""
    candidates: list[Candidate] = []
    found: Dateline | None = None
    lines = [(line.text, True, "dateline") for line in reading.removed_as("dateline")]
    for text, alone, source in [*lines, *((p, False, "text") for p in reading.paragraphs[:FIRST])]:
        if (read := reader.read(text, alone, country)) is not None:
            candidates.append(Candidate(read.place, read.raw, source, read.rule))
            found = found or read
    return found, candidates
