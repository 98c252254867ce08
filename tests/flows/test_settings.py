"""Settings: the file, then the environment, then flags; where each value came from; a mistake is one line and exit 2."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from flows.configuration import configure, settled
from tasks.settings import CONFIG, SHAPING, ConfigurationError, Pipeline, load_settings
from tests.conftest import ROOT, Run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration folder of our own."""
    shutil.copytree(CONFIG, tmp_path / "config")
    return tmp_path / "config"


def test_flags_go_before_the_environment_before_the_file(folder: Path) -> None:
    (folder / "pipeline.yml").write_text("limits: {nesting: 2, members: 7, expansion: 9}\n")
    found = configure(str(folder), {"COPYDESK_LIMITS__MEMBERS": "8", "COPYDESK_LIMITS__EXPANSION": "10"}, {"limits.expansion": "11.5"})
    limits = found.settings.pipeline.limits
    assert (limits.nesting, limits.members, limits.expansion, limits.document_megabytes) == (2, 8, 11.5, 32)
    sources = {one.key: one.source for one in found.values()}
    assert sources["limits.nesting"] == str(folder / "pipeline.yml")
    assert sources["limits.members"] == "COPYDESK_LIMITS__MEMBERS"
    assert sources["limits.expansion"] == "--set limits.expansion"
    assert sources["limits.document_megabytes"] == "default"


@pytest.mark.parametrize(
    ("text", "variables", "flags", "told"),
    [
        ("limit: {nesting: 2}\n", {}, {}, "pipeline.yml: limit: no such setting"),
        ("limits: {nestings: 2}\n", {}, {}, "pipeline.yml: limits.nestings: no such setting"),
        ("limits: 5\n", {}, {}, "pipeline.yml: limits: "),
        ("- 5\n", {}, {}, "sections with keys are expected"),
        ("run: {workers: -1}\n", {}, {}, "pipeline.yml: run.workers: Input should be greater than or equal to 0"),
        ("", {"COPYDESK_LIMITS__NESTNG": "6"}, {}, "COPYDESK_LIMITS__NESTNG: limits.nestng: no such setting"),
        ("", {"COPYDESK_STORY__WORDS": "[1"}, {}, "COPYDESK_STORY__WORDS: story.words: Input should be a valid integer"),
        ("", {"COPYDESK_RUN__ENGINE": "ray"}, {}, "COPYDESK_RUN__ENGINE: run.engine: Input should be 'local' or 'dask'"),
        ("", {}, {"story.words": "many"}, "--set story.words: story.words: Input should be a valid integer"),
        ("", {}, {"words": "5"}, "--set words: a key is SECTION.NAME"),
        ("schedule: {timezone: Mars/Base}\n", {}, {}, "schedule.timezone: Value error, no IANA time zone of this name"),
        ("schedule: {incremental: hourly}\n", {}, {}, "schedule.incremental: Value error, a cron line has five fields"),
    ],
)
def test_a_mistake_is_one_line_that_names_its_place(
    folder: Path, text: str, variables: dict[str, str], flags: dict[str, str], told: str
) -> None:
    (folder / "pipeline.yml").write_text(text)
    with pytest.raises(ConfigurationError) as error:
        configure(str(folder), variables, flags)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_text_is_taken_as_it_stands_and_read_as_its_setting_s_type() -> None:
    given = {"schedule.incremental": "* * * * *", "schedule.output": "2024", "run.workers": "3", "run.dask_address": "null"}
    found = configure(None, {}, given).settings.pipeline
    assert (found.schedule.incremental, found.schedule.output) == ("* * * * *", "2024")
    assert (found.run.workers, found.run.dask_address) == (3, None)


def test_workers_read_what_holds_where_it_is_not_what_the_folder_says(folder: Path, tmp_path: Path) -> None:
    same = configure(str(folder), {"COPYDESK_RUN__WORKERS": "3"})
    assert settled(same, tmp_path / "work").folder == folder
    other = configure(str(folder), {}, {"story.words": "33"})
    settings = settled(other, tmp_path / "work")
    assert settings.folder != folder
    read = load_settings(settings.folder)
    assert read.pipeline == settings.pipeline
    assert read.pipeline.story.words == 33
    assert read.digest == settings.digest == other.settings.digest


def test_only_what_shapes_the_output_is_in_the_digest() -> None:
    plain = configure(None, {}).settings.digest
    for key, value in {"run.workers": "3", "run.log": "json", "shards.documents": "5", "schedule.port": "4300"}.items():
        assert configure(None, {}, {key: value}).settings.digest == plain, key
    for key, value in {"limits.nesting": "3", "story.words": "5"}.items():
        assert configure(None, {}, {key: value}).settings.digest != plain, key
    assert set(SHAPING) < set(Pipeline.model_fields)


def test_a_rule_changes_the_digest(folder: Path) -> None:
    before = configure(str(folder), {}).settings.digest
    rules = folder / "debris" / "share.yml"
    rules.write_text(rules.read_text() + "# changed\n")
    assert configure(str(folder), {}).settings.digest != before


def test_the_shipped_file_states_every_setting_at_its_default() -> None:
    stated = yaml.safe_load((CONFIG / "pipeline.yml").read_text())
    assert stated == json.loads(Pipeline().model_dump_json())
    assert all(one.description for one in configure(None, {}).values())


def test_the_command_prints_what_holds_and_where_it_came_from(copydesk: Run) -> None:
    done = copydesk("config", "--set", "story.words=5", "--json", COPYDESK_LIMITS__NESTING="6")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["story.words"] == {"value": 5, "source": "--set story.words", "description": found["story.words"]["description"]}
    assert (found["limits.nesting"]["value"], found["limits.nesting"]["source"]) == (6, "COPYDESK_LIMITS__NESTING")
    assert found["run.engine"]["source"] == str(ROOT / "config/pipeline.yml")
    lines = copydesk("config").stdout.splitlines()
    assert len(lines) == len(found)
    assert all(len(line.split("\t")) == 4 for line in lines)


@pytest.mark.parametrize(
    "arguments", [("--set", "limits.nesting=0"), ("--set", "limits"), ("--dask-address", "tcp://127.0.0.1:1", "--engine", "ray")]
)
def test_an_impossible_setting_is_exit_2(copydesk: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = copydesk("run", "seeds", "--out", tmp_path / "out", *arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_the_log_as_json_says_run_shard_and_document(copydesk: Run, tmp_path: Path) -> None:
    done = copydesk("run", "seeds/broken", "--out", tmp_path / "out", COPYDESK_RUN__LOG="json", COPYDESK_SHARDS__DOCUMENTS="3")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert all({"time", "level", "message", "run"} <= line.keys() for line in lines)
    assert len({line["run"] for line in lines}) == 1
    rejected = {line["document"]: line for line in lines if "document" in line}
    assert len(rejected) >= 5
    assert all(line["shard"].isdigit() and line["stage"] for line in rejected.values())
    assert lines[-1]["counts"]["documents"] == 6
    assert any("consent-wall" in line["message"] for line in rejected.values())


@pytest.mark.parametrize(
    ("arguments", "environment", "status"),
    [
        (("run", "nowhere", "--out", "OUT"), {"COPYDESK_RUN__LOG": "json"}, 2),
        (("run", "nowhere", "--out", "OUT", "--set", "run.log=json"), {}, 2),
        (("run", "seeds", "--out", "OUT", "--set", "run.log=json", "--set", "limits.nesting=deep"), {}, 2),
        (("run", "seeds", "--out", "OUT", "--colour", "red"), {"COPYDESK_RUN__LOG": "json"}, 2),
        (("run", "seeds/wire", "--out", "OUT/file/below", "--set", "run.log=json"), {}, 1),
        (("verify", "--out", "OUT"), {"COPYDESK_RUN__LOG": "json"}, 1),
    ],
)
def test_the_last_line_of_a_failure_is_json_where_the_log_is(
    copydesk: Run, tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str], status: int
) -> None:
    (tmp_path / "file").write_text("")
    done = copydesk(*(argument.replace("OUT", str(tmp_path)) for argument in arguments), **environment)
    assert done.returncode == status
    *_, last = [json.loads(line) for line in done.stderr.splitlines()]
    assert last["level"] == "error" and last["message"] and not last["message"].startswith("copydesk:")


def test_a_run_that_fails_on_its_way_says_which_in_json(copydesk: Run, tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    (config / "pipeline.yml").write_text("run: {log: json}\n")
    (config / "expectations.yml").write_text("- {id: all, measure: accepted, minimum: 1.0, why: nothing may be rejected}\n")
    done = copydesk("run", "seeds/broken", "--out", tmp_path / "out", "--config", config)
    assert done.returncode == 1
    *before, last = [json.loads(line) for line in done.stderr.splitlines()]
    assert "nothing was published: all is" in last["message"]
    assert last["run"] == before[-1]["run"]
