"""CPU and memory of a command, its children included."""

import sys

import pytest
from bench.process_tree import Process, cpu_by_kind, kind_of, own_cpu, parse_stat, run, tree

_BURN = "import time; end = time.process_time() + {seconds}\nwhile time.process_time() < end: pass"


def a_process(pid: int, parent: int, name: str = "python3", cpu: float = 0.0, waited: float = 0.0) -> Process:
    return Process(pid, parent, name, cpu, waited, rss=0)


def test_a_name_with_spaces_and_parentheses_is_read() -> None:
    fields = ["S", "7", *["0"] * 9, "150", "50", "25", "75", *["0"] * 6, "3", *["0"] * 20]
    process = parse_stat(f"42 (a (b) c) {' '.join(fields)}")
    assert (process.pid, process.parent, process.name) == (42, 7, "a (b) c")
    assert (process.cpu, process.waited) == (2.0, 1.0)


def test_a_tree_has_grandchildren_and_no_strangers() -> None:
    all_processes = {pid: a_process(pid, parent) for pid, parent in [(1, 0), (2, 1), (3, 2), (4, 1), (9, 0)]}
    assert sorted(process.pid for process in tree(all_processes, 1)) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("chromium-headle", "browser"),
        ("chrome", "browser"),
        ("python3.11", "python"),
        ("node", "node"),
        ("sh", "other"),
    ],
)
def test_processes_are_told_apart_by_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_a_child_that_was_never_seen_counts_as_its_parents_kind() -> None:
    # given a browser that waited for 3 s of children, of which one was seen with 1 s and then ended
    last = {
        1: (9, a_process(1, 0, "chromium", cpu=2, waited=3)),
        2: (4, a_process(2, 1, "chromium", cpu=1)),
    }
    # then the other 2 s are the browser's, and the seen second is not counted twice
    assert cpu_by_kind(last) == {"browser": 5}


def test_a_child_that_still_runs_is_not_taken_for_one_that_was_waited_for() -> None:
    last = {1: (9, a_process(1, 0, "chromium", cpu=2, waited=3)), 2: (9, a_process(2, 1, "chromium", cpu=1))}
    assert cpu_by_kind(last) == {"browser": 6}


def test_a_grandchilds_cpu_reaches_its_grandparent_and_is_not_counted_again() -> None:
    # given a browser of 3 s that its driver waited for, and a driver that ended before anybody read that of it
    last = {
        1: (9, a_process(1, 0, cpu=1, waited=4)),
        2: (5, a_process(2, 1, cpu=1)),
        3: (4, a_process(3, 2, "chromium", cpu=3)),
    }
    assert cpu_by_kind(last) == {"python": 2, "browser": 3}


@pytest.mark.parametrize("interval", [0.01, 5.0])
def test_a_process_that_outlives_the_command_is_counted_to_its_end(interval: float) -> None:
    # given a shell that leaves a child behind, which burns for longer than readings are apart
    child = _BURN.format(seconds=0.3)
    usage = run(["sh", "-c", f"{sys.executable} -c '{child}' & sleep 0.02"], interval=interval)
    # Between fork and exec it bears the shell's name.
    assert 0.25 < usage.cpu["python"] + usage.cpu.get("other", 0) < 0.6


def test_what_such_a_process_has_waited_for_is_not_counted_again() -> None:
    # given a zygote that was read before its tab, of 10 s, ended, and that took 10.2 s with it
    zygote, tab = a_process(2, 1, "chromium", cpu=0.1), a_process(3, 2, "chromium", cpu=10)
    assert own_cpu(zygote, 10.2, [tab]) == pytest.approx(0.2)
    # and never less than what was read of itself
    assert own_cpu(zygote, 9.9, [tab]) == pytest.approx(0.1)


def test_the_cpu_of_a_child_is_counted_even_when_no_reading_saw_it() -> None:
    # given a command whose child burns 0.2 s, and readings far apart
    child = _BURN.format(seconds=0.2)
    usage = run([sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"])
    assert usage.exit_code == 0
    assert 0.2 <= usage.cpu["python"] < 2
    assert usage.python_share == 1


def test_the_exit_code_and_the_output_come_back() -> None:
    # given one that lives for several readings
    said = "import sys, time; print('out'); print('err', file=sys.stderr); time.sleep(1); sys.exit(3)"
    usage = run([sys.executable, "-c", said], interval=0.05)
    assert (usage.exit_code, usage.stdout, usage.stderr) == (3, "out\n", "err\n")
    assert usage.peak_python > 1_000_000
