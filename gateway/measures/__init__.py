"""Measures of joint reward and punishment: which may lawfully be taken for the lists on which a subject stands."""

from gateway.measures.applicable import Applicable, ApplicableMeasure, Missing, applicable
from gateway.measures.entries import Entry, Listed, court_entry, list_entry
from gateway.measures.register import Known, Measure, Register

__all__ = [
    "Applicable",
    "ApplicableMeasure",
    "Entry",
    "Known",
    "Listed",
    "Measure",
    "Missing",
    "Register",
    "applicable",
    "court_entry",
    "list_entry",
]
