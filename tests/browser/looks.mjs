// Looks at every page at every width, light and dark, left to right and right to left: axe finds
// nothing, nothing is wider than the screen, and what is to be hit is large enough.
//
// A sample is looked at (each page a few times, as the seed says) unless LIFEBOAT_BROWSER_ALL=1 or
// PICTURES, a folder for a picture of each look, is set. PAGES, a regular expression, chooses pages by
// their names; WIDTHS, numbers and commas, chooses widths.

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { launch, open } from "./lib/browsers.mjs";
import { Hand } from "./lib/hand.mjs";
import { dice, finish, problems, site } from "./lib/site.mjs";
import { accountPages, atHome, becomePerson, consolePages, doors, fill, fillOutbox, merged, webmail } from "./pages.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const all = site.all || Boolean(site.pictures);
const user = site.users[0];
const wanted = new RegExp(process.env.PAGES ?? "");
/** How often a page is looked at in a sample, of the twelve looks there are. */
const LOOKS_IN_SAMPLE = 1;

const widths = site.pictures ? [320, 360, 768, 1280] : [320, 768, 1280];
const wide = process.env.WIDTHS ? process.env.WIDTHS.split(",").map(Number) : widths;
const settings = wide.flatMap((width) =>
  ["light", "dark"].flatMap((scheme) => ["ltr", "rtl"].map((dir) => ({ width, scheme, dir }))));
const describe = ({ width, scheme, dir }) => `${width} ${scheme} ${dir}`;

/** Which pages to look at in which setting: all, or for each page a few settings. */
function plan(names) {
  const roll = dice();
  const chosen = new Map(settings.map((setting) => [describe(setting), new Set()]));
  for (const name of names) {
    const deck = settings.map(describe).sort(() => roll() - 0.5);
    for (const key of all ? deck : deck.slice(0, LOOKS_IN_SAMPLE)) chosen.get(key).add(name);
  }
  return chosen;
}

/** In the page: what is narrower or lower than 24 px and stands close to another target (WCAG 2.5.8). */
function smallTargets() {
  // A narrow table's head is there for the keyboard alone: nobody points at it.
  const isClipped = (element) => getComputedStyle(element.closest("thead") ?? document.body).clipPath !== "none";
  const boxes = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !isClipped(element))
    .filter((element) => !element.closest("p, li:not(.row), dd, td")?.innerText
      || getComputedStyle(element).display !== "inline")
    .map((element) => {
      const label = element.labels?.[0] ?? element;
      const [own, labels] = [element.getBoundingClientRect(), label.getBoundingClientRect()];
      return { element, box: labels.width * labels.height > own.width * own.height ? labels : own };
    })
    .filter(({ box }) => box.width > 1 && box.height > 1);
  const middle = ({ left, top, width, height }) => [left + width / 2, top + height / 2];
  return boxes.filter(({ box }) => box.width < 24 || box.height < 24).filter((small) => {
    const [x, y] = middle(small.box);
    return boxes.some((other) => {
      if (other === small) return false;
      const dx = Math.max(other.box.left - x, 0, x - other.box.right);
      const dy = Math.max(other.box.top - y, 0, y - other.box.bottom);
      return Math.hypot(dx, dy) < 12;
    });
  }).map(({ element, box }) => `${Math.round(box.width)}x${Math.round(box.height)} ${element.outerHTML.slice(0, 120)}`);
}

/**
 * In the page: what is pressed most and is less than 44 px high, or on a touch screen less wide. `lists`
 * may be compact at their reader's wish, which nobody here has.
 */
function smallMainTargets() {
  const main = ".btn-primary, .actions .btn, .replies .btn, .toolbar .btn, .bar .btn, .folders a, .row-link, .pick, .star, "
    + "input.input, select.input";
  return [...document.querySelectorAll(main)]
    .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .map((element) => {
      const { width, height } = element.getBoundingClientRect();
      // The whole row is its link.
      const box = element.matches(".row-link") ? element.closest(".row").getBoundingClientRect() : { width, height };
      return { element, box };
    })
    .filter(({ box }) => box.width > 1 && (box.height < 43.5 || (innerWidth < 768 && box.width < 43.5)))
    .map(({ element, box }) => `${Math.round(box.width)}x${Math.round(box.height)} ${element.outerHTML.slice(0, 120)}`);
}

/** In the page: text that is cut off without a mark of it. */
function lostText() {
  return [...document.querySelectorAll("main *, header *, nav *")]
    .filter((element) => element.checkVisibility() && element.clientWidth > 8)
    .filter((element) => {
      const style = getComputedStyle(element);
      const isCut = style.overflowX === "hidden" || style.overflowX === "clip";
      return isCut && element.scrollWidth > element.clientWidth + 2 && style.textOverflow !== "ellipsis"
        && !element.matches("iframe, input, select, .hide-text, .hide-text *");
    })
    .map((element) => element.outerHTML.slice(0, 120));
}

/**
 * Text or a page at 200 % (WCAG 1.4.4): every size and every breakpoint is in rem, so that it is the page
 * at half the width. (400 % of 1280 px is 320 px, which is looked at anyway.)
 */
async function atTwice(page, where, { width }) {
  if (width < 768) return;
  await page.setViewportSize({ width: width / 2, height: 450 });
  const wider = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wider > 0) problems.add(`${where}, at 200 %: ${wider} px wider than the screen`);
  for (const lost of await page.evaluate(lostText)) problems.add(`${where}, at 200 %: cut off: ${lost}`);
  await page.setViewportSize({ width, height: 900 });
}

/** In the page: every text of ours 1.6 times as long, as in the wordiest language; what people wrote stays. */
function lengthen() {
  const own = "script, style, textarea, time, kbd, bdi, [dir=auto], [dir=auto] *, .mono, .source, .mail-text, .mail-text *, .account, .menu-panel strong";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const words = text.data.trim();
    if (!/\p{L}/u.test(words) || text.parentElement.matches(own)) continue;
    // A single word grows as a compound does.
    text.data = text.data.trimEnd() + (words.includes(" ") ? " " : "") + words.slice(0, Math.ceil(words.length * 0.6));
  }
}

/** Longer texts than there are at present break no page, on the narrowest and the widest screen. */
async function withLongTexts(page, where, { width, scheme, dir }) {
  if (![320, 1280].includes(width)) return;
  await page.evaluate(lengthen);
  const wider = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wider > 0) problems.add(`${where}, with long texts: ${wider} px wider than the screen`);
  for (const lost of await page.evaluate(lostText)) problems.add(`${where}, with long texts: cut off: ${lost}`);
  if (site.pictures && scheme === "light" && dir === "ltr") {
    await page.screenshot({ path: join(site.pictures, `${where.replaceAll(" ", "-")}-long.png`) });
  }
}

let looks = 0;
async function look(page, name, setting) {
  const where = `${name} at ${describe(setting)}`;
  const overflow = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (overflow > 0) problems.add(`${where}: ${overflow} px wider than the screen`);
  for (const small of await page.evaluate(smallTargets)) problems.add(`${where}: a small target: ${small}`);
  for (const small of await page.evaluate(smallMainTargets)) problems.add(`${where}: less than 44 px: ${small}`);
  for (const lost of await page.evaluate(lostText)) problems.add(`${where}: text is cut off: ${lost}`);
  await atTwice(page, where, setting);
  await page.evaluate(axe);
  const result = await page.evaluate(() => axe.run(document, { iframes: false }));
  for (const found of result.violations) {
    problems.add(`axe ${found.id} on ${where}: ${found.nodes[0].html.slice(0, 300)}`);
  }
  looks += 1;
  if (site.pictures) {
    const file = `${name}-${describe(setting).replaceAll(" ", "-")}.png`;
    await page.screenshot({ path: join(site.pictures, file) });
  }
  await withLongTexts(page, where, setting);
}

/** A session as cookies, and the addresses of its pages. */
async function session(browser, pages, signIn) {
  const context = await open(browser);
  const page = await context.newPage();
  try {
    await signIn(page);
    const at = async (text, part = "") => {
      await page.goto("/mail/inbox");
      return (await page.locator("li.row", { hasText: text }).first().locator(".row-link").getAttribute("href")).split("#")[0] + part;
    };
    const link = async (path, part) => {
      await page.goto(path);
      return page.locator(`a[href*="${part}"]`).first().getAttribute("href");
    };
    const found = [];
    for (const [name, path, act] of pages) {
      try {
        found.push([name, typeof path === "string" ? path : await path(at, link), act]);
      } catch (error) {
        problems.add(`${name}: ${error}`);
      }
    }
    return { pages: found, cookies: (await context.cookies()).filter(({ name }) => name !== "zone") };
  } finally {
    await context.close();
  }
}

const as = (one) => (page) => new Hand(page, { user: one, js: true, engine: "chromium" }).signIn();

/** Everybody's session, kept for every setting. */
async function sessions(browser) {
  const own = await session(browser, webmail, async (page) => {
    await as(user)(page);
    await fillOutbox(page);
  });
  const operator = await session(browser, consolePages, async (page) => {
    await page.goto("/console/login");
    await page.locator("#token").fill(site.token);
    await page.locator("#token").press("Enter");
    await page.waitForURL("**/console");
  });
  const back = await session(browser, merged, as(site.merged));
  const home = await session(browser, atHome, as(site.atHome));
  const person = await session(browser, accountPages, becomePerson);
  return [{ pages: doors, cookies: [] }, own, operator, person, back, home];
}

/** Axe is a script, and the page for paper lets none run: it is looked at without its policy. */
async function withoutPolicy(route) {
  const response = await route.fetch();
  const headers = { ...response.headers() };
  delete headers["content-security-policy"];
  await route.fulfill({ response, headers });
}

async function lookAt(browser, setting, names, kept) {
  const context = await open(browser, setting);
  const page = await context.newPage();
  await page.route("**/print", withoutPolicy);
  try {
    for (const { pages, cookies } of kept) {
      for (const [name, path, act] of pages.filter(([name]) => names.has(name))) {
        await context.clearCookies();
        await context.addCookies(cookies);
        try {
          await page.goto(path);
          await act?.(page);
          await page.waitForLoadState("load");
          await look(page, name, setting);
        } catch (error) {
          problems.add(`${name} at ${describe(setting)}: ${error.stack}`);
        }
      }
    }
  } finally {
    await context.close();
  }
}

if (site.pictures) mkdirSync(site.pictures, { recursive: true });
const browser = await launch("chromium");
try {
  await fill(user);
  const kept = await sessions(browser);
  const names = kept.flatMap(({ pages }) => pages.map(([name]) => name));
  const chosen = plan(names.filter((name) => wanted.test(name)));
  for (const setting of settings) {
    await lookAt(browser, setting, chosen.get(describe(setting)), kept)
      .catch((error) => problems.add(`${describe(setting)}: ${error.stack}`));
  }
} catch (error) {
  problems.add(String(error.stack ?? error));
} finally {
  await browser.close();
}
console.log(`${looks} looks with axe${all ? "" : `, a sample (seed ${site.seed})`}`);
finish();
