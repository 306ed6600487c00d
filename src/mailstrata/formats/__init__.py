"""One module for each grammar: ``parse``, ``render``, the frozen record and its ``Malformed…``. No I/O."""
