"""All comparisons, in the order of the table. Nothing is imported until one runs."""

from bench.compare import SQLITE, Comparison, Stage

# The peer wants its own tables; nothing else of the run knows them.
BEAT = Stage("django-celery-beat", "postgres", {"DJANGO_SETTINGS_MODULE": "bench.beat_settings"})

COMPARISONS = (
    # the clock
    Comparison("idle-tick", "bench.clock.idle_tick"),
    Comparison("moved-tick", "bench.clock.moved_tick"),
    Comparison("dispatch", "bench.clock.morning"),
    Comparison("two-dispatchers", "bench.clock.two_at_once"),
    Comparison("idle-tick-sqlite", "bench.clock.idle_tick", SQLITE),
    Comparison("dispatch-sqlite", "bench.clock.morning", SQLITE),
    Comparison("celery-beat", "bench.beat.against_celery_beat", BEAT),
    # mails
    # pages
    # load
)
