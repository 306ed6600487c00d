"""Why a mail failed, whose fault it is and what to do, by numbers and by words.

    classify(bounce).reason        # "mailboxfull"
    classify(bounce).owner         # Owner.RECIPIENT

The knowledge is data: tables of tab-separated lines in ``tables/``, a source beside each row. ``providers`` what Exchange,
Gmail, Yahoo … mean by their own numbers and words · ``phrases`` what servers say in general, strongest first · ``statuses``
and ``replies`` what numbers mean by the registry · ``hints`` words so loose that the numbers come first · ``reasons`` what a
reason means for us · ``remedies`` what to do. ``classify`` weighs them · ``spoken`` texts made comparable · ``phrasebook``
finding a phrase fast · ``numbers`` codes and ranges of them · ``table`` reading the files.
"""
