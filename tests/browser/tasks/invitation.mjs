// Invitations: a card, and an answer that goes to the organizer and lies in Sent.

import assert from "node:assert/strict";
import { invitationTo } from "../lib/letters.mjs";

export const invitation = [
  {
    name: "invitation: accepted, and the answer is in Sent",
    async run(hand) {
      const event = `Planning ${hand.label}`;
      await hand.deliver(...invitationTo(hand.user, event));
      await hand.openMessage(event);
      const card = hand.page.locator(".invite");
      await card.getByText("Room 7").waitFor();
      await card.getByRole("button", { name: "Accept" }).click();
      await hand.notice("on its way to the organizer");
      await hand.page.locator(".invite").getByText("You accepted").waitFor();
      await hand.openMessage(`Accepted: ${event}`, "/mail/sent");
      assert.match(await hand.page.locator("main").innerText(), /chair@firma\.example/);
    },
    async keys(hand) {
      const event = `Planning by keyboard ${hand.label}`;
      await hand.deliver(...invitationTo(hand.user, event));
      await hand.openMessage(event);
      await hand.enter(/<button[^>]*value="decline"/);
      await hand.notice("on its way to the organizer");
      await hand.page.locator(".invite").getByText("You declined").waitFor();
    },
  },
];
