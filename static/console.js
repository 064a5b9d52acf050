// Enhancement only: parts of a console page that change are brought up to date while it is open.

const parts = () => [...document.querySelectorAll("[data-live]")];
const PAUSE = 1000;
let busy = false;
let again = false;
let timer;

/** What the reader is in the middle of stays as it is. */
const inUse = (part) => part.contains(document.activeElement)
  || [...part.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue);

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  again = false;
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (response.redirected || !response.ok) return stop();
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of parts()) {
      const now = fresh.getElementById(part.id);
      if (now && !inUse(part) && now.innerHTML !== part.innerHTML) part.replaceWith(document.adoptNode(now));
    }
    if (parts().length === 0) stop();
  } catch {
    // The next event tries again.
  } finally {
    setTimeout(() => {
      busy = false;
      if (again) refresh();
    }, PAUSE);
  }
}

const source = parts().length > 0 ? new EventSource("/console/events") : undefined;
source?.addEventListener("change", refresh);

// What moves without an event, such as a merge, is looked at from time to time.
const every = Math.min(...parts().map((part) => Number(part.dataset.every) || Infinity));
if (Number.isFinite(every)) {
  timer = setInterval(() => {
    if (document.visibilityState === "visible") refresh();
  }, every * 1000);
}

function stop() {
  source?.close();
  clearInterval(timer);
}
