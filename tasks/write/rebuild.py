"""The source text given back by `body` and `removed` alone, and the proof that it is the source text (law 2). Pure."""

import hashlib
from collections.abc import Sequence

BLANK_LINE = "\n\n"  # what stands between two paragraphs of `body` and is no source text
Cut = tuple[int, int, str]  # start_offset, end_offset, text


class NotRebuiltError(Exception):
    """Body and spans do not fit together; the message says where."""


def rebuild(body: str, spans: Sequence[Cut]) -> str:
    """The source text: spans (sorted by offset) merged with the kept text, in order. Raises NotRebuiltError where they do not fit."""
    kept = body.replace(BLANK_LINE, "")
    parts: list[str] = []
    at = taken = 0
    for start, end, text in spans:
        if start < at:
            raise NotRebuiltError(f"spans overlap at {start}")
        if end - start != len(text) or end == start:
            raise NotRebuiltError(f"span {start}:{end} holds {len(text)} characters")
        gap = start - at
        if taken + gap > len(kept):
            raise NotRebuiltError(f"what lies before {start} is neither in the body nor in a span")
        parts += (kept[taken : taken + gap], text)
        taken, at = taken + gap, end
    parts.append(kept[taken:])
    return "".join(parts)


def why_not_lossless(body: str, spans: Sequence[Cut], length: int, sha256: str) -> str | None:
    """Why body and spans (sorted by offset) are not the source text of this length and SHA-256, or None."""
    try:
        source = rebuild(body, spans)
    except NotRebuiltError as error:
        return str(error)
    if len(source) != length:
        return f"body and spans give back {len(source)} of {length} characters"
    if hashlib.sha256(source.encode()).hexdigest() != sha256:
        return "body and spans give back another text than source_text_sha256 says"
    return None
