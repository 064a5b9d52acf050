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
      await page.getByRole("link", { name: "Older", exact: true }).click();
      await page.getByRole("link", { name: "Newer", exact: true }).click();
      await page.waitForURL(/after=/);
    },
  },
  {
    name: "all of a folder, archived and taken back",
    async run(hand) {
      const { page } = hand;
      const total = async () => Number(/^(\d+) message/.exec(await page.locator(".list-head").first().innerText().then((text) =>
        text.split("\n").find((line) => /^\d+ message/.test(line))))[1]);
      await hand.open("/mail/inbox");
      const before = await total();
      assert.ok(before > 50, "more than a page");
      await page.locator("[data-select-all]").first().click();
      await page.getByRole("link", { name: `Select all ${before} messages of this folder` }).click();
      await page.getByText(`All ${before} messages of this folder are selected`).waitFor();
      await hand.press("Archive");
      await hand.notice(`${before} messages moved to Archive`);
      assert.equal(await page.locator("li.row").count(), 0);
      await hand.button("Undo").click();
      await hand.notice("Undone");
      await hand.open("/mail/inbox");
      assert.equal(await total(), before);
      await page.getByRole("link", { name: "Older", exact: true }).waitFor();
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
  {
    name: "an own folder: made, filled, renamed, deleted",
    async run(hand) {
      const { page } = hand;
      const [name, later] = [`Box ${hand.label}`, `Chest ${hand.label}`];
      const subject = `For the box ${hand.label}`;
      await hand.deliver({ Subject: subject });
      await hand.open("/mail/folders");
      await hand.field("New folder").fill(name);
      await hand.button("Create folder").click();
      await hand.notice("Folder created");
      await hand.open("/mail/inbox");
      await hand.pick(subject);
      await page.locator(".toolbar").getByLabel("Move to…").selectOption({ label: name });
      await hand.press("Move");
      await hand.notice(`moved to ${name}`);
      await hand.open("/mail/folders");
      await page.locator("summary", { hasText: name }).click();
      await page.getByLabel(`New name for ${name}`).fill(later);
      await hand.button("Rename").click();
      await hand.notice("Folder renamed");
      await page.locator("main").getByRole("link", { name: later }).click();
      await hand.row(subject).waitFor();
      await hand.open("/mail/folders");
      await page.locator("summary", { hasText: later }).click();
      await hand.button(`Delete ${later}`).click();
      await hand.notice("Folder deleted");
      await hand.open("/mail/trash");
      await hand.row(subject).waitFor();
    },
    async keys(hand) {
      await hand.open("/mail/folders");
      await hand.tabTo(/id="name"/);
      await hand.type(`Keyed ${hand.label}`);
      await hand.key("Enter");
      await hand.notice("Folder created");
    },
  },
];
