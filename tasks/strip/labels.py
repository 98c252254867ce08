"""What the elements around a block call themselves, as labels: `tag:p`, `inner:a`, `above:nav`, `near:share`, `far:comment`."""

import re
from functools import lru_cache

_TAGS = "p li h1 h2 h3 h4 h5 h6 td th div figcaption blockquote dd dt pre section summary article"
_INNER = "a em i strong b span time small button label cite"
_ABOVE = "article main nav footer header aside figure form ul ol table blockquote section button details"
_FURNITURE_TAGS = "nav footer aside button form dialog menu"
_FURNITURE = """
    share social comment disqus reply related recommend latest popular trending teaser promo sidebar rail newsletter subscribe
    subscription signup login register cookie consent gdpr popup modal footer nav menu breadcrumb advert ads sponsor
"""
_STEMS = """
    article story post entry content prose paragraph rich wysiwyg intro lede summary standfirst excerpt subtitle description headline title
    kicker caption credit image photo media video player gallery slide figure author byline avatar publish share social follow facebook
    twitter whatsapp print comment disqus reply respond related recommend latest popular trending pagination teaser promo widget sidebar
    aside column inline embed newsletter subscribe subscription signup login register paywall piano premium member donate support advert
    sponsor banner cookie consent gdpr privacy popup modal overlay notice alert footer header breadcrumb categor keyword copyright legal
    source agency correction button hidden visually screen-reader quote pullquote factbox table liveblog update timeline search weather
    stock market rating score product price contact address copy-link read-more
"""  # found anywhere in a class name
_WORDS = """
    ad ads nav tag box bio list item live text time date more also next prev left right most copy lead deck main body card feed rail info
    icon menu meta poll quiz shop skip tool sr-only
"""  # found as a whole word of it
NEAR = 3  # elements up from a block whose classes count as its own
TAGS, INNER, ABOVE = frozenset(_TAGS.split()), frozenset(_INNER.split()), frozenset(_ABOVE.split())
FURNITURE_TAGS, FURNITURE = frozenset(_FURNITURE_TAGS.split()), frozenset(_FURNITURE.split())
WORDS = frozenset(_WORDS.split())
_LONGEST_FIRST = sorted(sorted(_STEMS.split()), key=len, reverse=True)
_COMPOUNDS = tuple(sorted(stem for stem in [*_STEMS.split(), *WORDS] if "-" in stem))
_FINDER = re.compile("|".join([rf"\b(?:{'|'.join(sorted(sorted(WORDS), key=len, reverse=True))})s?\b", *_LONGEST_FIRST]))


@lru_cache(maxsize=20_000)
def tag_of(segment: str) -> str:
    """The tag of an element on a path (`tag.class.class#id`)."""
    return segment.partition("#")[0].partition(".")[0]


@lru_cache(maxsize=20_000)
def stems(segment: str) -> tuple[str, ...]:
    """Which of the known words stand in an element's classes and id (`tag.class.class#id`), sorted."""
    names = segment[len(tag_of(segment)) + 1 :].replace("_", "-").replace(".", "-").replace("#", "-")
    if not names:
        return ()
    words = [names] if any(map(names.__contains__, _COMPOUNDS)) else names.split("-")
    return tuple(sorted({stem for word in words for stem in _stems_in(word)}))


@lru_cache(maxsize=20_000)
def _stems_in(word: str) -> tuple[str, ...]:
    """The known words in a part of a name: the parts return on every page, their combinations do not."""
    return tuple(word[:-1] if word.endswith("s") and word[:-1] in WORDS else word for word in _FINDER.findall(word))


@lru_cache(maxsize=20_000)
def is_furniture(segment: str) -> bool:
    """Whether an element says by its tag or classes that it is no story."""
    return tag_of(segment) in FURNITURE_TAGS or not FURNITURE.isdisjoint(stems(segment))


@lru_cache(maxsize=20_000)
def _named(segment: str, where: str) -> tuple[str, ...]:
    """The labels that an element's names give to what is in it."""
    return tuple(f"{where}:{stem}" for stem in stems(segment))


@lru_cache(maxsize=20_000)
def labels(path: str, block: str) -> tuple[str, ...]:
    """All labels of a block by its path and nearest block element, sorted."""
    segments = path.split("/")
    tags = [tag_of(segment) for segment in segments]
    found = {f"above:{tag}" for tag in ABOVE.intersection(tags)}
    if block in TAGS:
        found.add(f"tag:{block}")
    if tags[-1] in INNER:
        found.add(f"inner:{tags[-1]}")
    for segment in segments[-NEAR:]:
        found.update(_named(segment, "near"))
    for segment in segments[:-NEAR]:
        found.update(_named(segment, "far"))
    return tuple(sorted(found))
