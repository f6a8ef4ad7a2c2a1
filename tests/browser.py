"""Where Chromium is, and how it is started here."""

import os
import shutil

# A page that Chromium draws for the box of its own window, anew for each context: a third of what
# the walks cost. Ours takes the place of Playwright's list, so what that leaves out is named too.
_LEFT_OUT = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    *("AimEnabled", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying"),
    *("OptimizationHints", "PreconnectToSearch", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "PaintHolding", "ThirdPartyStoragePartitioning"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    "DestroyProfileOnBrowserClose",
)
FLAGS = (
    f"--disable-features={','.join(_LEFT_OUT)}",
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
