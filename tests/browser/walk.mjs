// Walks every task of the webmail and the console in Chromium, with and without JavaScript and by
// keyboard, checks every page with axe, and measures the budgets.
//
// Needs LIFEBOAT_URL, LIFEBOAT_USER, LIFEBOAT_PASSWORD and LIFEBOAT_TOKEN (an operator's), and a
// mailbox with at least 52 messages of which the newest is "Invoice 2026-114" (with attachments) and
// the third newest "Your order has shipped" (HTML). With PICTURES set, pictures go to that folder.

import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const env = (name) => process.env[name] ?? assert.fail(`${name} is not set`);
const base = env("LIFEBOAT_URL");
const user = env("LIFEBOAT_USER");
const password = env("LIFEBOAT_PASSWORD");
const token = env("LIFEBOAT_TOKEN");
const pictures = process.env.PICTURES;
const problems = [];
if (pictures) mkdirSync(pictures, { recursive: true });

// Playwright gives each launch an empty profile of its own.
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});

/** A fresh page: `js` or not, a width, a colour scheme. */
async function visit({ js = true, width = 1280, scheme = "light" } = {}, walk) {
  const context = await browser.newContext({
    javaScriptEnabled: js, colorScheme: scheme, viewport: { width, height: 900 },
    timezoneId: "Europe/Berlin", locale: "en-GB", baseURL: base,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.on("console", (message) => {
    // The browser notes every answer that refuses a form or knows no page.
    const isRefusal = /status of (404|422)/.test(message.text());
    if (message.type() === "error" && !isRefusal) problems.push(`console: ${message.text()} at ${page.url()}`);
  });
  page.on("pageerror", (error) => problems.push(`script: ${error} at ${page.url()}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !url.startsWith("data:")) problems.push(`left the site: ${url}`);
  });
  try {
    await walk(page, context);
  } finally {
    await context.close();
  }
}

async function signIn(page) {
  await page.goto("/");
  await page.getByLabel("E-mail address").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/mail/inbox");
}

const row = (page, text) => page.locator("li.row", { hasText: text }).first();
const notice = (page, text) => page.locator(".notice", { hasText: text }).waitFor();
const press = (page, name) => page.locator(".toolbar").getByRole("button", { name, exact: true }).click();

async function tasks(page, js) {
  const label = js ? "with JavaScript" : "without JavaScript";
  await signIn(page);
  await page.getByText("Your old mail is safe").first().waitFor();
  // Read, with an attachment.
  await row(page, "Invoice 2026-114").locator(".row-link").click();
  await page.getByText("please find the invoice").waitFor();
  await page.getByText("Show quoted text").click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download invoice-2026-114.pdf" }).click();
  assert.equal((await download).suggestedFilename(), "invoice-2026-114.pdf");
  // Reply with an attachment.
  await page.getByRole("link", { name: "Reply", exact: true }).click();
  await page.getByLabel("Message", { exact: true }).fill(`Thank you, ${label}.`);
  const file = { name: "Überblick.txt", mimeType: "text/plain", buffer: Buffer.from("hello") };
  await page.getByLabel("Add files").setInputFiles(file);
  await page.getByRole("button", { name: "Send" }).click();
  await notice(page, "on its way");
  await page.goto("/mail/sent");
  await row(page, "Re: Invoice 2026-114").locator(".row-link").click();
  await page.getByText(`Thank you, ${label}.`).waitFor();
  await page.getByText("Überblick.txt").first().waitFor();
  // Reply all and forward start as they should.
  await page.goto("/mail/inbox");
  await row(page, "Termin morgen").locator(".row-link").click();
  await page.getByRole("link", { name: "Reply all" }).click();
  assert.match(await page.getByLabel("To", { exact: true }).inputValue(), /kathrin@firma/);
  await page.goBack();
  await page.getByRole("link", { name: "Forward" }).click();
  assert.match(await page.getByLabel("Subject").inputValue(), /^Fwd: Termin/);
  await page.goBack();
  // Star, unread, archive with undo, delete, move.
  await page.locator(".toolbar .star").click();
  await notice(page, /Star (added|removed)/);
  await press(page, "Mark unread");
  await notice(page, "1 message marked as unread");
  await row(page, "Termin morgen").locator('input[type="checkbox"]').check();
  await press(page, "Archive");
  await notice(page, "moved to Archive");
  await page.getByRole("button", { name: "Undo" }).click();
  await notice(page, "Undone");
  await row(page, "Call me when you can").locator('input[type="checkbox"]').check();
  await press(page, "Delete");
  await notice(page, "moved to Trash");
  await row(page, "Minutes of the Monday").locator('input[type="checkbox"]').check();
  await page.locator(".toolbar").getByLabel("Move to…").selectOption({ label: "Junk" });
  await press(page, "Move");
  await notice(page, "moved to Junk");
  // All of the page, without and with script.
  await page.locator("[data-select-all]").click();
  assert.equal(await page.locator('input[name="id"]:checked').count(), 50);
  await press(page, "Mark read");
  await notice(page, "marked as read");
  // Paging and back.
  await page.getByRole("link", { name: "Older" }).click();
  await page.getByRole("link", { name: "Newer" }).click();
  await page.waitForURL(/after=/);
  // HTML mail in its frame: nothing runs, nothing leaves, nothing outside changes.
  await page.goto("/mail/inbox");
  await row(page, "Your order has shipped").locator(".row-link").click();
  const frame = page.frameLocator("iframe");
  await frame.getByText("Order 4711").waitFor();
  assert.equal(await frame.locator('script, img[src^="http"], [onclick]').count(), 0);
  await page.getByRole("link", { name: "Show as plain text" }).click();
  await page.getByText("Your order is on its way.").first().waitFor();
  await page.getByRole("link", { name: "Show source" }).click();
  await page.getByText("Content-Type: multipart/alternative").first().waitFor();
  // A draft, kept and sent.
  await page.goto("/mail/compose");
  await page.getByLabel("Subject").fill(`Draft ${label}`);
  await page.getByLabel("Message", { exact: true }).fill("Not yet.");
  await page.getByRole("button", { name: "Save draft" }).last().click();
  await notice(page, "Draft saved at");
  await page.goto("/mail/drafts");
  await row(page, `Draft ${label}`).locator(".row-link").click();
  assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "Not yet.");
  await page.getByLabel("To", { exact: true }).fill("bob");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("link", { name: "“bob” is not an e-mail address" }).waitFor();
  await page.getByLabel("To", { exact: true }).fill("bob@remote.example");
  await page.getByRole("button", { name: "Send" }).click();
  await notice(page, "on its way");
  // Search.
  await page.goto("/mail/search");
  await page.locator("#q").fill("from:kathrin unterlagen");
  await page.locator("main").getByRole("button", { name: "Search" }).click();
  await row(page, "Termin morgen").waitFor();
  // The session ends while something is being written.
  await page.goto("/mail/compose");
  await page.getByLabel("To", { exact: true }).fill("bob@remote.example");
  await page.getByLabel("Message", { exact: true }).fill("Do not lose me.");
  await page.context().clearCookies({ name: "lifeboat" });
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("What you wrote is kept").waitFor();
  await page.getByLabel("E-mail address").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "Do not lose me.");
  // Settings, and out.
  await page.goto("/mail/settings");
  await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
  await page.getByRole("button", { name: "Save" }).click();
  await notice(page, "Settings saved");
  await page.locator("summary", { hasText: "Account" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out").waitFor();
  await page.goto("/mail/inbox");
  await page.waitForURL(/login/);
}

/** The console: states, an override set and removed, an order to a mailstore. */
async function console_(page) {
  await page.goto("/console");
  await page.getByLabel("Token").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("This token is not known").waitFor();
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/console");
  const change = async (name, action, reason) => {
    await page.getByRole("link", { name: `Change ${name}`, exact: true }).click();
    await page.getByLabel(action).check();
    await page.getByLabel("Reason").fill(reason);
    await page.getByRole("button", { name: "Apply" }).click();
    await notice(page, "Done:");
  };
  const state = (name) => page.locator("tr", { has: page.getByRole("rowheader", { name }) });
  await change("example.com", "Hold mail in the MX", "moving house");
  await state("example.com").getByText("Mail waits in the MX").first().waitFor();
  await change("example.com", "Follow the mailstore", "moved");
  await state("example.com").getByText("Follows the mailstore").waitFor();
  await change("a1", "Pin to Lifeboat", "filer is being replaced");
  await state("a1").getByText("Pinned to Lifeboat").waitFor();
  await change("a1", "Automatic", "replaced");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/console/login");
}

/** From the sign-in page to a sent reply with the keyboard alone. */
async function keyboard(page) {
  const focused = () => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? "");
  const tabTo = async (pattern, max = 80) => {
    for (let n = 0; n < max; n += 1) {
      await page.keyboard.press("Tab");
      if (pattern.test(await focused())) return;
    }
    assert.fail(`${pattern} is not reached by Tab on ${page.url()}`);
  };
  await page.goto("/login");
  await tabTo(/name="address"/);
  await page.keyboard.type(user);
  await tabTo(/name="password"/);
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/mail/inbox");
  await page.keyboard.press("Tab");
  assert.match(await focused(), /class="skip"/);
  await page.keyboard.press("Enter");
  await tabTo(/class="row-link"/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/mail\/inbox\/\d+/);
  await tabTo(/compose\?reply=/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/compose/);
  await page.locator("textarea:focus").waitFor();
  await page.keyboard.type("By keyboard.");
  await page.keyboard.press("Control+Enter");
  await notice(page, "on its way");
}

/** The pages that axe looks at: name, address, whether the user or the operator is there. */
async function pagesFor(page) {
  await page.goto("/mail/inbox");
  const href = (text) => row(page, text).locator(".row-link").getAttribute("href");
  const message = await href("Invoice 2026-114");
  const html = await href("Your order has shipped");
  const id = message.split("/").pop();
  return [
    ["inbox", "/mail/inbox"], ["inbox-selected", "/mail/inbox?select=all"],
    ["junk", "/mail/junk"], ["archive-empty", "/mail/archive"], ["drafts", "/mail/drafts"],
    ["message", message], ["message-html", html], ["message-source", `${message}/source`],
    ["compose", "/mail/compose"], ["reply", `/mail/compose?reply_all=${id}`],
    ["forward", `/mail/compose?forward=${id}`], ["search", "/mail/search?q=invoice"],
    ["search-none", "/mail/search?q=nothingatall"], ["settings", "/mail/settings"], ["receipt", "/mail/receipt"],
    ["not-found", "/mail/nowhere"],
  ];
}

let axeRuns = 0;
async function look(page, name, width, scheme) {
  const overflow = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (overflow > 0) problems.push(`${name} at ${width}: ${overflow} px wider than the screen`);
  await page.evaluate(axe);
  const result = await page.evaluate(() => axe.run(document, { iframes: false }));
  axeRuns += 1;
  for (const found of result.violations) {
    problems.push(`axe ${found.id} on ${name} at ${width} ${scheme}: ${found.nodes[0].html}`);
  }
  if (pictures) await page.screenshot({ path: join(pictures, `${name}-${width}-${scheme}.png`) });
}

async function looks(width, scheme) {
  await visit({ width, scheme }, async (page) => {
    await page.goto("/login");
    await look(page, "sign-in", width, scheme);
    await signIn(page);
    for (const [name, path] of await pagesFor(page)) {
      await page.goto(path);
      await page.waitForLoadState("networkidle");
      await look(page, name, width, scheme);
    }
    await page.goto("/console/login");
    await look(page, "console-sign-in", width, scheme);
    await page.getByLabel("Token").fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL("**/console");
    await look(page, "console", width, scheme);
    await page.goto("/console/change?scope=mailstore:a1");
    await look(page, "console-change", width, scheme);
    await page.goto("/console/merges");
    await look(page, "console-merges", width, scheme);
    await page.goto("/console/merges/domain/example.com");
    await look(page, "console-receipts", width, scheme);
  });
}

/** What the inbox costs: bytes and requests over the wire with an empty cache. */
async function budgets() {
  await visit({}, async (page, context) => {
    await signIn(page);
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    const kinds = new Map();
    const sizes = { all: 0, script: 0, requests: 0 };
    session.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      sizes.all += encodedDataLength;
      sizes.requests += 1;
      if (kinds.get(requestId) === "Script") sizes.script += encodedDataLength;
    });
    await page.goto("/mail/inbox");
    await page.waitForLoadState("networkidle");
    console.log(`inbox, 50 rows: ${JSON.stringify(sizes)}`);
    if (sizes.all > 40_000) problems.push(`the inbox takes ${sizes.all} bytes`);
    if (sizes.script > 15_000) problems.push(`its script takes ${sizes.script} bytes`);
    if (sizes.requests > 6) problems.push(`it takes ${sizes.requests} requests`);
  });
}

try {
  await budgets();
  await visit({ js: true }, (page) => keyboard(page));
  for (const js of [true, false]) {
    await visit({ js }, (page) => tasks(page, js));
    await visit({ js }, console_);
  }
  await visit({ js: false, width: 320 }, async (page) => {
    await signIn(page);
    await page.locator("summary", { hasText: "Show folders" }).click();
    await page.locator(".bar").getByRole("link", { name: "Sent" }).click();
    await page.waitForURL("**/mail/sent");
    await page.locator(".bar").getByRole("link", { name: "Write" }).click();
    await page.waitForURL("**/mail/compose");
  });
  for (const scheme of ["light", "dark"]) {
    for (const width of pictures ? [320, 360, 768, 1280] : [320, 768, 1280]) await looks(width, scheme);
  }
} catch (error) {
  problems.push(String(error.stack ?? error));
} finally {
  await browser.close();
}
console.log(`${axeRuns} pages checked with axe`);
for (const problem of [...new Set(problems)].slice(0, 40)) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
