// Walks every task: walk.mjs ENGINE WAY...
//
// ENGINE is chromium or firefox; a WAY is js, plain (without JavaScript) or keys (keyboard alone).
// Chromium walks every task in every way. Firefox takes three times as long: a sample walks each task there
// in one way, every way having its share; with LIFEBOAT_BROWSER_ALL=1 every task in every way. Only tasks whose name contains LIFEBOAT_TASK are walked if that is set. The site is handed over in
// the environment (lib/site.mjs) by tests/it/browser.rs.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, open } from "./lib/browsers.mjs";
import { Hand } from "./lib/hand.mjs";
import { finish, problems, site } from "./lib/site.mjs";
import { tasks } from "./tasks/index.mjs";

const [engine, ...ways] = process.argv.slice(2);
const wanted = process.env.LIFEBOAT_TASK ?? "";

/** The task as it is walked in this way, if it is. */
function walkable(task, way) {
  if (way === "keys") return task.keys;
  return task.only && task.only !== way ? undefined : task.run;
}

/** The ways in which the task at `index` is walked. */
function waysOf(task, index) {
  const possible = ways.filter((way) => walkable(task, way));
  if (site.all || wanted || engine !== "firefox" || possible.length === 0) return possible;
  return [possible[(index + site.seed) % possible.length]];
}

/** One task on a page of its own; what goes wrong is noted with a picture. */
async function walk(context, task, steps, options) {
  const page = await context.newPage();
  const started = Date.now();
  try {
    await steps.call(task, new Hand(page, options));
    console.log(`  ${options.way.padEnd(6)} ${String(Date.now() - started).padStart(6)} ms  ${task.name}`);
  } catch (error) {
    problems.add(`${engine} ${options.way}: ${task.name}: at ${page.url()}: ${error.stack ?? error}`);
    const folder = site.pictures ?? "../../target";
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `failed-${engine}-${options.way}-${task.name.replace(/\W+/g, "-")}.png`);
    await page.screenshot({ path: file, timeout: 3000 }).catch(() => {});
  } finally {
    await page.close();
  }
}

async function walkAll(way, user) {
  const js = way !== "plain";
  const browser = await launch(engine, { js });
  const options = { user, js, engine, way };
  try {
    const mine = tasks.filter((task, index) => task.name.includes(wanted) && waysOf(task, index).includes(way));
    const signedIn = await open(browser, { js });
    const first = await signedIn.newPage();
    await new Hand(first, options).signIn();
    await first.close();
    for (const task of mine) {
      const context = task.fresh ? await open(browser, { js }) : signedIn;
      await walk(context, task, walkable(task, way), options);
      if (task.fresh) await context.close();
    }
    console.log(`${engine} ${way}: ${mine.length} tasks`);
    if (mine.length === 0) problems.add(`${engine} ${way}: no task was walked`);
  } catch (error) {
    problems.add(`${engine} ${way}: ${error.stack ?? error}`);
  } finally {
    await browser.close();
  }
}

for (const [index, way] of ways.entries()) await walkAll(way, site.users[index]);
finish();
