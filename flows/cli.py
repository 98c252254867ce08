"""The command line, thin. Nothing heavy is imported before it is needed."""

import argparse
import atexit
import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from flows.configuration import Configuration

DONE, FAILED, WRONG = 0, 1, 2
# Errors whose message is one line for people, by name, so that their modules need not be imported to tell them.
PLAIN = {
    "ConfigurationError": WRONG,
    "SchemaVersionError": WRONG,
    "BundleError": WRONG,
    "UsageError": WRONG,
    "BundleGoneError": FAILED,
    "OutputError": FAILED,
    "Conflict": FAILED,
    "HomeError": FAILED,
    "BrokenLawError": FAILED,
    "ShardError": FAILED,
}


class UsageError(Exception):
    """The command line is wrong; the message is one line."""


class BundleGoneError(Exception):
    """A bundle that was there when the run began is not any more; the message is one line."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Print one line and leave with 2."""
        _complain(f"{message}; see `{self.prog} --help`", ())
        sys.exit(WRONG)


def _complain(line: str, flags: Iterable[tuple[str, str]]) -> None:
    """The last line of a failure on stderr, in the form that the log has or would have had."""
    from flows.log import in_json, start_logging, tell

    if not in_json() and dict(flags).get("run.log", os.environ.get("COPYDESK_RUN__LOG")) == "json":
        start_logging("json")
    if in_json():
        tell("%s", line, level=logging.ERROR)
    else:
        print(f"copydesk: {line}", file=sys.stderr)


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE, such as limits.nesting=6")
    return key, value


def parser() -> Parser:
    """The whole command line."""
    about = "Turns scraped news into clean data: split, strip, normalize, deduplicate, write."
    top = Parser(prog="copydesk", description=about, allow_abbrev=False)
    top.add_argument("--debug", action="store_true", help="show the traceback of a failure (also COPYDESK_DEBUG=1)")
    names = "run | report | explain | verify | compact | withdraw | config | serve | schema"
    verbs = top.add_subparsers(dest="verb", required=True, metavar=names, parser_class=Parser)

    run = verbs.add_parser("run", help="clean bundles and publish what is new", allow_abbrev=False)
    run.add_argument("bundles", nargs="+", metavar="BUNDLE", help="a folder, a file or an fsspec URL")
    run.add_argument("--out", required=True, metavar="DIR", help="where the datasets are published")
    run.add_argument("--workers", type=_positive, metavar="N", help="worker processes (default: the cores)")
    run.add_argument("--engine", choices=("local", "dask"), help="where the work is done (default: local)")
    run.add_argument("--dask-address", metavar="ADDRESS", help="a running Dask scheduler, with --engine dask")
    run.set_defaults(command=_run)

    report = verbs.add_parser("report", help="write the page that shows what came out: DIR/report.html", allow_abbrev=False)
    report.add_argument("--document", metavar="ID", help="the page of one document instead: DIR/report/ID.html")
    report.set_defaults(command=_report)

    explain = verbs.add_parser("explain", help="show what was removed from a document and where its values come from", allow_abbrev=False)
    explain.add_argument("document_id", metavar="DOCUMENT_ID")
    explain.set_defaults(command=_explain)

    verify = verbs.add_parser("verify", help="check the laws on what is published", allow_abbrev=False)
    verify.add_argument("--source", action="store_true", help="also parse the bundles again, where they can be read")
    verify.add_argument("--rerun", action="store_true", help="also replay all runs into a scratch output")
    verify.add_argument("--config", metavar="DIR", help="the configuration folder the runs were made with")
    verify.set_defaults(command=_verify)

    compact = verbs.add_parser("compact", help="merge small files into a new release", allow_abbrev=False)
    compact.set_defaults(command=_compact)

    withdraw = verbs.add_parser("withdraw", help="take documents out of every dataset, for good", allow_abbrev=False)
    withdraw.add_argument("ids", nargs="+", metavar="DOCUMENT_ID")
    withdraw.add_argument("--reason", required=True, metavar="TEXT", help="why; it stands in the dataset withdrawn")
    withdraw.add_argument("--config", metavar="DIR", help="the configuration folder whose rules say what stands for a story")
    withdraw.set_defaults(command=_withdraw)

    for verb, what in ((report, "read"), (explain, "read"), (verify, "read"), (compact, "work on"), (withdraw, "work on")):
        verb.add_argument("--out", required=True, metavar="DIR", help=f"the output to {what}")
    config = verbs.add_parser("config", help="print the settings that hold, and where each came from", allow_abbrev=False)
    config.set_defaults(command=_config)
    for verb in (run, config):
        verb.add_argument("--config", metavar="DIR", help="another configuration folder")
        verb.add_argument("--set", action="append", default=[], type=_assignment, metavar="KEY=VALUE", help="such as limits.nesting=6")
    for verb in (run, explain, withdraw, config):
        verb.add_argument("--json", action="store_true", help="print one JSON object to stdout")
    serve = verbs.add_parser("serve", help="run on the schedules of config/, until it is stopped", allow_abbrev=False)
    serve.add_argument("--config", metavar="DIR", help="another configuration folder")
    serve.set_defaults(command=_serve, set=[])
    schema = verbs.add_parser("schema", help="print the data dictionary", allow_abbrev=False)
    schema.set_defaults(command=_schema)
    for verb in (run, report, explain, verify, compact, withdraw, config, schema):
        verb.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return top


def _check_run(options: argparse.Namespace) -> None:
    """Raise UsageError where the command line cannot be meant."""
    out = Path(options.out).resolve()
    for bundle in options.bundles:
        if "://" in bundle:
            continue
        if not os.path.lexists(bundle):
            raise UsageError(f"{bundle}: no such bundle; name a file or a folder that is there")
        place = Path(bundle).resolve()
        if out == place or out.is_relative_to(place) or place.is_relative_to(out):
            raise UsageError(f"--out {options.out} and the bundle {bundle} lie inside one another; name a folder elsewhere")


def _run(options: argparse.Namespace) -> int:
    configuration = _configuration(options, {"workers": options.workers, "engine": options.engine, "dask_address": options.dask_address})
    _check_run(options)
    from flows.running import run_bundles

    try:
        summary = run_bundles(tuple(options.bundles), options.out, configuration)
    except Exception:
        if gone := [bundle for bundle in options.bundles if "://" not in bundle and not os.path.lexists(bundle)]:
            raise BundleGoneError(f"{gone[0]}: went away before it was read; nothing was published, put it back and run again") from None
        raise
    from flows.display import show_summary, tell_summary

    (tell_summary if configuration.settings.pipeline.run.log == "json" else show_summary)(summary, options.out)
    if options.json:
        print(json.dumps(summary.as_dict(), ensure_ascii=False))
    return DONE


def _configuration(options: argparse.Namespace, named: Mapping[str, object]) -> "Configuration":
    """The settings that hold for a command line; `named` are flags of their own for keys of `run`."""
    from flows.configuration import configure

    flags = dict(options.set) | {f"run.{name}": str(value) for name, value in named.items() if value is not None}
    configuration = configure(options.config, os.environ, flags)
    from flows.log import start_logging

    start_logging(configuration.settings.pipeline.run.log)
    return configuration


def _config(options: argparse.Namespace) -> int:
    from flows.display import show_settings

    values = list(_configuration(options, {}).values())
    if options.json:
        print(json.dumps({one.key: {"value": one.value, "source": one.source, "description": one.description} for one in values}))
    else:
        show_settings(values)
    return DONE


def _report(options: argparse.Namespace) -> int:
    from tasks.write.report.files import write_document, write_report

    page = write_document(options.out, options.document) if options.document else write_report(options.out)
    print(page)
    return DONE


def _serve(options: argparse.Namespace) -> int:
    configuration = _configuration(options, {})
    from flows.scheduling import serve_schedules

    serve_schedules(configuration, options.config)
    return DONE


def _explain(options: argparse.Namespace) -> int:
    from tasks.write.explain import explain_document, render

    explanation = explain_document(options.out, options.document_id)
    if options.json:
        print(explanation.as_json())
    else:
        render(explanation)
    return DONE


def _verify(options: argparse.Namespace) -> int:
    from tasks.write.verify import iterate_breaches

    replay = import_module("flows.replay") if options.source or options.rerun else None
    source = replay.source_texts(options.config) if replay and options.source else None
    rerun = replay.rerun(options.config) if replay and options.rerun else None
    found = 0
    for breach in iterate_breaches(options.out, source, rerun, replay.grouping(options.config) if replay else None):
        print(breach.line(), flush=True)
        found += 1
    if found:
        _complain(f"{options.out}: breaches: {found}; restore it from a backup or clean again into a new output", ())
    return FAILED if found else DONE


def _compact(options: argparse.Namespace) -> int:
    from tasks.write.compact import compact_output

    release = compact_output(options.out)
    said = f"release {release.number} in {options.out}" if release else "nothing to merge: no dataset has more than one file; no release"
    print(said, file=sys.stderr)
    return DONE


def _withdraw(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from flows.replay import grouping
    from tasks.write.withdraw import withdraw_documents

    done = withdraw_documents(options.out, options.ids, options.reason, grouping(options.config))
    print(f"withdrawn: {len(set(options.ids))}; release {done.release.number} in {options.out}", file=sys.stderr)
    if options.json:
        rest = [asdict(one) for one in done.remaining]
        print(json.dumps({"withdrawn": sorted(set(options.ids)), "release": done.release.number, "remaining": rest}, ensure_ascii=False))
        return DONE
    if done.remaining:
        print(f"its other copies and versions stay unless they are named too: {len(done.remaining)}", file=sys.stderr)
    for one in done.remaining:
        print(one.document_id, one.relation or "article", f"{one.source_bundle}/{one.source_member}", one.url or "")
    return DONE


def _schema(_: argparse.Namespace) -> int:
    from tasks.write.schema import data_dictionary

    sys.stdout.write(data_dictionary())
    return DONE


def _fail(error: BaseException, options: argparse.Namespace) -> int:
    """One line for a failure; the traceback only where it was asked for."""
    if options.debug or os.environ.get("COPYDESK_DEBUG", "") not in ("", "0"):
        traceback.print_exception(error)
    kinds = {kind.__name__ for kind in type(error).__mro__}
    status = max((PLAIN[name] for name in kinds & PLAIN.keys()), default=None)
    line = " ".join(str(error).split())
    if status is None and isinstance(error, OSError):
        line = f"{error.filename or 'the system'}: {error.strerror or error}; make room or grant access there and run again"
    elif status is None:
        line = f"{type(error).__name__}: {line}; run again with --debug to see where, and report it"
    _complain(line, getattr(options, "set", ()))
    return FAILED if status is None else status


def _stop(number: int, _: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt(number)


def _leave(status: int) -> NoReturn:
    """End the process once it has tidied up: threads of libraries, interrupted at work, may abort the end of the interpreter itself."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def guarded(command: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run a command; every failure becomes one line and a status."""
    try:
        status = command(options)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is leaving already: another one must not turn the status into a death by signal
        _complain("stopped; nothing of this run is published, run it again to go on", getattr(options, "set", ()))
        _leave(FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader went away; nothing is left to say to it
        return DONE
    except Exception as error:
        return _fail(error, options)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `copydesk`; returns the exit status of the contract."""
    options = parser().parse_args(arguments)
    import_module("flows.lean")
    signal.signal(signal.SIGTERM, _stop)
    return guarded(options.command, options)


if __name__ == "__main__":
    sys.exit(main())
