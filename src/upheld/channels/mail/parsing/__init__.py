"""Any bytes as a mail that people can read. Nothing here raises, and time and memory are bounded whatever comes.

`mime` finds the parts, `fields` reads the head, `bodies` gathers text, HTML and files; `mail` puts them together. The other
modules know one matter each: a charset, a client's way to quote, a format that files come in.
"""

from upheld.channels.mail.parsing.bodies import ParsedFile
from upheld.channels.mail.parsing.mail import ParsedHead, ParsedMail, parse, parse_head
from upheld.channels.mail.parsing.reports import DeliveryReport

__all__ = ["DeliveryReport", "ParsedFile", "ParsedHead", "ParsedMail", "parse", "parse_head"]
