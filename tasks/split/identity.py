"""Who a document is: its identity and the document_id made from it."""

import hashlib
import re

AUTHORITY = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*)")


def sha256(data: bytes) -> str:
    """The SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def plain_url(url: str) -> str:
    """The URL with its host in lower case and without its fragment, else untouched."""
    url = url.partition("#")[0]
    match = AUTHORITY.match(url)
    if not match:
        return url
    user, at, host = match[2].rpartition("@")
    return f"{match[1]}{user}{at}{host.lower()}{url[match.end() :]}"


def identity_of(url: str | None, given_id: str | None, path: str | None, digest: str) -> str:
    """The first that is known: URL, the bundle's id, the path (`<bundle>/<member>`), else the content's digest."""
    if url:
        return plain_url(url)
    if given_id:
        return f"id:{given_id}"
    return f"path:{path}" if path else f"content:{digest}"


def document_id(identity: str, digest: str) -> str:
    """32 hex digits from the identity and the hex SHA-256 of the document's bytes."""
    return sha256(f"{identity}\0{digest}".encode())[:32]
