// Writing and sending: taken back, saved by itself, files at once, names offered, no connection.

import assert from "node:assert/strict";

async function write(hand, subject, text) {
  await hand.open("/mail/compose");
  await hand.field("To").fill("bob@remote.example");
  await hand.field("Subject").fill(subject);
  await hand.field("Message").fill(text);
}

export const writing = [
  {
    name: "writing: take back what was just sent",
    async run(hand) {
      const subject = `Taken back ${hand.label}`;
      await write(hand, subject, "Too early.");
      await hand.button("Send").click();
      await hand.notice("you can still take it back");
      await hand.button("Undo").click();
      await hand.notice("It is a draft again");
      assert.equal(await hand.field("Subject").inputValue(), subject);
      assert.match(await hand.field("Message").inputValue(), /^Too early\./);
      await hand.button("Send").click();
      await hand.notice("you can still take it back");
      await hand.open("/mail/outbox");
      await hand.page.getByText(subject).first().waitFor();
    },
    async keys(hand) {
      await hand.open("/mail/compose");
      await hand.page.locator('input[name="to"]:focus').waitFor();
      await hand.type("bob@remote.example");
      await hand.tabTo(/name="body"/);
      await hand.type("Too early.");
      await hand.enter(/<button[^>]*value="send"/);
      await hand.notice("you can still take it back");
      await hand.enter(/<button[^>]*btn-link/);
      await hand.notice("It is a draft again");
      assert.match(await hand.field("Message").inputValue(), /^Too early\./);
    },
  },
  {
    name: "writing: a draft saves itself and keeps the focus",
    only: "js",
    async run(hand) {
      const { page } = hand;
      const subject = `By itself ${hand.label}`;
      await write(hand, subject, "");
      await hand.field("Message").focus();
      await page.keyboard.type("Ten seconds at most. ");
      const begun = Date.now();
      await page.getByText("Draft saved at").waitFor();
      assert.ok(Date.now() - begun < 10_000, "saved within 10 s");
      assert.match(await hand.focused(), /name="body"/);
      await hand.openMessage(subject, "/mail/drafts");
      assert.match(await hand.field("Message").inputValue(), /Ten seconds at most\./);
    },
  },
  {
    name: "writing: with formatting, which a draft and the sent message keep",
    only: "js",
    async run(hand) {
      const { page } = hand;
      const subject = `Formatted ${hand.label}`;
      const rich = page.locator('[data-format="rich"]');
      const tool = (name) => page.getByRole("toolbar").getByRole("button", { name, exact: true });
      await write(hand, subject, "First line\n> quoted\n-- \nAnn");
      await hand.button("Formatting").click();
      assert.equal(await page.locator("#body").isVisible(), false);
      assert.equal(await rich.locator("blockquote").innerText(), "quoted");
      await page.keyboard.type("Dear ");
      await page.keyboard.press("Control+b");
      await page.keyboard.type("all");
      await page.keyboard.press("Control+b");
      await page.keyboard.press("Enter");
      await tool("List").click();
      await page.keyboard.type("one");
      await page.keyboard.press("Enter");
      await page.keyboard.type("two ");
      await page.keyboard.press("Control+k");
      await page.keyboard.type("docs.example/page");
      await page.keyboard.press("Enter");
      // What is pasted is cleaned before it is there; Chromium says that it refused what was in it. (Firefox
      // gives a paste of a script's no content.)
      page.mayFail = true;
      await rich.evaluate((editor) => {
        const data = new DataTransfer();
        data.setData("text/html", '<h1 onclick="x()">Pasted</h1><img src="https://x.example/i.png"><script>document.title = "bad"</' + 'script>');
        data.setData("text/plain", "Pasted");
        editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      });
      assert.equal(await rich.locator("img, script, h1, [onclick]").count(), 0);
      page.mayFail = false;
      await page.getByText("Draft saved at").waitFor();
      await hand.openMessage(subject, "/mail/drafts");
      assert.match(await rich.locator("b").innerText(), /all/);
      assert.match(await rich.locator("li").first().innerText(), /one/);
      assert.equal(await rich.locator("a").getAttribute("href"), "https://docs.example/page");
      // To plain text and back: nothing is lost.
      await hand.button("Formatting").click();
      const text = await page.locator("#body").inputValue();
      for (const part of [/Dear all/, /- one/, /<https:\/\/docs\.example\/page>/, /> quoted/, /^-- $/m]) assert.match(text, part);
      await hand.button("Formatting").click();
      assert.match(await rich.locator("b").innerText(), /all/);
      await hand.button("Send").click();
      await hand.notice("you can still take it back");
      await hand.openMessage(subject, "/mail/sent");
      const frame = page.frameLocator("iframe").first();
      assert.equal(await frame.locator("b").innerText(), "all");
      assert.equal(await frame.locator("blockquote").innerText(), "quoted");
    },
  },
  {
    name: "writing: formatting switched on is no draft yet",
    only: "js",
    async run(hand) {
      const { page } = hand;
      await page.clock.install();
      await hand.open("/mail/compose");
      const posts = [];
      page.on("request", (request) => request.method() === "POST" && posts.push(request.url()));
      for (const _ of ["on", "off"]) {
        await hand.button("Formatting").click();
        await page.clock.runFor(20_000);
      }
      assert.deepEqual(posts, []);
      await hand.field("Subject").fill(`A letter ${hand.label}`);
      await page.clock.runFor(20_000);
      await page.getByText("Draft saved at").waitFor();
    },
  },
  {
    name: "writing: a file is taken at once and can be removed",
    only: "js",
    async run(hand) {
      const { page } = hand;
      await write(hand, `With files ${hand.label}`, "See the files.");
      for (const name of ["one.txt", "two.txt"]) {
        await page.locator("#files").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(name) });
        await page.locator("li[data-bytes]", { hasText: name }).waitFor();
      }
      await hand.button("Remove one.txt").click();
      await page.locator("li[data-bytes]", { hasText: "one.txt" }).waitFor({ state: "detached" });
      await hand.button("Send").click();
      await hand.notice("you can still take it back");
      await hand.openMessage(`With files ${hand.label}`, "/mail/sent");
      await page.getByText("two.txt").first().waitFor();
      assert.equal(await page.getByText("one.txt").count(), 0);
    },
  },
  {
    name: "writing: a name is offered and taken",
    only: "js",
    async run(hand) {
      const { page } = hand;
      await hand.open("/mail/compose");
      const to = page.locator("#to");
      await to.focus();
      await page.keyboard.type("marl");
      await page.locator("#to-people [role=option]").first().waitFor();
      assert.equal(await to.getAttribute("aria-expanded"), "true");
      await page.keyboard.press("ArrowDown");
      assert.equal(await to.getAttribute("aria-activedescendant"), "to-people-0");
      await page.keyboard.press("Enter");
      assert.equal(await to.inputValue(), "Bob Marley <bob@remote.example>, ");
      assert.match(await hand.focused(), /name="to"/);
      // Somebody of the organisation, who never wrote.
      const other = hand.site.users.find((user) => user !== hand.user);
      await page.keyboard.type(other.slice(0, 3));
      await page.locator("#to-people [role=option]", { hasText: other }).click();
      assert.match(await to.inputValue(), new RegExp(`^Bob Marley <bob@remote\\.example>, .*<${other}>, $`));
    },
  },
  {
    name: "writing: without a connection nothing is lost",
    only: "js",
    async run(hand) {
      if (hand.engine !== "chromium") return;
      const { page } = hand;
      await write(hand, `Offline ${hand.label}`, "Keep me.");
      page.mayFail = true;
      await page.context().setOffline(true);
      try {
        await hand.button("Send").click();
        await page.getByText("Not sent: there is no connection").waitFor();
        assert.match(await hand.field("Message").inputValue(), /^Keep me\./);
      } finally {
        await page.context().setOffline(false);
        page.mayFail = false;
      }
      await hand.button("Send").click();
      await hand.notice("you can still take it back");
    },
  },
];
