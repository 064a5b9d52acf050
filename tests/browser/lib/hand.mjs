// What a task works with: a page, and the gestures that recur.

import assert from "node:assert/strict";
import { deliver, site } from "./site.mjs";

export class Hand {
  /** `label` is unlike any other walk's, for subjects and texts that are looked for later. */
  constructor(page, { user, js, engine }) {
    Object.assign(this, { page, user, js, engine, site });
    this.label = `${engine} ${js ? "with" : "without"} JavaScript`;
  }

  async signIn() {
    await this.page.goto("/login");
    await this.page.getByLabel("E-mail address").fill(this.user);
    await this.page.getByLabel("Password").fill(site.password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.waitForURL("**/mail/inbox");
  }

  /** Opens a page of the site. */
  open(path) { return this.page.goto(path); }

  /** The first row of a list that shows `text`. */
  row(text) { return this.page.locator("li.row", { hasText: text }).first(); }

  /** Opens the message that shows `text` from the list at `path`. */
  async openMessage(text, path = "/mail/inbox") {
    await this.open(path);
    await this.row(text).locator(".row-link").click();
    // Without script nothing tells when a click on what is still being laid out hits nothing.
    await this.page.waitForURL((url) => url.pathname !== path);
  }

  pick(text) { return this.row(text).locator('input[type="checkbox"]').check(); }

  /** Waits for the notice at the top of the page. */
  notice(text) { return this.page.locator(".notice", { hasText: text }).first().waitFor(); }

  /** A button of the toolbar. */
  press(name) {
    return this.page.locator(".toolbar").first().getByRole("button", { name, exact: true }).first().click();
  }

  field(label) { return this.page.getByLabel(label, { exact: true }); }

  button(name) { return this.page.getByRole("button", { name, exact: true }); }

  /** What comes of an act: a "download", a "popup". */
  async comes(event, act) {
    const [came] = await Promise.all([this.page.waitForEvent(event), act()]);
    return came;
  }

  /** Delivers a message to this walk's mailbox; gives its Message-ID. */
  deliver(headers, body, sender) { return deliver(this.user, headers, body, sender); }

  // The keyboard.

  focused() { return this.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 300) ?? ""); }

  key(name) { return this.page.keyboard.press(name); }

  type(text) { return this.page.keyboard.type(text); }

  /** Presses Tab until what has the focus matches, and shows where the focus is. */
  async tabTo(pattern, max = 120) {
    for (let n = 0; n < max; n += 1) {
      await this.key("Tab");
      if (!pattern.test(await this.focused())) continue;
      const isSeen = await this.page.evaluate(() => {
        const box = document.activeElement.getBoundingClientRect();
        return box.width > 0 && box.height > 0 && document.activeElement.matches(":focus-visible");
      });
      assert.ok(isSeen, `the focus on ${pattern} cannot be seen on ${this.page.url()}`);
      return;
    }
    assert.fail(`${pattern} is not reached by Tab on ${this.page.url()}`);
  }

  /** Tab to it and Enter. */
  async enter(pattern) {
    await this.tabTo(pattern);
    await this.key("Enter");
  }
}
