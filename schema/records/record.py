"""What every record has, whatever it says: identity, owner, provenance and notes; and what negative ones add."""

import strawberry

from schema.bindings import Judged, RecordPart
from schema.catalogue import CatalogueItem
from schema.conflicts import RecordConflict
from schema.enums import Disclosure, RecordState, Severity
from schema.fields import say, shown
from schema.provenance import Provenance
from schema.scalars import Date
from schema.values import Department, Issue


@strawberry.interface(description=say("一条信用记录", "One credit record of a department"))
class CreditRecord:
    """What the gateway writes on every record; fields of the record itself are those of its type."""

    record_id: strawberry.ID = shown(
        "记录标识，不透明", "Opaque id of the record at this gateway", binding=RecordPart("record_id")
    )
    record_type: str = shown("记录类型", "Name of the record's type", binding=RecordPart("record_type"))
    source: str = shown("数据源", "Name of the source that holds it", binding=RecordPart("source"))
    department: Department = shown("归属部门", "The department that owns it", binding=RecordPart("department"))
    department_as_written: str = shown(
        "来源原文中的机关名称；来源未写明的为归属部门名称",
        "The authority as the source wrote it; the department's name where it wrote none",
        binding=RecordPart("department_as_written"),
    )
    department_code: str | None = shown(
        "作出机关的统一社会信用代码；来源未写明的为归属部门代码",
        "Unified social credit code of the authority; the department's where the source wrote none",
        binding=RecordPart("department_code"),
    )
    catalogue_item: CatalogueItem | None = shown(
        "所属公共信用信息目录项，含法律依据",
        "The item of the catalogue that covers it, with its legal bases",
        binding=RecordPart("catalogue_item"),
    )
    disclosure: Disclosure | None = shown(
        "目录项的公开属性", "Disclosure level of that item", binding=RecordPart("disclosure")
    )
    provenance: Provenance = shown("记录来源", "Where, when and how it was found", binding=RecordPart("provenance"))
    also_reported_by: list[Provenance] = shown(
        "同一记录的其他来源", "Other origins of the same record", binding=RecordPart("also_reported_by")
    )
    conflicts: list[RecordConflict] = shown(
        "各来源不一致的字段", "Fields in which those origins differ", binding=RecordPart("conflicts")
    )
    issues: list[Issue] = shown("读取说明", "What was noted while it was read", binding=RecordPart("issues"))
    under_objection: bool = shown(
        "是否处于异议处理中；处理期间照常显示",
        "Whether an objection to it is open; it is shown all the same",
        binding=RecordPart("under_objection"),
    )


@strawberry.type(description=say("信用修复", "A credit repair"))
class Repair:
    """That a record was repaired: it is then no longer published, shared or used."""

    repaired_on: Date | None = shown("信用修复日期", "Date of the repair")
    basis: str | None = shown("信用修复依据（决定文书或规则）", "What it rests on: the decision, or the rule")


@strawberry.interface(description=say("一条失信信息", "A record that tells against its subject"))
class NegativeRecord(CreditRecord):
    """What the rules of publicity and repair say of a record, and what its source says (`domain.md` §4.3, §4.4)."""

    state: RecordState | None = shown(
        "信息状态（按公示与修复规则判定）；无法判定的为空",
        "State by the rules of publicity and repair; null when it cannot be told",
        binding=Judged("state"),
    )
    severity: Severity | None = shown(
        "失信程度：来源所报优先，其次行业标准，再次默认规则",
        "Severity: as the source says, else by a sector's standard, else by the default rule",
        binding=Judged("severity"),
    )
    severity_basis: str | None = shown(
        "失信程度的依据", "Who or what gave the severity", binding=Judged("severity_basis")
    )
    public_from: Date | None = shown("公示起始日期", "First day of publicity", binding=Judged("public_from"))
    min_public_until: Date | None = shown(
        "最短公示期截止日期，期满方可修复",
        "End of the shortest term of publicity: from then on it can be repaired",
        binding=Judged("min_public_until"),
    )
    public_until: Date | None = shown(
        "公示截止日期（本网关按规则计算）",
        "Last day of publicity, as this gateway computes it from the rules",
        binding=Judged("public_until"),
    )
    public_until_difference_days: int | None = shown(
        "来源所报公示截止期与计算结果之差（天），正数为来源更晚",
        "Days by which the source's end of publicity is later than the computed one",
        binding=Judged("public_until_difference_days"),
    )
    repair: Repair | None = shown(
        "信用修复；未修复的为空", "Its repair; null when there is none", binding=Judged("repair")
    )
    under_objection: bool = shown(
        "是否处于异议处理中", "Whether an objection to it is open", binding=Judged("under_objection")
    )
    source_state: RecordState | None = shown("来源所报的信息状态", "State of the record as the source says it")
    source_severity: Severity | None = shown("来源所报的失信程度", "Severity as the source says it")
    source_public_until: Date | None = shown("公示截止期（来源所报）", "End of publicity as the source reports it")
    repaired_on: Date | None = shown("信用修复日期", "Date of credit repair")
    repair_basis: str | None = shown("信用修复决定（来源原文）", "The decision of credit repair as the source names it")


@strawberry.interface(description=say("行政相对人", "The administrative counterpart that a decision names"))
class Counterpart:
    """The six codes and the persons of a decision of double publicity (`domain.md` §3.1, §3.2)."""

    counterpart_name: str | None = shown("行政相对人名称", "Name of the counterpart", "XDR_MC")
    counterpart_uscc: str | None = shown(
        "行政相对人代码_1：统一社会信用代码", "Code 1: unified social credit code", "XDR_SHXYM"
    )
    counterpart_reg_no: str | None = shown(
        "行政相对人代码_2：工商注册号", "Code 2: business registration number", "XDR_GSZC"
    )
    counterpart_org_code: str | None = shown("行政相对人代码_3：组织机构代码", "Code 3: organization code", "XDR_ZZJG")
    counterpart_tax_no: str | None = shown(
        "行政相对人代码_4：税务登记号", "Code 4: tax registration number", "XDR_SWDJ"
    )
    counterpart_institution_cert_no: str | None = shown(
        "行政相对人代码_5：事业单位证书号", "Code 5: certificate number of a public institution", "XDR_SYDW"
    )
    counterpart_social_org_no: str | None = shown(
        "行政相对人代码_6：社会组织登记证号",
        "Code 6: registration certificate number of a social organization",
        "XDR_SHZZ",
    )
    legal_representative: str | None = shown("法定代表人", "Name of the legal representative", "FRDB")
    legal_rep_id_type: str | None = shown(
        "法定代表人证件类型", "Kind of the representative's identity document", "FR_ZJLX"
    )
    legal_rep_id_no: str | None = shown(
        "法定代表人证件号码（脱敏，仅归属部门）",
        "Number of that document: masked, and for the owning department alone",
        "FR_ZJHM",
    )
    person_id_type: str | None = shown("自然人证件类型", "Kind of a natural person's identity document", "XDR_ZJLX")
    person_id_no: str | None = shown(
        "自然人证件号码（脱敏，仅归属部门）",
        "Number of that document: masked, and for the owning department alone",
        "XDR_ZJHM",
    )
