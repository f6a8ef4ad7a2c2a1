"""Where Chromium is, and how it is started here."""

import os
import shutil

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str:
    """The path of a Chromium on this machine, or nothing."""
    names = (os.environ.get("CHROMIUM"), *_NAMES)
    return next((found for name in names if name and (found := shutil.which(name))), "")
