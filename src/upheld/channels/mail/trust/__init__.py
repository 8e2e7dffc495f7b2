"""Is a mail from whom it says it is from? SPF, DKIM, DMARC and ARC, or the word of a relay that we trust.

`authenticity` is the whole of it. It asks the names system and nothing else, never raises, and answers with a `Verdict`;
what follows from that (who may act as an agent, who is copied) is decided by whoever takes the mail in.
"""

from upheld.channels.mail.trust.names import Names, NamesAway
from upheld.channels.mail.trust.verdict import Believed, Verdict, authenticity

__all__ = ["Believed", "Names", "NamesAway", "Verdict", "authenticity"]
