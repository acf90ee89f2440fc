"""The churn model: what a telecom customer did in a period, and whether the customer left after it."""

from models.churn import features
from roost.spec import (
    Candidate,
    Column,
    ColumnType,
    DecisionThreshold,
    Gate,
    HashSplit,
    Model,
    OnDemandFeature,
    Rollout,
    Slice,
    Source,
)

STATES = (
    *("AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS", "KY"),
    *("LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH"),
    *("OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY"),
)
PERIODS = ("day", "eve", "night", "intl")
CHARGES = tuple(f"total_{period}_charge" for period in PERIODS)
NO_OR_YES = ("no", "yes")


def _usage(period: str) -> tuple[Column, ...]:
    return (
        Column(name=f"total_{period}_minutes", type=ColumnType.DECIMAL, decimals=1, minimum=0, maximum=50_000),
        Column(name=f"total_{period}_calls", type=ColumnType.INTEGER, minimum=0, maximum=10_000),
        Column(name=f"total_{period}_charge", type=ColumnType.DECIMAL, decimals=2, minimum=0, maximum=10_000),
    )


CUSTOMERS = Source(
    name="telecom_customers",
    event_time="snapshot_at",
    columns=(
        Column(name="customer_id", type=ColumnType.INTEGER, unique=True, minimum=1, description="row of the set"),
        Column(name="snapshot_at", type=ColumnType.TIMESTAMP, description="one moment for all rows of the set"),
        Column(name="state", type=ColumnType.STRING, allowed=STATES),
        Column(name="account_length", type=ColumnType.INTEGER, minimum=0, maximum=10_000),
        Column(
            name="area_code",
            type=ColumnType.STRING,
            allowed=("area_code_408", "area_code_415", "area_code_510"),
        ),
        Column(name="international_plan", type=ColumnType.STRING, allowed=NO_OR_YES),
        Column(name="voice_mail_plan", type=ColumnType.STRING, allowed=NO_OR_YES),
        Column(name="number_vmail_messages", type=ColumnType.INTEGER, minimum=0, maximum=10_000),
        *(column for period in PERIODS for column in _usage(period)),
        Column(name="number_customer_service_calls", type=ColumnType.INTEGER, minimum=0, maximum=1_000),
        Column(name="churn", type=ColumnType.STRING, nullable=True, allowed=NO_OR_YES, description="left afterwards"),
    ),
    min_rows=1_000,
    description="customers of a telecom company with what they used in a period, and whether they left",
)

INPUTS = (
    "international_plan",
    "voice_mail_plan",
    "number_vmail_messages",
    *CHARGES,
    "total_intl_calls",
    "number_customer_service_calls",
)

MODEL = Model(
    name="churn",
    description="probability that a telecom customer leaves",
    owner="customer retention",
    source=CUSTOMERS,
    label="churn",
    classes=NO_OR_YES,
    request=INPUTS,
    on_demand=(OnDemandFeature(name="total_charge", function=features.total_charge, inputs=CHARGES),),
    features=(*INPUTS, "total_charge"),
    split=HashSplit(by="customer_id", holdout=0.2, selection=0.2),
    candidates=(
        Candidate(name="logistic_regression", estimator="logistic_regression", parameters={"max_iter": 1000}),
        Candidate(name="gradient_boosting", estimator="gradient_boosting"),
        Candidate(
            name="hist_gradient_boosting",
            estimator="hist_gradient_boosting",
            parameters={
                "learning_rate": 0.05,
                "max_iter": 150,
                "max_leaf_nodes": 8,
                "l2_regularization": 5.0,
            },
        ),
    ),
    selection_metric="log_loss",
    gates=(
        Gate(metric="roc_auc", at_least=0.85),
        Gate(metric="log_loss", at_most=0.25),
        Gate(metric="roc_auc", versus="baseline"),
        Gate(metric="log_loss", versus="champion", margin=0.02),
        Gate(metric="calibration_error", at_most=0.05),
    ),
    slices=(
        Slice(name="international_plan", column="international_plan", min_rows=50),
        Slice(name="service_calls", column="number_customer_service_calls", edges=(2, 4), min_rows=50),
    ),
    threshold=DecisionThreshold(review_rate=0.15, positive="call", negative="wait"),
    rollout=Rollout(steps=(10, 50), wait_seconds=60, min_requests=50),
)
