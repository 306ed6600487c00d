"""What was found, as a document for programs and as a page for people.

``document`` the JSON of the contract · ``plain`` and ``terminal`` the page as text and in colour · ``fixes`` a run of fixes ·
``explain`` a check's page · ``safe`` the one way for foreign text · ``words`` counts, dates, durations · ``page`` spans and
folding · ``story`` and ``arrangement`` which finding is told where · ``human`` the page, of the sections ``answer``, ``path``,
``mails``, ``details``, ``surroundings`` and ``remedies``.
"""
