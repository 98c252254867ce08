"""The steps of the Dockerfile one by one in a clean root directory, where no container engine is at hand; then what its image is for.

    python tests/image/steps.py ROOT [FOLDER ...]

ROOT holds what the base image holds: a Debian without more (`debootstrap --variant=minbase`) and Python in /usr/local. FOLDERs of this machine are
seen inside under their own names, such as those that pip is configured to look into. Needs root, for `chroot` and mounts of its own, and Linux.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
PASSED = re.compile(r"PIP_|SSL_|REQUESTS_|(https?|no)_proxy$", re.IGNORECASE)  # how this machine reaches a package index
BASE = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}  # what the base image sets
USER = 1000
# A server, the repository's own deployments, a worker of the image: what is in the inbox is cleaned and the run is seen as completed.
WORKER = """set -e
export PREFECT_API_URL=http://127.0.0.1:4290/api PREFECT_SERVER_ANALYTICS_ENABLED=false
prefect server start --host 127.0.0.1 --port 4290 >/tmp/server.log 2>&1 &
trap "kill $!" EXIT
until python -c "import urllib.request as u; u.urlopen('$PREFECT_API_URL/health')" 2>/dev/null; do sleep 1; done
prefect --no-prompt work-pool create copydesk --type process
prefect --no-prompt deploy --all
prefect deployment run copydesk_incremental/incremental
timeout 600 prefect worker start --pool copydesk --run-once
ls /data/releases
"""
STEP = re.compile(r"([A-Z]+)\s+(.*)")


def steps(dockerfile: str) -> Iterator[tuple[str, str]]:
    """The instructions and what follows each, in order."""
    for line in dockerfile.replace("\\\n", " ").splitlines():
        if found := STEP.fullmatch(line.strip()):
            yield found[1], found[2]


@dataclass
class Image:
    """What has been built so far."""

    root: Path
    seen: tuple[str, ...] = ()
    user: str = "root"
    folder: str = "/"
    environment: dict[str, str] = field(default_factory=lambda: dict(BASE))
    entry: list[str] = field(default_factory=list)

    def inside(self, command: str, more: Mapping[str, str], user: str | None = None) -> list[str]:
        """A command in the root, in mounts of its own, as the image's user and with nothing of this machine's environment but `more`."""
        who = (user or self.user).partition(":")[0]
        home = "/root" if who == "root" else f"/home/{who}"
        variables = {**self.environment, "HOME": home, **more}
        mounts = [f"mount --rbind {place} {self.root}{place}" for place in ("/dev", "/proc", *self.seen)]
        within = f"cd {shlex.quote(self.folder)} && exec {command}"
        cage = ["chroot", f"--userspec={who}", str(self.root), "env", "-i", *(f"{k}={v}" for k, v in variables.items()), "sh", "-c", within]
        return ["unshare", "--mount", "sh", "-ec", "\n".join([*mounts, f"exec {shlex.join(cage)}"])]

    def run(self, command: str, **more: str) -> None:
        """Run it; it must succeed."""
        print(f"+ {self.user}: {command}", flush=True)
        subprocess.run(self.inside(f"sh -c {shlex.quote(command)}", {**passed(), **more}), check=True)

    def copy(self, text: str) -> None:
        """COPY within the build's folder, caches left out as `.dockerignore` says."""
        *sources, target = text.split()
        place = self.root / self.folder.lstrip("/") / target
        for source in sources:
            if (REPO / source).is_dir():
                shutil.copytree(REPO / source, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(REPO / source, place)

    def build(self, instruction: str, text: str) -> None:
        """One step."""
        if instruction == "RUN":
            self.run(text)
        elif instruction == "COPY":
            self.copy(text)
        elif instruction == "WORKDIR":
            self.folder = text
            (self.root / text.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif instruction == "USER":
            self.user = text
        elif instruction == "ENV":
            self.environment |= dict(pair.split("=", 1) for pair in shlex.split(text))
        elif instruction == "ENTRYPOINT":
            self.entry = [word.strip('" ') for word in text.strip("[]").split(",")]
        elif instruction not in ("FROM", "CMD"):
            sys.exit(f"no step of this kind is known here: {instruction} {text}")


def passed() -> dict[str, str]:
    """What a build is told of this machine: how to reach a package index."""
    return {name: value for name, value in os.environ.items() if PASSED.match(name)}


def built(image: Image) -> Image:
    """Every step of the Dockerfile done."""
    for instruction, text in steps((REPO / "Dockerfile").read_text()):
        print(f"{instruction} {text}", flush=True)
        image.build(instruction, text)
    return image


def mountable(image: Image) -> None:
    """Places in the root where folders of this machine can be seen."""
    for place in ("/dev", "/proc", *image.seen):
        target = image.root / place.lstrip("/")
        if Path(place).is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()


def given(image: Image) -> None:
    """What `docker run -v` mounts: a bundle, an inbox with another one, and an empty output."""
    for name in ("bundle", "data", "inbox"):
        shutil.rmtree(image.root / name, ignore_errors=True)
        (image.root / name).mkdir()
        os.chown(image.root / name, USER, USER)
    shutil.copytree(REPO / "seeds", image.root / "bundle", dirs_exist_ok=True)
    shutil.copytree(REPO / "seeds/wire", image.root / "inbox/wire")


def main(root: str, *seen: str) -> None:
    image = Image(Path(root).resolve(), seen)
    mountable(image)
    built(image)
    given(image)
    copydesk = shlex.join(image.entry)
    for command in (
        "id -u",
        f"{copydesk} --help",
        f"{copydesk} run /bundle --out /data",
        f"{copydesk} verify --out /data --source",
        WORKER,
    ):
        image.run(command, COPYDESK_SCHEDULE__SETTLE_SECONDS="0")


if __name__ == "__main__":
    main(*sys.argv[1:])
