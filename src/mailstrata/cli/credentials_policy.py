"""``mailstrata credentials policy``: the least IAM policy for a job, made of the calls that the code makes."""

from __future__ import annotations

import json

import click

from mailstrata.model.errors import Refusal


@click.command("policy")
@click.argument("job", required=False)
@click.option("--region", default="REGION", metavar="REGION", help="Fill in the region.")
@click.option("--account", default="ACCOUNT", metavar="ACCOUNT", help="Fill in the account, 12 digits.")
@click.option("--user", default="SMTP-USER", metavar="NAME", help="Fill in the IAM user whose keys are changed.")
@click.option("--zone", default="ZONE-ID", metavar="ID", help="Fill in the hosted zone of Route 53.")
def command(job: str | None, region: str, account: str, user: str, zone: str) -> int:  # noqa: PLR0917 - click's options
    """Print the least-privilege IAM policy for JOB; without JOB, the list of jobs.

    It is generated from the calls that the code makes. What is in capitals is for you to fill in.

    \b
    aws iam put-user-policy --user-name operator --policy-name mailstrata \\
      --policy-document "$(mailstrata credentials policy diagnose)"
    """  # noqa: D301 - click wants a real backspace
    from mailstrata.adapters.aws_policy import JOBS, document

    if job is None:
        for name, actions in JOBS.items():
            click.echo(f"{name:<10} {len(set(actions))} actions")
        return 0
    if job not in JOBS:
        raise Refusal(f"there is no job {job!r}", "one of " + ", ".join(JOBS))
    click.echo(json.dumps(document(job, region=region, account=account, user=user, zone=zone), indent=2))
    return 0
