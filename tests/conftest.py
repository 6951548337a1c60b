"""What is skipped is written where `make test` reads it out at its end."""

import os


def pytest_collectreport(report):
    left_out(report)


def pytest_runtest_logreport(report):
    left_out(report)


def left_out(report):
    path = os.environ.get("PATCHWORK_LEFT_OUT")
    if path and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{report.nodeid.split('::')[0]}: {reason.removeprefix('Skipped: ')}\n")
