"""What HTTP packs bodies in, unpacked within a limit."""

import zlib

import brotli  # type: ignore[import-untyped]
import pyarrow as pa

from tasks.split.errors import Refused


def _inflate(data: bytes, window: int, limit: int) -> bytes:
    inner = zlib.decompressobj(window)
    content = inner.decompress(data, limit)
    if not inner.eof and len(content) < limit:
        raise Refused("truncated", "the packed body ends early")
    return content


def _deflate(data: bytes, limit: int) -> bytes:
    """Deflate with the header that the standard asks for, or without, as some servers send it."""
    try:
        return _inflate(data, 15, limit)
    except zlib.error:
        return _inflate(data, -15, limit)


def _brotli(data: bytes, limit: int) -> bytes:
    inner = brotli.Decompressor()
    pieces = [inner.process(data, output_buffer_limit=1 << 18)]
    while not inner.is_finished() and pieces[-1] and sum(map(len, pieces)) < limit:
        pieces.append(inner.process(b"", output_buffer_limit=1 << 18))
    if not inner.is_finished() and not pieces[-1]:
        raise Refused("truncated", "the packed body ends early")
    return b"".join(pieces)[:limit]


def _zstd(data: bytes, limit: int) -> bytes:
    return bytes(pa.CompressedInputStream(pa.BufferReader(data), "zstd").read(limit))


def unpack_body(data: bytes, encodings: str, limit: int) -> bytes:
    """A body without its content encodings, cut at `limit` bytes.

    Captures are often stored unpacked with the header left in: what is not packed stays as it is. Raises Refused.
    """
    for encoding in reversed([name.strip().lower() for name in encodings.split(",") if name.strip()]):
        try:
            if encoding in ("gzip", "x-gzip") and data.startswith(b"\x1f\x8b"):
                data = _inflate(data, 31, limit)
            elif encoding == "deflate" and not data.lstrip().startswith(b"<"):
                data = _deflate(data, limit)
            elif encoding == "br" and not data.lstrip().startswith(b"<"):
                data = _brotli(data, limit)
            elif encoding == "zstd" and data.startswith(b"\x28\xb5\x2f\xfd"):
                data = _zstd(data, limit)
        except (zlib.error, brotli.error, OSError, pa.ArrowException) as error:
            raise Refused("corrupt", f"the body is no good {encoding}: {error}") from None
    return data
