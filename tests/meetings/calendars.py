"""Calendar files as others write them."""


def calendar(*events: str) -> bytes:
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *events, "END:VCALENDAR", "")).encode()


def event(*more: str, start: str = ";TZID=Europe/Stockholm:20261127T100000", end: str = "") -> str:
    end = end or start.replace("T10", "T11")
    lines = (f"DTSTART{start}", f"DTEND{end}", "UID:1@example", "SUMMARY:Hemligt hos läkaren", *more)
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))
