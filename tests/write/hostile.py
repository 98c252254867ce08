"""Documents that try: markup, handlers, addresses that are scripts, template code, characters that turn the text around them."""

from dataclasses import replace
from pathlib import Path

from tasks.records import Evidence

from .made import Input, Made, make, publish, reject

OVERRIDE = "\u202e"
HOSTILE = (
    '<script>alert("x")</script>',
    '"><img src=x onerror=alert(1)>',
    "</title></style></script><script src=//evil.example/x.js></script>",
    "<a href=\"javascript:alert(1)\" onclick='alert(1)'>click</a>",
    "{{ 7 * 7 }} {% include '/etc/passwd' %}",
    f"abc{OVERRIDE}gnp.exe\u2066 x \x1b[31m\x07",
    "<!-- --><![CDATA[ ]]><svg onload=alert(1)><style>*{display:none}</style>",
    "&lt;b&gt; &#60;script&#62;",
)


def hostile(number: int, story: str | None = None, relation: str = "near") -> Made:
    """A document that tries in every field."""
    text = HOSTILE[number % len(HOSTILE)] + f" {number}"
    pieces = [
        ("headline", text),
        ("whitespace", "\n"),
        ("paragraph", f"{text} story. {'word ' * 30}"),
        ("control", "\x00\x1b"),
        ("share", f"{text} share"),
    ]
    made = make(f"h{number} {text}", pieces, story, relation)
    article = replace(
        made.article, headline=text, alternative_headline=text, url=f"javascript:alert({number})", canonical_url=f"https://x.example/{text}", language="en",
        section=text, keywords=(text,), outlet_name=text, outlet_domain=text, agency_id="<b>ap</b>", flags=("<i>live</i>",), body_confidence=0.5,
    )  # fmt: skip
    evidence = tuple(Evidence(article.document_id, "headline", text, text, text, text, rank, text) for rank in range(3))
    return replace(made, article=article, evidence=evidence)


def attack(work: Path) -> Path:
    """An output of documents that try, copies of them and rejects that do."""
    heads = [hostile(number) for number in range(len(HOSTILE))]
    copies = [hostile(100 + number, heads[number].article.document_id) for number in range(len(HOSTILE))]
    rejects = [reject(n, head=text, detail=text, source_member=text, url=text) for n, text in enumerate(HOSTILE)]
    publish(work / "out", work / "w1", Input((*heads, *copies), tuple(rejects)))
    return work / "out"
