"""The embedded world: a second one behind the same Protocols, in which an incident can be lived through offline.

``scenario`` describes it, ``scene`` makes it so, ``living`` assembles and runs it, ``client`` talks to it as a command does.
"""
