// Mail in and out of the site: an LMTP client that delivers, and a smarthost that collects.

import { connect, createServer } from "node:net";
import { once } from "node:events";

/** Splits what arrives at `socket` into lines. */
async function* lines(socket) {
  let rest = "";
  for await (const chunk of socket.setEncoding("latin1")) {
    const parts = (rest + chunk).split("\r\n");
    rest = parts.pop();
    yield* parts;
  }
}

const stuffed = (message) =>
  message.replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..").replace(/(\r\n)?$/, "\r\n.\r\n");

/** Delivers a raw message (its bytes as latin1, or plain ASCII) to `recipients` at `host:port`. */
export async function deliver(address, recipients, message, sender = "x@remote.example") {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  await once(socket, "connect");
  const replies = lines(socket);
  const expect = async (code) => {
    for (;;) {
      const { value, done } = await replies.next();
      if (done) throw new Error("LMTP: the connection was closed");
      if (value[3] === "-") continue;
      if (!value.startsWith(code)) throw new Error(`LMTP: ${value}`);
      return;
    }
  };
  const say = (line, code) => { socket.write(`${line}\r\n`); return expect(code); };
  try {
    await expect("220");
    await say("LHLO walk.example", "250");
    await say(`MAIL FROM:<${sender}>`, "250");
    for (const recipient of recipients) await say(`RCPT TO:<${recipient}>`, "250");
    await say("DATA", "354");
    socket.write(stuffed(message), "latin1");
    for (const _ of recipients) await expect("250");
    socket.write("QUIT\r\n");
  } finally {
    socket.destroy();
  }
}

/** A smarthost at `host:port` that takes every message; `messages` are `{from, to, text}`. */
export async function smarthost(address) {
  const messages = [];
  const server = createServer(async (socket) => {
    socket.on("error", () => {});
    let current = { to: [] };
    let text = null;
    socket.write("220 sink\r\n");
    try {
      for await (const line of lines(socket)) {
        if (text !== null) {
          if (line !== ".") { text.push(line.replace(/^\./, "")); continue; }
          messages.push({ ...current, text: text.join("\r\n") });
          [text, current] = [null, { to: [] }];
          socket.write("250 taken\r\n");
          continue;
        }
        const verb = line.slice(0, 4).toUpperCase();
        if (verb === "MAIL") current.from = /<(.*?)>/.exec(line)[1];
        if (verb === "RCPT") current.to.push(/<(.*?)>/.exec(line)[1]);
        if (verb === "DATA") { text = []; socket.write("354 go on\r\n"); continue; }
        socket.write(verb === "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
        if (verb === "QUIT") socket.end();
      }
    } catch { /* the client went away */ }
  });
  const [host, port] = address.split(":");
  server.listen(Number(port), host);
  await once(server, "listening");
  return { messages, close: () => new Promise((done) => server.close(done)) };
}
