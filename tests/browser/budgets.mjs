// What the pages cost, against the budgets: bytes, requests, script, time to first paint on a slow
// line and processor, and how many actions the commonest tasks take.

import { launch, open } from "./lib/browsers.mjs";
import { Hand } from "./lib/hand.mjs";
import { finish, problems, site } from "./lib/site.mjs";

const BUDGET = { bytes: 40_000, script: 15_000, requests: 6, paint_ms: 2500 };
const ACTIONS = { reply: 3, write: 4, archive: 2 };

const browser = await launch("chromium");

/** Loads the inbox with an empty cache; `slow`: at 400 kbit/s, 400 ms and a quarter of the processor. */
async function inbox(slow) {
  const context = await open(browser);
  const page = await context.newPage();
  await new Hand(page, { user: site.users[0], js: true, engine: "chromium" }).signIn();
  // What the page that opened at sign-in still asks for is not counted.
  await page.goto("about:blank");
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  if (slow) {
    const bytesPerSecond = 400_000 / 8;
    await session.send("Network.emulateNetworkConditions", {
      offline: false, latency: 400, downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond,
    });
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  }
  const kinds = new Map();
  const cost = { bytes: 0, script: 0, requests: 0 };
  session.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
  // The stream of what is new counts as a request, though it never ends.
  session.on("Network.requestWillBeSent", ({ request }) => {
    if (request.url.startsWith("http")) cost.requests += 1;
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    cost.bytes += encodedDataLength;
    if (kinds.get(requestId) === "Script") cost.script += encodedDataLength;
  });
  await page.goto("/mail/inbox", { waitUntil: "load", timeout: 60_000 });
  cost.rows = await page.locator("li.row").count();
  await page.waitForTimeout(1000);
  cost.paint_ms = Math.round(await page.evaluate(() =>
    performance.getEntriesByName("first-contentful-paint")[0].startTime));
  await context.close();
  return cost;
}

/** Counts clicks and key presses that are not text, from the inbox to the end of a task. */
async function actions(task) {
  const context = await open(browser);
  const page = await context.newPage();
  const hand = new Hand(page, { user: site.users[1], js: true, engine: "chromium" });
  await hand.signIn();
  let count = 0;
  const click = async (locator) => { count += 1; await locator.click(); };
  if (task === "reply") {
    await click(hand.row("Invoice 2026-114").locator(".row-link"));
    await click(page.getByRole("link", { name: "Reply", exact: true }).first());
    await page.locator("textarea:focus").waitFor();
    await hand.type("Thank you.");
    await click(hand.button("Send"));
    await hand.notice(/on its way|Sent/);
  } else if (task === "write") {
    await click(page.locator(".side").getByRole("link", { name: "Write" }));
    await page.locator('input[name="to"]:focus').waitFor();
    await hand.type("bob@remote.example");
    await click(hand.field("Subject"));
    await hand.type("Counting");
    await click(hand.field("Message"));
    await hand.type("Four.");
    await click(hand.button("Send"));
    await hand.notice(/on its way|Sent/);
  } else {
    count += 1;
    await hand.pick("Minutes of the Monday");
    count += 1;
    await hand.press("Archive");
    await hand.notice("moved to Archive");
  }
  await context.close();
  return count;
}

try {
  const usual = await inbox(false);
  const slow = await inbox(true);
  const cost = { ...usual, paint_ms: slow.paint_ms };
  console.log(`inbox: ${JSON.stringify(cost)}; first paint with a fast line ${usual.paint_ms} ms`);
  if (cost.rows !== 50) problems.add(`the inbox has ${cost.rows} rows, not 50`);
  for (const [what, limit] of Object.entries(BUDGET)) {
    console.log(`  ${what.padEnd(10)} ${String(cost[what]).padStart(7)} of ${limit}`);
    // Time is measured and printed; on a busy machine it judges nothing.
    if (what !== "paint_ms" && !(cost[what] <= limit)) problems.add(`the inbox: ${what} is ${cost[what]}, not at most ${limit}`);
  }
  for (const [task, limit] of Object.entries(ACTIONS)) {
    const count = await actions(task);
    console.log(`  ${task.padEnd(10)} ${String(count).padStart(7)} of ${limit} actions`);
    if (count > limit) problems.add(`${task} takes ${count} actions, not ${limit}`);
  }
} catch (error) {
  problems.add(String(error.stack ?? error));
} finally {
  await browser.close();
}
finish();
