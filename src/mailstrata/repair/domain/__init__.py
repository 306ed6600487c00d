"""The desired state of a domain, minus what was observed, gives changes: `goal`, `state`, `plan`, `apply`, `undo`.

    plan(Goal.of(setup), await observed(goal, asker, dns))      # Plan(changes=(Change(id="set-mail-from", …), …), …)

A plan is made again after each change that SES has to answer to, since its DKIM names are not known before.
"""
