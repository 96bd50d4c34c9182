"""Who owns what: the bodies of the city today, and those that old records still name."""

from gateway.departments.load import load_departments
from gateway.departments.register import Department, Departments

__all__ = ["Department", "Departments", "load_departments"]
