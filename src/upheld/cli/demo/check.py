"""`upheld demo --check`: a customer's mail, a killed worker, an agent's answer, the customer's answer to that; all of it over
the doors that users have. Prints one JSON object of what was seen.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Any

from upheld.cli.demo.browser import Browser
from upheld.cli.demo.sink import Received
from upheld.cli.demo.start import Demo

PATIENCE = 45.0  # for each step; a killed worker alone may cost ten seconds
TICKET_IN_LINK = re.compile(r"/requests/(\d+)/")
QUESTION = "Since nine o'clock nobody of us can sign in. What can we do?"
ANSWER = "I am looking at your sign-in log now and write again within the hour."
THANKS = "Thank you, two colleagues are in again."


class Failed(Exception):
    """A step did not come to its end; the message says which and what was there instead."""


class Scenario:
    """The story, told in steps; `seen` grows with what each of them met."""

    def __init__(self, demo: Demo, stop: threading.Event) -> None:
        assert demo.card
        self.demo, self.card, self.stop = demo, demo.card, stop
        self.token = secrets.token_hex(4)
        self.seen: dict[str, Any] = {
            "url": demo.url,
            "opened_in_seconds": round(demo.opened_in, 2),
            "token": self.token,
        }
        self.began = time.monotonic()
        self.ticket = 0

    def play(self) -> None:
        self._worker_is_up()
        question = self._write(self.card.mailbox, f"Nobody can sign in {self.token}", QUESTION)
        self._kill_the_worker()
        acknowledgement = self._acknowledged(question)
        self._promised()
        answer = self._answer(question, acknowledgement)
        self._worker_is_back()
        self._kept()
        self._write_back(answer)
        self._verify()

    # -- the steps ---------------------------------------------------------------------------------------------------------

    def _write(self, to: str, title: str, text: str, *, in_reply_to: str = "") -> str:
        """The customer writes, by SMTP. Returns the Message-ID."""
        message = EmailMessage()
        message["From"] = f"{self.card.customer.name} <{self.card.customer.email}>"
        message["To"], message["Subject"], message["Date"] = to, title, formatdate()
        message["Message-ID"] = message_id = f"<{secrets.token_hex(8)}@mail.example>"
        if in_reply_to:
            message["In-Reply-To"] = message["References"] = in_reply_to
        message.set_content(text)
        at = self.demo.environment.smtp_listen
        with smtplib.SMTP(at.host, at.port, timeout=20) as smtp:
            smtp.send_message(message, self.card.customer.email, [to])
        self._note("mail", to=to, message_id=message_id, accepted=True)
        return message_id

    def _worker_is_up(self) -> None:
        browser = Browser(self.demo.url)
        self._wait_for(
            "a worker", lambda: re.search(r"^upheld_workers [1-9]", browser.get("/metrics")[1], re.MULTILINE)
        )

    def _kill_the_worker(self) -> None:
        """At once after the mail was accepted: whatever it has begun with it is taken up by the next one."""
        pid = self.demo.supervisor.children["worker"].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        self._note("worker_killed", pid=pid)

    def _acknowledged(self, question: str) -> Received:
        mail = self._mail("the acknowledgement", lambda mail: question in _thread(mail))
        link = TICKET_IN_LINK.search(mail.text)
        if link is None:
            raise Failed(f"the acknowledgement does not name the ticket: {mail.text[:300]}")
        self.ticket = int(link[1])
        self._note(
            "acknowledgement",
            ticket=f"ticket:{self.ticket}",
            subject=str(mail.message["Subject"]),
            to=list(mail.recipients),
            auto_submitted=str(mail.message["Auto-Submitted"]),
            promise=[line.strip() for line in mail.text.splitlines() if re.search(r"\d:\d\d", line)],
        )
        return mail

    def _promised(self) -> None:
        commitments = self._wait_for("commitments", self._commitments)
        if "running" not in {one["state"] for one in commitments}:
            raise Failed(f"no commitment is running: {commitments}")
        self._note("commitments", commitments=commitments)

    def _answer(self, question: str, acknowledgement: Received) -> Received:
        """The agent signs in, answers in the workspace, and the customer gets a mail that threads."""
        browser = sign_in(self.demo.url, self.card.agent.email, self.card.agent.password)
        page = f"/desk/tickets/{self.ticket}/"
        status, html = browser.get(page)
        if status != 200 or self.token not in html:
            raise Failed(f"the agent does not see the ticket at {page} (status {status})")
        form = browser.form(page, with_fields={"text", "csrfmiddlewaretoken"}, action="/replies/")
        status, _ = browser.submit(page, form, text=ANSWER)
        self._note("agent", name=self.card.agent.name, page=page, status=status)
        mail = self._mail("the agent's answer", lambda mail: ANSWER[:40] in " ".join(mail.text.split()))
        thread = _thread(mail)
        if question not in thread:
            raise Failed(f"the answer does not thread: {thread}")
        self._note(
            "reply",
            to=list(mail.recipients),
            subject=str(mail.message["Subject"]),
            in_reply_to=str(mail.message["In-Reply-To"]),
            references=str(mail.message["References"]).split(),
            is_threaded=question in thread,
            is_another_mail=mail.message["Message-ID"] != acknowledgement.message["Message-ID"],
        )
        return mail

    def _worker_is_back(self) -> None:
        child = self.demo.supervisor.children["worker"]
        pid = self._wait_for("a new worker", lambda: child.pid if child.starts > 1 else None)
        self._note("worker_is_back", pid=pid, starts=child.starts)

    def _kept(self) -> None:
        kept = self._wait_for(
            "a commitment that was kept", lambda: [c for c in self._commitments() if c["state"] == "kept"]
        )
        self._note("kept", clauses=sorted({one["clause"] for one in kept}))

    def _write_back(self, answer: Received) -> None:
        """The customer answers by mail, to where the answer says; it becomes a message of the same ticket."""
        to = parseaddr(str(answer.message["Reply-To"] or answer.message["From"]))[1]
        thanks = f"{THANKS} ({self.token})"
        self._write(to, f"Re: {answer.message['Subject']}", thanks, in_reply_to=str(answer.message["Message-ID"]))
        browser = sign_in(self.demo.url, self.card.customer.email, self.card.customer.password)
        page = f"/requests/{self.ticket}/"
        self._wait_for("the customer's answer in the portal", lambda: THANKS in browser.get(page)[1])
        self._note("customer", page=page, sees_own_answer=True)

    def _verify(self) -> None:
        done = self._upheld("verify")
        self._note("verify", exit=done.returncode, said=done.stderr.strip().splitlines()[-1:])
        if done.returncode != 0:
            raise Failed(f"verify found differences: {done.stdout[:500]}")

    # -- looking -----------------------------------------------------------------------------------------------------------

    def _commitments(self) -> list[dict[str, Any]]:
        done = self._upheld("explain", f"ticket:{self.ticket}", "--json")
        if done.returncode != 0:
            return []
        wanted = ("clause", "cycle", "state", "due_at", "calendar")
        return [{name: one.get(name) for name in wanted} for one in json.loads(done.stdout)]

    def _upheld(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "upheld", *words]
        return subprocess.run(
            command, env=self.demo.variables, capture_output=True, text=True, check=False, timeout=120
        )

    def _mail(self, what: str, wanted: Callable[[Received], bool]) -> Received:
        mail = self.demo.sink.wait_for(wanted, seconds=PATIENCE)
        if mail is None:
            titles = [str(one.message["Subject"]) for one in self.demo.sink.received]
            raise Failed(f"{what} did not come within {PATIENCE:.0f} s; what came: {titles}")
        return mail

    def _wait_for(self, what: str, look: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while not (found := look()):
            if time.monotonic() > deadline:
                raise Failed(f"{what} did not come within {PATIENCE:.0f} s")
            if self.stop.wait(0.1):
                raise Failed("stopped from outside")
        return found

    def _note(self, step: str, **facts: Any) -> None:
        number = sum(name.startswith(step) for name in self.seen)
        name = step if number == 0 else f"{step}_{number + 1}"
        self.seen[name] = {"at_seconds": round(time.monotonic() - self.began, 2), **facts}


def sign_in(url: str, email: str, password: str) -> Browser:
    """A browser that is somebody. Raises Failed."""
    browser = Browser(url)
    page = "/accounts/login/"
    form = browser.form(page, with_fields={"login", "password", "csrfmiddlewaretoken"})
    browser.submit(page, form, login=email, password=password)
    if not any(cookie.name.endswith("session") for cookie in browser.jar):
        raise Failed(f"{email} could not sign in")
    return browser


def play(demo: Demo, stop: threading.Event) -> int:
    """The scenario on a demo that runs. Prints the JSON object and returns the exit code."""
    scenario = Scenario(demo, stop)
    problem = None
    try:
        scenario.play()
    except (Failed, LookupError, OSError, smtplib.SMTPException, subprocess.SubprocessError, ValueError) as error:
        problem = f"{type(error).__name__}: {error}"
        scenario.seen["logs"] = _last_words(demo)
    outcome = {"ok": problem is None, **({"problem": problem} if problem else {}), **scenario.seen}
    print(json.dumps(outcome, indent=2, ensure_ascii=False))
    return 0 if problem is None else 1


def _thread(mail: Received) -> str:
    return f"{mail.message['In-Reply-To'] or ''} {mail.message['References'] or ''}"


def _last_words(demo: Demo) -> dict[str, list[str]]:
    logs = sorted(demo.supervisor.logs.glob("*.log"))
    return {log.stem: log.read_text(errors="replace").splitlines()[-15:] for log in logs}
