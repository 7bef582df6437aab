"""These tests use the small emissions made by the tests of `emision`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "emision"))
