"""What flows between the rooms: frozen, slotted records and nothing else.

A document goes through them in this order:

    split      RawDocument        decoded content and what the bundle said of it
    strip      ParsedDocument     source text, its blocks, the clues of the page
    strip      StrippedDocument   the same with every character kept or in a span
    normalize  Article, Evidence  the row that will be published, and why
    deduplicate Assignment        the story that each article belongs to

and whatever cannot go on leaves as a Reject, from whichever room.
Offsets are code points in the source text, end exclusive.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Given:
    """A value that came with the document, from the bundle or from the wire format around it."""

    field: str  # a field of `articles` or its plain name: outlet headline language byline published section …
    value: str  # as it stood there
    rule: str  # where it stood: `row.outlet`, `bundle.csv`, `newsml.provider`, `lexisnexis.byline` …


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One document as it came, its bytes decoded.

    `text` is the decoded content: markup for pages, the text itself for plain text, before
    control characters are told apart; never with a byte-order mark.
    """

    document_id: str
    identity: str
    source_bundle: str
    source_member: str
    source_id: str | None
    source_sha256: str
    media_type: str
    charset: str | None
    text: str
    url: str | None
    fetched_at: datetime | None
    given: tuple[Given, ...] = ()
    size: int = 0  # bytes as it came


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the source text and its place in the page (tag and path are empty for plain text)."""

    start: int
    end: int
    tag: str = ""  # the nearest block element: p h1 li td figcaption …
    path: str = ""  # ancestors from body down, `tag.class.class#id` joined by "/", lower case
    link_length: int = 0  # characters inside <a>
    hidden: bool = False  # by attribute or inline style
    kept_by: tuple[str, ...] = ()  # which opinions keep it: structure trafilatura structured, and main, the decision over them
    likely: float | None = None  # how likely it is main content by its place in the page, 0 to 1; null for plain text


@dataclass(frozen=True, slots=True)
class Clue:
    """A piece of metadata the page states about itself, not yet judged."""

    field: str  # headline author published modified outlet language url section keyword type body …
    raw: str  # as it stands in the page
    source: str  # json-ld meta time-element title-element link-element html-element url …
    rule: str  # the key it stood under: `og:title`, `NewsArticle.datePublished`, `time[datetime]` …
    offset: int | None = None  # where it stands in the source text, when it stands in it


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document with its source text cut into blocks, in order; what no block covers is white space."""

    document: RawDocument  # `text` is left empty here for pages: the source text replaces it
    source_text: str
    blocks: tuple[Block, ...]
    clues: tuple[Clue, ...] = ()
    template: str | None = None  # fingerprint of the page's skeleton, tells the outlet when no URL does


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the source text that was moved out of the story, or (class `body`) kept in it."""

    start: int
    end: int
    kind: str  # the `class` column of `removed`
    rule: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body: one or more kept stretches of the source text, in order."""

    parts: tuple[tuple[int, int], ...]
    role: str = "paragraph"  # paragraph subhead standfirst


@dataclass(frozen=True, slots=True)
class Caption:
    """A photo caption with its credit."""

    text: str
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class StrippedDocument:
    """A document of which each character is in a paragraph or in exactly one span; spans are sorted and disjoint."""

    parsed: ParsedDocument
    paragraphs: tuple[Paragraph, ...]
    spans: tuple[Span, ...]
    captions: tuple[Caption, ...] = ()
    flags: tuple[str, ...] = ()
    body_confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Author:
    """A person; the role apart from the name."""

    name: str
    role: str | None = None
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A point in time as far as it is known, and where it is known from."""

    day: date | None = None
    at: datetime | None = None  # aware, UTC
    local: str | None = None  # ISO as printed, without zone
    precision: str | None = None
    timezone: str | None = None
    source: str | None = None
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned document: the columns of `articles` but for those that deduplicate and write add."""

    document_id: str
    source_bundle: str
    source_member: str
    source_id: str | None
    source_length: int
    source_text_sha256: str
    fetched_at: datetime | None
    identity: str
    source_sha256: str
    media_type: str
    charset: str | None
    url: str | None
    canonical_url: str | None
    headline: str | None
    alternative_headline: str | None
    body: str
    captions: tuple[Caption, ...]
    language: str | None
    word_count: int
    body_confidence: float
    section: str | None
    keywords: tuple[str, ...]
    published: Stamp
    published_earliest: date | None
    published_latest: date | None
    modified: Stamp
    outlet_id: str | None
    outlet_name: str | None
    outlet_domain: str | None
    outlet_country: str | None
    outlet_source: str | None
    agency_id: str | None
    agency_source: str | None
    syndicated_via: str | None
    authors: tuple[Author, ...]
    dateline_place: str | None
    dateline_country: str | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """A row of `removed`, without the run that wrote it."""

    document_id: str
    start_offset: int
    end_offset: int
    text: str
    kind: str  # published as `class`
    rule: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row of `evidence`, without the run that wrote it: one candidate for one value."""

    document_id: str
    field: str
    value: str | None
    raw: str | None
    source: str
    rule: str
    rank: int  # 0 is the one that was taken
    reason: str | None = None  # why it lost


@dataclass(frozen=True, slots=True)
class Reject:
    """A row of `rejects`, without the run that wrote it."""

    document_id: str
    source_bundle: str
    source_member: str
    source_id: str | None
    source_length: int | None
    source_text_sha256: str | None
    source_sha256: str | None
    identity: str
    url: str | None
    media_type: str | None
    stage: str  # the room: split strip normalize
    reason: str  # one of the contract's
    detail: str
    size: int  # bytes of the document as it came
    head: str  # the first 1,000 characters that can be shown


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which story a document belongs to; relation and scores are null for the article itself."""

    document_id: str
    story_id: str
    relation: str | None = None
    similarity: float | None = None
    containment: float | None = None
    reason: str | None = None
    previous_version: str | None = None
