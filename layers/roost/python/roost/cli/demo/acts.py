"""The acts of the demonstration."""

import shutil
from dataclasses import replace
from datetime import timedelta

import localaws
from localaws.deploy import deploy
from models.fraud.simulator import simulate, write_landing_files
from roost.adapters.pipeline_runs import Run
from roost.adapters.signed_http import SignedHttp
from roost.cli.data_commands import land
from roost.cli.demo.fraud_story import FIRST_END, FOLDER, LIVE_DAYS, MODEL, SECOND_END, SOURCE, STAGE, FraudStory
from roost.cli.demo.live_traffic import live_traffic, requests_of
from roost.cli.demo.pipeline_acts import answers_by_step, ended, known, next_run, story_log, trained
from roost.cli.demo.stage_play import Act, ActFailed
from roost.object_keys import landing_prefix
from roost.settings import point_sdk_at

WAIT_SCALE = 0.1
THOUSANDS = 0.001
EXPORT_LAG = timedelta(days=1)


def start_aws(story: FraudStory) -> str:
    """A fresh embedded AWS that enforces IAM."""
    localaws.stop()
    story.emulator = localaws.start(enforce_iam=True, wait_scale=WAIT_SCALE)
    point_sdk_at(localaws.endpoint_environment(story.emulator))
    return f"{story.emulator.endpoint}, IAM enforced, Step Functions waits shortened to a tenth"


def deploy_platform(story: FraudStory) -> str:
    """The real CDK CLI."""
    assert story.emulator is not None
    outputs = deploy(story.emulator, STAGE)
    return f"deployed {', '.join(sorted(outputs))}"


def ask_too_early(story: FraudStory) -> str:
    """The endpoint before any release."""
    answer = SignedHttp().post(story.platform.predictions_url(MODEL), {"customer_id": 1})
    if answer.status != 503:
        raise ActFailed(f"expected 503 before the first release, got {answer.status}", story_log(story))
    return f"503 {answer.document['title']}: {answer.document['detail']}"


def simulate_payments(story: FraudStory) -> str:
    """The handbook's card transactions."""
    story.transactions = simulate(story.size)
    fraud = int(story.transactions.is_fraud.sum())
    return f"{len(story.transactions.amount):,} card transactions, {fraud:,} of them frauds"


def train_first(story: FraudStory) -> str:
    """Upload; the upload starts the run."""
    before = known(story.platform.training(MODEL))
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    land(story.platform.lake, SOURCE, write_landing_files(story.drawn, FOLDER, until_day=FIRST_END))
    run = trained(story, before)
    version = story.platform.registry.version(MODEL, 1)
    story.metrics = version.metrics
    return f"run {run.name} ({run.request['reason']}) registered version 1, AUC ROC {version.metrics['roc_auc']:.3f}"


def release_first(story: FraudStory) -> str:
    """Nothing serves yet, so the first version takes all traffic at once."""
    pipeline = story.platform.releases(MODEL)
    run = ended(pipeline, next_run(pipeline, set()))
    if run.status != "SUCCEEDED":
        raise ActFailed(f"release {run.name} ended {run.status}: {run.error}: {run.cause}", story_log(story))
    request = requests_of(story.drawn, FIRST_END, FIRST_END + timedelta(days=1))[0]
    answer = SignedHttp().post(story.platform.predictions_url(MODEL), request)
    if answer.status != 200:
        raise ActFailed(f"the released version answers {answer.status}: {answer.document}", story_log(story))
    document = answer.document
    return f"version {document['model_version']} answers: score {document['score']:.4f}, {document['decision']}"


def promote_second(story: FraudStory) -> str:
    """One more week of data, a better informed model, a canary under live traffic."""
    before, releases = known(story.platform.training(MODEL)), known(story.platform.releases(MODEL))
    files = write_landing_files(story.drawn, FOLDER, from_day=FIRST_END, until_day=SECOND_END)
    land(story.platform.lake, SOURCE, files)
    trained(story, before)
    run, failures = _release_under_traffic(story, "version 2", releases)
    if run.status != "SUCCEEDED":
        raise ActFailed(f"release {run.name} ended {run.status}: {run.error}: {run.cause}", story_log(story))
    return f"version 2 promoted through its canary; {failures} requests failed"


def reject_third(story: FraudStory) -> str:
    """History is exported again, in thousands: sound to every offline check, wrong under live traffic.

    The export lags a day behind, so that the online store, which never takes older data over newer, is left alone.
    """
    before, releases = known(story.platform.training(MODEL)), known(story.platform.releases(MODEL))
    for item in story.platform.lake.list(landing_prefix(SOURCE)):
        story.platform.lake.delete(item.key)
    restated = replace(story.drawn, amount=story.drawn.amount * THOUSANDS)
    folder = FOLDER / "restated"
    folder.mkdir(parents=True, exist_ok=True)
    land(story.platform.lake, SOURCE, write_landing_files(restated, folder, until_day=SECOND_END - EXPORT_LAG))
    trained(story, before)
    run, failures = _release_under_traffic(story, "version 3", releases)
    if run.error != "ReleaseRolledBack":
        raise ActFailed(f"the bad version was not rolled back: {run.status} {run.error} {run.cause}", story_log(story))
    shifted = next(state.left for state in run.states if state.name == "ShiftTraffic")
    restored = next(state.left for state in run.states if state.name == "RestoreTraffic")
    assert shifted is not None
    assert restored is not None
    story.rollback = {"reason": run.cause, "seconds": (restored - shifted).total_seconds(), "failed": failures}
    return f"rolled back {story.rollback['seconds']:.1f} s after its first request: {run.cause}"


def _release_under_traffic(story: FraudStory, name: str, before: set[str]) -> tuple[Run, int]:
    pipeline = story.platform.releases(MODEL)
    release = next_run(pipeline, before)
    requests = requests_of(story.drawn, SECOND_END, SECOND_END + timedelta(days=LIVE_DAYS))
    with live_traffic(story.platform.predictions_url(MODEL), requests) as traffic:
        run = ended(pipeline, release)
    story.answers[name] = answers_by_step(run, traffic)
    story.http_milliseconds += [answer.milliseconds for answer in traffic.answers if answer.status == 200]
    story.runs.append(run)
    return run, traffic.failures


ACTS: tuple[Act[FraudStory], ...] = (
    Act("Start the embedded AWS", "log: .roost/localaws/emulator.log", start_aws),
    Act("cdk bootstrap and cdk deploy", "log: .roost/localaws/deploy-dev.log", deploy_platform),
    Act("Score before any release", "POST /models/fraud/predictions", ask_too_early),
    Act("Simulate card payments", "models/fraud/simulator", simulate_payments),
    Act("Land files; the upload starts training", "roost runs show fraud", train_first),
    Act("Release version 1", "roost releases show fraud", release_first),
    Act("Land a week more: retrain, canary, promote", "roost releases show fraud --watch", promote_second),
    Act("Land amounts in thousands: retrain, canary, roll back", "roost releases show fraud --watch", reject_third),
)
