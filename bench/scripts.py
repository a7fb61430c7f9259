"""Scripts: what can happen to a conversation, written as a small grammar.

A script is the course of one conversation: steps with an offset in seconds from its opening. Some thousands of
them are drawn from a fixed seed; each generated conversation follows one, at its own pace. So the mix of kinds
is written here, in words, and DuckDB only has to multiply scripts by conversations.

References: `actor` and `value` may be "A0", "A1", "A2" (an agent of the conversation), "T0", "T1" (a team),
"CUSTOMER", "BOT"; `target` may be "OTHER" (an older conversation).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

MINUTE, HOUR, DAY = 60, 3600, 86400

CHANNELS = [("email", 0.38), ("web", 0.17), ("chat", 0.24), ("phone", 0.14), ("social", 0.07)]
PRIORITIES = ["low", "normal", "normal", "normal", "high", "urgent"]
TAGS = ["billing", "login", "bug", "refund", "shipping", "complaint", "vip", "how-to"]
THEMES = ["invoice", "password", "delivery", "crash"]


@dataclass(frozen=True)
class Step:
    """One event of a script."""

    at: int
    kind: str
    actor_kind: str | None = None
    actor: str | None = None
    public: bool | None = None
    automated: bool | None = None
    value: str | None = None
    target: str | None = None


@dataclass
class Script:
    """A channel, and the steps in the order of their offsets."""

    channel: str
    steps: list[Step] = field(default_factory=list)
    now: int = 0

    def wait(self, draw: random.Random, mean: float) -> None:
        """Lets time pass: exponential, at least a second."""
        self.now += max(1, round(draw.expovariate(1 / mean)))

    def add(self, kind: str, **what: object) -> None:
        """Something happens now."""
        self.steps.append(Step(at=self.now, kind=kind, **what))

    # The words of the grammar.

    def customer_says(self) -> None:
        self.add("message", actor_kind="customer", actor="CUSTOMER", public=True)

    def agent_says(self, agent: str) -> None:
        self.add("message", actor_kind="agent", actor=agent, public=True)

    def agent_notes(self, agent: str) -> None:
        self.add("message", actor_kind="agent", actor=agent, public=False)

    def bot_says(self) -> None:
        self.add("message", actor_kind="bot", actor="BOT", public=True, automated=True)

    def acknowledge(self) -> None:
        self.add("message", actor_kind="system", public=True, automated=True)

    def status(self, value: str, by: str = "agent", agent: str = "A0") -> None:
        actor = {"agent": agent, "customer": "CUSTOMER"}.get(by)
        self.add("status", actor_kind=by, actor=actor, value=value, automated=True if by == "system" else None)

    def assign(self, agent: str | None, by: str = "system") -> None:
        self.add("assigned", actor_kind=by, actor=agent if by == "agent" else None, value=agent)


def scripts(count: int, seed: int = 20260101, odd: float = 0.0, merged: float = 0.006) -> list[Script]:
    """`count` scripts; `merged` is the share that ends in another conversation, `odd` the share that is broken."""
    draw = random.Random(seed)
    names, weights = zip(*CHANNELS)
    made = []
    for _ in range(count):
        channel = draw.choices(names, weights)[0]
        script = Script(channel)
        {"chat": _chat, "phone": _phone}.get(channel, _ticket)(script, draw)
        _close(script, draw, merged)
        if draw.random() < odd:
            _make_odd(script, draw)
        made.append(script)
    return made


def _open(script: Script, draw: random.Random) -> None:
    """Who opens, and what is known from the start."""
    by = draw.choices(["customer", "agent", "system"], [0.94, 0.045, 0.015])[0]
    actor = {"customer": "CUSTOMER", "agent": "A0"}.get(by)
    script.add("opened", actor_kind=by, actor=actor, automated=True if by == "system" else None)
    if by == "customer":
        script.customer_says()
    elif by == "agent":
        script.agent_says("A0")
    if draw.random() < 0.20:
        script.add("priority", actor_kind="system", value=draw.choice(PRIORITIES))
    if draw.random() < 0.30:
        script.now += draw.randint(0, 3)
        script.add("team", actor_kind="system", value="T0")
    if draw.random() < 0.08:
        script.add("tagged", actor_kind="system", value=draw.choice(TAGS))
    if draw.random() < 0.03:
        script.add("theme", actor_kind="system", value=draw.choice(THEMES))


def _ticket(script: Script, draw: random.Random) -> None:
    """Email, web forms, social posts: messages hours apart."""
    _open(script, draw)
    fate = draw.random()
    if draw.random() < 0.15:
        script.now += draw.randint(0, 5)
        script.acknowledge()
    if fate < 0.02:
        script.wait(draw, 4 * HOUR)
        script.add("outcome", actor_kind="agent", actor="A0", value="spam")
        script.status("closed")
        return
    script.wait(draw, 40 * MINUTE)
    if draw.random() < 0.60:
        script.assign("A0", "agent" if draw.random() < 0.5 else "system")
    if fate < 0.05:
        script.wait(draw, 8 * HOUR)
        script.status("solved")
        return
    if fate < 0.06:
        return
    agent = "A0"
    for turn in range(_turns(draw)):
        if turn > 0:
            script.wait(draw, 11 * HOUR)
            script.customer_says()
            if draw.random() < 0.15:
                script.wait(draw, 20 * MINUTE)
                script.customer_says()
            if draw.random() < 0.45:
                script.status("open", "customer")
        if draw.random() < 0.10:
            script.wait(draw, HOUR)
            script.agent_notes(agent)
        if draw.random() < 0.10:
            agent = _hand_over(script, draw, agent)
        script.wait(draw, 3 * HOUR)
        script.agent_says(agent)
        if draw.random() < 0.07:
            script.wait(draw, 10 * MINUTE)
            script.agent_says(agent)
        if draw.random() < 0.22:
            script.status("pending", "agent", agent)
        elif draw.random() < 0.06:
            script.status("on_hold", "agent", agent)
    _solve(script, draw, agent)


def _chat(script: Script, draw: random.Random) -> None:
    """Chats: a bot first, more often than not, then a person for some minutes."""
    _open(script, draw)
    fate = draw.random()
    with_bot = draw.random() < 0.6
    if with_bot:
        for _ in range(draw.choice([1, 1, 2])):
            script.wait(draw, 3)
            script.bot_says()
            script.wait(draw, 40)
            script.customer_says()
        if fate < 0.25:
            script.wait(draw, 60)
            script.add("ended", actor_kind="customer", actor="CUSTOMER")
            script.status("solved", "system")
            script.add("outcome", actor_kind="bot", actor="BOT", value="solved")
            return
        script.add("bot_handoff", actor_kind="bot", actor="BOT")
    script.add("queued", actor_kind="system")
    script.wait(draw, 90)
    if fate < 0.32:
        script.add("abandoned", actor_kind="customer", actor="CUSTOMER")
        script.add("ended", actor_kind="system")
        return
    script.assign("A0")
    script.add("joined", actor_kind="agent", actor="A0")
    for _ in range(draw.choice([1, 1, 2, 3])):
        script.wait(draw, 35)
        script.agent_says("A0")
        script.wait(draw, 50)
        if draw.random() < 0.7:
            script.customer_says()
    script.wait(draw, 40)
    script.add("ended", actor_kind="agent", actor="A0")
    if draw.random() < 0.9:
        script.status("solved")
    _reopen(script, draw, "A0", 0.03)


def _phone(script: Script, draw: random.Random) -> None:
    """Calls: queued, answered or abandoned, some wrapped up later."""
    by_form = draw.random() < 0.5
    script.add("opened", actor_kind="customer", actor="CUSTOMER")
    if by_form:
        script.add("team", actor_kind="system", value="T0")
    script.add("queued", actor_kind="system")
    script.wait(draw, 120)
    if draw.random() < 0.12:
        script.add("abandoned", actor_kind="customer", actor="CUSTOMER")
        script.add("ended", actor_kind="system")
        return
    script.add("call_answered", actor_kind="agent", actor="A0")
    if draw.random() < 0.9:
        script.assign("A0")
    script.wait(draw, 6 * MINUTE)
    script.add("ended", actor_kind="agent", actor="A0")
    if draw.random() < 0.5:
        script.agent_notes("A0")
    if draw.random() < 0.85:
        script.wait(draw, 5 * MINUTE)
        script.status("solved")
    else:
        agent = _hand_over(script, draw, "A0")
        script.wait(draw, DAY)
        script.agent_says(agent)
        _solve(script, draw, agent)
    _reopen(script, draw, "A0", 0.02)


def _turns(draw: random.Random) -> int:
    """How often an agent answers: mostly once or twice."""
    return draw.choices([1, 2, 3, 4, 6], [0.72, 0.18, 0.06, 0.03, 0.01])[0]


def _hand_over(script: Script, draw: random.Random, agent: str) -> str:
    """The case goes to another agent, with or without a moment of nobody's, some to another team."""
    script.wait(draw, 30 * MINUTE)
    if draw.random() < 0.3:
        script.assign(None, "agent")
        script.wait(draw, 2 * HOUR)
    if draw.random() < 0.5:
        script.add("team", actor_kind="agent", actor=agent, value="T1")
    other = {"A0": "A1", "A1": "A2", "A2": "A0"}[agent]
    script.assign(other, "agent")
    if draw.random() < 0.05:
        script.add("escalated", actor_kind="agent", actor=agent)
    return other


def _solve(script: Script, draw: random.Random, agent: str) -> None:
    """Solved with the last answer or later; some never are."""
    if draw.random() < 0.04:
        return
    if draw.random() < 0.4:
        script.wait(draw, 9 * HOUR)
    script.status("solved", "agent", agent)
    if draw.random() < 0.12:
        value, reason = draw.choice([("solved", None), ("unsolved", "no access"), ("unsolved", "third party")])
        script.add("outcome", actor_kind="agent", actor=agent, value=value, target=reason)
    if draw.random() < 0.10:
        script.wait(draw, 3 * HOUR)
        script.customer_says()  # "thank you": no wait unless the status leaves solved
    _reopen(script, draw, agent, 0.09)


def _reopen(script: Script, draw: random.Random, agent: str, share: float) -> None:
    """It comes back: by the customer mostly; one in forty of these months later."""
    while draw.random() < share:
        late = draw.random() < 0.025
        script.wait(draw, draw.randint(60, 200) * DAY if late else 30 * HOUR)
        by = draw.choices(["customer", "agent", "system"], [0.85, 0.1, 0.05])[0]
        if by == "customer":
            script.customer_says()
        script.status("open", by, agent)
        script.wait(draw, 5 * HOUR)
        if draw.random() < 0.85:
            script.agent_says(agent)
        script.status("solved", "agent", agent)


def _close(script: Script, draw: random.Random, merged: float) -> None:
    """What is done to a few: merged, deleted; solved ones are closed by a rule after days."""
    fate = draw.random()
    if fate < merged:
        cut = draw.randint(1, len(script.steps))
        script.steps = script.steps[:cut]
        script.now = script.steps[-1].at
        script.wait(draw, HOUR)
        script.add("merged", actor_kind="agent", actor="A0", target="OTHER")
        if draw.random() < 0.3:
            script.wait(draw, HOUR)
            script.customer_says()
        if draw.random() < 0.1:
            script.wait(draw, HOUR)
            script.status("closed", "system")
        return
    if any(step.value == "solved" and step.kind == "status" for step in script.steps[-3:]) and draw.random() < 0.15:
        script.now += 4 * DAY
        script.status("closed", "system")
    if fate > 0.997:
        script.wait(draw, 10 * DAY)
        script.add("deleted", actor_kind="agent", actor="A0")
        if draw.random() < 0.2:
            script.wait(draw, DAY)
            script.add("restored", actor_kind="agent", actor="A0")


def _make_odd(script: Script, draw: random.Random) -> None:
    """Breaks a script in one of the ways that real exports are broken."""
    steps = script.steps
    way = draw.randrange(6)
    if way == 0:  # events missing
        steps[:] = [step for step in steps if draw.random() < 0.7] or steps[:1]
    elif way == 1:  # everything in few instants
        steps[:] = [_moved(step, step.at // (6 * HOUR) * 6 * HOUR) for step in steps]
    elif way == 2:  # out of order
        steps[:] = [_moved(step, max(0, step.at + draw.randint(-HOUR, HOUR))) for step in steps]
    elif way == 3:  # nothing but messages
        steps[:] = [step for step in steps if step.kind == "message"] or steps[:1]
    elif way == 4:  # steps of another one mixed in, some in the same instant
        for step in list(steps):
            if draw.random() < 0.4:
                kind = draw.choice(["status", "assigned", "message", "team", "ended", "joined", "outcome", "complaint"])
                at = step.at + draw.choice([0, 0, 1, 60])
                steps.append(_any_step(kind, at, draw))
    else:  # actors not told
        steps[:] = [Step(**{**vars(step), "actor_kind": None, "actor": None}) if draw.random() < 0.5 else step
                    for step in steps]


def _moved(step: Step, at: int) -> Step:
    return Step(**{**vars(step), "at": at})


def _any_step(kind: str, at: int, draw: random.Random) -> Step:
    """An event of a kind with any actor and value that the kind may have."""
    by = draw.choice(["customer", "agent", "bot", "system", None])
    actor = {"customer": "CUSTOMER", "agent": draw.choice(["A0", "A1"]), "bot": "BOT"}.get(by)
    value = {
        "status": draw.choice(["new", "open", "pending", "on_hold", "solved", "closed"]),
        "assigned": draw.choice(["A0", "A1", "A2", None]),
        "team": draw.choice(["T0", "T1", None]),
        "outcome": draw.choice(["solved", "unsolved", "spam", "duplicate"]),
    }.get(kind)
    public = draw.choice([True, False, None]) if kind == "message" else None
    return Step(at, kind, by, actor, public, draw.choice([True, None, None, None]), value, None)
