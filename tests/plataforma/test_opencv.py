"""Workers forked from a process that already looked at pictures must not wait for threads that did not come along."""

import subprocess
import sys

GUION = """
import os
import numpy as np
from prep.plataforma.opencv import cv2

def mirar():
    cv2.warpPerspective(np.zeros((3000, 4000, 3), np.uint8), np.eye(3), (4000, 3000))

assert cv2.getNumThreads() == 1
mirar()
hijo = os.fork()
if not hijo:
    cv2.setNumThreads(1)
    mirar()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(hijo, 0)[1]) == 0
"""


def test_a_worker_forked_from_a_process_that_used_opencv_works() -> None:
    assert subprocess.run([sys.executable, "-c", GUION], timeout=60).returncode == 0
