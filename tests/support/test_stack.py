"""A stack is waited for, stopped whole, and reported when it does not start."""

import os
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support import rundir, stack

# Three servers, one of them in a child process: what `portal demo` is to the tests.
SERVERS = """
import sys, threading, subprocess, os
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
serve = lambda port: ThreadingHTTPServer(("127.0.0.1", int(port)), SimpleHTTPRequestHandler).serve_forever()
directory, *ports = sys.argv[1:]
if os.environ.get("INSYN_SECRET_KEY"): sys.exit("settings leaked in")
if len(ports) == 1: serve(ports[0])
child = subprocess.Popen([sys.executable, "-c", open(directory + "/servers.py").read(), directory, ports[2]])
print("child", child.pid, flush=True)
threading.Thread(target=serve, args=[ports[0]], daemon=True).start()
serve(ports[1])
"""


def servers(directory: Path, *ports: int) -> Sequence[str]:
    (directory / "servers.py").write_text(SERVERS)
    return [sys.executable, str(directory / "servers.py"), str(directory), *map(str, ports)]


def failing(directory: Path, *_ports: int) -> Sequence[str]:
    return [sys.executable, "-c", "import sys; sys.exit('no such setting')"]


def child_of(found: stack.Stack) -> int:
    return int(found.logs().split("child ")[1].split()[0])


def gone(pid: int) -> bool:
    for _ in range(50):
        if not rundir.alive(pid) or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        time.sleep(0.1)
    return False


def test_it_answers_while_it_runs_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rundir.VARIABLE, str(tmp_path))
    monkeypatch.setenv("INSYN_SECRET_KEY", "the developer's own")
    with stack.running("a", servers) as found:
        for url in (found.client_url, found.staff_url, found.idp_url):
            with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own loopback address
                assert answer.status == 200
        child = child_of(found)
        assert rundir.alive(child)
    assert gone(child)
    assert found.process.returncode is not None
    assert not list(tmp_path.glob("*.pid"))


def test_what_a_killed_run_left_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rundir.VARIABLE, str(tmp_path))
    with stack.running("a", servers) as found:
        child = child_of(found)
        stack.stop_all(tmp_path)
        assert gone(child)
        assert found.process.wait(5) < 0


def test_a_process_that_is_not_the_runs_own_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "stack-a.pid").write_text(str(os.getppid()))
    stack.stop_all(tmp_path)
    assert rundir.alive(os.getppid())


def test_one_that_does_not_start_tells_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rundir.VARIABLE, str(tmp_path))
    with pytest.raises(RuntimeError, match="ended with 1:\nno such setting"), stack.running("b", failing):
        pass
