"""`counter preview`: preview a stack, and let the gate judge the changes."""

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path

from counter_ops.gate.summary import COMMENT_LIMIT, JOB_SUMMARY_LIMIT, markdown, verdict_markdown
from counter_ops.gate.verdict import Run, Verdict, decide
from counter_ops.project import PROJECT, TARGET
from counter_ops.release.pulumi_cli import ask
from counter_ops.stack_name import add_stack


@dataclass(frozen=True)
class Folder:
    """The folder of a preview."""

    path: Path

    @classmethod
    def of(cls, stack: str) -> "Folder":
        """Return the folder of a stack's latest preview."""
        return cls(TARGET / "preview" / stack)

    @property
    def preview(self) -> Path:
        """The CLI's output, in JSON."""
        return self.path / "preview.json"

    @property
    def plan(self) -> Path:
        """The plan, which a deployment can't exceed."""
        return self.path / "plan.json"

    @property
    def started(self) -> Path:
        """A file that exists once a deployment may have changed something."""
        return self.path / "started"

    @property
    def summary(self) -> Path:
        """The verdict and all changes, in Markdown."""
        return self.path / "summary.md"

    @property
    def comment(self) -> Path:
        """The same, cut to the size of a comment on a pull request."""
        return self.path / "comment.md"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_stack(parser)


def run(arguments: argparse.Namespace) -> int:
    """Preview the stack."""
    return 0 if preview(arguments.stack).may_go_on else 1


def preview(stack: str) -> Verdict:
    """Preview a stack, print the gate's verdict, and keep both in its folder."""
    folder = Folder.of(stack)
    shutil.rmtree(folder.path, ignore_errors=True)
    folder.path.mkdir(parents=True)
    # With unchanged resources: they say what is the stack's own. What is only read isn't.
    options = ["--json", "--show-sames", "--show-reads", "--save-plan", str(folder.plan)]
    ended = ask("preview", stack, options)
    plan = folder.plan.read_text() if folder.plan.exists() else "null"
    verdict = decide(Run(ended.stdout, ended.returncode, ended.stderr, stack, plan))
    folder.preview.write_text(ended.stdout)
    folder.summary.write_text(markdown(verdict, JOB_SUMMARY_LIMIT, "The preview has them."))
    folder.comment.write_text(markdown(verdict, COMMENT_LIMIT, "The run's summary has them."))
    print(verdict_markdown(verdict))
    print(f"All changes: {folder.summary.relative_to(PROJECT)}", flush=True)
    return verdict
