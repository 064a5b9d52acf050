// The console's lists: what is chosen is counted, switched by a job and taken back; what each role has; tokens; a page
// that is open says what happens.

import assert from "node:assert/strict";
import { site } from "../lib/site.mjs";

let domains = 0;
const headers = () => ({ authorization: `Bearer ${site.token}` });

/** A domain of the reseller acme with two mailboxes, unlike any other walk's. */
async function domainOf(hand) {
  domains += 1;
  const domain = `d${domains}-${hand.label.replace(/\W+/g, "-").toLowerCase()}-${Date.now()}.example`;
  const rows = ["one", "two"].map((name) =>
    JSON.stringify({ mailbox: `${name}@${domain}`, mailstore: "a1", reseller: "acme" }));
  const answer = await hand.page.request.post("/api/v1/provision?format=ndjson", {
    headers: { ...headers(), "content-type": "application/x-ndjson" }, data: `${rows.join("\n")}\n`,
  });
  assert.ok(answer.ok(), await answer.text());
  return domain;
}

/** Signs in as somebody of the reseller acme, or with the operator's token. */
async function signIn(hand, access) {
  const { page } = hand;
  let { token } = site;
  if (access) {
    const answer = await page.request.post("/api/v1/tokens", {
      headers: headers(), data: { role: "reseller", reseller: "acme", access, label: `walk ${access}` },
    });
    assert.equal(answer.status(), 201, await answer.text());
    ({ token } = await answer.json());
  }
  await hand.open("/console/login");
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: /^Sign in ?: With a token$/ }).click();
  await page.waitForURL("**/console");
}

/** Goes to a page by the menu. */
async function goTo(hand, name) {
  const { page } = hand;
  await page.locator(".menu-console > summary").click();
  await page.locator(".menu-console").getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

const row = (hand, name) => hand.page.locator("tr", { has: hand.page.getByRole("rowheader", { name }) });

/** Waits until the page says so: by itself with JavaScript, else after Refresh. */
async function says(hand, text) {
  const { page } = hand;
  const found = page.locator("main").getByText(text).first();
  for (let tries = 0; !hand.js && tries < 60 && await found.count() === 0; tries += 1) {
    await page.getByRole("link", { name: "Refresh" }).first().click();
    await page.waitForTimeout(250);
  }
  await found.waitFor();
}

export const consoleLists = [
  {
    name: "console: choose, count, switch by a job, take back",
    fresh: true,
    async run(hand) {
      const { page } = hand;
      const domain = await domainOf(hand);
      await signIn(hand, "admin");
      await goTo(hand, "Domains");
      await page.getByLabel("Part of the name").fill(domain);
      await hand.button("Show").click();
      await page.getByLabel(`Choose ${domain}`).check();
      await hand.button("Switch what is chosen…").click();
      await page.getByRole("heading", { name: "mailboxes: 2" }).waitFor();
      await page.getByLabel("Hold mail in the MX").check();
      await page.getByLabel("Ends").selectOption("4");
      await page.getByLabel("Reason").fill("a walk");
      await hand.button("Switch them").click();
      await page.waitForURL("**/console/jobs/*");
      await says(hand, "1 of 1 looked at, 0 failed.");
      await says(hand, "Ended ");
      const job = new URL(page.url()).pathname;
      await goTo(hand, "Settings of domains and mailboxes");
      await row(hand, domain).getByText("Until ").waitFor();
      await hand.open(job);
      await page.getByLabel("Reason").fill("the walk goes on");
      await hand.button("Take it back").click();
      await page.waitForURL((url) => url.pathname !== job);
      await says(hand, "1 of 1 looked at, 0 failed.");
      await goTo(hand, "Settings of domains and mailboxes");
      assert.equal(await row(hand, domain).count(), 0);
      await goTo(hand, "Jobs");
      await page.locator(`a[href="${job}"]`).waitFor();
      await goTo(hand, "Audit log");
      await page.getByLabel("To what").fill(domain);
      await hand.button("Show").click();
      await page.getByText("a walk").first().waitFor();
    },
  },
  {
    name: "console: what each role of a reseller finds",
    fresh: true,
    async run(hand) {
      const { page } = hand;
      const domain = await domainOf(hand);
      const menu = () => page.locator(".menu-console .menu-links a").allTextContents();
      await signIn(hand, "read-only");
      assert.ok(!(await menu()).some((name) => ["Tokens", "People", "Operations", "Resellers"].includes(name)));
      await hand.open(`/console/domains?name=${domain}`);
      await row(hand, domain).getByText("On Lifeboat").first().waitFor();
      assert.equal(await hand.button("Switch what is chosen…").count(), 0);
      await goTo(hand, "Audit log");
      await goTo(hand, "Outages");
      await page.locator('a[href^="/console/outages/"]').first().click();
      await page.getByText("An outage began").waitFor();
      await hand.open("/console/tokens");
      await page.getByRole("heading", { level: 1 }).waitFor();
      assert.equal(await page.getByRole("heading", { name: "Tokens" }).count(), 0);
      await hand.button("Sign out").count();
      await page.context().clearCookies();
      await signIn(hand, "help-desk");
      assert.ok(!(await menu()).includes("Audit log"));
      await goTo(hand, "Mailboxes");
      await goTo(hand, "Merges");
    },
  },
  {
    name: "console: a token is made, shown once, and revoked",
    fresh: true,
    async run(hand) {
      const { page } = hand;
      await signIn(hand);
      const label = `walk ${hand.label} ${Date.now()}`;
      await goTo(hand, "Tokens");
      await page.getByLabel("What it is for").fill(label);
      await page.getByLabel("Read only").check();
      await hand.button("Make a token").click();
      const token = await page.locator("#made").textContent();
      assert.match(token, /^lb_/);
      const get = () => page.request.get("/api/v1/mailstores", { headers: { authorization: `Bearer ${token}` } });
      assert.equal((await get()).status(), 200);
      await goTo(hand, "Tokens");
      assert.equal(await page.getByText(token).count(), 0);
      await page.getByRole("button", { name: new RegExp(`^Revoke ?: ${label}`) }).click();
      await hand.notice("The token is revoked.");
      assert.equal((await get()).status(), 401);
    },
  },
  {
    name: "console: a page that is open says what happens",
    only: "js",
    fresh: true,
    async run(hand) {
      const { page } = hand;
      const domain = await domainOf(hand);
      await signIn(hand, "admin");
      const state = row(hand, domain);
      await state.getByText("On Lifeboat").first().waitFor();
      await page.evaluate(() => { window.stayed = true; });
      const answer = await page.request.put(`/api/v1/domains/${domain}/failover`, {
        headers: headers(), data: { action: "queue", reason: "a walk" },
      });
      assert.ok(answer.ok(), await answer.text());
      await state.getByText("Mail waits in the MX").first().waitFor();
      assert.ok(await page.evaluate(() => window.stayed), "the page was loaded anew");
    },
  },
];
