"""A document that cannot go on, as a row of `rejects`."""

from hashlib import sha256

from tasks.records import RawDocument, Reject
from tasks.settings import Settings
from tasks.text import shown

# Reasons that depend on the machine: a later run tries the document again.
PROVISIONAL = frozenset({"timeout", "out-of-memory", "crashed", "unreadable", "changed"})


def rejected(document: RawDocument, text: str, stage: str, reason: str, detail: str, settings: Settings) -> Reject:
    """The Reject of a document, with the beginning of its source text (or its content, where no source text was reached)."""
    reached = stage != "parse"
    return Reject(
        document_id=document.document_id,
        source_bundle=document.source_bundle,
        source_member=document.source_member,
        source_id=document.source_id,
        source_length=len(text) if reached else None,
        source_text_sha256=sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if reached else None,
        source_sha256=document.source_sha256,
        identity=document.identity,
        url=document.url,
        media_type=document.media_type,
        stage=stage,
        reason=reason,
        detail=detail,
        size=document.size,
        head=shown(text, settings.pipeline.limits.head_characters),
    )
