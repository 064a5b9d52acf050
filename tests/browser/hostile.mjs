// Opens hostile mail everywhere it is shown: hostile.mjs ENGINE
//
// The payloads are tests/data/hostile-html (by class, each the body of an HTML message) and
// tests/data/hostile-mail (whole messages, hostile in a field). No script may run, no request leave,
// nothing outside the mail's frame change. First the same eyes look at the payloads unguarded: what
// they do not notice there, they could not notice at all.

import { readFileSync, readdirSync } from "node:fs";
import assert from "node:assert/strict";
import { canary, inspect, surroundings, unguarded } from "./lib/canary.mjs";
import { launch, open } from "./lib/browsers.mjs";
import { Hand } from "./lib/hand.mjs";
import { dice, finish, problems, site } from "./lib/site.mjs";
import { deliver } from "./lib/smtp.mjs";

const engine = process.argv[2];
const user = site.users[0];
const roll = dice();
/** Pages opened side by side. */
const SIDE_BY_SIDE = 3;
/** Firefox keeps something of every page: a few thousand of them are gigabytes. */
const VISITS_PER_BROWSER = 150;
/** Payloads that act in both browsers as soon as nothing guards against them: class and number. */
const ACTING = [
  ["script", 0], ["script", 1], ["handlers", 0], ["handlers", 8], ["svg", 0], ["css", 0], ["css", 8], ["frames", 1],
  ["base-meta", 2], ["images", 0], ["images", 7], ["mxss", 10],
];
/** Whom they ask there; a browser may well do so late. */
const UNGUARDED = "unguarded.invalid";
/** How long one of them may take to act on a busy machine. */
const ACTS_WITHIN_MS = 10_000;

/** Whom the browsers themselves ask, whatever is open; no payload names one of these. */
const BROWSERS_OWN = /(^|[/.])(googleapis\.com|google\.com|gvt1\.com|gstatic\.com|mozilla\.(com|net|org)|firefox\.com)(:\d+)?(\/|$)/;

/** Every place that shows a message: name and address, from its own address and number. */
const PLACES = [
  ["message", (href) => href],
  ["frame", (href) => `${href}/html`],
  ["source", (href) => `${href}/source`],
  ["reply", (_, id) => `/mail/compose?reply_all=${id}`],
  ["forward", (_, id) => `/mail/compose?forward=${id}`],
  ["print", (href) => `${href}/print`],
];

/** The payloads below tests/data/`folder`: class, number and text. */
function payloads(folder) {
  const directory = new URL(`../data/${folder}/`, import.meta.url);
  return readdirSync(directory).sort().flatMap((file) =>
    readFileSync(new URL(file, directory), "latin1").split("\n%%\n")
      .map((text, number) => ({ kind: file.replace(".txt", ""), number, text })));
}

/** Notes whatever a page does that mail must not; `tell` gets a line of it. */
function guard(page, tell) {
  page.on("dialog", (dialog) => { tell(`a script ran: ${dialog.message()}`); dialog.dismiss().catch(() => {}); });
  page.on("popup", () => tell("a window was opened"));
  page.on("request", (request) => {
    const url = request.url();
    const isHome = url.startsWith(site.base) || url.startsWith(page.home ?? site.base);
    if (!isHome && !/^(data|about|blob):/.test(url)) tell(`a request left: ${url.slice(0, 100)}`);
  });
}

/** Opens each of `payloads` where nothing guards; gives those of which nothing was noticed in time. */
async function unnoticed(browser, payloads, within_ms) {
  const server = await unguarded(payloads.map(({ text }) => text.replaceAll("evil.invalid", UNGUARDED)));
  const context = await browser.newContext();
  const quiet = [];
  await sideBySide(payloads.map((payload, index) => ({ ...payload, index })), async ({ kind, number, index }) => {
    const page = await context.newPage();
    page.home = server.base;
    const noticed = new Promise((done) => guard(page, done));
    const late = new Promise((done) => setTimeout(done, within_ms, "nothing"));
    page.goto(`${server.base}/${index}`, { waitUntil: "commit" }).catch(() => { /* a payload may well take the page away */ });
    if (await Promise.race([noticed, late]) === "nothing") quiet.push(`${kind} ${number}`);
    await Promise.race([page.close().catch(() => {}), new Promise((done) => setTimeout(done, 2000))]);
  });
  server.close();
  return quiet;
}

/** Fails unless what acts where nothing guards is noticed, by the page and by the proxy. */
async function control(browser, trap, everything) {
  const acting = everything.filter((one) => ACTING.some(([kind, number]) => one.kind === kind && one.number === number));
  assert.equal(acting.length, ACTING.length, "a payload of the control is missing");
  for (const name of await unnoticed(browser, acting, ACTS_WITHIN_MS)) {
    problems.add(`${engine}: the harness did not notice ${name} where nothing guards`);
  }
  if (!trap.asked.some((url) => url.includes(UNGUARDED))) problems.add("the proxy noticed nothing of the unguarded payloads");
  console.log(`${engine}: ${acting.length} payloads act where nothing guards; the proxy saw ${trap.asked.length} requests`);
  if (site.all) {
    const quiet = await unnoticed(browser, everything, 1500);
    console.log(`${engine}: of all ${everything.length}, ${everything.length - quiet.length} act; not: ${quiet.join(", ")}`);
  }
}

/** Runs `work` on each item, a few at a time. */
async function sideBySide(items, work) {
  const queue = [...items];
  const worker = async () => { while (queue.length > 0) await work(queue.shift()); };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
}

/** Delivers each payload; its subject or a header tells which it is. */
async function deliverAll(html, fields) {
  for (const { kind, number, text } of html) {
    await deliver(site.lmtp, [user], `From: a@x.example\nTo: ${user}\nSubject: payload ${kind} ${number}\n` +
      `Message-ID: <${kind}-${number}@html.example>\nMIME-Version: 1.0\nContent-Type: text/html\n\n${text}`);
  }
  for (const { text } of fields) await deliver(site.lmtp, [user], text);
}

/** The addresses of the newest `count` messages, newest first, and a check of every list they are in. */
async function addresses(context, count) {
  const page = await context.newPage();
  guard(page, (line) => problems.add(`${engine}: a list: ${line}`));
  const hrefs = [];
  await page.goto("/mail/inbox");
  while (hrefs.length < count) {
    for (const line of await page.evaluate(inspect)) problems.add(`${engine}: the inbox: ${line}`);
    hrefs.push(...await page.locator("li.row .row-link").evaluateAll((links) =>
      links.map((link) => link.getAttribute("href"))));
    const older = page.getByRole("link", { name: "Older", exact: true });
    if (hrefs.length >= count || await older.count() === 0) break;
    await older.click();
    await page.waitForLoadState();
  }
  for (const path of ["/mail/search?q=from:a@x.example", "/mail/search?q=script", "/mail/drafts", "/mail/compose"]) {
    await page.goto(path);
    for (const line of await page.evaluate(inspect)) problems.add(`${engine}: ${path}: ${line}`);
  }
  await page.close();
  assert.ok(hrefs.length >= count, `${hrefs.length} of ${count} messages are in the inbox`);
  return hrefs.slice(0, count);
}

/** A context in which the user is signed in; `look` is done with a hand in it. */
async function signedIn(browser, look) {
  const context = await open(browser);
  const page = await context.newPage();
  const hand = new Hand(page, { user, js: true, engine });
  await hand.signIn();
  await look?.(hand, page);
  await page.close();
  return context;
}

/** Opens one message in one place. */
async function visit(context, { name, place, path }, usual) {
  const page = await context.newPage();
  const tell = (line) => problems.add(`${engine}: ${name}: ${place}: ${line}`);
  guard(page, tell);
  try {
    const answer = await page.goto(path, { timeout: 20_000 });
    if (answer.status() === 404 && place !== "message") return 0;
    if (answer.status() !== 200) tell(`answers ${answer.status()}`);
    await page.waitForTimeout(100);
    for (const line of await page.evaluate(inspect)) tell(line);
    if (new URL(page.url()).pathname !== new URL(path, site.base).pathname) tell(`the page became ${page.url()}`);
    if (place === "message") {
      const now = await page.evaluate(surroundings);
      const at = [...usual].findIndex((character, index) => now[index] !== character);
      if (now !== usual) tell(`what surrounds the mail changed to: ${now.slice(Math.max(at - 40, 0), at + 80)}`);
    }
  } catch (error) {
    tell(String(error).split("\n")[0]);
  } finally {
    await page.close();
  }
  return 1;
}

/** One HTML payload of each class. */
function sample(payloads) {
  const kinds = [...new Set(payloads.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const all = payloads.filter((one) => one.kind === kind);
    return all[Math.floor(roll() * all.length)];
  });
}

/** Which message is opened where: everything, or each as a message and half of them in another place. */
function plan(messages) {
  return messages.flatMap(({ name, href }) => {
    const id = href.split("/").pop();
    const all = PLACES.map(([place, path]) => ({ name, place, path: path(href, id) }));
    if (site.all) return all;
    const other = 1 + Math.floor(roll() * (PLACES.length - 1));
    return roll() < 0.5 ? [all[0]] : [all[0], all[other]];
  });
}

const trap = await canary();
let browser = await launch(engine, { proxy: trap.port });
try {
  const everything = payloads("hostile-html");
  const html = site.all ? everything : sample(everything);
  const fields = payloads("hostile-mail");
  assert.ok(everything.length >= 60 && fields.length >= 15, "too few payloads");
  await control(browser, trap, everything);
  // What was let loose there may go on in its windows for ever.
  await browser.close();
  browser = await launch(engine, { proxy: trap.port });
  let usual = "";
  let context = await signedIn(browser, async (hand, page) => {
    await hand.openMessage("Your order has shipped");
    usual = await page.evaluate(surroundings);
  });
  await deliverAll(html, fields);
  const hrefs = (await addresses(context, html.length + fields.length)).reverse();
  const messages = [...html, ...fields].map(({ kind, number }, index) =>
    ({ name: `${kind} ${number}`, href: hrefs[index] }));
  let visits = 0;
  const visitsToDo = plan(messages);
  while (visitsToDo.length > 0) {
    await sideBySide(visitsToDo.splice(0, VISITS_PER_BROWSER), async (one) => {
      const opened = await visit(context, one, usual);
      visits += opened;
    });
    if (visitsToDo.length === 0) break;
    console.log(`${engine}: ${visitsToDo.length} visits to go`);
    await browser.close();
    browser = await launch(engine, { proxy: trap.port });
    context = await signedIn(browser);
  }
  const isOurs = (url) => !BROWSERS_OWN.test(url.split("?")[0]) && !url.includes(UNGUARDED);
  for (const url of trap.asked.filter(isOurs)) problems.add(`${engine}: the proxy was asked for ${url}`);
  console.log(`${engine}: ${html.length} HTML payloads and ${fields.length} hostile fields, opened ${visits} times`);
} catch (error) {
  problems.add(String(error.stack ?? error));
} finally {
  await browser.close();
  trap.close();
}
finish();
