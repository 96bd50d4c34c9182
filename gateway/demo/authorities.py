"""Departments beside those of `gateway.demo.facts`, as they sign, with the codes of `config/departments.toml`."""

from typing import Final

from gateway.demo.codes import uscc
from gateway.demo.facts import Authority


def _authority(number: int, name: str, letters: str, as_written: str = "") -> Authority:
    return Authority(f"{name}(示例)", uscc("11", number), letters, f"{as_written or name}(示例)")


FINANCE: Final = _authority(201, "同江市财政局", "同财")
CUSTOMS: Final = _authority(202, "中华人民共和国同江海关", "同关", "同江出入境检验检疫局")
JIAMUSI: Final = _authority(203, "佳木斯市营商环境建设监督局", "佳营", "佳木斯市信用中心")
POLICE: Final = _authority(204, "同江市公安局", "同公")
EMERGENCY: Final = _authority(205, "同江市应急管理局", "同应急", "同江市安全生产监督管理局")
CULTURE: Final = _authority(206, "同江市文化广电和旅游局", "同文旅", "同江市文广新局")
STATISTICS: Final = _authority(207, "同江市统计局", "同统")
DEVELOPMENT: Final = _authority(208, "同江市发展和改革局", "同发改")
SCIENCE: Final = _authority(209, "同江市科学技术局", "同科")
PEOPLES_BANK: Final = _authority(210, "中国人民银行同江市支行", "同银")
FINANCIAL_OFFICE: Final = _authority(211, "同江市金融服务局", "同金", "同江市金融办")
MEDICAL_INSURANCE: Final = _authority(212, "同江市医疗保障局", "同医保")
