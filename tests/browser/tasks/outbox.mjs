// What was sent and is still held: taken back, and let go.

import assert from "node:assert/strict";
import { smarthost } from "../lib/smtp.mjs";
import { site } from "../lib/site.mjs";

async function write(hand, subject) {
  await hand.open("/mail/compose");
  await hand.field("To").fill("bob@remote.example");
  await hand.field("Subject").fill(subject);
  await hand.field("Message").fill("Sent too early.");
  await hand.button("Send").click();
  await hand.notice(/on its way|Sent/);
}

export const outbox = [
  {
    name: "send, take back, find the draft again",
    async run(hand) {
      const subject = `Too soon ${hand.label}`;
      const sink = await smarthost(site.smarthost);
      try {
        await write(hand, subject);
        await hand.button("Undo").click();
        await hand.field("Message").waitFor();
        assert.match(await hand.field("Message").inputValue(), /^Sent too early\./);
        assert.equal(await hand.field("Subject").inputValue(), subject);
        await hand.open("/mail/sent");
        assert.equal(await hand.row(subject).count(), 0, "what was taken back lies in Sent");
        assert.ok(!sink.messages.some(({ text }) => text.includes(subject)), "what was taken back went out");
      } finally {
        await sink.close();
      }
    },
    async keys(hand) {
      const subject = `Too soon by keyboard ${hand.label}`;
      await hand.open("/mail/compose");
      await hand.page.locator('input[name="to"]:focus').waitFor();
      await hand.type("bob@remote.example");
      await hand.tabTo(/name="subject"/);
      await hand.type(subject);
      await hand.tabTo(/name="body"/);
      await hand.type("Too early.");
      await hand.key("Control+Enter");
      await hand.notice(/on its way|Sent/);
      await hand.enter(/<button[^>]*>(<svg.*<\/svg>)?Undo/s);
      await hand.field("Message").waitFor();
      assert.equal(await hand.field("Subject").inputValue(), subject);
    },
  },
  {
    name: "the outbox shows what is held",
    async run(hand) {
      const subject = `Held ${hand.label}`;
      await write(hand, subject);
      await hand.open("/mail/outbox");
      await hand.page.getByText(subject).first().waitFor();
    },
  },
];
