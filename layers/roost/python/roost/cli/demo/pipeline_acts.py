"""Wait for what the pipelines do by themselves."""

import time
from datetime import UTC, datetime

from rich.markup import escape

from roost.adapters.pipeline_runs import PipelineRuns, Run
from roost.cli.demo.fraud_story import MODEL, FraudStory
from roost.cli.demo.live_traffic import Traffic
from roost.cli.demo.stage_play import ActFailed
from roost.cli.display import err
from roost.cli.watching import Lines

APPEARS_WITHIN = 90.0
ENDS_WITHIN = 300.0
WIDTH = 110


def known(pipeline: PipelineRuns) -> set[str]:
    """Names of the runs there are."""
    return {run.name for run in pipeline.latest()}


def next_run(pipeline: PipelineRuns, before: set[str]) -> str:
    """The run that appears next."""
    deadline = time.monotonic() + APPEARS_WITHIN
    while time.monotonic() < deadline:
        for name in known(pipeline) - before:
            return name
        time.sleep(0.5)
    raise ActFailed(f"no run began within {APPEARS_WITHIN:.0f} s")


def ended(pipeline: PipelineRuns, name: str) -> Run:
    """The run once it has ended; says each state when it is left."""
    lines, deadline = Lines(_say), time.monotonic() + ENDS_WITHIN
    while time.monotonic() < deadline:
        run = pipeline.read(name)
        lines(run)
        if not run.active:
            return run
        time.sleep(1)
    raise ActFailed(f"run {name} did not end within {ENDS_WITHIN:.0f} s")


def _say(line: str) -> None:
    shown = line if len(line) <= WIDTH else f"{line[: WIDTH - 2]} …"
    err.print(f"      [dim]{escape(shown)}[/]", highlight=False, soft_wrap=True)


def trained(story: FraudStory, before: set[str]) -> Run:
    """The training run that new data started, which must succeed."""
    pipeline = story.platform.training(MODEL)
    run = ended(pipeline, next_run(pipeline, before))
    story.runs.append(run)
    if run.status != "SUCCEEDED":
        raise ActFailed(f"training run {run.name} ended {run.status}: {run.error}: {run.cause}", story_log(story))
    return run


def answers_by_step(run: Run, traffic: Traffic) -> dict[str, dict[int, int]]:
    """Answers by version at each weight of the canary, from the responses and the times of the shifts."""
    shifts = [state for state in run.states if state.name in ("ShiftTraffic", "RestoreTraffic") and state.left]
    ends = [*(state.left for state in shifts[1:] if state.left), datetime.now(UTC)]
    return {
        f"{state.output.get('weight', 0)} %": traffic.by_version(state.left, end)
        for state, end in zip(shifts, ends, strict=True)
        if state.left
    }


def story_log(story: FraudStory) -> object:
    """The emulator's log."""
    return story.emulator.folder / "emulator.log" if story.emulator else None
