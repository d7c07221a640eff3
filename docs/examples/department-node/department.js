// 部门业务系统的样例：收任务、办理、回传办理动作。只用 Node 自带的模块和 standardwebhooks（npm install）。
//
// 环境变量：PLATFORM 平台网址，DEPARTMENT 部门代码，SECRET_FILE 签名密钥的文件，TOKEN 调阅材料的令牌，
// PORT 监听的端口，DATA 数据文件。消息、任务、动作都先存盘，再答复、再发送：断电、重启不丢也不重。
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");

const lacking = ["PLATFORM", "DEPARTMENT", "SECRET_FILE"].filter((name) => !process.env[name]);
if (lacking.length || !fs.existsSync(process.env.SECRET_FILE)) {
  const absent = `没有签名密钥的文件 ${process.env.SECRET_FILE}`;
  console.error(lacking.length ? `缺少环境变量 ${lacking.join("、")}，见本文件开头的说明` : absent);
  process.exit(1);
}
const { Webhook } = require("standardwebhooks");

const PLATFORM = process.env.PLATFORM.replace(/\/+$/, "");
const { DEPARTMENT, TOKEN = "", PORT = "18098", DATA = "department.json" } = process.env;
const KEY = new Webhook(fs.readFileSync(process.env.SECRET_FILE, "utf8").trim());
const TRY_AGAIN = new Set([408, 425, 429]);

// 样例把全部数据存在一个文件里；正式的系统请用数据库。
const store = fs.existsSync(DATA)
  ? JSON.parse(fs.readFileSync(DATA, "utf8"))
  : { messages: {}, tasks: {}, acts: {} };

function save() {
  fs.writeFileSync(`${DATA}.new`, JSON.stringify(store), { flush: true });
  fs.renameSync(`${DATA}.new`, DATA);
}

// 一个消息只处理一次。不认识的消息忽略。
function receive(id, { type, data }) {
  if (store.messages[id]) return;
  store.messages[id] = true;
  const known = store.tasks[data.task_id];
  if (type === "task.created" && !known) {
    store.tasks[data.task_id] = { data, state: "todo", next: 0 };
  } else if (type === "task.supplemented" && known?.state === "asked") {
    known.data = { ...known.data, ...data };
    known.state = "todo";
  } else if (type === "task.withdrawn") {
    (store.tasks[data.task_id] ??= {}).state = "withdrawn"; // 任务可能后到，不再办理
    for (const act of Object.values(store.acts)) {
      if (act.task === data.task_id && act.state === "waiting") act.state = "withdrawn";
    }
  }
  save();
}

// 办理：这里换成自己的业务。缺材料的一次性告知补正，受理任务受理，其余准予。
async function handle(task, asked) {
  const given = new Set(task.materials.map((material) => material.code));
  const missing = task.scope.materials.filter((code) => !given.has(code));
  if (missing.length && !asked) {
    return { kind: "request_supplement", missing: missing.map((material) => ({ material, note: "没有提交，请补交。" })) };
  }
  if (task.step === "acceptance") return { kind: "accept" };
  for (const { url, digest } of task.materials) {
    const response = await fetch(url, { headers: { Authorization: `Bearer ${TOKEN}` } });
    const content = Buffer.from(await response.arrayBuffer());
    const found = crypto.createHash("sha256").update(content).digest("hex");
    if (!response.ok || found !== digest) throw new Error("材料取不到或者不完整");
  }
  return { kind: "decide", decision: "granted", results: task.results.map(result) };
}

function result({ code, name, deliverable }) {
  if (!deliverable) return { code, name };
  const content = Buffer.from("%PDF-1.4\n%%EOF\n").toString("base64"); // 换成真正的证照文件
  return { code, name, number: "样〔2026〕1号", file: { name: `${name}.pdf`, media_type: "application/pdf", content } };
}

async function workOnTasks() {
  for (const [task_id, task] of Object.entries(store.tasks)) {
    if (task.state !== "todo" || task.next > Date.now()) continue;
    let act;
    try {
      act = await handle(task.data, task.asked);
    } catch (error) {
      console.log(`${task_id} 暂时不能办理：${error.message}`);
      task.next = Date.now() + 1000;
      continue;
    }
    if (task.state !== "todo") continue; // 其间被收回的不再回传
    // 编号由任务和动作而定，同一件事不会有两个编号；正文存下，重发时不变。
    const hash = crypto.createHash("sha256").update(`${task_id}:${act.kind}`).digest("hex");
    const act_id = `${DEPARTMENT}-${hash.slice(0, 24)}`;
    Object.assign(act, { act_id, task_id, actor: "system", occurred_at: new Date().toISOString() });
    task.asked = act.kind === "request_supplement";
    task.state = task.asked ? "asked" : "done";
    store.acts[act_id] = { task: task_id, body: JSON.stringify(act), state: "waiting", tries: 0, next: 0 };
    save();
  }
}

async function sendActs() {
  for (const [act_id, act] of Object.entries(store.acts)) {
    if (act.state !== "waiting" || act.next > Date.now()) continue;
    const { status, answer } = await send(act_id, act.body);
    console.log(`${act_id} 平台答复 ${status} ${answer}`);
    act.tries += 1;
    act.next = Date.now() + 1000 * Math.min(2 ** act.tries, 60);
    // 4xx 再发也没有用，留给人看；其余过后用同一编号再发。
    if (status && status < 500 && !TRY_AGAIN.has(status)) act.state = `answered ${status}`;
    save();
  }
}

async function send(act_id, body) {
  const now = new Date();
  const headers = { "Content-Type": "application/json", "webhook-id": act_id };
  headers["webhook-timestamp"] = String(Math.floor(now.getTime() / 1000));
  headers["webhook-signature"] = KEY.sign(act_id, now, body);
  try {
    const signal = AbortSignal.timeout(30_000);
    const url = `${PLATFORM}/v1/departments/${DEPARTMENT}/acts`;
    const response = await fetch(url, { method: "POST", body, headers, signal });
    return { status: response.status, answer: await response.text() };
  } catch (error) {
    return { status: null, answer: error.message };
  }
}

const server = http.createServer(async (request, response) => {
  const json = { "Content-Type": "application/json" };
  const reply = (status, content) => response.writeHead(status, json).end(JSON.stringify(content));
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  let message;
  try {
    message = KEY.verify(body, request.headers); // 也核对时间相差不超过 5 分钟
  } catch {
    return reply(401, { error: "签名不符" });
  }
  receive(request.headers["webhook-id"], message);
  reply(200, { status: "received" });
});

async function work() {
  await workOnTasks();
  await sendActs();
  setTimeout(work, 200);
}

server.on("error", () => {
  console.error(`不能监听端口 ${PORT}（已被占用，或者没有权限），请用 PORT 换一个`);
  process.exit(1);
});
server.listen(Number(PORT), () => {
  console.log(`在端口 ${PORT} 收任务，办理动作发到 ${PLATFORM}/v1/departments/${DEPARTMENT}/acts`);
});
work();
