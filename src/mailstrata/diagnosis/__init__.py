"""Evidence, the engine that gathers it, the checks that judge it, and the attribution of each lost mail to one cause."""
