"""The workflows as data."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from counter_ops.project import PROJECT

FOLDER = PROJECT / ".github"
# The start of a composite action's `uses`.
ACTION = "./.github/actions/"

Json = dict[str, Any]


@cache
def load(path: Path) -> Json:
    """Read a YAML file."""
    return yaml.safe_load(path.read_text())


@dataclass(frozen=True)
class Step:
    """A step of a job or of a composite action."""

    place: str
    """Its place, for messages."""
    data: Json

    def __str__(self) -> str:
        """Name it in messages."""
        return f"{self.place}: {self.data['name']}"

    @property
    def name(self) -> str:
        """Its name, which every step has."""
        return self.data["name"]

    @property
    def uses(self) -> str:
        """The action, without its version."""
        return self.data.get("uses", "").partition("@")[0]

    @property
    def inputs(self) -> Json:
        """The action's inputs."""
        return self.data.get("with", {})

    @property
    def run(self) -> str:
        """The commands."""
        return self.data.get("run", "")

    @property
    def secrets(self) -> set[str]:
        """Its secrets, including GitHub's token."""
        return set(re.findall(r"secrets\.\w+|github\.token", str(self.data)))


@dataclass(frozen=True)
class Job:
    """A job of a workflow."""

    name: str
    data: Json

    @property
    def needs(self) -> set[str]:
        """The jobs that it names in `needs`."""
        needs: str | list[str] = self.data.get("needs", [])
        return {needs} if isinstance(needs, str) else set(needs)

    @property
    def steps(self) -> list[Step]:
        """Its own steps."""
        return [Step(self.name, each) for each in self.data.get("steps", [])]

    @property
    def permissions(self) -> Mapping[str, str]:
        """The rights of its token."""
        return self.data["permissions"]

    @property
    def uses(self) -> list[str]:
        """The workflow that it calls, or else its actions."""
        if "uses" in self.data:
            return [self.data["uses"]]
        return [step.uses for step in self.steps if step.uses]

    def step(self, name: str) -> Step:
        """Return its only step of a name."""
        (found,) = (step for step in self.steps if step.name == name)
        return found

    def in_order(self, *names: str) -> bool:
        """Return whether it has these steps in this order; others may be between them."""
        found = [step.name for step in self.steps]
        positions = [found.index(name) for name in names]
        return positions == sorted(positions)


@dataclass(frozen=True)
class Workflow:
    """A workflow file."""

    path: Path

    @property
    def data(self) -> Json:
        """The parsed file."""
        return load(self.path)

    @property
    def triggers(self) -> Json:
        """The events that start it."""
        # YAML reads `on` as true.
        return cast("dict[Any, Json]", self.data)[True]

    @property
    def jobs(self) -> dict[str, Job]:
        """Its jobs by name."""
        return {name: Job(name, data) for name, data in self.data["jobs"].items()}

    def before(self, job: str) -> set[str]:
        """Return all jobs that must succeed before one starts."""
        needs = self.jobs[job].needs
        return needs.union(*(self.before(each) for each in needs))


WORKFLOWS = {path.stem: Workflow(path) for path in sorted(FOLDER.glob("workflows/*"))}
ACTIONS = sorted(FOLDER.glob("actions/*/action.yml"))
TEXTS = {path: path.read_text() for path in [*(each.path for each in WORKFLOWS.values()), *ACTIONS]}


def jobs() -> Iterator[tuple[str, Job]]:
    """Return each job with its full name."""
    for workflow, file in WORKFLOWS.items():
        for name, job in file.jobs.items():
            yield f"{workflow}/{name}", job


def steps() -> Iterator[Step]:
    """Return each step of jobs and of composite actions."""
    for name, job in jobs():
        yield from (Step(name, step.data) for step in job.steps)
    for path in ACTIONS:
        yield from action(path.parent.name)


def action(name: str) -> list[Step]:
    """Return the steps of a composite action."""
    data = load(FOLDER / "actions" / name / "action.yml")
    return [Step(name, each) for each in data["runs"]["steps"]]


def step_of(name: str) -> Step:
    """Return a step by its place and name."""
    (found,) = (step for step in steps() if str(step) == name)
    return found


def all_steps(job: Job) -> Iterator[Step]:
    """Return a job's steps, with those of the composite actions that it uses."""
    yield from _with_actions(job.steps)


def _with_actions(steps: list[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        if step.uses.startswith(ACTION):
            yield from _with_actions(action(step.uses.removeprefix(ACTION)))
