"""The Dockerfile held to the repository: what it names is there, what it installs is locked, who runs it has no rights."""

import re
import tomllib
from fnmatch import fnmatch

import pytest
import yaml

from flows.configuration import from_environment
from tasks.settings import Pipeline
from tests.conftest import ROOT
from tests.image.steps import USER, steps

TEXT = (ROOT / "Dockerfile").read_text()
STEPS = list(steps(TEXT))


def told(instruction: str) -> list[str]:
    """What follows each instruction of one kind."""
    return [text for name, text in STEPS if name == instruction]


def copied() -> list[str]:
    return [source for text in told("COPY") for source in text.split()[:-1]]


def test_what_is_copied_is_there_and_not_left_out() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    for source in copied():
        assert (ROOT / source).exists(), source
        assert not any(fnmatch(source, pattern) for pattern in ignored), source


def test_all_that_a_run_needs_is_copied() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages | {"config", "requirements.lock", "pyproject.toml", "prefect.yaml"} <= set(copied())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["readme"] in copied()


def test_only_what_is_locked_is_installed() -> None:
    installs = [part.strip() for text in told("RUN") for part in text.split("&&") if "pip install" in part]
    assert len(installs) == 2
    libraries, own = installs
    assert all(part in libraries for part in ("--require-hashes", "-r requirements.lock", "-c requirements.lock"))
    assert all(part in own for part in ("--no-deps", "--no-build-isolation", "--no-index"))
    assert STEPS.index(("COPY", "requirements.lock ./")) < next(i for i, (_, text) in enumerate(STEPS) if "--require-hashes" in text)


def test_who_runs_it_has_no_rights() -> None:
    (user,) = told("USER")
    assert f"--uid {USER} {user}" in " ".join(told("RUN"))
    names = [name for name, _ in STEPS]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert not any("pip install" in text for name, text in STEPS[names.index("USER") :] if name == "RUN")


def test_its_python_is_one_that_is_supported() -> None:
    (base,) = told("FROM")
    found = re.fullmatch(r"python:(\d+)\.(\d+)-slim", base)
    assert found
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    bounds = re.fullmatch(r">=(\d+)\.(\d+),<(\d+)\.(\d+)", wanted)
    assert bounds
    low, high = (tuple(map(int, pair)) for pair in (bounds.groups()[:2], bounds.groups()[2:]))
    assert low <= tuple(map(int, found.groups())) < high


def test_its_settings_are_settings() -> None:
    variables = dict(pair.split("=", 1) for text in told("ENV") for pair in text.split())
    for key in from_environment(variables):
        section, name = key.split(".")
        assert name in type(getattr(Pipeline(), section)).model_fields, key


@pytest.mark.parametrize("command", [line for line in TEXT.splitlines() if line.startswith("#   docker run")])
def test_the_commands_in_its_head_speak_of_what_is_there(command: str) -> None:
    pools = {one["work_pool"]["name"] for one in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]}
    mounted = set(re.findall(r'-v "\$PWD/\w+:(/\w+)', command))
    assert mounted >= set(re.findall(r"(?<= )(/\w+)(?= |$)", command))
    assert all(name in pools for name in re.findall(r"--pool (\S+)", command))
    assert "/data" in mounted or "--entrypoint prefect copydesk deploy" in command or "work-pool create" in command
