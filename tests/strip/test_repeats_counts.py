"""Lines of an outlet counted over shards and runs: once for each neighbourhood, and for each outlet by itself."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.shards import write_records
from tasks.strip.lines import fold
from tasks.strip.repeats import Repeat, digest, repeats_of
from tasks.strip.shard import common_lines, count_lines
from tasks.strip.text import parse_text
from tests.strip.making import raw

SLOGAN = "From the mole to the market since 1901"
STORIES = [
    (f"The {ship} came back to the harbour on Monday after nine winters away, and the whole town stood on the quay.",
     f"“We had given up on the {ship},” said the harbour master, who had kept the ropes dry in his own kitchen.")
    for ship in ("ferry", "tug", "pilot boat", "dredger")
]  # fmt: skip


def story(number: int, line: str = SLOGAN) -> str:
    above, below = STORIES[number]
    return f"{above}\n{line}\n{below}"


def shard(folder: Path, texts: Sequence[tuple[str, str]]) -> Path:
    """A shard with documents of (outlet, text), each with an id of its own."""
    folder.mkdir(parents=True)
    documents = [
        replace(raw(text, url=f"https://{outlet}.example/{number}"), document_id=f"{folder.name}-{number}")
        for number, (outlet, text) in enumerate(texts)
    ]
    parsed = [parse_text(one) for one in documents]
    write_records(folder / "lines.parquet", [repeat for one in parsed for repeat in repeats_of(one)], Repeat)
    return folder


def common(folder: Path, shards: Sequence[Path], prior: Sequence[Path] = (), left_out: Sequence[str] = ()) -> dict[str, frozenset[int]]:
    """The common lines of each outlet; all documents of the shards count but those whose ids are left out."""
    folder.mkdir()
    ids = {one for path in shards for one in pq.read_table(path / "lines.parquet")["document_id"].to_pylist()} - set(left_out)
    pq.write_table(pa.table({"document_id": pa.array(sorted(ids), pa.string())}), folder / "selected.parquet")
    counted = count_lines(shards, folder / "selected.parquet", prior, folder / "boilerplate.parquet")
    return common_lines(counted, {"quay.example", "pier.example", "mole.example"})


def is_common(found: dict[str, frozenset[int]], outlet: str = "quay.example") -> bool:
    return digest(fold(SLOGAN)) in found.get(outlet, frozenset())


def test_a_line_counts_over_shards(tmp_path: Path) -> None:
    shards = [shard(tmp_path / str(number), [("quay", story(number))]) for number in range(3)]
    assert not is_common(common(tmp_path / "two", shards[:2]))
    assert is_common(common(tmp_path / "three", shards))


def test_a_story_posted_again_and_again_is_no_boilerplate(tmp_path: Path) -> None:
    found = common(tmp_path / "out", [shard(tmp_path / "in", [("quay", story(0))] * 5)])
    assert not found.get("quay.example")


def test_a_story_that_many_outlets_carry_is_no_boilerplate(tmp_path: Path) -> None:
    found = common(
        tmp_path / "out", [shard(tmp_path / "in", [(outlet, story(number)) for outlet in ("quay", "pier", "mole") for number in (0, 1)])]
    )
    assert not any(found.values())


def test_what_earlier_runs_saw_counts(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    common(first, [shard(tmp_path / "a", [("quay", story(0)), ("quay", story(1))])])
    later = [shard(tmp_path / "b", [("quay", story(2))])]
    assert not is_common(common(tmp_path / "alone", later))
    assert is_common(common(second, later, [first / "lines.parquet"]))


def test_a_neighbourhood_that_earlier_runs_saw_counts_once(tmp_path: Path) -> None:
    first = tmp_path / "first"
    common(first, [shard(tmp_path / "a", [("quay", story(0)), ("quay", story(1))])])
    again = [shard(tmp_path / "b", [("quay", story(0)), ("quay", story(1))])]
    assert not is_common(common(tmp_path / "second", again, [first / "lines.parquet"]))


def test_the_memory_names_the_document_of_each_line(tmp_path: Path) -> None:
    common(tmp_path / "out", [shard(tmp_path / "a", [("quay", story(0)), ("quay", story(1))])], left_out=["a-1"])
    kept = pq.read_table(tmp_path / "out" / "lines.parquet")
    assert set(kept["document_id"].to_pylist()) == {"a-0"}
    assert digest(fold(SLOGAN)) in kept["line"].to_pylist()
