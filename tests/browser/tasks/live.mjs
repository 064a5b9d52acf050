// What is new shows by itself; without JavaScript there is a link.

import assert from "node:assert/strict";

/** How long new mail may take to show. */
const SOON_MS = 5000;

export const live = [
  {
    name: "new mail is announced within 5 s, and moves nothing",
    only: "js",
    async run(hand) {
      const { page } = hand;
      const subject = `Just in ${hand.label}`;
      await hand.open("/mail/inbox");
      await page.waitForTimeout(1000);
      const before = await page.locator("li.row").first().innerText();
      const started = Date.now();
      await hand.deliver({ Subject: subject });
      const line = page.locator("[data-live] a").first();
      await line.waitFor({ timeout: SOON_MS });
      console.log(`         announced after ${Date.now() - started} ms`);
      assert.match(await page.title(), /^\(\d+\) /);
      assert.equal(await page.locator("li.row").first().innerText(), before, "the list moved");
      await line.click();
      await hand.row(subject).waitFor();
    },
  },
  {
    name: "new mail by the refresh link",
    async run(hand) {
      const subject = `Fetched ${hand.label}`;
      await hand.open("/mail/inbox");
      await hand.deliver({ Subject: subject });
      await hand.page.getByRole("link", { name: "Refresh" }).first().click();
      await hand.row(subject).waitFor();
    },
    async keys(hand) {
      const subject = `Fetched by keyboard ${hand.label}`;
      await hand.open("/mail/inbox");
      await hand.deliver({ Subject: subject });
      await hand.enter(/>Refresh</);
      await hand.row(subject).waitFor();
    },
  },
];
