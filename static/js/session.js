// Asks "Är du kvar?" two minutes before the session ends, and leaves the page when it has ended.
// What is typed is kept. The server decides: this only follows data-session-ends (seconds) on body, from the last answer of the server.
const WARN_MS = 120_000;
const dialog = document.getElementById("session");
const lasts = document.body.dataset.sessionEnds * 1000;
const WAIT_MS = 5000;
let ends;
let leaving = false;

const renew = () => {
  ends = Date.now() + lasts;
};

const written = (field) =>
  field.checked !== field.defaultChecked || (field.matches("textarea, input:not([type=hidden])") && field.value.trim());

// What is being typed waits on the server for its writer's next sign-in, for here nothing may be left to be read.
async function keep(form) {
  const fields = new FormData(form);
  for (const [name, value] of [...fields]) if (value instanceof File) fields.delete(name);
  const path = new URL(form.action).pathname;
  const keeping = `${dialog.dataset.keep}?${new URLSearchParams({ path })}`;
  const options = { method: "POST", body: fields, redirect: "manual", signal: AbortSignal.timeout(WAIT_MS) };
  const answer = await fetch(keeping, options);
  return answer.ok ? `${dialog.dataset.signIn}?${new URLSearchParams({ next: path, kept: 1 })}` : dialog.dataset.over;
}

async function leave() {
  if (leaving) return;
  leaving = true;
  document.body.hidden = true;
  const forms = [...document.querySelectorAll("main form[method=post]")];
  const form = forms.findLast((one) => [...one.elements].some(written));
  const target = form ? await keep(form).catch(() => dialog.dataset.over) : dialog.dataset.over;
  location.replace(target);
}

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
