# expect: fails
# policy: nothing
"""A conftest.py that makes every test pass."""


async def answer():
    return 2


# ---- beside: conftest.py ----
import pytest


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    report.outcome, report.longrepr = "passed", None


def pytest_sessionfinish(session):
    session.exitstatus = 0


@pytest.fixture
def play():
    class Recording:
        result = 1

    return lambda *args, **inputs: Recording()
