"""Law 1: of inputs that are the same document the smallest counts, the others are only counted."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplicate.select import Selected, counts, select_documents
from tasks.records import ParsedDocument, RawDocument, Reject
from tasks.shards import read_records, write_records

Key = tuple[str, str, str]


def parsed(identity: str, content: str, text: str, bundle: str, member: str) -> ParsedDocument:
    """A document whose id comes from its identity and content, its source text apart."""
    name = sha256(f"{identity}\0{content}".encode()).hexdigest()[:32]
    raw = RawDocument(name, identity, bundle, member, None, content, "text/html", "utf-8", "", None, None)
    return ParsedDocument(raw, text, ())


def reject(identity: str, content: str, bundle: str, member: str, stage: str = "split") -> Reject:
    name = sha256(f"{identity}\0{content}".encode()).hexdigest()[:32]
    return Reject(name, bundle, member, None, None, None, content, identity, None, None, stage, "binary", "", 1, "")


def shard(work: Path, number: int, documents: Sequence[ParsedDocument], rejects: Sequence[Reject] = ()) -> Path:
    folder = work / f"{number:05}"
    folder.mkdir()
    write_records(folder / "documents.parquet", [d.document for d in documents], RawDocument)
    write_records(folder / "parsed.parquet", documents, ParsedDocument)
    write_records(folder / "rejects-split.parquet", rejects, Reject)
    write_records(folder / "rejects-parse.parquet", [], Reject)
    return folder


def chosen(path: Path) -> list[Key]:
    return sorted((s.source_bundle, s.source_member, s.document_id) for s in read_records(path, Selected))


def order(document: ParsedDocument) -> Key:
    raw = document.document
    return raw.source_bundle, raw.source_member, raw.document_id


def test_the_same_source_text_at_one_address_counts_once_whatever_the_bytes(tmp_path: Path) -> None:
    one, two = parsed("https://a.example/1", "x", "text", "b", "2.html"), parsed("https://a.example/1", "y", "text", "b", "1.html")
    other = parsed("https://a.example/1", "z", "changed", "a", "9.html")
    elsewhere = parsed("https://b.example/1", "x", "text", "b", "3.html")
    shards = [shard(tmp_path, 0, [one, elsewhere]), shard(tmp_path, 1, [two, other])]
    target = select_documents(shards, None, tmp_path / "selected.parquet")
    assert chosen(target) == sorted(map(order, (two, other, elsewhere)))
    assert counts(target) == {"documents": 4, "unchanged": 1}


def test_rejects_follow_the_same_rule_by_their_id(tmp_path: Path) -> None:
    rejects = [reject("path:b/1", "x", "b", "1"), reject("path:b/1", "x", "a", "1"), reject("path:b/1", "y", "b", "1")]
    target = select_documents([shard(tmp_path, 0, [], rejects)], None, tmp_path / "selected.parquet")
    assert [(bundle, member) for bundle, member, _ in chosen(target)] == [("a", "1"), ("b", "1")]
    assert {s.file for s in read_records(target, Selected)} == {"rejects-split.parquet"}


def test_what_is_published_counts_no_more(tmp_path: Path) -> None:
    first, new = parsed("id:1", "x", "text", "b", "1"), parsed("id:2", "x", "text", "b", "2")
    refetched = parsed("id:3", "new bytes", "text", "b", "3")
    known = tmp_path / "known.parquet"
    gone = reject("id:1", "x", "b", "1")
    digest = sha256(b"text").hexdigest()
    before = Reject("0" * 32, "b", "3", None, 4, digest, "old bytes", "id:3", None, None, "strip", "too-short", "", 1, "")
    write_records(known, [gone, before], Reject)
    target = select_documents([shard(tmp_path, 0, [first, new, refetched])], known, tmp_path / "selected.parquet")
    assert chosen(target) == [order(new)]
    assert counts(target) == {"documents": 3, "unchanged": 2}


def test_documents_that_parsing_passed_over_are_unchanged(tmp_path: Path) -> None:
    folder = shard(tmp_path, 0, [parsed("id:1", "x", "text", "b", "1"), parsed("id:2", "x", "text", "b", "2")])
    write_records(folder / "parsed.parquet", [], ParsedDocument)
    target = select_documents([folder], None, tmp_path / "selected.parquet")
    assert chosen(target) == []
    assert counts(target) == {"documents": 2, "unchanged": 2}


few = st.sampled_from("abc")
documents = st.lists(st.builds(parsed, few, few, few, few, st.sampled_from("123456")), max_size=12)


@settings(max_examples=40, deadline=None)
@given(items=documents, cuts=st.lists(st.integers(0, 12), max_size=3), reverse=st.booleans())
def test_any_order_and_sharding_select_the_same(items: list[ParsedDocument], cuts: list[int], reverse: bool) -> None:
    # The same bytes at the same identity give the same source text.
    text = {"a": "one", "b": "two", "c": "two"}
    raws = [d.document for d in items]
    items = [parsed(r.identity, r.source_sha256, text[r.source_sha256], r.source_bundle, r.source_member) for r in raws]
    bounds = [0, *sorted(min(c, len(items)) for c in cuts), len(items)]
    arranged = items[::-1] if reverse else items
    with TemporaryDirectory() as work:
        one = select_documents([shard(Path(work), 0, items)], None, Path(work) / "one.parquet")
        shards = [shard(Path(work), number + 1, arranged[a:b]) for number, (a, b) in enumerate(pairwise(bounds))]
        two = select_documents(shards, None, Path(work) / "two.parquet")
        assert chosen(one) == chosen(two)
        smallest: dict[tuple[str, str], Key] = {}
        for item in items:
            key = (item.document.identity, item.source_text)
            smallest[key] = min(smallest.get(key, order(item)), order(item))
        assert chosen(one) == sorted(smallest.values())
        assert counts(one)["unchanged"] == len(items) - len(smallest)
