// Every page there is, as axe and the eye see it: data for looks.mjs.
//
// A page is [name, address, act]: `act(page)`, if there is one, does there what leads to the look. Texts
// are in the reader's language, so that it names no text.

import assert from "node:assert/strict";
import { invitationTo, thread, withPicture } from "./lib/letters.mjs";
import { deliver, site } from "./lib/site.mjs";

const primary = (page) => page.locator("main form button.btn-primary").last();

let strangers = 0;
async function signInWrongly(page) {
  // Never the same twice: guessing is slowed down.
  strangers += 1;
  await page.locator("#address").fill(`nobody-${strangers}@example.com`);
  await page.locator("#password").fill("wrong");
  await primary(page).click();
  await page.locator(".error-summary").waitFor();
}

/** Gives the operator's brand help and links, which then stand where somebody cannot go on. */
async function withHelp(page) {
  const answer = await page.request.put("/api/v1/brand", {
    headers: { authorization: `Bearer ${site.token}` },
    data: {
      help: "Call +49 30 1234567, day and night.\nOr write to help@elsewhere.example.",
      links: [{ url: "https://status.elsewhere.example/", text: "How things stand elsewhere" }, { url: "tel:+49301234567", text: "Call us" }],
    },
  });
  assert.equal(answer.status(), 200, await answer.text());
  await page.reload();
  await page.locator(".brand-help").waitFor();
}

/** Pages without a session. */
export const doors = [
  ["sign-in-help", "/login", withHelp],
  ["sign-in", "/login"],
  ["sign-in-error", "/login", signInWrongly],
  ["sign-in-first", "/mail/inbox"],
  ["link-over", "/login/link?key=none"],
  ["forgotten", "/login/forgotten"],
  ["status", "/status"],
  ["console-sign-in", "/console/login"],
  ["console-sign-in-error", "/console/login", async (page) => {
    await page.locator("input#token").fill("wrong");
    await primary(page).click();
    await page.locator(".error-summary").waitFor();
  }],
];

async function writeWrongly(page) {
  await page.locator("#to").fill("bob");
  await page.locator("#body").fill("Text.");
  await page.locator('.actions button[value="send"]').click();
  await page.locator(".error-summary").waitFor();
}

async function addFiles(page) {
  const file = (name) => ({ name, mimeType: "text/plain", buffer: Buffer.alloc(3000, name) });
  for (const name of ["Überblick über das Jahr.txt", `${"a-very-long-name-".repeat(9)}.txt`]) {
    await page.locator("#files").setInputFiles(file(name));
    // A name is kept as far as it fits.
    await page.locator("li[data-bytes]", { hasText: name.slice(0, 20) }).waitFor();
  }
}

/** The session ends, and what was written is sent. */
async function signInAgain(page) {
  await page.locator("#to").fill("bob@remote.example");
  await page.context().clearCookies({ name: "lifeboat" });
  await page.locator('.actions button[value="send"]').click();
  await page.locator("#password").waitFor();
}

async function submitNothing(page) {
  const form = page.locator("main form", { has: page.locator("button.btn-primary") }).first();
  // What the browser would have asked for first.
  await form.evaluate((element) => { element.noValidate = true; });
  await form.locator("button.btn-primary").click();
  await page.locator(".error-summary").waitFor();
}

/** Something that can be undone. */
async function markFirst(page) {
  const row = page.locator("li.row").first();
  const action = await row.evaluate((element) => (element.classList.contains("unread") ? "read" : "unread"));
  await row.locator('input[name="id"]').check();
  await page.locator(`.toolbar button[value="${action}"]`).first().click();
  await page.locator(".notice form").waitFor();
}

const pressed = (selector) => (page) => page.locator(selector).locator("visible=true").first().click();

const numberOf = (address) => address.split("/").pop();
const LONG = "A subject of many words ".repeat(13).trim();

/** What lies in the mailbox besides, before its pages are looked at. */
export async function fill(user) {
  await deliver(user, { Subject: LONG }, "Long.");
  await deliver(user, { Subject: "word".repeat(75) }, "x".repeat(500));
  await deliver(user, ...invitationTo(user, "Planning for next year"));
  await deliver(user, ...withPicture("Our catalogue"));
  for (const [subject, count] of [["Forty answers", 40], ["Three answers", 3]]) {
    for (const letter of thread(subject, count)) await deliver(user, ...letter);
  }
}

/** Pages of the webmail; a function gets `at(text, part)`, the address of the message that shows `text`. */
export const webmail = [
  ["inbox", "/mail/inbox"],
  ["inbox-selected", "/mail/inbox?select=all"],
  ["inbox-everything", "/mail/inbox?select=everything"],
  ["inbox-undo", "/mail/inbox", markFirst],
  ["inbox-menu", "/mail/inbox", pressed(".menu > summary")],
  ["junk-empty", "/mail/junk"],
  ["archive-empty", "/mail/archive"],
  ["trash-empty", "/mail/trash"],
  ["drafts", "/mail/drafts"],
  ["sent", "/mail/sent"],
  ["message", (at) => at("Invoice 2026-114")],
  ["message-html", (at) => at("Your order has shipped")],
  ["message-long-subject", (at) => at("A subject of many words")],
  ["message-one-word", (at) => at("wordword")],
  ["message-arabic", (at) => at("مرحبا")],
  ["message-invitation", (at) => at("Planning for next year")],
  ["message-pictures", (at) => at("Our catalogue")],
  ["conversation", (at) => at("Three answers")],
  ["conversation-long", (at) => at("Forty answers")],
  ["source", (at) => at("Invoice 2026-114", "/source")],
  ["print", (at) => at("Three answers", "/print")],
  ["compose", "/mail/compose"],
  ["compose-error", "/mail/compose", writeWrongly],
  ["compose-files", "/mail/compose", addFiles],
  ["compose-signed-out", "/mail/compose", signInAgain],
  ["reply-all", async (at) => `/mail/compose?reply_all=${numberOf(await at("Termin morgen"))}`],
  ["forward", async (at) => `/mail/compose?forward=${numberOf(await at("Invoice 2026-114"))}`],
  ["outbox", "/mail/outbox"],
  ["search", "/mail/search?q=invoice"],
  ["search-selected", "/mail/search?q=invoice&select=all"],
  ["search-none", "/mail/search?q=nothingatall"],
  ["search-empty", "/mail/search"],
  ["settings", "/mail/settings"],
  ["folders", "/mail/folders"],
  ["folders-error", "/mail/folders", submitNothing],
  ["help", "/mail/help"],
  ["receipt-none", "/mail/receipt"],
  ["not-found", "/mail/nowhere"],
];

/** Pages of a mailbox whose mailstore never failed. */
export const atHome = [
  ["at-home-inbox", "/mail/inbox"],
  ["at-home-drafts", "/mail/drafts"],
  ["at-home-compose", "/mail/compose"],
  ["at-home-settings", "/mail/settings"],
];

/** Pages of a mailbox that was merged. */
export const merged = [
  ["merged-inbox", "/mail/inbox"],
  ["merged-message", (at) => at("Before the return")],
  ["receipt", "/mail/receipt"],
];

/** Pages of the console; a function gets `link(path, part)`, the first link on a page that holds `part`. */
export const consolePages = [
  ["console", "/console"],
  ["console-change", "/console/change?scope=mailstore:a1"],
  ["console-change-domain", "/console/change?scope=domain:example.com"],
  ["console-change-mailbox", `/console/change?scope=mailbox:${site.users[0]}`],
  ["console-change-error", "/console/change?scope=mailstore:a1", submitNothing],
  ["console-menu", "/console", pressed(".menu-console > summary")],
  ["console-domains", "/console/domains"],
  ["console-domains-none", "/console/domains?name=nothing"],
  ["console-overrides", "/console/overrides", async (page) => { await switchMany(page); await page.goto("/console/overrides"); }],
  ["console-bulk", "/console/mailboxes?select=page", choose],
  ["console-bulk-error", "/console/mailboxes?select=page", async (page) => {
    await choose(page);
    await submitNothing(page);
  }],
  ["console-job", "/console/domains", switchMany],
  ["console-jobs", "/console/jobs"],
  ["console-outages", "/console/outages"],
  ["console-timeline", (_, link) => link("/console/outages", "/console/outages/")],
  ["console-resellers", "/console/resellers"],
  ["console-domain-moves", "/console/domain-moves"],
  ["console-parts", "/console/parts"],
  ["console-tokens", "/console/tokens"],
  ["console-token-made", "/console/tokens", async (page) => {
    await page.locator("#label").fill("A panel with quite a long name");
    await page.locator('input[name="access"][value="read-only"]').check();
    await primary(page).click();
    await page.locator("#made").waitFor();
  }],
  ["console-audit", "/console/audit"],
  ["console-audit-error", "/console/audit?from=soon"],
  ["console-merges", "/console/merges"],
  ["console-outage", (_, link) => link("/console/merges", "/console/merges/outage/")],
  ["console-receipts", "/console/merges/domain/example.com"],
  ["console-ops", "/console/ops"],
  ["console-notices", "/console/notices"],
  ["console-delays", "/console/delays"],
  ["console-delays-words", "/console/delays", async (page) => {
    await page.locator('form:has(input[value="words"]) summary').first().click();
    await page.locator("#text-de-1").fill("Ihre Nachricht kommt später an\n\nDie Nachricht an {address} von {time} ist sicher verwahrt.");
    await page.locator("#text-ar-1").fill("تأخرت رسالتك\n\nرسالتك إلى {address} محفوظة.");
    await page.locator('button[value="preview"]').first().click();
    await page.locator(".letter").first().waitFor();
  }],
  ["console-queue", "/console/queue"],
  ["console-trace", `/console/trace?q=${site.users[0]}`],
  ["console-alerts", "/console/alerts"],
  ["console-mailboxes", "/console/mailboxes"],
  ["console-webhooks", "/console/announce/webhooks"],
  ["console-webhook", "/console/announce/webhooks", async (page) => {
    await page.fill("#to", "https://hooks.example.net/a-long-name-of-a-program-that-is-told/what-happens?key=1");
    await page.fill("#label", "The panel");
    await page.click("main form .btn-primary");
  }],
  ["console-contacts", "/console/announce/contacts"],
  ["console-brand", "/console/brand"],
  ["console-brand-language", "/console/brand?language=de"],
  ["console-brand-error", "/console/brand", async (page) => {
    await page.fill("#colour", "#ffcc00");
    await page.click("main form .btn-primary");
  }],
  ["console-people", "/console/people"],
  ["console-help", "/console/help", async (page) => {
    await page.locator("#address").fill(site.users[0]);
    await primary(page).click();
    await page.locator("#link").waitFor();
  }],
  ["console-people-link", "/console/people", addPerson],
];

/** Goes on with what is chosen on a list. */
async function choose(page) {
  await primary(page).click();
  await page.waitForURL("**/console/bulk");
}

/** Opts one domain out of nothing: a job that ends at once, and a setting that ends by itself. */
async function switchMany(page) {
  await page.goto("/console/domains");
  await page.locator('input[name="id"][value="domain:merged.example"]').check();
  await choose(page);
  await page.locator("#action-pin-primary").check();
  await page.locator("#ends").selectOption("4");
  await page.locator("#reason").fill("A look at the pages");
  await primary(page).click();
  await page.waitForURL("**/console/jobs/*");
}

let people = 0;
/** Enters somebody; the link to hand on is on the page. */
async function addPerson(page) {
  people += 1;
  await page.locator("#name").fill("Eve Example");
  await page.locator("#sign_in").fill(`eve-${people}-${Date.now()}@ops.example`);
  await page.locator('input[name="access"][value="read-only"]').check();
  await primary(page).click();
  await page.locator("#link").waitFor();
}

const PASSWORD = "a quite long password";

/** Enters somebody, and returns what leads to their password. */
async function invite(page) {
  people += 1;
  const sign_in = `ada-${people}-${Date.now()}@ops.example`;
  const answer = await page.request.post("/api/v1/people", {
    headers: { authorization: `Bearer ${site.token}` },
    data: { name: "Ada Example", sign_in, access: "admin" },
  });
  assert.equal(answer.status(), 201, await answer.text());
  const { pathname, search } = new URL((await answer.json()).link);
  return { sign_in, link: pathname + search };
}

/** Signs in as somebody who was just entered. */
export async function becomePerson(page) {
  const { sign_in, link } = await invite(page);
  await page.goto(link);
  await page.locator("#new").fill(PASSWORD);
  await primary(page).click();
  await page.waitForURL("**/console/login");
  await page.locator("#name").fill(sign_in);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("#password").press("Enter");
  await page.waitForURL("**/console");
}

/** Pages of somebody's own in the console. */
export const accountPages = [
  ["console-account", "/console/account"],
  ["console-account-error", "/console/account", async (page) => {
    await page.locator("#current").fill("wrong");
    await page.locator("#new").fill("short, but the browser shall not say so");
    await primary(page).click();
    await page.locator(".error-summary").waitFor();
  }],
  ["console-account-setup", "/console/account", async (page) => {
    const password = page.locator("#current-setup");
    if (await password.count() > 0) {
      await password.fill(PASSWORD);
      await password.press("Enter");
    }
    await page.locator("#key").waitFor();
  }],
  ["console-welcome", "/console/login", async (page) => {
    await page.goto((await invite(page)).link);
  }],
];

/** Leaves something in the outbox: nobody takes it. */
export async function fillOutbox(page) {
  await page.goto("/mail/compose");
  await page.locator("#to").fill("bob@remote.example");
  await page.locator("#subject").fill("What waits");
  await page.locator("#body").fill("Nobody takes this.");
  await page.locator('.actions button[value="send"]').click();
  await page.waitForURL((url) => !url.pathname.endsWith("/compose"));
  assert.ok(await page.locator(".notice").count() > 0, "nothing was sent");
}
