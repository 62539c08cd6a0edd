"""What the health page calls silent or late; pure."""

# The worker writes its sign of life every few seconds; a minute without one means that it has stopped.
WORKER_SILENT_SECONDS = 60
# The queue is emptied within seconds: an hour means that something holds it.
OLDEST_SECONDS = 3600
# How far back conflicts between identity numbers are shown.
CONFLICT_DAYS = 30


def worker_is_well(seen_seconds: float | None) -> bool:
    """Tell whether the worker has shown itself lately; ``seen_seconds`` is None where none ever did."""
    return seen_seconds is not None and seen_seconds < WORKER_SILENT_SECONDS


def queue_is_well(stuck: int, oldest_seconds: float) -> bool:
    """Tell whether what is sent gets through: nothing stuck, nothing old."""
    return stuck == 0 and oldest_seconds < OLDEST_SECONDS
