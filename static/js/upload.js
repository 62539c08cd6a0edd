// Files: each chosen file is sent at once, in parts, in a row of its own. A part that fails on a bad line is sent again
// from where the server says that it stands; after many attempts the row offers to go on. Without this the form posts.
const PART = 1024 * 1024;
const PAUSES = [1, 2, 4, 8, 15, 30, 30, 30];

const wait = (seconds) =>
  new Promise((done) => {
    setTimeout(done, seconds * 1000);
    addEventListener("online", done, { once: true });
  });

class Refused extends Error {}

// Sends until there is an answer; what the server refuses for good is not sent again.
async function insist(send) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await send();
      if (answer.ok || answer.status === 409) return answer;
      if (answer.status < 500 && answer.status !== 429) throw new Refused();
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    if (attempt === PAUSES.length) throw new Error();
    await wait(PAUSES[attempt]);
  }
}

function rowOf(html) {
  return document.adoptNode(new DOMParser().parseFromString(html, "text/html").body.firstElementChild);
}

function show(old, fresh, list) {
  if (old?.isConnected) old.replaceWith(fresh);
  else if (old) return null; // removed meanwhile
  else list.append(fresh);
  htmx.process(fresh);
  return fresh;
}

class Upload {
  constructor(input, file) {
    this.input = input;
    this.file = file;
    this.list = document.getElementById(input.dataset.upload);
    this.token = input.form.elements.csrf_token.value;
  }

  post(url, body, headers = {}) {
    const all = { "X-CSRFToken": this.token, "HX-Request": "true", ...headers };
    return fetch(url, { method: "POST", body, headers: all, redirect: "error" });
  }

  async begin() {
    const told = new FormData();
    told.set("upload_name", this.file.name);
    told.set("upload_size", this.file.size);
    told.set("upload_type", this.file.type);
    await this.take(await insist(() => this.post(this.input.form.action, told)));
    if (!this.part) announce(this.row);
  }

  async take(answer) {
    const { headers } = answer;
    this.part = headers.get("Upload-State") === "receiving" && headers.get("Upload-Part");
    this.start = Number(headers.get("Upload-Offset"));
    const fresh = rowOf(await answer.text());
    if (this.row && this.part) {
      // The same row goes on: its button keeps the focus.
      this.row.querySelector("progress").value = fresh.querySelector("progress").value;
      this.row.querySelector(".i-small").textContent = fresh.querySelector(".i-small").textContent;
      return;
    }
    this.row = show(this.row, fresh, this.list);
    if (!this.row) this.part = null;
  }

  async run() {
    try {
      if (!this.row) await this.begin();
      while (this.part && this.row.isConnected) {
        const url = this.part;
        const part = this.file.slice(this.start, this.start + PART);
        const headers = { "Upload-Offset": this.start, "Content-Type": "application/octet-stream" };
        await this.take(await insist(() => this.post(url, part, headers)));
        if (!this.part) announce(this.row);
      }
    } catch {
      this.stop();
    }
  }

  // What the person sees when the line has been bad for two minutes.
  stop() {
    if (!this.row) {
      dispatchEvent(new Event("htmx:sendError"));
      return;
    }
    if (!this.row.isConnected) return;
    this.row.dataset.color = "warning";
    this.row.querySelector(".i-small").textContent = this.input.dataset.failed;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "ds-button";
    again.dataset.variant = "tertiary";
    again.textContent = this.input.dataset.again;
    again.addEventListener("click", () => {
      again.remove();
      delete this.row.dataset.color;
      this.run();
    });
    this.row.querySelector("p").append(again);
  }
}

function announce(row) {
  const status = document.getElementById("status");
  if (row && status) status.textContent = `${row.querySelector("b").textContent}: ${row.querySelector(".i-small").textContent}`;
}

// One after the other: several at once share a bad line and all fail.
let queue = Promise.resolve();

function send(input) {
  for (const file of input.files) {
    const upload = new Upload(input, file);
    queue = queue.then(() => upload.run());
  }
  input.value = "";
}

addEventListener("change", ({ target }) => {
  if (target.dataset?.upload) send(target);
});
// Where this script came late, files may have been chosen already.
for (const input of document.querySelectorAll("[data-upload]")) send(input);

// After a removal the focus goes to the field, where another file can be chosen.
document.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.detail.target;
  if (!row?.classList.contains("i-filerow") || event.detail.requestConfig.verb !== "post") return;
  row.closest(".i-upload")?.querySelector("[data-upload]")?.focus();
});

for (const button of document.querySelectorAll("[data-upload-submit]")) button.hidden = true;

// A row that asked for its state has got it.
addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches?.(".i-filerow[data-color]")) announce(elt);
});
