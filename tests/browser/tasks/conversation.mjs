// Conversations: one line in the list, one page with each message and its own buttons.

import assert from "node:assert/strict";

async function deliverThree(hand, subject) {
  const first = await hand.deliver({ Subject: subject }, "First words.");
  const second = await hand.deliver({ Subject: `Re: ${subject}`, "In-Reply-To": first, References: first },
    "Second words.");
  await hand.deliver({ Subject: `Re: ${subject}`, "In-Reply-To": second, References: `${first} ${second}` },
    "Third words.");
}

export const conversation = [
  {
    name: "a conversation is one line and one page, with my reply in it",
    async run(hand) {
      const subject = `Three of a kind ${hand.label}`;
      await deliverThree(hand, subject);
      await hand.open("/mail/inbox");
      assert.equal(await hand.page.locator("li.row", { hasText: subject }).count(), 1);
      await hand.row(subject).locator(".row-link").click();
      assert.equal(await hand.page.locator("details.piece").count(), 3);
      await hand.page.getByText("Third words.").last().waitFor();
      await hand.page.getByRole("link", { name: "Reply", exact: true }).last().click();
      await hand.field("Message").fill("My own words.");
      await hand.button("Send").click();
      await hand.notice(/on its way|Sent/);
      await hand.openMessage(subject);
      assert.equal(await hand.page.locator("details.piece").count(), 4);
      await hand.page.getByText("My own words.").first().waitFor({ state: "attached" });
    },
    async keys(hand) {
      const subject = `Three by keyboard ${hand.label}`;
      await deliverThree(hand, subject);
      await hand.openMessage(subject);
      await hand.tabTo(/class="piece-head"/);
      const open = () => hand.page.locator("details.piece[open]").count();
      const before = await open();
      await hand.key("Enter");
      assert.notEqual(await open(), before);
    },
  },
];
