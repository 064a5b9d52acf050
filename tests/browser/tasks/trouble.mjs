// Trouble while something is being written: what was saved and what was sent into a failure is not lost.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { site } from "../lib/site.mjs";

/** kill -9, and waits until it serves again. */
async function crash() {
  process.kill(Number(readFileSync(site.pidFile, "utf8")), "SIGKILL");
  const end = Date.now() + 30_000;
  await new Promise((done) => setTimeout(done, 500));
  while (!(await fetch(`${site.base}/readyz`).then(({ ok }) => ok, () => false))) {
    assert.ok(Date.now() < end, "it does not come back");
    await new Promise((done) => setTimeout(done, 200));
  }
}

export const trouble = [
  {
    name: "kill -9 after a draft was saved: it is there again, and so is the session",
    async run(hand) {
      const { page } = hand;
      page.mayFail = true;
      const subject = `Crashed ${hand.label}`;
      await hand.open("/mail/compose");
      await hand.field("To").fill("bob@remote.example");
      await hand.field("Subject").fill(subject);
      await hand.field("Message").fill("A long text of which nothing may be lost.");
      await hand.button("Save draft").last().click();
      await hand.notice("Draft saved at");
      await crash();
      await hand.openMessage(subject, "/mail/drafts");
      assert.match(await hand.field("Message").inputValue(), /nothing may be lost/);
    },
  },
  {
    name: "an answer of 503 to a sent message: the text is there again",
    only: "js",
    async run(hand) {
      const { page } = hand;
      page.mayFail = true;
      await hand.open("/mail/compose");
      await hand.field("To").fill("bob@remote.example");
      await hand.field("Subject").fill(`Refused ${hand.label}`);
      await hand.field("Message").fill("Sent into a failure.");
      const isPost = (route) => route.request().method() === "POST";
      await page.route("**/mail/compose", (route) =>
        (isPost(route) ? route.fulfill({ status: 503, body: "no" }) : route.fallback()));
      await hand.button("Send").click();
      await page.waitForTimeout(1000);
      if (await hand.field("Message").count() === 0) await page.goBack();
      await hand.field("Message").waitFor();
      assert.match(await hand.field("Message").inputValue(), /^Sent into a failure/);
    },
  },
];
