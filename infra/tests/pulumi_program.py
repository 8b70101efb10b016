"""Runs a whole Pulumi program, and records the resources that it declares.

It reads Pulumi.yaml and the stack files as the engine does, and runs the program that is deployed.
A `Provider` plays AWS.
"""

import asyncio
import logging
import runpy
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml
from google.protobuf.json_format import MessageToDict
from pulumi import get_project, get_stack
from pulumi.runtime import rpc, settings
from pulumi.runtime.config import set_all_config
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.stack import run_in_stack
from stack.stack_file import PROJECT_FILE, as_text, read_config

Properties = dict[str, Any]
"""A resource's inputs or outputs, named as in Pulumi's wire format: camelCase."""


_STACK = "pulumi:pulumi:Stack"
"""The type of the stack, the parent of all resources without another one."""


class Unknown:
    """A value that is known only during a deployment. Previews have such values."""


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that previews don't show."""

    value: object


class Provider(ABC):
    """Creates the resources."""

    @abstractmethod
    def create(self, kind: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        """Make a resource.

        Args:
            kind: its type, such as aws:lambda/function:Function.
            name: its name in the program.
            inputs: the program's inputs, with secrets in the clear.

        Returns:
            Its id, and the outputs that aren't among its inputs.

        """

    @abstractmethod
    def read(self, kind: str, resource_id: str) -> Properties:
        """Return the properties of something that the program only looks at."""


@dataclass(frozen=True)
class Resource:
    """A resource as the program declared it."""

    kind: str
    name: str
    urn: str
    former_urns: frozenset[str]
    """The other URNs that it may have in the state."""
    inputs: Properties
    parent: str
    """Type of its parent."""
    protect: bool
    retain_on_delete: bool
    dependencies: tuple[str, ...]
    """Names of the resources that it depends on."""
    sources: Mapping[str, tuple[str, ...]]
    """The URNs of the resources that each input comes from."""


@dataclass(frozen=True)
class Run:
    """The resources and the outputs of a program."""

    resources: tuple[Resource, ...]
    """Resources of AWS, without the components that group them."""
    outputs: Properties
    reads: tuple[str, ...]
    """Types of what the program only looks at."""

    def all(self, kind: str) -> list[Resource]:
        """Return the resources of a type, such as aws:lambda/function:Function."""
        return [resource for resource in self.resources if resource.kind == kind]

    def one(self, kind: str, name: str | None = None) -> Resource:
        """Return the only resource of a type, or the one with a name."""
        found = [each for each in self.all(kind) if name in (None, each.name)]
        assert len(found) == 1, f"{len(found)} resources {kind} {name or ''}"
        return found[0]

    def inputs(self) -> dict[tuple[str, str], Properties]:
        """Return the inputs of each resource, by type and name: in no order, unlike `resources`."""
        return {(each.kind, each.name): each.inputs for each in self.resources}


@dataclass(frozen=True)
class Program:
    """A folder with a Pulumi.yaml."""

    folder: Path
    project: Properties = field(init=False)

    def __post_init__(self) -> None:
        """Read the project."""
        project = yaml.safe_load((self.folder / PROJECT_FILE).read_text())
        object.__setattr__(self, "project", project)

    def config(self, stack: str, overrides: Mapping[str, object]) -> dict[str, str]:
        """Return a stack's config as the engine hands it over, without encrypted values.

        Args:
            stack: its file need not exist.
            overrides: values of the project's own keys, which override those in the file.

        """
        name = self.project["name"]
        file = self.folder / f"Pulumi.{stack}.yaml"
        config = read_config(self.folder / PROJECT_FILE, file if file.exists() else None)
        return config | {f"{name}:{key}": as_text(value) for key, value in overrides.items()}

    def run(
        self,
        stack: str,
        provider: Provider,
        overrides: Mapping[str, object] | None = None,
        *,
        secret: Collection[str] = (),
        preview: bool = False,
    ) -> Run:
        """Run the program, and raise any failure in it or in its outputs.

        Args:
            stack: whose config it gets.
            provider: makes the resources, unless it is a preview.
            overrides: values of the project's own config keys.
            secret: keys whose values are encrypted.
            preview: create nothing, so ids and computed outputs are unknown.

        """
        name: str = self.project["name"]
        monitor = _Monitor(_Provided(provider, preview=preview))
        config = self.config(stack, overrides or {})

        # As Pulumi's own host does: after a failure, what waits for it is never looked at.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)

        async def main() -> None:
            set_mocks(monitor.mocks, project=name, stack=stack, preview=preview, monitor=monitor)
            set_all_config(config, [f"{name}:{key}" for key in secret])
            # Otherwise a run begins with what the last one left behind.
            untyped = cast("Any", settings)
            untyped.SETTINGS.rpc_manager.clear()
            untyped.SETTINGS.outputs.clear()
            untyped.set_root_resource(None)
            path = self.folder / self.project.get("main", ".")
            await run_in_stack(lambda: _discard(runpy.run_path(str(path), run_name="__main__")))

        asyncio.run(main())
        return Run(tuple(monitor.registered), monitor.outputs, tuple(monitor.reads))


class _Provided(Mocks):
    """Adapts a `Provider` to Pulumi's mocks."""

    def __init__(self, provider: Provider, *, preview: bool) -> None:
        self._provider = provider
        self._preview = preview

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, Properties]:
        inputs: Properties = cast("Any", args).inputs
        # Reads take place in previews too. Nothing is imported.
        if args.resource_id:
            return args.resource_id, self._provider.read(args.typ, args.resource_id)
        # Components have no provider.
        if self._preview or not args.custom:
            return None, inputs
        resource_id, outputs = self._provider.create(
            args.typ, args.name, _plain(inputs, reveal=True)
        )
        return resource_id, inputs | outputs

    def call(self, args: MockCallArgs) -> tuple[Properties, None]:
        message = f"a preview would have to ask AWS: {args.token}"
        raise NotImplementedError(message)


class _Monitor(MockMonitor):
    """Records unknown values, options and the stack's outputs, which the mocks don't see."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.registered: list[Resource] = []
        self.outputs: Properties = {}
        self.reads: list[str] = []
        self._former: dict[str, set[str]] = defaultdict(set)

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return a URN as the engine makes it: with the types of all parents but the stack."""
        return _urn(get_project(), parent, type_, name)

    def _former_urns(self, request: Any) -> set[str]:  # noqa: ANN401 (gRPC's)
        """Return what the engine looks for where a URN is new: aliases, and those of parents.

        https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
        """
        specs = [each.spec for each in request.aliases]
        types = [request.type, *(spec.type or request.type for spec in specs)]
        found = {
            _urn(spec.project or get_project(), request.parent, spec.type or request.type, name)
            for spec in specs
            for name in (spec.name or request.name,)
        }
        for former_parent in self._former[request.parent]:
            project = former_parent.split("::")[1]
            found |= {_urn(project, former_parent, each, request.name) for each in types}
        return found

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802 (gRPC's)
        base = cast("Any", super())
        urn = self.make_urn(request.parent, request.type, request.name)
        self._former[urn] = self._former_urns(request)
        if request.custom:
            self.registered.append(
                Resource(
                    kind=request.type,
                    name=request.name,
                    urn=urn,
                    former_urns=frozenset(self._former[urn]),
                    inputs=_plain(MessageToDict(request.object)),
                    parent=request.parent.split("::")[2].split("$")[-1],
                    protect=request.protect,
                    retain_on_delete=request.retainOnDelete,
                    dependencies=tuple(urn.split("::")[-1] for urn in request.dependencies),
                    sources={
                        key: tuple(sorted(each.urns))
                        for key, each in request.propertyDependencies.items()
                    },
                )
            )
        # The mocks need a loop in each thread, and would leave it open.
        with closing(asyncio.new_event_loop()) as loop:
            asyncio.set_event_loop(loop)
            return base.RegisterResource(request)

    def ReadResource(self, request: Any) -> Any:  # noqa: ANN401, N802 (gRPC's)
        self.reads.append(request.type)
        with closing(asyncio.new_event_loop()) as loop:
            asyncio.set_event_loop(loop)
            return cast("Any", super()).ReadResource(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: ANN401, N802 (gRPC's)
        if request.urn.split("::")[2] == _STACK:
            self.outputs = _plain(MessageToDict(request.outputs))
        return cast("Any", super()).RegisterResourceOutputs(request)


def _urn(project: str, parent: str, type_: str, name: str) -> str:
    types = parent.split("::")[2] if parent else _STACK
    prefix = "" if types == _STACK else f"{types}$"
    return f"urn:pulumi:{get_stack()}::{project}::{prefix}{type_}::{name}"


def _plain(value: Any, *, reveal: bool = False) -> Any:  # noqa: ANN401 (JSON)
    """Turn the wire's marks for unknown and secret values into types, or into what is in them."""
    if isinstance(value, dict):
        properties = cast("Properties", value)
        if rpc.is_rpc_secret(properties):
            content = _plain(properties["value"], reveal=reveal)
            return content if reveal else Secret(content)
        return {key: _plain(each, reveal=reveal) for key, each in properties.items()}
    if isinstance(value, list):
        return [_plain(each, reveal=reveal) for each in cast("list[Any]", value)]
    return UNKNOWN if value == rpc.UNKNOWN else value


def _discard(_: object) -> None:
    """Return nothing: Pulumi would await a result."""
