"""Production serves its files under names that tell their content; all of them must be there."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import override_settings

_STATIC = re.compile(r"""{%\s*static\s+["']([^"']+)["']""")


def test_every_file_that_a_page_names_exists() -> None:
    pages = (Path(settings.BASE_DIR) / "templates").glob("**/*.html")
    named = {(page.name, name) for page in pages for name in _STATIC.findall(page.read_text())}
    assert [one for one in named if not finders.find(one[1])] == []


def test_files_are_collected_for_production(tmp_path: Path) -> None:
    storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    with override_settings(STATIC_ROOT=tmp_path, STORAGES={"staticfiles": {"BACKEND": storage}}):
        call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "staticfiles.json").exists()
    assert list((tmp_path / "css").glob("site.*.css"))
    # Of the API's interactive page what it uses, and not the second one that comes with it.
    kept = {path.name.split(".")[0] for path in tmp_path.glob("drf_spectacular_sidecar/**/*.*")}
    assert kept - {"LICENSE"} == {"swagger-ui", "swagger-ui-bundle"}
