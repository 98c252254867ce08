"""A thing found or refused to the record that leaves the room."""

from tasks.records import RawDocument, Reject
from tasks.settings import Limits
from tasks.split.decode import Decoded, charset_given, decode, whole
from tasks.split.errors import Refused
from tasks.split.identity import document_id, identity_of, sha256
from tasks.split.source import Found, Refusal
from tasks.text import shown

LARGEST = (1 << 63) - 1  # what a column of sizes can hold: archives claim more than that
LOOK = 200  # characters that tell of nearly every text that it is not blank
BLANK = " \t\r\n\f\v\0\ufeff\u200b\xa0"


def _path(item: Found | Refusal) -> str | None:
    return f"{item.bundle}/{item.member}" if item.placed else None


def finish(item: Found | Refusal, limits: Limits) -> RawDocument | Reject:
    """The record of a document or of a refusal; a document that turns out empty or not decodable is refused here."""
    if isinstance(item, Refusal):
        return _reject(item, limits)
    try:
        decoded = Decoded(item.text, item.charset) if item.text is not None else _decoded(item)
        text = decoded.text
        if not text[:LOOK].strip(BLANK) and not text.strip(BLANK) and not text.strip():
            raise Refused("empty", "nothing but white space")
    except Refused as refused:
        return _reject(_refused(item, refused), limits)
    digest = sha256(item.data)
    meta = item.meta
    identity = identity_of(meta.url, meta.id, _path(item), digest)
    return RawDocument(
        document_id=document_id(identity, digest),
        identity=identity,
        source_bundle=item.bundle,
        source_member=item.member,
        source_id=meta.id,
        source_sha256=digest,
        media_type=item.media_type,
        charset=decoded.charset,
        text=text,
        url=meta.url,
        fetched_at=meta.fetched_at,
        given=meta.given + charset_given(decoded),
        size=len(item.data),
    )


def _decoded(item: Found) -> Decoded:
    return decode(item.data, item.meta.charset, markup=item.media_type != "text/plain")


def _refused(item: Found, why: Refused) -> Refusal:
    data = item.data
    return Refusal(item.bundle, item.member, why.reason, why.detail, len(data), data[:65536], data, item.media_type, item.meta, item.placed)


def _reject(item: Refusal, limits: Limits) -> Reject:
    """The reject of a refusal. Where its bytes were not had as a whole, what was seen of it and what is wrong stand for them."""
    whole_digest = sha256(item.data) if item.data is not None else None
    digest = whole_digest or sha256(b"\0".join((item.head, item.reason.encode(), whole(item.detail).encode())))
    identity = identity_of(item.meta.url, item.meta.id, _path(item), digest)
    return Reject(
        document_id=document_id(identity, digest),
        source_bundle=item.bundle,
        source_member=item.member,
        source_id=item.meta.id,
        source_length=None,
        source_text_sha256=None,
        source_sha256=whole_digest,
        identity=identity,
        url=item.meta.url,
        media_type=item.media_type,
        stage="split",
        reason=item.reason,
        detail=whole(item.detail),
        size=min(item.size, LARGEST),
        head=shown(item.head[: limits.head_characters * 8].decode("utf-8", "ignore"), limits.head_characters),
    )
