// Lists: star, read state, moving with undo, all of the page, paging, folders on a narrow screen.

import assert from "node:assert/strict";

export const folders = [
  {
    name: "star and mark unread from the message",
    async run(hand) {
      await hand.openMessage("Termin morgen");
      await hand.page.locator(".toolbar .star").first().click();
      await hand.notice(/Star (added|removed)/);
      await hand.press("Mark unread");
      await hand.notice("marked as unread");
    },
  },
  {
    name: "archive with undo, delete, move",
    async run(hand) {
      await hand.open("/mail/inbox");
      await hand.pick("Termin morgen");
      await hand.press("Archive");
      await hand.notice("moved to Archive");
      await hand.button("Undo").click();
      await hand.notice("Undone");
      await hand.pick("Call me when you can");
      await hand.press("Delete");
      await hand.notice("moved to Trash");
      await hand.pick("Minutes of the Monday");
      await hand.page.locator(".toolbar").getByLabel("Move to…").selectOption({ label: "Junk" });
      await hand.press("Move");
      await hand.notice("moved to Junk");
    },
    async keys(hand) {
      await hand.open("/mail/inbox");
      await hand.tabTo(/type="checkbox"/);
      await hand.key("Space");
      await hand.page.locator(".toolbar button[value=archive]").focus();
      await hand.key("Enter");
      await hand.notice("moved to Archive");
      await hand.enter(/>Undo/);
      await hand.notice("Undone");
    },
  },
  {
    name: "all of the page, older and newer",
    async run(hand) {
      const { page } = hand;
      await hand.open("/mail/inbox");
      await page.locator("[data-select-all]").first().click();
      assert.equal(await page.locator('input[name="id"]:checked').count(), 50);
      await hand.press("Mark read");
      await hand.notice("marked as read");
      await page.getByRole("link", { name: "Older" }).click();
      await page.getByRole("link", { name: "Newer" }).click();
      await page.waitForURL(/after=/);
    },
  },
  {
    name: "folders on a narrow screen",
    async run(hand) {
      const { page } = hand;
      await page.setViewportSize({ width: 320, height: 700 });
      await hand.open("/mail/inbox");
      await page.locator("summary", { hasText: "Show folders" }).click();
      await page.locator(".bar").getByRole("link", { name: "Sent", exact: true }).click();
      await page.waitForURL("**/mail/sent");
      await page.locator(".bar").getByRole("link", { name: "Write" }).click();
      await page.waitForURL("**/mail/compose");
    },
  },
];
