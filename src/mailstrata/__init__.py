"""mailstrata: which layer lost a mail between Gmail, Amazon SES and the recipient."""

__version__ = "0.1.0"
