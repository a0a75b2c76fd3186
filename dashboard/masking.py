"""Names and e-mails as those see them whose role does not need them."""

import re

# The same form in which a customer's e-mail lands: a***@e***.com.
EMAIL = re.compile(r"([\w'+%-])[\w.'+%-]*@(\w)[\w-]*(?:\.[\w-]+)*(\.\w[\w-]+)")
WORD = re.compile(r"(\w)[\w'.-]*")


def masked_text(text: str) -> str:
    """Return the text with every e-mail address masked; all else stays as it is."""
    return EMAIL.sub(r"\1***@\2***\3", text)


def masked_name(name: str) -> str:
    """Return the first letters of a name, or an e-mail address as it is masked elsewhere."""
    if "@" in name:
        return masked_text(name)
    return WORD.sub(r"\1***", name)
