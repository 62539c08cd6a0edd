"""The one command with real processes: everything serves, a second start keeps the data, a reset forgets it."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.core.db import make_engine
from portal.demo import runner
from portal.demo.environment import CHECKOUT, DemoError, Layout, choose_port
from portal.demo.processes import first_ended
from portal.demo.stack import DemoStack, Ports
from portal.messages.models import Message
from portal.sync.rules import Delivery
from tests.demo.visitor import Visitor
from tests.support import rundir

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]
ANY = Ports(0, 0, 0)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of this module's demonstration: seeded once, started several times."""
    return tmp_path_factory.mktemp("demo") / "demo"


@pytest.fixture
def stack(directory: Path) -> Iterator[DemoStack]:
    with DemoStack(directory, ports=ANY) as found:
        yield found


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    found = Visitor()
    yield found
    found.close()


def messages(stack: DemoStack, *conditions: bool) -> int:
    engine = make_engine(stack.settings.database_url, stack.settings.key_ring)
    with engine.connect() as connection:
        found = connection.execute(select(func.count()).select_from(Message).where(*conditions)).scalar_one()
    engine.dispose()
    return int(found)


def wait_until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.1)


def test_everything_serves_and_people_sign_in(stack: DemoStack, visitor: Visitor) -> None:
    visitor.go(f"{stack.client_url}/logga-in")
    shown = visitor.page.main.get_text(" ") if visitor.page.main else ""
    assert "Testlegitimation" in shown
    assert "Annan testlegitimation" in shown
    for provider in ("Testlegitimation", "Annan testlegitimation"):
        one = Visitor()
        one.sign_in(stack.client_url, provider, "Mariam Sandell")
        assert one.url.startswith(stack.client_url)
        one.go("/meddelanden")
        # Who has one case only is led straight to its conversation.
        assert (one.status, one.heading) == (200, "Petra Almskog")
        assert "bilden på hyresavin är suddig" in one.page.get_text()
        one.close()
    visitor.sign_in(stack.staff_url, "Kommunens inloggning (test)", "Petra Almskog")
    assert visitor.url.startswith(stack.staff_url)
    assert visitor.status == 200
    assert "Petra Almskog" in visitor.page.get_text()


def test_the_worker_delivers_what_clients_wrote_last(stack: DemoStack) -> None:
    wait_until(lambda: messages(stack, Message.delivery == Delivery.PENDING) == 0)
    assert messages(stack) > 40


def test_a_second_start_keeps_data_and_secrets(directory: Path, visitor: Visitor) -> None:
    with DemoStack(directory, ports=ANY) as stack:
        before, secrets = messages(stack), stack.layout.secrets.read_text()
        visitor.sign_in(stack.client_url, "Testlegitimation", "Hanna Fjällrot")
        visitor.go("/meddelanden")
        visitor.submit(visitor.form("form:has(textarea)"), text="Jag glömde bilagan.")
        assert visitor.status == 200
    with DemoStack(directory, ports=ANY) as stack:
        assert messages(stack) == before + 1
        assert stack.layout.secrets.read_text() == secrets


def test_data_of_another_version_are_refused_with_what_to_do(tmp_path: Path) -> None:
    stack = DemoStack(tmp_path, ports=ANY)
    stack.layout.seeded.write_text("an older one")
    with pytest.raises(DemoError, match="make demo-reset"), stack:
        pass
    assert not stack.children


def test_what_is_secret_is_readable_by_the_owner_alone(stack: DemoStack) -> None:
    private = [stack.layout.secrets, *stack.layout.keys.glob("*.key")]
    assert len(private) == 6
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert stat.S_IMODE(stack.layout.directory.stat().st_mode) == 0o700


def test_two_at_once_in_one_directory_are_refused(stack: DemoStack, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DemoError, match="already runs"), DemoStack(stack.layout.directory, ports=ANY):
        pass
    with pytest.raises(SystemExit):
        runner.reset(stack.layout.directory)
    assert "already runs" in capsys.readouterr().err
    assert stack.layout.seeded.exists()


def test_a_process_that_dies_is_noticed_and_nothing_is_left(directory: Path) -> None:
    with DemoStack(directory, ports=ANY) as stack:
        pids = [pid for child in stack.children for pid in (child.process.pid, *started_by(child.process.pid))]
        worker = next(child for child in stack.children if child.name == "worker")
        os.kill(started_by(worker.process.pid)[0], signal.SIGKILL)
        wait_until(lambda: first_ended(stack.children))
        assert first_ended(stack.children) is worker
        assert worker.status == 128 + signal.SIGKILL
    assert not any(rundir.alive(pid) for pid in pids)


@contextmanager
def command(directory: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run the command as a person does, on free ports."""
    ports = {f"INSYN_DEMO_{name}_PORT": "0" for name in ("CLIENT", "STAFF", "IDP")}
    with subprocess.Popen(
        [sys.executable, "-c", "from portal.cli import main; main()", "demo"],
        cwd=CHECKOUT,
        env={**os.environ, **ports, "INSYN_DEMO_DIR": str(directory), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.kill()


def read_welcome(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    lines: list[str] = []
    while not (lines and "Ctrl-C" in lines[-1]):
        line = process.stdout.readline()
        assert line, "".join(lines)
        lines.append(line)
    return "".join(lines)


def started_by(pid: int) -> list[int]:
    """Return the processes that a process has started, and those that these have started."""
    done = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = {int(child): int(parent) for child, parent in (line.split() for line in done.stdout.splitlines())}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def test_ctrl_c_stops_everything_and_tells_who_is_who(directory: Path) -> None:
    with command(directory) as process:
        said = read_welcome(process)
        pids = started_by(process.pid)
        # Four, each with a watcher; the servers of both sides have a process of their own for the work.
        assert len(pids) >= 10
        assert re.search(r"Clients +http://127\.0\.0\.1:\d+\n", said)
        assert re.search(r"Identity provider +http://localhost:\d+", said)
        assert re.search(r"Petra Almskog +handläggare", said)
        assert re.search(r"Vera Hallonmark +skyddade personuppgifter", said)
        assert not re.search(r"\d{12}", said)
        process.send_signal(signal.SIGINT)
        assert process.wait(6) == 0
    assert not any(rundir.alive(pid) for pid in pids)


def test_no_child_survives_a_killed_parent(directory: Path) -> None:
    with command(directory) as process:
        read_welcome(process)
        pids = started_by(process.pid)
        assert len(pids) >= 10
        process.kill()
    wait_until(lambda: not any(rundir.alive(pid) for pid in pids))


@pytest.mark.parametrize("delay", [0.3, 0.8, 1.3, 1.8, 2.5])
def test_no_child_survives_a_parent_killed_while_it_starts(directory: Path, delay: float) -> None:
    with command(directory) as process:
        wait_until(lambda: len(started_by(process.pid)) >= 8)
        time.sleep(delay)
        pids = started_by(process.pid)
        process.kill()
    wait_until(lambda: not any(rundir.alive(pid) for pid in pids))


def test_production_refuses_the_demonstrations_providers(directory: Path) -> None:
    with DemoStack(directory, ports=ANY) as stack:
        variables = stack.variables
    secure = {name: value.replace("http://", "https://") for name, value in variables.items() if name.endswith("T_URL")}
    secure["INSYN_STAFF_URL"] = "https://staff.example.se"
    environment = {**os.environ, **variables, **secure, "INSYN_ENVIRONMENT": "production", "INSYN_SIDE": "client"}
    for environment_name, status in (("demo", 0), ("production", 1)):
        done = subprocess.run(
            [sys.executable, "-c", "import portal.wsgi"],
            cwd=CHECKOUT,
            env={**environment, "INSYN_ENVIRONMENT": environment_name},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
    assert "DemoTrustInProduction" in done.stderr


def test_a_reset_forgets_what_is_its_own_and_nothing_else(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    for path in (layout.secrets, layout.seeded, tmp_path / "portal.db", tmp_path / "portal.db-wal"):
        path.write_text("x")
    for folder in (layout.keys, layout.providers, layout.logs):
        folder.mkdir()
        (folder / "file").write_text("x")
    (tmp_path / "holiday.jpg").write_text("mine")
    runner.reset(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.lock", "holiday.jpg"]


def test_an_interrupted_first_start_begins_again(tmp_path: Path) -> None:
    (tmp_path / "portal.db").write_bytes(b"half a municipality")
    with DemoStack(tmp_path, ports=ANY, seed=False) as stack:
        assert messages(stack) == 0
        assert stack.layout.seeded.exists()


def test_a_taken_port_gives_way_to_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        found = choose_port(number, {number + 1})
    assert found.number > number + 1
    assert found.taken == number


def test_a_port_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSYN_DEMO_IDP_PORT", "eight")
    with pytest.raises(DemoError, match="INSYN_DEMO_IDP_PORT"):
        runner.wanted_ports()
