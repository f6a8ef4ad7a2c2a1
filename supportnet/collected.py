"""Which files production serves: of the API's interactive page only what that page uses."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class CollectedFiles(StaticFilesConfig):
    """Leaves out a second documentation page of five megabytes, and what ours has of its own."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "redoc",
        "swagger-ui-standalone-preset.*",
        "oauth2-redirect.*",
        "favicon-32x32.png",
    ]
