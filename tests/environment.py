"""Sets the stage before Django reads its settings: test mode, a folder of its own."""

import os
import tempfile

os.environ["SUPPORTNET_MODE"] = "test"
os.environ.setdefault("SUPPORTNET_VAR", tempfile.mkdtemp(prefix="supportnet-test-"))
