// Asks "Är du kvar?" two minutes before the session ends, and leaves the page when it has ended.
// The server decides: this only follows data-session-ends (seconds) on body, from the last answer of the server.
const WARN_MS = 120_000;
const dialog = document.getElementById("session");
const lasts = document.body.dataset.sessionEnds * 1000;
let ends;

const renew = () => {
  ends = Date.now() + lasts;
};

const leave = () => location.replace(dialog.dataset.over);

function check() {
  const left = ends - Date.now();
  if (left <= 0) leave();
  else if (left <= WARN_MS && !dialog.open) dialog.showModal();
}

async function extend(event) {
  if (event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  const form = event.target;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (!answer.ok) return leave();
    renew();
    dialog.close();
  } catch {
    // No network: the dialog stays, and the button can be pressed again.
  }
}

if (dialog && lasts) {
  renew();
  setInterval(check, 1000);
  // A phone that has slept comes back late: look at once.
  document.addEventListener("visibilitychange", check);
  addEventListener("htmx:afterOnLoad", renew);
  dialog.querySelector("form").addEventListener("submit", extend);
}
