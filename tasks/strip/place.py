"""Where a line stands in its page, and what that says of it."""

import re
from collections.abc import Mapping, Sequence

from tasks.strip.matching import Hit
from tasks.strip.verdicts import Sheet, Verdict

CAPTION_PATH = re.compile(r"figcaption|(?:^|[./_\-#])(?:caption|image-?caption|photo-?caption|legende|bildunterschrift|wp-caption-text|pie-?foto)")
CREDIT_PATH = re.compile(r"(?:^|[./_\-#])(?:credit|photo-?credit|image-?credit|copyright|photographer|source-?credit|bildquelle)")
STANDFIRST_PATH = re.compile(r"(?:^|[._\-#])(?:standfirst|dek|deck|subtitle|sub-?headline|subhead|lede|lead|intro|teaser-?text|summary|chapo|entradilla|vorspann|sottotitolo|zajawka)(?:$|[._\-#\d])")
# The class of what stands outside the story, by the words of its path; the first that fits counts.
OUTSIDE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("comments", r"comment|disqus|kommentar|respond|coral"),
        ("consent", r"cookie|consent|gdpr|didomi|onetrust|cmp-"),
        ("newsletter", r"newsletter|subscribe|signup|sign-up|mailchimp|inscription"),
        ("paywall", r"paywall|piano|regwall|premium-box|subscription"),
        ("donation", r"donat|support-us|contribut(?:e|ion)-"),
        ("advertisement", r"(?:^|[./_\-#])(?:ads?|advert\w*|sponsor\w*|werbung|publicidad|taboola|outbrain|dfp|gpt-ad)(?:$|[./_\-#\d])"),
        ("share", r"share|social|addthis|sharing|teilen"),
        ("related", r"related|recommend|more-|most-?read|popular|trending|teaser|read-?next|also|promo|latest|headlines|river|card|aside|sidebar|widget"),
        ("author-bio", r"author|bio(?:$|[./_\-#])|about-the"),
        ("byline", r"byline|autor|signature"),
        ("timestamp", r"timestamp|pubdate|date|(?:^|/)time"),
        ("caption", r"figcaption|caption|gallery|slideshow"),
        ("copyright", r"copyright|legal"),
        ("navigation", r"(?:^|/)(?:nav|header|footer|menu|form|button)|nav|menu|breadcrumb|header|footer|masthead|tags?(?:$|[./_\-#])|search|pagination"),
    )
)


STRONG = frozenset({"comments", "consent", "newsletter", "paywall", "donation", "advertisement", "share"})
LONGEST_BYLINE = 12.0  # words; what a page says of an author at greater length is a biography


def structure_pass(sheet: Sheet) -> Mapping[int, Verdict]:
    """Captions, credits and standfirsts that the page's own markup tells."""
    found: dict[int, Verdict] = {}
    for line in sheet.lines:
        path = line.block.path
        if not sheet.open(line.index):
            continue
        if CREDIT_PATH.search(path.rpartition("/")[2]) and line.words <= 14:
            found[line.index] = Verdict("credit", "place.credit")
        elif CAPTION_PATH.search(path):
            found[line.index] = Verdict("caption", "place.caption")
    return found


def standfirst_pass(sheet: Sheet, main: Sequence[bool]) -> Mapping[int, Verdict]:
    """The block that the markup calls a standfirst, before the first paragraph of the story."""
    for line, kept in zip(sheet.lines, main, strict=True):
        if kept and sheet.open(line.index):
            if line.words >= 6 and STANDFIRST_PATH.search("/".join(line.block.path.split("/")[-2:])):
                return {line.index: Verdict("standfirst", "place.standfirst", 0.8)}
            return {}
    return {}


def outside_pass(sheet: Sheet, hits: Sequence[Hit | None], main: Sequence[bool]) -> Mapping[int, Verdict]:
    """What stands outside the main content, by the class that its path or its words tell."""
    found: dict[int, Verdict] = {}
    for line, hit, kept in zip(sheet.lines, hits, main, strict=True):
        if kept or not sheet.open(line.index):
            continue
        kind = outside_kind(hit, kind_of(line.block.path))
        if kind == "author-bio" and line.words <= LONGEST_BYLINE:
            kind = "byline"
        if kind is None:
            kind = "related" if line.block.link_length * 2 > len(line.text) and line.words > 4 else "boilerplate"
        found[line.index] = Verdict(kind, "place.outside", 0.8)
    return found


def outside_kind(hit: Hit | None, placed: str | None) -> str | None:
    """The class of a line outside the story: what its words say, unless its place says something definite."""
    if hit is None or placed in STRONG or (placed == "navigation" and hit.rule.kind == "related"):
        return placed
    return hit.rule.kind


def kind_of(path: str) -> str | None:
    """The class of debris that a path names: a definite one anywhere near its end, else the nearest."""
    named = [kind for part in reversed(path.split("/")[-7:]) for kind, pattern in OUTSIDE if pattern.search(part)]
    return next((kind for kind in named if kind in STRONG), named[0] if named else None)
