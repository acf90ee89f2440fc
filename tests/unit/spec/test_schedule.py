"""Schedules: what EventBridge Scheduler takes passes, all else is refused with the part and the fix."""

import pytest

from roost.spec.schedule import checked_schedule

GOOD = [
    "", "rate(1 day)", "rate(12 hours)", "rate(90 minutes)", "cron(0 6 * * ? *)", "cron(*/15 8-17 ? * MON-FRI *)",
    "cron(0 0 L * ? *)", "cron(0 10 ? * 6#3 *)", "cron(30 4 1,15 JAN,JUL ? 2026-2030)", "cron(0 9 3W * ? *)",
]  # fmt: skip


@pytest.mark.parametrize("schedule", GOOD)
def test_a_good_schedule_stays_as_it_is(schedule: str) -> None:
    assert checked_schedule(schedule) == schedule


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ("daily", "is no schedule"),
        ("at(2026-01-01T00:00:00)", "is no schedule"),
        ("rate(1 days)", "is no schedule"),
        ("rate(2 day)", "is no schedule"),
        ("rate(0 days)", "is no schedule"),
        ("cron(0 6 * * ?)", "has 5 fields, not 6"),
        ("cron(60 6 * * ? *)", "'60' is no minutes"),
        ("cron(0 25 * * ? *)", "'25' is no hours"),
        ("cron(0 6 ? * FUNDAY *)", "'FUNDAY' is no day-of-week"),
        ("cron(0 6 * * ? 1969)", "'1969' is no year"),
        ("cron(0 6/ * * ? *)", "'6/' is no hours"),
        ("cron(0 6 * * * *)", "exactly one of day-of-month and day-of-week"),
        ("cron(0 6 ? * ? *)", "exactly one of day-of-month and day-of-week"),
    ],
)
def test_a_wrong_schedule_says_what_is_wrong_and_what_would_do(schedule: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as raised:
        checked_schedule(schedule)
    assert "rate(1 day)" in str(raised.value)
