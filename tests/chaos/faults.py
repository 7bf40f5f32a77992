"""
The faults: each stages a few on a round of digests, and leaves the bots running as usual.

A fault of Slack's is counted when it hit a call; the others when they were done. What could not be
staged (a process that never came to the point where it was to be killed) is not counted, but named.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.chaos import machine_faults, people_faults, process_faults, slack_faults
from tests.chaos.count import Round
from tests.chaos.ground import Ground

Fault = Callable[[Ground, Round], Awaitable[None]]

EVERYWHERE: dict[str, Fault] = {
    "kill -9 at random moments": process_faults.killed_anytime,
    "lost answers, before and after": slack_faults.lost_answers,
    "timeouts": slack_faults.timeouts,
    "5xx": slack_faults.server_errors,
    "posting is down for up to an hour": slack_faults.posting_down,
    "429 storm": slack_faults.storm,
    "refused for good, or unreadable": slack_faults.refusals,
    "socket cut, acks lost, redelivery": slack_faults.sockets,
    "process stopped (SIGSTOP) and woken": process_faults.asleep,
    "stopped and started (SIGTERM)": process_faults.stopped_politely,
    "away longer than the catch-up window": machine_faults.away_too_long,
    "clock jumped": machine_faults.clock_jumps,
    "/digest now by several people at once": people_faults.pressed_together,
    "asked for again after a doubtful miss": people_faults.asked_again,
}
SQLITE: dict[str, Fault] = {"disk full": machine_faults.disk_full}
CLUSTER: dict[str, Fault] = {
    "one of two or three killed for good": process_faults.one_less,
    "database stopped and started": machine_faults.database_away,
    "roles apart, clock and worker killed": machine_faults.roles_apart,
    "clocks of two machines minutes apart": machine_faults.clocks_differ,
}
