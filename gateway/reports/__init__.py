"""The credit report (信用报告): what departments hold of an organization, in the nine sections of the national form.

A report is made from answers that its caller could get by asking, and given at once: nothing of it is kept.
"""
