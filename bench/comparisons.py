"""All comparisons, in the order of the table. Nothing is imported until one runs."""

from bench.compare import SQLITE, Comparison

COMPARISONS = (
    # the clock
    Comparison("idle-tick", "bench.clock.idle_tick"),
    Comparison("idle-tick-sqlite", "bench.clock.idle_tick", SQLITE),
    # mails
    # pages
    # load
)
