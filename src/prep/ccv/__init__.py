"""The capture and verification centre: the queue, blind capture, differences by field, verification by row."""
