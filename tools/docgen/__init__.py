"""What the generated documentation is made of: the code itself. One module a page; `tools/reference.py` writes them."""
