"""Rules of credit checks: what is declared, how it is read, and what it comes to over the evidence of an answer."""
