"""All comparisons, in the order of the table. Nothing is imported until one runs."""

from bench.compare import SQLITE, Comparison, Stage

# The peer wants its own tables; nothing else of the run knows them.
BEAT = Stage("django-celery-beat", "postgres", {"DJANGO_SETTINGS_MODULE": "bench.beat_settings"})
# The pages as people get them: production's own settings.
SITE = Stage(
    "production",
    "postgres",
    {"DJANGO_SETTINGS_MODULE": "bench.settings", "SUPPORTNET_MODE": "production"},
)

COMPARISONS = (
    # the clock
    Comparison("idle-tick", "bench.clock.idle_tick", limit=1200),
    Comparison("moved-tick", "bench.clock.moved_tick"),
    Comparison("dispatch", "bench.clock.morning", limit=1200),
    Comparison("two-dispatchers", "bench.clock.two_at_once", limit=1200),
    Comparison("idle-tick-sqlite", "bench.clock.idle_tick", SQLITE),
    Comparison("dispatch-sqlite", "bench.clock.morning", SQLITE),
    Comparison("celery-beat", "bench.beat.against_celery_beat", BEAT, limit=1200),
    Comparison("million", "bench.million.a_day", limit=3600, apart=True),
    # mails
    Comparison("circle-mail", "bench.mails.circle_mail"),
    Comparison("circle-mail-celery", "bench.mails.through_celery"),
    Comparison("row-at-a-time", "bench.mails.one_at_a_time"),
    Comparison("circle-mail-sqlite", "bench.mails.circle_mail", SQLITE),
    # pages
    Comparison("reply-page", "bench.pages.reply_page", SITE),
    Comparison("today", "bench.pages.today", SITE),
    Comparison("history", "bench.pages.history", SITE),
    # load
    Comparison("connections", "bench.load.connections_opened", SITE),
    Comparison("load-held", "bench.load.held", SITE, limit=1200),
    Comparison("load-killed", "bench.load.killed", SITE, limit=1200),
    Comparison("servers", "bench.servers.beside_others", SITE, limit=2700, apart=True),
    Comparison("soak", "bench.soak.memory", SITE, limit=2700),
)
