"""Stories over shards and runs: who belongs together, who stands for the group, what the others are to it."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplicate.members import gather
from tasks.deduplicate.remember import memory_rows
from tasks.records import Article, Assignment
from tasks.settings import CONFIG
from tests.deduplicate.wire import article, assigned, cut, day, grouped, noon, prose, signed_shards

STORY = prose(1)


def pool() -> list[Article]:
    """Two stories with their copies, and two that stand alone."""
    other = prose(2)
    bodies = [STORY, STORY, cut(STORY, 3), cut(STORY, 2), STORY + "\n\n" + prose(9, 40), other, cut(other, 4), other, prose(3), prose(4)]
    return [article(f"a{number}", body) for number, body in enumerate(bodies)]


POOL = pool()


def groups(rows: dict[str, Assignment]) -> dict[str, str]:
    return {key: row.story_id for key, row in rows.items()}


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(POOL), cuts=st.lists(st.integers(0, len(POOL)), max_size=3))
def test_any_order_and_any_sharding_give_the_same_rows(order: list[Article], cuts: list[int]) -> None:
    bounds = [0, *sorted(cuts), len(order)]
    with TemporaryDirectory() as one, TemporaryDirectory() as two:
        shards = [order[a:b] for a, b in pairwise(bounds)]
        assert assigned(Path(one), shards) == assigned(Path(two), [POOL])


@settings(max_examples=10, deadline=None)
@given(shingles=st.integers(20, 90), texts=st.integers(1, 9), earlier=st.integers(0, 6))
def test_any_cut_into_parts_and_ranges_gives_the_same_bytes(shingles: int, texts: int, earlier: int) -> None:
    with TemporaryDirectory() as folder:
        work = Path(folder)
        rules = (CONFIG / "deduplicate.yml").read_text(encoding="utf-8")
        cut_rules = rules.replace("shingles: 4000000", f"shingles: {shingles}").replace("texts: 50000", f"texts: {texts}")
        assert cut_rules != rules
        (work / "deduplicate.yml").write_text(cut_rules, encoding="utf-8")
        prior = [remembered(work / "earlier", POOL[:earlier], [])] if earlier else []
        shards = signed_shards(work, [POOL[earlier:7], POOL[7:]])
        for name, config in (("whole", CONFIG), ("parts", work)):
            (work / name).mkdir()
            grouped(shards, prior, work / name, config)
        assert gather(shards, prior, work / "parts" / "grouping", work)[0] > 1
        whole, parts = (((work / name) / "assignments.parquet").read_bytes() for name in ("whole", "parts"))
        assert whole == parts


@settings(max_examples=15, deadline=None)
@given(seeds=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 6)), min_size=1, max_size=12))
def test_copies_point_at_articles_and_the_same_text_always_joins(seeds: list[tuple[int, int]]) -> None:
    articles = [article(f"n{number}", cut(prose(seed), parts)) for number, (seed, parts) in enumerate(seeds)]
    with TemporaryDirectory() as work:
        rows = assigned(Path(work), [articles])
    assert len(rows) == len(articles)
    for row in rows.values():
        assert rows[row.story_id].story_id == row.story_id
        assert (row.relation is None) == (row.story_id == row.document_id)
    stories: dict[str, set[str]] = {}
    for item in articles:
        stories.setdefault(item.body, set()).add(rows[item.document_id].story_id)
    assert all(len(found) == 1 for found in stories.values())


def test_trimmed_copies_join_and_other_stories_stay_apart(tmp_path: Path) -> None:
    rows = assigned(tmp_path, [POOL])
    stories = [groups(rows)[a.document_id] for a in POOL]
    assert len(set(stories[:5])) == 1
    assert len(set(stories[5:8])) == 1
    assert len(set(stories)) == 4
    assert rows[POOL[3].document_id].relation == "excerpt"
    assert rows[POOL[3].document_id].containment == 1.0
    assert rows[POOL[3].document_id].reason == "fullest"


def test_the_agencys_own_copy_stands_even_where_it_is_shorter(tmp_path: Path) -> None:
    own = article("own", cut(STORY, 3), agency_id="ap", outlet_id="apnews.com")
    full = article("full", STORY, agency_id="ap", outlet_id="example.com")
    rows = assigned(tmp_path, [[full, own]])
    assert rows[full.document_id].story_id == own.document_id
    assert rows[full.document_id].reason == "agency-own"
    assert rows[full.document_id].relation == "extended"


def test_of_equal_copies_the_earliest_stands(tmp_path: Path) -> None:
    late = article("late", STORY, published_earliest=day(3))
    soon = article("soon", STORY, published_earliest=day(2))
    never = article("never", STORY)
    rows = assigned(tmp_path, [[late, soon, never]])
    assert set(groups(rows).values()) == {soon.document_id}
    assert {rows[a.document_id].reason for a in (late, never)} == {"earliest"}
    assert {rows[a.document_id].relation for a in (late, never)} == {"exact"}


def test_house_style_does_not_count(tmp_path: Path) -> None:
    plain = "“We have 8,000 colour prints,” Mr. Lee said. It’s eight percent of the U.S. stock, he added, and none is for sale."
    other = '"We have 8000 color prints", Lee said.  It\'s 8 per cent of the US stock — he added — and none is for sale.'
    rows = assigned(tmp_path, [[article("plain", plain), article("other", f"BERLIN (AP) — {other}")]])
    assert len(set(groups(rows).values())) == 1
    assert {row.relation for row in rows.values()} == {None, "exact"}


def test_a_changed_page_is_a_version_of_the_one_before(tmp_path: Path) -> None:
    first = article("page", cut(STORY, 5), fetched_at=noon(1))
    second = article("page", STORY, fetched_at=noon(2))
    again = article("page", STORY, fetched_at=noon(3), document_id="f" * 32)
    elsewhere = article("page", prose(7), fetched_at=noon(4))
    rows = assigned(tmp_path, [[again, first, elsewhere, second]])
    assert rows[second.document_id].previous_version == first.document_id
    assert rows[again.document_id].previous_version == second.document_id
    assert rows[again.document_id].relation == "exact"
    assert rows[elsewhere.document_id].story_id == elsewhere.document_id
    assert rows[elsewhere.document_id].previous_version is None


def test_less_is_asked_of_a_version_than_of_a_copy(tmp_path: Path) -> None:
    changed = cut(STORY, 2) + "\n\n" + prose(8, 120)
    first, second = article("page", STORY, fetched_at=noon(1)), article("page", changed, fetched_at=noon(2))
    rows = assigned(tmp_path, [[first, second, article("elsewhere", changed + "\n\n" + prose(6, 20))]])
    assert rows[second.document_id].previous_version == first.document_id
    assert rows[second.document_id].relation == "version"
    rows = assigned(tmp_path, [[first, article("elsewhere", changed)]])
    assert {row.relation for row in rows.values()} == {None}


def remembered(work: Path, articles: list[Article], prior: list[Path]) -> Path:
    assigned(work, [articles], prior)
    return memory_rows([work / "00000"], work / "assignments.parquet", prior, work / "memory.parquet")


def test_a_published_article_stays_the_article(tmp_path: Path) -> None:
    short, full = article("short", cut(STORY, 3)), article("full", STORY)
    memory = remembered(tmp_path / "one", [short, article("alone", prose(5))], [])
    rows = assigned(tmp_path / "two", [[full]], [memory])
    assert rows[full.document_id].story_id == short.document_id
    assert rows[full.document_id].relation == "extended"
    assert rows[full.document_id].reason == "published-before"


def test_a_text_that_meets_two_published_articles_does_not_join_them(tmp_path: Path) -> None:
    one, two = article("one", prose(1, 80)), article("two", prose(2, 80))
    memory = remembered(tmp_path / "one", [one, two], [])
    both = article("both", prose(1, 80) + "\n\n" + prose(2, 80))
    rows = assigned(tmp_path / "two", [[both]], [memory])
    assert rows[both.document_id].story_id in {one.document_id, two.document_id, both.document_id}


def test_versions_follow_across_runs_and_copies_follow_copies(tmp_path: Path) -> None:
    full, page = article("full", STORY), article("page", cut(STORY, 4))
    first = remembered(tmp_path / "one", [full, page], [])
    changed = article("page", cut(STORY, 5), fetched_at=noon(2))
    second = remembered(tmp_path / "two", [changed], [first])
    last = article("page", cut(STORY, 3))
    rows = assigned(tmp_path / "three", [[last]], [second, first])
    assert rows[last.document_id] == Assignment(
        last.document_id, full.document_id, "version", rows[last.document_id].similarity, 1.0, "published-before", changed.document_id
    )


def test_an_empty_run_and_empty_shards(tmp_path: Path) -> None:
    assert assigned(tmp_path / "none", []) == {}
    assert assigned(tmp_path / "empty", [[], []]) == {}
    folder = signed_shards(tmp_path / "one", [[article("x", "Zu kurz.")], []])
    assert len(folder) == 2


def test_a_remembered_document_takes_less_than_400_bytes_and_is_still_recognised(tmp_path: Path) -> None:
    long = [article(f"long{number}", prose(number, 900)) for number in range(120)]
    memory = remembered(tmp_path / "one", long, [])
    assert memory.stat().st_size < 400 * len(long)
    trimmed = article("trimmed", cut(prose(7, 900), 9))
    rows = assigned(tmp_path / "two", [[trimmed]], [memory])
    assert rows[trimmed.document_id].story_id == long[7].document_id
    assert rows[trimmed.document_id].containment == 1.0
