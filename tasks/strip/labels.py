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
_FINDER = re.compile("|".join([rf"\b(?:{'|'.join(sorted(sorted(WORDS), key=len, reverse=True))})s?\b", *_LONGEST_FIRST]))


@lru_cache(maxsize=20_000)
def stems(segment: str) -> tuple[str, ...]:
    """Which of the known words stand in an element's classes and id (`tag.class.class#id`)."""
    cut = re.search(r"[.#]", segment)
    if cut is None:
        return ()
    spaced = segment[cut.end() :].replace("_", "-").replace(".", "-").replace("#", "-")
    found = {word[:-1] if word.endswith("s") and word[:-1] in WORDS else word for word in _FINDER.findall(spaced)}
    return tuple(sorted(found))


@lru_cache(maxsize=20_000)
def is_furniture(segment: str) -> bool:
    """Whether an element says by its tag or classes that it is no story."""
    return re.split(r"[.#]", segment, maxsplit=1)[0] in FURNITURE_TAGS or not FURNITURE.isdisjoint(stems(segment))


@lru_cache(maxsize=20_000)
def labels(path: str, block: str) -> tuple[str, ...]:
    """All labels of a block by its path and nearest block element, sorted."""
    segments = path.split("/")
    tags = [re.split(r"[.#]", segment, maxsplit=1)[0] for segment in segments]
    found = {f"tag:{block}"} if block in TAGS else set()
    found |= {f"inner:{tags[-1]}"} if tags[-1] in INNER else set()
    found |= {f"above:{tag}" for tag in tags if tag in ABOVE}
    found |= {f"near:{stem}" for segment in segments[-NEAR:] for stem in stems(segment)}
    found |= {f"far:{stem}" for segment in segments[:-NEAR] for stem in stems(segment)}
    return tuple(sorted(found))
