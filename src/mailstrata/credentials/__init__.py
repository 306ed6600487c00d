"""SES SMTP passwords: how they are made (``derivation``), and why a wrong one is wrong (``forensics``)."""
