// Measures a webmail over one mailbox: bench.mjs lifeboat|roundcube BASE USER PASSWORD ROUNDS PID...
//
// Prints JSON: for each page the quantiles of the time until its last byte, over one connection that
// stays open, and the processor time of the process groups that the PIDs lead; bytes and requests of the
// inbox in a browser with an empty cache. What a webmail does only at the first looks (an index, a
// cache) is timed on its own.

import http from "node:http";
import { readFileSync, readdirSync } from "node:fs";
import { launch } from "./lib/engines.mjs";

const [kind, base, user, password, rounds, ...leaders] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
/** The longest that one page is measured, in milliseconds; with fewer rounds, then. */
const MEASURED_MS = 20_000;
/** The longest that the first looks at a page may take. */
const FIRST_MS = 240_000;

/** What is asked for: a page is one or more requests. `csrf` goes with those that a script makes. */
const KINDS = {
  lifeboat: {
    async signIn(page) {
      await page.goto(`${base}/login`);
      await page.locator('input[name="address"]').fill(user);
      await page.locator('input[name="password"]').fill(password);
      await page.locator("main form button.btn-primary").first().click();
      await page.waitForURL("**/mail/inbox");
    },
    inbox: "/mail/inbox",
    // What a search says while older mail is not in the index yet.
    unfinished: /search\?q=[^"]*">Search again/,
    async pages(page) {
      const older = await page.locator('a[rel="next"]').first().getAttribute("href");
      const rows = await page.locator(".row-link").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
      return {
        inbox: () => ["/mail/inbox"],
        "page 2": () => [older],
        search: (round) => [`/mail/search?q=topic${round % 13}`],
        open: (round) => [rows[round % rows.length]],
      };
    },
  },
  roundcube: {
    async signIn(page) {
      await page.goto(base);
      await page.locator("#rcmloginuser").fill(user);
      await page.locator("#rcmloginpwd").fill(password);
      await page.locator("#rcmloginsubmit").click();
      await page.waitForURL(/_task=mail/);
      await page.locator("#messagelist tbody tr").first().waitFor();
    },
    inbox: "/?_task=mail&_mbox=INBOX",
    async pages(page) {
      const { ids, csrf } = await page.evaluate(() => ({
        ids: Object.values(globalThis.rcmail.message_list.rows).map(({ uid }) => uid),
        csrf: globalThis.rcmail.env.request_token,
      }));
      const list = (number) => ({ csrf, path: `/?_task=mail&_action=list&_mbox=INBOX&_page=${number}&_remote=1&_unlock=0` });
      const found = (word) =>
        ({ csrf, path: `/?_task=mail&_action=search&_mbox=INBOX&_q=${word}&_headers=subject%2Cfrom&_remote=1&_unlock=0` });
      return {
        inbox: () => ["/?_task=mail&_mbox=INBOX", list(1)],
        "page 2": () => [list(2)],
        search: (round) => [found(`topic${round % 13}`)],
        open: (round) => [`/?_task=mail&_action=show&_mbox=INBOX&_uid=${ids[round % ids.length]}`],
      };
    },
  },
};

/** Processor time of the groups so far, in milliseconds, with the children that have ended. */
function cpuTime() {
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    let stat;
    try { stat = readFileSync(`/proc/${pid}/stat`, "latin1"); } catch { continue; }
    // Behind the name: state, parent, group, ..., utime 11, stime 12, cutime 13, cstime 14.
    const fields = stat.slice(stat.lastIndexOf(") ") + 2).split(" ");
    if (!leaders.includes(fields[2]) && !leaders.includes(pid)) continue;
    ticks += Number(fields[11]) + Number(fields[12]);
    if (leaders.includes(pid)) ticks += Number(fields[13]) + Number(fields[14]);
  }
  return ticks * 10;
}

function fetchAll(path, headers) {
  return new Promise((done, fail) => {
    http.get(base + path, { agent, headers }, (answer) => {
      const body = [];
      answer.on("data", (part) => body.push(part));
      const whole = () => Buffer.concat(body).toString("latin1");
      answer.on("end", () => (answer.statusCode === 200 ? done(whole()) : fail(new Error(`${path}: ${answer.statusCode}`))));
    }).on("error", fail);
  });
}

async function timed(requests, headers) {
  const started = performance.now();
  for (const one of requests) {
    const script = one.csrf ? { "X-Requested-With": "XMLHttpRequest", "X-Roundcube-Request": one.csrf } : {};
    await fetchAll(one.path ?? one, { ...headers, ...script });
  }
  return performance.now() - started;
}

const quantile = (sorted, share) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)];

/** Asks until an answer no longer says that something is unfinished. */
async function complete(requests, headers, unfinished) {
  const started = performance.now();
  const plain = { ...headers, "Accept-Encoding": "identity" };
  while (performance.now() - started < FIRST_MS && unfinished.test(await fetchAll(requests(0)[0], plain))) {
    await new Promise((done) => { setTimeout(done, 200); });
  }
}

/** Asks until ten answers in a row are about as quick as the quickest; gives how long that took. */
async function settle(requests, headers, unfinished) {
  const started = performance.now();
  if (unfinished) await complete(requests, headers, unfinished);
  let least = Infinity;
  for (let [round, inRow] = [0, 0]; inRow < 10 && performance.now() - started < FIRST_MS; round += 1) {
    const took = await timed(requests(round), headers);
    inRow = took <= Math.max(2 * least, least + 5) ? inRow + 1 : 0;
    least = Math.min(least, took);
  }
  return performance.now() - started;
}

async function measure(requests, headers, unfinished) {
  const first_ms = await settle(requests, headers, unfinished);
  const times = [];
  const [started, before] = [performance.now(), cpuTime()];
  for (let round = 0; round < Number(rounds) && performance.now() - started < MEASURED_MS; round += 1) {
    times.push(await timed(requests(round), headers));
  }
  const cpu_ms = (cpuTime() - before) / times.length;
  times.sort((a, b) => a - b);
  return { rounds: times.length, p50_ms: quantile(times, 0.5), p99_ms: quantile(times, 0.99), cpu_ms, first_ms };
}

const browser = await launch("chromium");
try {
  const webmail = KINDS[kind];
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, baseURL: base });
  const page = await context.newPage();
  page.setDefaultTimeout(300_000);
  await webmail.signIn(page);
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  const cost = { bytes: 0, requests: 0 };
  session.on("Network.loadingFinished", ({ encodedDataLength }) => { cost.bytes += encodedDataLength; });
  session.on("Network.requestWillBeSent", ({ request }) => { cost.requests += request.url.startsWith("http") ? 1 : 0; });
  await page.goto(webmail.inbox);
  await page.waitForTimeout(2000);
  const measured = { ...cost };
  const pages = await webmail.pages(page);
  const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  await browser.close();
  const headers = { Cookie: cookies, "Accept-Encoding": "gzip" };
  for (const [name, requests] of Object.entries(pages)) measured[name] = await measure(requests, headers, webmail.unfinished);
  console.log(JSON.stringify(measured));
} finally {
  await browser.close();
  agent.destroy();
}
