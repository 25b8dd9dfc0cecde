"""What is loaded and left alone by the search for garbage is given back at the end."""

import subprocess
import sys

ENDS = """
import duckdb
from duologue.kit.garbage import leave_alone
duckdb.connect().execute("SELECT 1").fetchall()
leave_alone()
leave_alone()
"""


def test_a_process_ends_without_a_complaint():
    ended = subprocess.run([sys.executable, "-c", ENDS], capture_output=True, check=True, timeout=60)
    assert ended.stderr + ended.stdout == b""
