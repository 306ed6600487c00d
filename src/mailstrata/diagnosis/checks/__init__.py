"""The checks: one fault to a file, named after the fault, its docstring the page that ``mailstrata explain`` prints."""
