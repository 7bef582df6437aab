"""OpenCV with one thread: work is shared by processes, an acta each. Forked from a process whose OpenCV has threads, a
worker hangs, so everybody takes it from here."""

import cv2 as cv2

cv2.setNumThreads(1)
