"""A letter to a learner with their page in it, as a file that every mail program reads (RFC 5322, ``.eml``)."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from grader.text import clean_line

MAX_NAME = 80
MAX_TITLE = 120
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,."\s]+')
"""What would have to be quoted in front of an address."""


def letter(page: bytes, *, title: str, to: str, name: str = "", attached_as: str) -> bytes:
    """Write the letter. ``to`` is an address in plain ASCII; without ``name`` it greets without one.

    It has no sender and no date, because a mail program fills them in when the letter is sent.
    """
    name, title = clean_line(name, MAX_NAME).strip(), clean_line(title, MAX_TITLE).strip()
    mailbox, _, domain = to.rpartition("@")
    message = EmailMessage(policy=SMTP)
    # Without quotes: where a header is folded, Python 3.11 forgets those of a long name, and a comma in it then begins
    # another address.
    message["To"] = Address(display_name=_SPECIAL.sub(" ", name).strip(), username=mailbox, domain=domain)
    message["Subject"] = f"Feedback on your answers: {title}"
    # Outlook opens a file with this header as a draft with a button to send it, and one without as a letter received.
    message["X-Unsent"] = "1"
    message.set_content(
        f"Hello{f' {name}' if name else ''},\n\n"
        f"attached is the report on what you have handed in for {title}: what passes, what fails, and why.\n\n"
        f"Save {attached_as} and open it in a browser. It is for you alone, and needs no network.\n"
    )
    message.add_attachment(page, maintype="text", subtype="html", filename=attached_as, params={"charset": "utf-8"})
    return message.as_bytes()
