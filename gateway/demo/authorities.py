"""Departments beside those of `gateway.demo.facts`, as they sign, with the codes of `config/departments.toml`."""

from typing import Final

from gateway.demo.codes import uscc
from gateway.demo.facts import Authority


def _authority(number: int, name: str, letters: str, as_written: str = "") -> Authority:
    return Authority(f"{name}(示例)", uscc("11", number), letters, f"{as_written or name}(示例)")


FINANCE: Final = _authority(217, "同江市财政局", "同财")
CUSTOMS: Final = _authority(234, "同江海关", "同关", "同江出入境检验检疫局")
EMERGENCY: Final = _authority(202, "同江市应急管理局", "同应急", "同江市安全生产监督管理局")
CULTURE: Final = _authority(213, "同江市文化广电和旅游局", "同文旅", "同江市文化广电新闻出版局")
STATISTICS: Final = _authority(221, "同江市统计局", "同统")
DEVELOPMENT: Final = _authority(215, "同江市发展和改革局", "同发改")
SCIENCE: Final = _authority(214, "同江市科学技术局", "同科")
PEOPLES_BANK: Final = _authority(235, "中国人民银行同江市支行", "同银")
FINANCIAL_OFFICE: Final = _authority(218, "同江市金融工作办公室", "同金")
MEDICAL_INSURANCE: Final = _authority(210, "同江市医疗保障局", "同医保")
AGRICULTURE: Final = _authority(207, "同江市农业农村局", "同农", "同江市水产局")
HEALTH: Final = _authority(211, "同江市卫生健康局", "同卫", "同江市卫生和计划生育局")
EDUCATION: Final = _authority(212, "同江市教育体育局", "同教", "同江市教育局")
JUSTICE: Final = _authority(224, "同江市司法局", "同司")
CIVIL_AFFAIRS: Final = _authority(209, "同江市民政局", "同民")
