// Notices what hostile mail does: a proxy that everything goes through which leaves the machine, and
// what can be seen in a page.

import { createServer } from "node:http";
import { once } from "node:events";

/** A proxy that notes each address asked for and gives nothing. */
export async function canary() {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(502).end();
  });
  server.on("connect", (request, socket) => {
    asked.push(request.url);
    socket.on("error", () => {});
    socket.end("HTTP/1.1 502 No\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { asked, port: server.address().port, close: () => server.close() };
}

/** Serves `bodies` as they are, without any policy, at /0, /1, ...: what must be noticed. */
export async function unguarded(bodies) {
  const server = createServer((request, response) => {
    const body = bodies[Number(request.url.slice(1))];
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "text/html" });
    response.end(body, "latin1");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { base: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/**
 * In the page: what got through into it and into its frames. Handlers and scripts count also where
 * a policy stops them.
 */
export function inspect() {
  const found = [];
  const documents = [document];
  for (const frame of document.querySelectorAll("iframe")) {
    const sandbox = frame.getAttribute("sandbox");
    const isMail = sandbox !== null && !sandbox.includes("allow-scripts") && frame.contentDocument;
    if (!isMail) found.push(`a frame that is not the mail's: ${frame.outerHTML.slice(0, 200)}`);
    else documents.push(frame.contentDocument);
  }
  for (const here of documents) {
    for (const element of here.querySelectorAll("*")) {
      const show = () => element.outerHTML.slice(0, 200);
      const tag = element.localName;
      if (tag === "script" && !/^\/static\//.test(element.getAttribute("src") ?? "")) found.push(`script: ${show()}`);
      for (const { name, value } of element.attributes) {
        if (name.startsWith("on")) found.push(`handler: ${show()}`);
        if (/evilmark/.test(value) && ["class", "id", "name"].includes(name)) found.push(`mark: ${show()}`);
      }
      if (tag === "a" || tag === "area") {
        const isInside = element.origin === location.origin && here === document;
        const isSafe = isInside || ["http:", "https:", "mailto:", "tel:"].includes(element.protocol);
        if (element.hasAttribute("href") && !isSafe) found.push(`link: ${show()}`);
        const isKept = !element.hasAttribute("href") || element.target === "_blank";
        if (here !== document && !isKept) found.push(`link out of the frame: ${show()}`);
      }
      if (["base", "object", "embed", "applet"].includes(tag)) found.push(`element: ${show()}`);
      if (tag === "meta" && element.httpEquiv) found.push(`element: ${show()}`);
    }
  }
  return found;
}

/** In the page: what surrounds the mail, without what rightly changes. */
export function surroundings() {
  const copy = document.body.cloneNode(true);
  for (const element of copy.querySelectorAll("main, .live, .notice, .folder-count, .count, [data-count], input[name=csrf]")) {
    element.remove();
  }
  return copy.innerHTML.replace(/\d+/g, "0").replace(/\s+/g, " ");
}
