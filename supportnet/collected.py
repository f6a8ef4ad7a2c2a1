"""Which files production serves: of the API's interactive page only what that page uses."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class CollectedFiles(StaticFilesConfig):
    """Leaves out a second page of five megabytes, what ours has of its own, and what none shows."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "redoc",
        "rest_framework",
        "swagger-ui-standalone-preset.*",
        "oauth2-redirect.*",
        "favicon-32x32.png",
    ]
