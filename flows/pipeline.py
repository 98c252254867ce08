"""The flow, readable aloud: split, parse, select, count boilerplate, strip and normalize, sign, deduplicate, write, report."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from prefect import flow, unmapped
from prefect.futures import PrefectFutureList
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from flows.artifacts import showing
from flows.engines import runner
from flows.job import Job
from flows.log import also_logged, log_run, tell
from tasks.deduplicate.task import assign, compare, count, gather, index, judge, remember, select, sign
from tasks.normalize.task import normalize
from tasks.split.task import split
from tasks.strip.task import count_boilerplate, parse, strip
from tasks.write.task import recall, report, write

if TYPE_CHECKING:
    from tasks.write.runs import Summary


@flow(name="article_cleaning", validate_parameters=False, persist_result=False)
def article_cleaning(job: Job) -> "Summary":
    """Clean bundles and publish what is new; on a server that stays, its page shows the log, how far it is and what came out."""
    log_run(str(flow_run.id))
    if not job.shown:
        return clean(job)
    with also_logged(get_run_logger()):
        return showing(lambda: clean(job), job.share, job.output.root)


def clean(job: Job) -> "Summary":
    """The way through the rooms. Between tasks go only paths: a folder for each shard."""
    call, config, each, every = job.call, job.settings.folder, unmapped(job.each), unmapped(job.settings.folder)
    known = recall(job.output, job.at("known.parquet"), call)

    shards = split(job.bundles, job.at(""), job.settings, call)
    parsed = parse.map(shards, every, unmapped(known), each).result()
    selected = select(parsed, known, job.at("selected.parquet"), call)
    lines = count_boilerplate(parsed, selected, job.earlier("boilerplate"), job.at("boilerplate.parquet"), call)
    stripped = strip.map(parsed, every, unmapped(selected), unmapped(lines), each)
    articles = normalize.map(stripped, every, each)
    signed = settled(stripped, articles, sign.map(articles, every, each))
    stories = deduplicate(signed, job)
    memory = remember(signed, stories, job.earlier("signatures"), job.at("signatures.parquet"), call)
    remembered = {"boilerplate": job.at("lines.parquet"), "signatures": memory}
    summary = write(job.output, signed, stories, remembered, known, job.origin, config, call)
    if trouble := report(job.output, summary, call):
        tell(trouble, level=logging.WARNING)
    return summary


def deduplicate(shards: list[Path], job: Job) -> Path:
    """Write the story of each article; what lies between gather and assign goes by parts of the index or by ranges of texts."""
    folder, config, call = job.at("grouping"), job.settings.folder, job.call
    parts, ranges = plan = gather(shards, job.earlier("signatures"), folder, config, call)
    for step, pieces in ((index, parts), (compare, ranges), (count, parts), (judge, ranges)):
        step.map(list(range(pieces)), unmapped(folder), unmapped(plan), unmapped(config), unmapped(job.each)).result()
    return assign(shards, folder, plan, job.at("stories.parquet"), config, call)


def settled(*stages: PrefectFutureList[Path]) -> list[Path]:
    """The shards as the last stage left them, all stages done. Raises what failed first, not that others waited for it in vain."""
    return [stage.result() for stage in stages][-1]


def run(job: Job, workers: int) -> "Summary":
    """Run the flow on the engine of the settings, with as many tasks at once as there are workers. Raises what a task raised."""
    return article_cleaning.with_options(task_runner=runner(job.settings.pipeline.run, workers))(job)
