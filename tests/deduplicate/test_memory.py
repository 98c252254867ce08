"""What a run reads of earlier ones: rows that could be of its stories, whatever else lies there, and which shingles many stories carry."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplicate.files import flat, packed_lists
from tasks.deduplicate.knowledge import load_rules
from tasks.deduplicate.memory import matching
from tasks.deduplicate.remember import memory_rows
from tasks.deduplicate.signatures import MEMORY
from tasks.deduplicate.words import Listed
from tasks.records import Article
from tasks.settings import CONFIG
from tests.deduplicate.wire import article, assigned, cut, prose, signed_shards

RULES = load_rules()
PLEA = prose(99, 60, 60)


def remembered(work: Path, articles: list[Article]) -> Path:
    assigned(work, [articles])
    return memory_rows([work / "00000"], work / "assignments.parquet", [], work / "memory.parquet")


def test_only_what_could_be_of_a_story_of_the_run_is_read(tmp_path: Path) -> None:
    """Copies, what is at the same address, and the article that a copy points at; not the hundred others."""
    stories = [article(f"s{n}", prose(n)) for n in range(100)]
    page, full, short = article("page", prose(200)), article("full", prose(201, 900)), article("short", cut(prose(201, 900), 2))
    memory = remembered(tmp_path / "one", [*stories, page, full, short])
    changed = article("page", prose(300), document_id="c" * 32)
    shards = signed_shards(tmp_path / "two", [[article("copy", cut(prose(7), 3)), changed, article("new", prose(400))]])
    rows, common = matching([memory], shards, RULES)
    found = {value.hex() for value in rows.column("document_id").to_pylist()}
    assert found == {stories[7].document_id, page.document_id}
    assert not len(common)
    shards = signed_shards(tmp_path / "three", [[article("end", prose(201, 900).split("\n\n")[1] + "\n\n" + prose(401, 60))]])
    rows, _ = matching([memory], shards, RULES)
    assert {value.hex() for value in rows.column("document_id").to_pylist()} == {full.document_id, short.document_id}


@settings(max_examples=10, deadline=None)
@given(most=st.integers(1, 400), cuts=st.sets(st.integers(1, 7), max_size=3))
def test_however_much_of_a_run_is_held_at_a_time_the_same_is_read(most: int, cuts: set[int]) -> None:
    run = [article(f"n{n}", cut(prose(n), 3) + "\n\n" + PLEA) for n in range(3, 11)]
    with TemporaryDirectory() as folder:
        memory = remembered(Path(folder) / "one", [article(f"s{n}", prose(n) + "\n\n" + PLEA) for n in range(8)])
        shards = signed_shards(Path(folder) / "two", [run[one:two] for one, two in pairwise([0, *sorted(cuts), 8])])
        whole = matching([memory], shards, RULES)
        held = RULES.model_copy(update={"grouping": RULES.grouping.model_copy(update={"shingles": most})})
        parts = matching([memory], shards, held)
    assert len(whole[0]) > 4 and len(whole[1])
    assert parts[0].equals(whole[0]) and parts[1].tolist() == whole[1].tolist()


@pytest.mark.parametrize("count", [1, 6])
def test_what_many_published_stories_carry_does_not_count(tmp_path: Path, count: int) -> None:
    """A page that is little but a plea meets a story that begins with it: one story, unless six others of earlier runs carry the plea too.

    Those are not of the story and not read; that the plea is common is known all the same.
    """
    rules = (CONFIG / "deduplicate.yml").read_text(encoding="utf-8")
    (tmp_path / "deduplicate.yml").write_text(rules.replace("recalled: 0.15", "recalled: 0.5"), encoding="utf-8")
    stories = [article(f"s{n}", prose(n, 170) + "\n\n" + PLEA) for n in range(count)]
    memory = remembered(tmp_path / "one", [*stories, article("teaser", PLEA + "\n\n" + prose(60, 12))])
    new = article("new", PLEA + "\n\n" + prose(50, 170))
    assert len(matching([memory], signed_shards(tmp_path / "two", [[new]]), load_rules(tmp_path))[0]) == 1
    rows = assigned(tmp_path / "two", [[new]], [memory], tmp_path)
    assert (rows[new.document_id].story_id == new.document_id) == (count == 6)


def test_memory_of_the_first_version_is_still_read(tmp_path: Path) -> None:
    """It had lists where there are bytes now."""
    full = article("full", prose(1))
    memory = remembered(tmp_path / "one", [full, article("other", prose(2))])
    rows, old = pq.read_table(memory), tmp_path / "old.parquet"
    for name, kind in (("hashes", pa.uint32()), ("places", pa.uint8())):
        values, begins = flat(rows, name)
        lists = pa.ListArray.from_arrays(pa.array(begins, pa.int32()), pa.array(values, kind))
        rows = rows.set_column(rows.column_names.index(name), name, lists)
    pq.write_table(rows, old)
    copy = article("copy", cut(prose(1), 3))
    one, two = (assigned(tmp_path / path.stem, [[copy]], [path]) for path in (memory, old))
    assert one == two and one[copy.document_id].story_id == full.document_id


@given(rows=st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=5), max_size=6), cut_at=st.integers(0, 6))
def test_packed_lists_are_what_they_were(rows: list[list[int]], cut_at: int) -> None:
    begins = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    packed = packed_lists(np.array([value for row in rows for value in row], np.uint32), begins)
    table = pa.table({"hashes": packed}).slice(cut_at)
    values, found = flat(table, "hashes")
    assert [values[one:two].tolist() for one, two in pairwise(found.tolist())] == rows[cut_at:]


@settings(max_examples=60)
@given(
    kind=st.sampled_from([np.uint32, np.uint64]),
    listed=st.sets(st.integers(0, 2**32 - 1) | st.integers(0, 40), max_size=60),
    sought=st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 40), max_size=60),
)
def test_listed_numbers_are_found(kind: type, listed: set[int], sought: list[int]) -> None:
    values, numbers = np.array(sorted(listed), kind), np.array([*sought, *listed], kind)
    places, at = Listed(values).places(numbers)
    assert places.tolist() == [i for i, number in enumerate(numbers.tolist()) if number in listed]
    assert values[at].tolist() == numbers[places].tolist()


@pytest.mark.parametrize("shards", [0, 1])
def test_a_run_without_documents_reads_nothing(tmp_path: Path, shards: int) -> None:
    memory = remembered(tmp_path / "one", [article("full", prose(1))])
    rows, common = matching([memory], signed_shards(tmp_path / "two", [[]] * shards), RULES)
    assert (len(rows), len(common)) == (0, 0)


def test_a_memory_without_a_row_group_is_no_obstacle(tmp_path: Path) -> None:
    """As it is where everything was withdrawn."""
    with pq.ParquetWriter(tmp_path / "memory.parquet", MEMORY):
        pass
    rows = assigned(tmp_path / "two", [[article("full", prose(1))]], [tmp_path / "memory.parquet"])
    assert [row.relation for row in rows.values()] == [None]
