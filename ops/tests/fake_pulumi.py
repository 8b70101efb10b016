"""A copy of the tools with a fake Pulumi CLI.

The fake is a program on the PATH that answers as the test says, and records its calls.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from workspace import PROJECT

FAKE_PULUMI = f"""#!{sys.executable}
import json, pathlib, sys
folder = pathlib.Path(__file__).parent
with (folder / "calls").open("a") as calls:
    print(json.dumps(sys.argv[1:]), file=calls)
command = sys.argv[1]
answer = json.loads((folder / f"{{command}}.json").read_text())
if "--save-plan" in sys.argv:
    pathlib.Path(sys.argv[sys.argv.index("--save-plan") + 1]).write_text(answer["plan"])
sys.stdout.write(answer["stdout"])
sys.stderr.write(answer["stderr"])
sys.exit(answer["exit"])
"""


@dataclass(frozen=True)
class Workspace:
    """A copy of the project with a CLI of its own."""

    folder: Path

    @property
    def preview(self) -> Path:
        """The folder of the latest preview of prod."""
        return self.folder / "target/preview/prod"

    def answers(
        self,
        command: str,
        stdout: str = "",
        stderr: str = "",
        exit_code: int = 0,
        plan: str = "null",
    ) -> None:
        """Set the CLI's answer to a command, and the plan that it saves if it is asked to."""
        answer = {"stdout": stdout, "stderr": stderr, "exit": exit_code, "plan": plan}
        (self.folder / f"bin/{command}.json").write_text(json.dumps(answer))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the release."""
        environment = os.environ | {
            "PATH": str(self.folder / "bin"),
            "PYTHONPATH": str(self.folder / "ops"),
        }
        return subprocess.run(
            [sys.executable, "-m", "counter_ops", *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
        )

    @property
    def calls(self) -> list[list[str]]:
        """The calls of the CLI."""
        lines = (self.folder / "bin/calls").read_text().splitlines()
        return [json.loads(line) for line in lines]

    @property
    def updates(self) -> list[list[str]]:
        """The calls that change something."""
        return [call for call in self.calls if call[0] not in {"preview", "refresh"}]


def make_workspace(folder: Path) -> Workspace:
    """Copy the tools into a folder. The CLI there has no answers yet."""
    shutil.copytree(PROJECT / "ops/counter_ops", folder / "ops/counter_ops")
    cli = folder / "bin/pulumi"
    cli.parent.mkdir()
    cli.write_text(FAKE_PULUMI)
    cli.chmod(0o755)
    return Workspace(folder)
