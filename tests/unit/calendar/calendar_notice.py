"""What the notice for 2027 might say: the provisional year made official."""

from __future__ import annotations

from pathlib import Path

OFFICIAL_2027 = """\
year: 2027
status: official
notices: [国办发明电〔2026〕9号]
source: 试验用的放假安排
holidays:
  2027-01-01: 元旦
  2027-02-05: 春节
  2027-02-08: 春节
  2027-02-09: 春节
  2027-02-10: 春节
  2027-02-11: 春节
  2027-04-05: 清明节
  2027-05-03: 劳动节
  2027-06-09: 端午节
  2027-09-15: 中秋节
  2027-10-01: 国庆节
  2027-10-04: 国庆节
workdays:
  2027-02-20: 春节
"""


def announce(folder: Path, text: str = OFFICIAL_2027) -> None:
    (folder / "2027.yaml").write_text(text, encoding="utf-8")
