"""The list of recorded exchanges, for people: what each shows, how it is signed and what is to be answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lianban_adapters.conformance.exchanges import POLLING_TOKEN, SECRET, TO_DEPARTMENT, TO_PLATFORM
from lianban_adapters.conformance.signatures import flaw

INDEX: Final = "README.zh-CN.md"

_INTRODUCTION: Final = f"""# 往来的样例

平台与部门之间的每种消息、每种办理动作、每种拒绝，一个一份 JSON：`request` 是发出的请求（`body` 是正文，UTF-8，原样），
`answer` 是应有的答复。内容均为虚构，规则见[部门系统对接说明](../../departments.zh-CN.md)。

本文件和各份样例由 `lianban adapter samples --out docs/examples/exchanges` 写出，请勿手改。

## 签名

样例用下面的密钥签名，它是公开的，只用于这些样例，不得用于对接；轮询没有签名，令牌为 `{POLLING_TOKEN}`：

```text
{SECRET}
```

下面的程序（Python 标准库）在本文件夹中运行，逐份核对签名，可以照着核对自己的实现。样例的签名时间是固定的，不核对时间：

```python
import base64
import hashlib
import hmac
import json
import pathlib

key = base64.b64decode("{SECRET.removeprefix("whsec_")}")
for path in sorted(pathlib.Path().glob("*.json")):
    request = json.loads(path.read_text("utf-8"))["request"]
    headers = request["headers"]
    if "webhook-signature" in headers:
        signed = f"{{headers['webhook-id']}}.{{headers['webhook-timestamp']}}.{{request['body']}}".encode()
        right = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        print(path.stem, "相符" if headers["webhook-signature"] == right else "不符")
```
"""
_HEAD: Final = "| 样例 | 内容 | 签名 | 应有的答复 |\n|---|---|---|---|"
_POLLING: Final = "polling-"


def index(exchanges: Mapping[str, Mapping[str, Any]]) -> str:
    """Every exchange has a line in one of three tables."""
    called = {name: one for name, one in exchanges.items() if not name.startswith(_POLLING)}
    tables = {
        "平台发给部门": {name: one for name, one in called.items() if one["direction"] == TO_DEPARTMENT},
        "部门回给平台": {name: one for name, one in called.items() if one["direction"] == TO_PLATFORM},
        "轮询：平台调用部门": {name: one for name, one in exchanges.items() if name.startswith(_POLLING)},
    }
    return _INTRODUCTION + "".join(
        f"\n## {title}\n\n{_HEAD}\n" + "".join(f"{line}\n" for line in _lines(shown)) for title, shown in tables.items()
    )


def _lines(exchanges: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, exchange in exchanges.items():
        cells = (f"[{name}]({name}.json)", exchange["title"], _proof(exchange["request"]), _answer(exchange["answer"]))
        yield f"| {' | '.join(cells)} |"


def _proof(request: Mapping[str, Any]) -> str:
    headers = request["headers"]
    if "authorization" in headers:
        return "令牌"
    if "webhook-signature" not in headers:
        return "没有"
    return "不符" if flaw(SECRET, headers, request["body"].encode()) else "相符"


def _answer(answer: Mapping[str, Any]) -> str:
    """Status, and what the body says of it in a word."""
    body = answer["body"]
    word = str(body.get("type", "")).rpartition(":")[2] or body.get("status", "")
    return f"{answer['status']} `{word}`" if word else str(answer["status"])
