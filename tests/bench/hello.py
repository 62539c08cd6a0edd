"""A bare Flask route, the measure of everything else: what the same server does with no work at all."""

import sys

from flask import Flask

application = Flask("hello")


@application.get("/")
def hello() -> str:
    """Say hello."""
    return "hello\n"


def serve(port: int) -> None:
    """Serve with granian in the very way of `portal serve`."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "tests.bench.hello:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=1,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
