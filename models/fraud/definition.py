"""The fraud model: what a card transaction looks like, what is known of customer and terminal, and when to release."""

from datetime import timedelta

from models.fraud import features, handbook
from roost.spec import (
    Aggregation,
    Candidate,
    Column,
    ColumnType,
    DecisionThreshold,
    Entity,
    Gate,
    HoldoutFilter,
    IntegerRange,
    LogUniform,
    Model,
    OnDemandFeature,
    ProjectMetric,
    Rollout,
    Search,
    Source,
    TimeSplit,
    WindowView,
)
from roost.spec.definition import short_duration

DAYS = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
HABITS = ("7d", "30d")  # windows long enough to tell what a customer usually pays
REPORTING_DELAY = timedelta(days=7)

CUSTOMER = Entity(name="customer", key="customer_id", description="card holder")
TERMINAL = Entity(name="terminal", key="terminal_id", description="payment terminal of a merchant")

TRANSACTIONS = Source(
    name="card_transactions",
    event_time="event_time",
    event_id="transaction_id",
    ingested_at="known_at",
    streamed=True,
    columns=(
        Column(name="transaction_id", type=ColumnType.INTEGER, minimum=0),
        Column(name="event_time", type=ColumnType.TIMESTAMP),
        Column(name="customer_id", type=ColumnType.INTEGER, minimum=0),
        Column(name="terminal_id", type=ColumnType.INTEGER, minimum=0),
        Column(name="amount", type=ColumnType.DECIMAL, decimals=2, minimum=0, maximum=100_000),
        Column(
            name="is_fraud",
            type=ColumnType.INTEGER,
            nullable=True,
            minimum=0,
            maximum=1,
            description="known after a week",
        ),
        Column(
            name="known_at",
            type=ColumnType.TIMESTAMP,
            nullable=True,
            description="when the issuer knew of it; empty in exports of history",
        ),
    ),
    max_rejected_share=0.01,
    min_rows=10_000,
    description="card payments as the issuer books them, with the fraud flag added when it is known",
)

SPEND = WindowView(
    name="customer_spend",
    entity=CUSTOMER,
    source=TRANSACTIONS,
    windows=DAYS,
    aggregations=(Aggregation(function="count"), Aggregation(function="sum", column="amount")),
    owner="card payments",
    description="how often and how much a customer pays",
)
RISK = WindowView(
    name="terminal_risk",
    entity=TERMINAL,
    source=TRANSACTIONS,
    windows=DAYS,
    delay=REPORTING_DELAY,
    aggregations=(Aggregation(function="count"), Aggregation(function="mean", column="is_fraud")),
    owner="fraud operations",
    description="share of a terminal's payments that turned out as fraud, as far as known a week later",
)


def _customer_features() -> tuple[OnDemandFeature, ...]:
    built = []
    for window in DAYS:
        span = short_duration(window)
        count, total = f"customer_spend__count_{span}", f"customer_spend__amount_sum_{span}"
        built += [
            OnDemandFeature(name=f"customer_count_{span}", function=features.count_with_current, inputs=(count,)),
            OnDemandFeature(
                name=f"customer_mean_{span}", function=features.mean_with_current, inputs=(count, total, "amount")
            ),
        ]
    return tuple(built) + tuple(
        OnDemandFeature(
            name=f"amount_to_mean_{span}",
            function=features.times_the_mean,
            inputs=("amount", f"customer_mean_{span}"),
        )
        for span in HABITS
    )


ON_DEMAND = (
    OnDemandFeature(name="during_weekend", function=features.during_weekend, inputs=("event_time",)),
    OnDemandFeature(name="during_night", function=features.during_night, inputs=("event_time",)),
    *_customer_features(),
)

MODEL = Model(
    name="fraud",
    description="probability that a card transaction is fraudulent",
    source=TRANSACTIONS,
    label="is_fraud",
    request=("event_time", "customer_id", "terminal_id", "amount"),
    views=(SPEND, RISK),
    on_demand=ON_DEMAND,
    features=("amount", *(feature.name for feature in ON_DEMAND), *RISK.features()),
    defaults={name: 0.0 for name in RISK.features() if "mean" in name},
    split=TimeSplit(train=timedelta(days=28), gap=REPORTING_DELAY, holdout=timedelta(days=7)),
    candidates=(
        Candidate(name="logistic_regression", estimator="logistic_regression", parameters={"max_iter": 1000}),
        Candidate(
            name="gradient_boosting",
            estimator="hist_gradient_boosting",
            parameters={"early_stopping": False},
            search={
                "learning_rate": LogUniform(low=0.02, high=0.1),
                "max_iter": IntegerRange(low=100, high=250),
                "max_leaf_nodes": IntegerRange(low=8, high=32, logarithmic=True),
                "min_samples_leaf": IntegerRange(low=20, high=300, logarithmic=True),
            },
        ),
    ),
    search=Search(trials=15, rungs=3, reduction=3, parallel=4),
    selection_metric="average_precision",
    project_metrics=(
        ProjectMetric(
            name="card_precision_at_100",
            function=handbook.card_precision_at_100,
            inputs=("event_time", "customer_id"),
        ),
    ),
    holdout_filter=HoldoutFilter(
        function=handbook.without_compromised_customers, inputs=("event_time", "customer_id", "is_fraud")
    ),
    gates=(
        Gate(metric="roc_auc", at_least=0.80),
        Gate(metric="average_precision", at_least=0.40),
    ),
    threshold=DecisionThreshold(review_rate=0.01),
    rollout=Rollout(steps=(5, 25, 50), wait_seconds=60, min_requests=50),
)
