"""SOAP 1.1 interfaces of departments, described by a WSDL file beside the source file."""

from connectors.soap.connector import SoapConnector

__all__ = ["SoapConnector"]
