"""The tools of the field on one file of texts, each in a process of its own: called by `deduplicate.py` with the peers' Python.

    peers.py TOOL TEXTS.jsonl LABELS.jsonl

TEXTS has `id` and `text`; LABELS gets `source_id` (that id) and `story_id`; the last line printed is a JSON object
with the processor seconds (children included), the peak memory in MB. Word 5-grams wherever the tool lets one choose.
"""

import json
import pickle
import re
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

WORD = re.compile(r"\w+")
WIDTH = 5
PERMUTATIONS = 128
SEED = 42


def shingles(text: str) -> list[str]:
    words = WORD.findall(text.lower())
    return [" ".join(words[i : i + WIDTH]) for i in range(max(len(words) - WIDTH + 1, 1))]


class Union:
    """Numbers that are linked belong to one set, which is known by its smallest number."""

    def __init__(self, count: int) -> None:
        self.above = list(range(count))

    def top(self, number: int) -> int:
        while self.above[number] != number:
            self.above[number] = self.above[self.above[number]]
            number = self.above[number]
        return number

    def link(self, one: int, other: int) -> None:
        low, high = sorted((self.top(one), self.top(other)))
        self.above[high] = low

    def labels(self) -> list[int]:
        return [self.top(number) for number in range(len(self.above))]


def rensa(texts: list[str], file: Path) -> list[int]:
    from rensa import RMinHash, RMinHashLSH

    index, union = RMinHashLSH(threshold=0.5, num_perm=PERMUTATIONS, num_bands=32), Union(len(texts))
    hashes: list[Any] = []
    for number, text in enumerate(texts):
        made = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
        made.update(shingles(text))
        for other in index.query(made):
            if made.jaccard(hashes[other]) >= 0.5:
                union.link(number, other)
        index.insert(number, made)
        hashes.append(made)
    return union.labels()


def datasketch(texts: list[str], file: Path) -> list[int]:
    from datasketch import MinHash, MinHashLSH

    index, union = MinHashLSH(threshold=0.5, num_perm=PERMUTATIONS), Union(len(texts))
    for number, text in enumerate(texts):
        made = MinHash(num_perm=PERMUTATIONS, seed=SEED)
        made.update_batch([shingle.encode() for shingle in shingles(text)])
        for other in index.query(made):
            union.link(number, int(other))
        index.insert(str(number), made)
    return union.labels()


def gaoya(texts: list[str], file: Path) -> list[int]:
    from gaoya.minhash import MinHashStringIndex

    bands: dict[str, Any] = {"hash_size": 32, "jaccard_threshold": 0.3, "num_bands": 42, "band_size": 3, "num_hashes": 126}
    index: Any = MinHashStringIndex(**bands, analyzer="word", lowercase=True, ngram_range=(WIDTH, WIDTH))
    union = Union(len(texts))
    for number, text in enumerate(texts):
        index.insert_document(number, text)
    for number, text in enumerate(texts):
        for other in index.query(text):
            union.link(number, other)
    return union.labels()


def datatrove(texts: list[str], file: Path) -> list[int]:
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers.jsonl import JsonlWriter

    with tempfile.TemporaryDirectory() as work:
        config = MinhashConfig(n_grams=WIDTH)

        def run(name: str, steps: list[Any], tasks: int = 1) -> None:
            LocalPipelineExecutor(pipeline=steps, tasks=tasks, workers=1, logging_dir=f"{work}/logs/{name}").run()

        def reader() -> Any:
            return JsonlReader(str(file.parent), glob_pattern=file.name)

        run("one", [reader(), MinhashDedupSignature(f"{work}/signatures", config=config)])
        run("two", [MinhashDedupBuckets(f"{work}/signatures", f"{work}/buckets", config=config)], config.num_buckets)
        run("three", [MinhashDedupCluster(f"{work}/buckets", f"{work}/clusters", config=config, save_cluster_id=True)])
        keep = MinhashDedupFilter(f"{work}/clusters", exclusion_writer=JsonlWriter(f"{work}/gone", compression=None), load_cluster_ids=True)
        run("four", [reader(), keep, JsonlWriter(f"{work}/kept", compression=None)])
        labels = list(range(len(texts)))
        places = {json.loads(line)["id"]: number for number, line in enumerate(file.read_text(encoding="utf-8").splitlines())}
        for path in [*Path(work, "gone").rglob("*.jsonl"), *Path(work, "kept").rglob("*.jsonl")]:
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                cluster = row["metadata"].get("minhash_cluster_id", -1)
                if cluster is not None and cluster >= 0:
                    labels[places[row["id"]]] = len(texts) + cluster
    return labels


def text_dedup(texts: list[str], file: Path) -> list[int]:
    from text_dedup.minhash import main

    with tempfile.TemporaryDirectory() as work:
        options = {"path": "json", "data_files": str(file), "split": "train", "cache_dir": f"{work}/cache", "output": f"{work}/out",
                   "column": "text", "threshold": "0.5", "num_perm": str(PERMUTATIONS), "ngram": str(WIDTH), "num_proc": "1"}  # fmt: skip
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        main.main(args=[*arguments, "--debug", "--local"][:-1], standalone_mode=False)
        parent: Any = pickle.loads(Path(work, "out", "uf.pkl").read_bytes())
    return [parent.find(number) for number in range(len(texts))]


TOOLS = {"rensa": rensa, "datasketch": datasketch, "gaoya": gaoya, "datatrove": datatrove, "text-dedup": text_dedup}


def spent() -> float:
    """Processor seconds of this process and of its children that ended."""
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def main() -> None:
    tool, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    before = spent()
    labels = TOOLS[tool]([row["text"] for row in rows], source)
    seconds = spent() - before
    found = ({"source_id": row["id"], "story_id": str(label)} for row, label in zip(rows, labels, strict=True))
    target.write_text("".join(json.dumps(row) + "\n" for row in found))
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "peak": peak / 1024}))


if __name__ == "__main__":
    main()
