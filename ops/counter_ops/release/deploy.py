"""`counter deploy`: deploy what was previewed, judged, and perhaps approved, and nothing else."""

import argparse
from pathlib import Path

from counter_ops.errors import UserError
from counter_ops.gate.preview_output import Preview, PreviewError, State, read_preview
from counter_ops.release.preview import Folder, preview
from counter_ops.release.pulumi_cli import update
from counter_ops.stack_name import add_stack


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_stack(parser)
    parser.add_argument("--approved", type=Path, help="the folder of an approved preview")


def run(arguments: argparse.Namespace) -> int:
    """Deploy the stack."""
    deploy(arguments.stack, arguments.approved)
    return 0


def deploy(stack: str, approved: Path | None) -> None:
    """Deploy a stack.

    What was approved is deployed as it is if it still fits. Else, what fits now has passed the
    gate as well, and is deployed instead.

    Raises:
        UserError: the gate refuses, or the deployment fails.

    """
    verdict = preview(stack)
    if not verdict.may_go_on or verdict.preview is None:
        msg = f"{stack} was not deployed: the gate refuses, see above"
        raise UserError(msg)
    now = Folder.of(stack)
    plan = now.plan
    if approved:
        if _still_fits(Folder(approved), verdict.preview):
            plan = Folder(approved).plan
            note = "This is what was approved."
        else:
            note = (
                "⚠️ The stack is no longer what it was when this was approved. So it was previewed "
                "again, and the above is what passed the gate and is deployed."
            )
        # Before what the CLI prints.
        print(note, flush=True)
        now.summary.write_text(f"{now.summary.read_text()}\n{note}\n")
    now.started.touch()
    if not update(stack, ["--plan", str(plan)]):
        msg = (
            f"the deployment of {stack} failed, see above. What was done before stays done; "
            "docs/operations.md#rolling-back says how to go back"
        )
        raise UserError(msg)


def _still_fits(approved: Folder, now: Preview) -> bool:
    try:
        before = read_preview(approved.preview.read_text())
    except (OSError, PreviewError) as error:
        msg = f"{approved.preview}, which was approved, can't be read: {error}"
        raise UserError(msg) from error
    return _changes(before) == _changes(now)


def _changes(preview: Preview) -> dict[tuple[str, str], State | None]:
    """Return what a preview would make of the resources."""
    return {
        (step.urn, step.operation): step.new for step in preview.steps if step.operation != "same"
    }
