"""`counter preview`: preview a stack, and judge what would change."""

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
    """Where a preview is kept."""

    path: Path

    @classmethod
    def of(cls, stack: str) -> "Folder":
        """Return the folder of a stack's latest preview."""
        return cls(TARGET / "preview" / stack)

    @property
    def preview(self) -> Path:
        """What the CLI printed, in JSON."""
        return self.path / "preview.json"

    @property
    def plan(self) -> Path:
        """What a deployment may do at most."""
        return self.path / "plan.json"

    @property
    def started(self) -> Path:
        """There from the moment on from which a deployment may have changed something."""
        return self.path / "started"

    @property
    def summary(self) -> Path:
        """The verdict and all changes, in Markdown."""
        return self.path / "summary.md"

    @property
    def comment(self) -> Path:
        """The same, cut to what a comment on a pull request may hold."""
        return self.path / "comment.md"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_stack(parser)


def run(arguments: argparse.Namespace) -> int:
    """Preview the stack."""
    return 0 if preview(arguments.stack).may_go_on else 1


def preview(stack: str) -> Verdict:
    """Preview a stack, say whether it may go on, and keep all of that in its folder."""
    folder = Folder.of(stack)
    shutil.rmtree(folder.path, ignore_errors=True)
    folder.path.mkdir(parents=True)
    # Unchanged resources, too: one of them may lose its `retainOnDelete`, and nothing else.
    options = ["--json", "--show-sames", "--save-plan", str(folder.plan)]
    ended = ask("preview", stack, options)
    verdict = decide(Run(ended.stdout, ended.returncode, ended.stderr, stack))
    folder.preview.write_text(ended.stdout)
    folder.summary.write_text(markdown(verdict, JOB_SUMMARY_LIMIT, "The preview itself has them."))
    folder.comment.write_text(
        markdown(verdict, COMMENT_LIMIT, "The summary of the workflow's run has them.")
    )
    print(verdict_markdown(verdict))
    print(f"All changes: {folder.summary.relative_to(PROJECT)}", flush=True)
    return verdict
