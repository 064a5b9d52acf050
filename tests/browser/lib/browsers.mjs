// Profiles in the two browsers, behind the same interface, Playwright's, and what no page may do.

import { problems, site } from "./site.mjs";

export { launch } from "./engines.mjs";

/** A profile within a browser. `dir` is the direction of the reader's language. */
export async function open(browser, { js = true, width = 1280, scheme = "light", dir = "ltr" } = {}) {
  const isFirefox = browser.browserType().name() === "firefox";
  const context = await browser.newContext({
    javaScriptEnabled: isFirefox || js, colorScheme: isFirefox ? null : scheme,
    viewport: { width, height: 900 }, timezoneId: "Europe/Berlin", locale: dir === "rtl" ? "ar" : "en-GB",
    baseURL: site.base,
  });
  context.scriptless = !js;
  context.on("page", watch);
  return context;
}

/** Notes what no page may do: fail in script, break the policy, ask for something elsewhere. */
function watch(page) {
  page.setDefaultTimeout(15000);
  if (page.context().scriptless) withoutAnimationFrames(page);
  page.on("console", (message) => {
    // The browser notes every answer that refuses a form or knows no page, and a server gone on purpose.
    const isRefusal = /status of 4\d\d/.test(message.text()) || page.mayFail;
    if (message.type() === "error" && !isRefusal) problems.add(`console: ${message.text()} at ${page.url()}`);
  });
  page.on("pageerror", (error) => problems.add(`script: ${error} at ${page.url()}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(site.base) && !/^(data|blob|about):/.test(url)) problems.add(`left the site: ${url}`);
  });
}

/**
 * Firefox without script has no animation frames, by which Playwright sees that a target rests, and
 * no events, with which it fills a field. There is nothing on such a page that could notice.
 */
function withoutAnimationFrames(page) {
  if (page.context().browser().browserType().name() !== "firefox") return;
  const kind = Object.getPrototypeOf(page.locator("html"));
  if (kind.isPatched) return;
  kind.isPatched = true;
  const isPlain = (locator) => locator.page().context().scriptless;
  for (const name of ["click", "check", "uncheck"]) {
    const usual = kind[name];
    kind[name] = async function act(...values) {
      if (!isPlain(this)) return usual.call(this, ...values);
      // Nothing moves any more once the page is there.
      await this.page().waitForLoadState();
      return usual.call(this, ...values, { force: true });
    };
  }
  const fill = kind.fill;
  kind.fill = async function enter(text) {
    if (!isPlain(this)) return fill.call(this, text);
    await this.waitFor();
    return this.evaluate((field, value) => { field.value = value; }, text);
  };
  const select = kind.selectOption;
  kind.selectOption = async function choose(wanted) {
    if (!isPlain(this)) return select.call(this, wanted);
    await this.waitFor();
    return this.evaluate((field, { value, label }) => {
      const isWanted = (option) => option.value === value || option.label === label;
      [...field.options].find(isWanted).selected = true;
    }, typeof wanted === "string" ? { value: wanted } : wanted);
  };
}
