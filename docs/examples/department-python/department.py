"""部门业务系统的样例：收任务、办理、回传办理动作。只用标准库和 standardwebhooks（pip install standardwebhooks）。

环境变量：PLATFORM 平台网址，DEPARTMENT 部门代码，SECRET_FILE 签名密钥的文件，TOKEN 调阅材料的令牌，
PORT 监听的端口，DATA 数据库文件。消息、任务、动作都先存盘，再答复、再发送：断电、重启不丢也不重。"""

import base64
import hashlib
import json
import os
import sqlite3
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks.webhooks import Webhook

if lacking := [name for name in ("PLATFORM", "DEPARTMENT", "SECRET_FILE") if not os.environ.get(name)]:
    sys.exit(f"缺少环境变量 {'、'.join(lacking)}，见本文件开头的说明")
PLATFORM, DEPARTMENT, TOKEN = os.environ["PLATFORM"], os.environ["DEPARTMENT"], os.environ.get("TOKEN", "")
if not (SECRET := Path(os.environ["SECRET_FILE"])).is_file():
    sys.exit(f"没有签名密钥的文件 {SECRET}")
KEY = Webhook(SECRET.read_text(encoding="utf-8").strip())
LOCK = threading.RLock()
STORE = sqlite3.connect(os.environ.get("DATA", "department.db"), check_same_thread=False)
STORE.executescript("""
    CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS tasks (id TEXT PRIMARY KEY, data TEXT, state TEXT, asked INTEGER, next REAL);
    CREATE TABLE IF NOT EXISTS acts (id TEXT PRIMARY KEY, task TEXT, body TEXT, state TEXT, tries INTEGER, next REAL);
""")


def rows(query: str, *values: object) -> list:
    with LOCK:
        return STORE.execute(query, values).fetchall()


def receive(message_id: str, message: dict) -> None:
    """一个消息只处理一次；处理与“见过”在同一个事务中。不认识的消息忽略。"""
    with LOCK, STORE:
        if STORE.execute("INSERT OR IGNORE INTO messages VALUES (?)", (message_id,)).rowcount == 0:
            return
        data = message["data"]
        if message["type"] == "task.created":
            rows("INSERT OR IGNORE INTO tasks VALUES (?, ?, 'todo', 0, 0)", data["task_id"], json.dumps(data))
        elif message["type"] == "task.supplemented":
            for (known,) in rows("SELECT data FROM tasks WHERE id = ? AND state = 'asked'", data["task_id"]):
                whole = json.dumps({**json.loads(known), **data})
                rows("UPDATE tasks SET data = ?, state = 'todo' WHERE id = ?", whole, data["task_id"])
        elif message["type"] == "task.withdrawn":
            rows("INSERT OR IGNORE INTO tasks VALUES (?, '{}', '', 0, 0)", data["task_id"])  # 任务可能后到，不再办理
            rows("UPDATE tasks SET state = 'withdrawn' WHERE id = ?", data["task_id"])
            rows("UPDATE acts SET state = 'withdrawn' WHERE task = ? AND state = 'waiting'", data["task_id"])


def handle(task: dict, asked: bool) -> dict:
    """办理：这里换成自己的业务。缺材料的一次性告知补正，受理任务受理，其余准予。"""
    missing = sorted(set(task["scope"]["materials"]) - {material["code"] for material in task["materials"]})
    if missing and not asked:
        return {"kind": "request_supplement", "missing": [{"material": one, "note": "请补交。"} for one in missing]}
    if task["step"] == "acceptance":
        return {"kind": "accept"}
    for material in task["materials"]:
        request = urllib.request.Request(material["url"], headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(request, timeout=30) as response:
            if hashlib.sha256(response.read()).hexdigest() != material["digest"]:
                raise OSError("材料不完整")
    return {"kind": "decide", "decision": "granted", "results": [result(one) for one in task["results"]]}


def result(expected: dict) -> dict:
    made = {"code": expected["code"], "name": expected["name"]}
    if expected["deliverable"]:  # 换成真正的证照文件
        content = base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode()
        made["file"] = {"name": f"{expected['name']}.pdf", "media_type": "application/pdf", "content": content}
    return made


def work_on_tasks() -> None:
    due = "SELECT id, data, asked FROM tasks WHERE state = 'todo' AND next <= ?"
    for task_id, data, asked in rows(due, time.time()):
        try:
            act = handle(json.loads(data), bool(asked))
        except OSError as error:  # 取不到材料的，过后再办
            print(f"{task_id} 暂时不能办理：{error}", flush=True)
            rows("UPDATE tasks SET next = ? WHERE id = ?", time.time() + 1, task_id)
            continue
        # 编号由任务和动作而定，同一件事不会有两个编号；正文存下，重发时不变。
        act_id = f"{DEPARTMENT}-" + hashlib.sha256((task_id + ":" + act["kind"]).encode()).hexdigest()[:24]
        act |= {"act_id": act_id, "task_id": task_id, "actor": "system", "occurred_at": datetime.now(UTC).isoformat()}
        state = "asked" if act["kind"] == "request_supplement" else "done"
        moved = "UPDATE tasks SET state = ?, asked = ? WHERE id = ? AND state = 'todo' RETURNING id"
        with LOCK, STORE:
            if rows(moved, state, state == "asked", task_id):  # 其间被收回的不再回传
                body = json.dumps(act, ensure_ascii=False)
                rows("INSERT OR IGNORE INTO acts VALUES (?, ?, ?, 'waiting', 0, 0)", act_id, task_id, body)


def send_acts() -> None:
    due = "SELECT id, body, tries FROM acts WHERE state = 'waiting' AND next <= ?"
    for act_id, body, tries in rows(due, time.time()):
        if not rows("SELECT id FROM acts WHERE id = ? AND state = 'waiting'", act_id):
            continue  # 其间被收回
        status, answer = send(act_id, body)
        print(f"{act_id} 平台答复 {status} {answer}", flush=True)
        if status >= 500 or status in (408, 425, 429):  # 过后用同一编号再发
            rows("UPDATE acts SET tries = tries + 1, next = ? WHERE id = ?", time.time() + min(2**tries, 60), act_id)
        else:  # 4xx 再发也没有用，留给人看
            rows("UPDATE acts SET state = ? WHERE id = ?", f"answered {status}", act_id)


def send(act_id: str, body: str) -> tuple[int, str]:
    now = datetime.now(UTC)
    headers = {"Content-Type": "application/json", "webhook-id": act_id}
    headers |= {"webhook-timestamp": str(int(now.timestamp())), "webhook-signature": KEY.sign(act_id, now, body)}
    request = urllib.request.Request(f"{PLATFORM}/v1/departments/{DEPARTMENT}/acts", body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.request.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 599, str(error)  # 没有答复，与 5xx 一样对待


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            KEY.verify(body, dict(self.headers), json_parse=False)  # 也核对时间相差不超过 5 分钟
        except Exception:
            self.send_response(401)
        else:
            receive(self.headers["webhook-id"], json.loads(body))
            self.send_response(200)
        self.end_headers()


if __name__ == "__main__":
    port = os.environ.get("PORT", "18098")
    try:
        server = ThreadingHTTPServer(("", int(port)), Handler)
    except (OSError, ValueError, OverflowError):
        sys.exit(f"不能监听端口 {port}（已被占用，没有权限，或者不是端口），请用 PORT 换一个")
    print(f"在端口 {port} 收任务，办理动作发到 {PLATFORM}/v1/departments/{DEPARTMENT}/acts", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        work_on_tasks()
        send_acts()
        with LOCK:
            STORE.commit()
        time.sleep(0.2)
