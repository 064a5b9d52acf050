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

/** What a form would send, with `changed` in place of some of it; never redirected. */
async function postByHand(hand, changed) {
  const { page } = hand;
  const fields = await page.locator("form[data-compose]").evaluate((form) =>
    [...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const multipart = Object.fromEntries([...fields, ["action", "send"], ...Object.entries(changed)]);
  const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const body = new FormData();
  for (const [name, value] of Object.entries(multipart)) body.append(name, value);
  // FormData turns the ends of lines into what a form has; these bytes go out as they are.
  const text = await new Response(body).text();
  const boundary = text.slice(2, text.indexOf("\r\n"));
  const raw = Object.entries(changed).reduce((sent, [name, value]) =>
    sent.replace(new RegExp(`(name="${name}"\r\n\r\n)[^]*?(\r\n--)`), (_, head, tail) => head + value + tail), text);
  return fetch(`${site.base}/mail/compose`, {
    method: "POST", redirect: "manual", body: raw,
    headers: { cookie: cookies, origin: site.base, "content-type": `multipart/form-data; boundary=${boundary}` },
  });
}

/** Ends of lines and NUL, where a header would begin anew. */
const INJECTED = ["\r\nBcc: evil@evil.invalid", "\nBcc: evil@evil.invalid", "\rBcc: evil@evil.invalid", "\0evil"];

/** Types numbered words until `until`; gives what was typed by when. */
async function typeUntil(hand, until) {
  const typed = [];
  for (let number = 1; !until(); number += 1) {
    const word = `word${number} `;
    await hand.type(word);
    typed.push({ word, at: Date.now() });
    await hand.page.waitForTimeout(150);
  }
  return typed;
}

export const trouble = [
  {
    name: "ends of lines in the fields of a reply are refused, and the text is kept",
    only: "js",
    async run(hand) {
      const { page } = hand;
      await hand.openMessage("Invoice 2026-114");
      await page.getByRole("link", { name: "Reply", exact: true }).first().click();
      await hand.field("Message").waitFor();
      for (const field of ["to", "cc", "bcc", "subject", "from"]) {
        for (const injected of INJECTED) {
          const usual = (await page.locator(`[name="${field}"]`).first().inputValue()) || "carl@x.example";
          const answer = await postByHand(hand, { body: "Kept, whatever else.", [field]: usual + injected });
          const shown = JSON.stringify([field, injected]);
          assert.ok(answer.status === 200 || answer.status === 422 || answer.status === 400, `${shown}: ${answer.status} ${answer.headers.get("location")}`);
          const text = await answer.text();
          if (answer.status !== 400) assert.match(text, /Kept, whatever else\./, shown);
          assert.match(text, /role="alert"|error/, shown);
        }
      }
      await hand.open("/mail/outbox");
      assert.doesNotMatch(await page.locator("main").innerText(), /evil/);
    },
  },
  {
    name: "kill -9 while somebody types: at most ten seconds of it are lost",
    only: "js",
    async run(hand) {
      if (hand.engine !== "chromium" && !site.all) return;
      const { page } = hand;
      const subject = `Killed ${hand.label}`;
      page.mayFail = true;
      await hand.open("/mail/compose");
      await hand.field("Subject").fill(subject);
      await hand.field("Message").focus();
      // As long as it takes until what is typed without a rest was saved, and some more.
      const end = Date.now() + 11_000;
      const typed = await typeUntil(hand, () => Date.now() > end);
      const killed = Date.now();
      await crash();
      const local = await page.evaluate(() => Object.values(localStorage).join(" "));
      // The page goes too, as if the device had failed with it: only what the server has is left.
      await page.evaluate(() => localStorage.clear());
      const later = await page.context().newPage();
      later.mayFail = true;
      try {
        await later.goto("/mail/drafts");
        await later.locator("li.row", { hasText: subject }).first().locator(".row-link").click();
        const text = await later.getByLabel("Message", { exact: true }).inputValue();
        const lost = typed.filter(({ word }) => !text.includes(word));
        assert.ok(lost.every(({ at }) => killed - at < 10_000), `lost: ${lost.length} of ${typed.length} words`);
        assert.ok(lost.length < typed.length, "nothing was saved");
        // On the device itself nothing is lost at all.
        const missing = typed.filter(({ word }) => !local.includes(word.trim()));
        assert.ok(missing.every(({ at }) => killed - at < 1000), `not on the device: ${missing.length}`);
      } finally {
        await later.close();
      }
    },
  },
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
