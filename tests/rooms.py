"""The rooms up to strip, one after another in this process: for benchmarks and training, which look at what comes out of them."""

from collections.abc import Sequence
from pathlib import Path

from tasks.deduplicate.select import select_documents
from tasks.settings import CONFIG
from tasks.strip.shard import count_lines, parse_shard, strip_shard


def strip_shards(shards: Sequence[Path], work: Path) -> None:
    """Parse, select, count and strip split shards, each in its folder; `work` gets `selected.parquet` and, last, `boilerplate.parquet`."""
    for shard in shards:
        parse_shard(shard, CONFIG, None)
    select_documents(shards, None, work / "selected.parquet")
    count_lines(shards, work / "selected.parquet", [], work / "counted.parquet")
    for shard in shards:
        strip_shard(shard, CONFIG, work / "selected.parquet", work / "counted.parquet")
    (work / "counted.parquet").rename(work / "boilerplate.parquet")
