"""A letter reaches one address and has the learner's page in it, whatever the learner or the kit is called."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from grader.reports.of_class.letter import letter

PAGE = "<!doctype html>\n<p>Zoë — 60 of 100</p>\n".encode()


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def written(
    name: str = "Zoë O'Neil", title: str = "Async Python", to: str = "zoe.o'neil+py@uni.example"
) -> EmailMessage:
    return read(letter(PAGE, title=title, to=to, name=name, attached_as="report.html"))


def test_the_page_is_in_it_byte_for_byte_as_an_html_file() -> None:
    (page,) = written().iter_attachments()

    assert page.get_payload(decode=True) == PAGE
    assert page.get_filename() == "report.html"
    assert page.get_content_type() == "text/html"
    assert page.get_content_charset() == "utf-8"


def test_it_goes_to_the_learner_alone() -> None:
    message = written()

    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == ("Zoë O'Neil", "zoe.o'neil+py@uni.example")
    assert message["Cc"] is message["Bcc"] is None


def test_the_mail_program_fills_in_the_sender_and_sends_it() -> None:
    message = written()

    assert message["From"] is message["Date"] is None
    assert message["X-Unsent"] == "1"


HOSTILE = [
    "Eve\nBcc: all@uni.example",
    "Eve\r\n\r\nbody",
    "=?utf-8?q?Bcc=3A?=",
    'Eve" <all@uni.example>, "',
    "\u202eevE",
    "x" * 9999,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_or_title_adds_no_header_and_no_address(text: str) -> None:
    for message in (written(name=text), written(title=text)):
        (to,) = message["To"].addresses
        assert to.addr_spec == "zoe.o'neil+py@uni.example"
        assert set(message.keys()) == {"To", "Subject", "X-Unsent", "MIME-Version", "Content-Type"}
        assert len(list(message.iter_attachments())) == 1


def test_without_a_name_it_greets_without_one() -> None:
    body = written(name="").get_body()

    assert body is not None
    assert body.get_content().startswith("Hello,")
    assert written(name="")["To"] == "zoe.o'neil+py@uni.example"


def test_lines_end_and_break_as_mail_wants_it() -> None:
    content = letter(PAGE, title="x" * 200, to="zoe@uni.example", name="é" * 70, attached_as="report.html")

    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(map(len, content.split(b"\r\n"))) <= SMTP.max_line_length
    assert content.isascii()
