"""Words beside the policy: the prose of its documents, and the names of its things in other languages.

`words/<language>/<document>.md` holds prose in which numbers and names stand as placeholders, `{{ clause("first-response") }}`;
`words/<language>/names.yaml` says the policy's names in that language. Both are checked against the policy when it is loaded, so
that no document can speak of a clause that is gone.
"""

from upheld.policy.prose.checking import check_words
from upheld.policy.prose.folder import DOCUMENTS, document_file, is_words_file, names_file, words_of
from upheld.policy.prose.missing import missing_words
from upheld.policy.prose.names import NAMES_FILE, with_names
from upheld.policy.prose.placeholders import Fault, Placeholder, pieces

__all__ = [
    "DOCUMENTS",
    "NAMES_FILE",
    "Fault",
    "Placeholder",
    "check_words",
    "document_file",
    "is_words_file",
    "missing_words",
    "names_file",
    "pieces",
    "with_names",
    "words_of",
]
