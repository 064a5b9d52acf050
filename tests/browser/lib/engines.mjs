// Starts Debian's Chromium (DevTools protocol) and Firefox (WebDriver BiDi).

import { chromium, firefox } from "playwright-core";

const CHROMIUM = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Firefox keeps to itself; colour scheme and scripting are settings of the whole browser. */
const quiet = ({ js, scheme, proxy }) => ({
  "javascript.enabled": js,
  "layout.css.prefers-color-scheme.content-override": scheme === "dark" ? 0 : 1,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "app.update.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "pdfjs.disabled": true,
  ...(proxy && {
    "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": proxy,
    "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": proxy,
  }),
});

/**
 * Starts `engine`: "chromium" or "firefox". Each launch has an empty profile of its own. `proxy`: the
 * port on loopback to which everything goes that is not on loopback.
 */
export async function launch(engine, { js = true, scheme = "light", proxy } = {}) {
  if (engine === "chromium") {
    const through = proxy ? [`--proxy-server=http://127.0.0.1:${proxy}`] : [];
    return chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...CHROMIUM, ...through],
    });
  }
  return firefox.launch({
    channel: "moz-firefox", executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    firefoxUserPrefs: quiet({ js, scheme, proxy }),
  });
}
