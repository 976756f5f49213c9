"""What a newcomer types first exists: the commands of the documents, the help, the locked versions."""

import os
import re
import subprocess
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
NAME_AND_VERSION = re.compile(r"([A-Za-z0-9][\w.-]*)==([\w.!+]+)")


def make_commands(text: str) -> set[str]:
    """The targets of the ``make`` commands in the code blocks of a Markdown text."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return {target for block in blocks for target in re.findall(r"\bmake ([a-z-]+)\b", block)}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    entries = [NAME_AND_VERSION.fullmatch(line) for line in lines if not line.startswith("#")]
    assert all(entries), "requirements.lock holds more than names and versions"
    return {canonical(entry[1]): entry[2] for entry in entries if entry}


def test_commands_are_found_in_code_blocks_only() -> None:
    text = 'To make sense:\n```sh\n$ make demo ARGS="--seed 7"\nX=1 make test\n```\nand make more\n'
    assert make_commands(text) == {"demo", "test"}


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_of_a_document_is_a_target(document: str) -> None:
    commands = make_commands((ROOT / document).read_text("utf-8"))
    assert commands, f"{document} names no make command"
    assert commands <= TARGETS


def test_the_readme_names_the_demo_and_the_tests() -> None:
    assert {"demo", "test"} <= make_commands((ROOT / "README.md").read_text("utf-8"))


def test_make_alone_lists_every_target() -> None:
    # A make around this one (`make test`) must not lend its flags.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    result = subprocess.run(["make"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert set(re.findall(r"^  ([a-z-]+) ", result.stdout, re.MULTILINE)) == TARGETS


def test_make_installs_what_the_lock_says() -> None:
    versions = locked()
    assert {name: distribution(name).version for name in versions} == versions


def test_the_lock_has_every_requirement() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = {canonical(match[0]) for entry in wanted if (match := re.match(r"[\w.-]+", entry))}
    assert names - {"ascetic-ddd"} <= set(locked())


def test_all_checks_are_one_executable() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
