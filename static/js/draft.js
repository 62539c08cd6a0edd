// A part of an application, saved while it is typed. Each request counts up, so that a late one changes nothing; what is
// typed while an answer comes stays; what could not be saved is told until it is. Without this the buttons save.
const form = document.getElementById("del");
const turn = form.elements.turn;
const failed = document.getElementById("inte-sparat");
const saved = document.getElementById("sparat");
const RETRY_MS = 15_000;
let again;

const raise = () => {
  turn.value = Number(turn.value) + 1;
  return turn.value;
};

const save = () => htmx.trigger(form, "change");

function tell(lost) {
  failed.hidden = !lost;
  saved.hidden = lost;
  clearTimeout(again);
  if (lost) again = setTimeout(save, RETRY_MS);
}

// What stands in the form now is newer than what the answer was made from.
function keepTyped(old, fresh) {
  let newer = false;
  for (const control of old.querySelectorAll("input, select, textarea")) {
    const twin = control.id && fresh.querySelector(`#${CSS.escape(control.id)}`);
    if (!twin) continue;
    if (control.matches("[type=radio], [type=checkbox]")) {
      newer ||= twin.checked !== control.checked;
      twin.checked = control.checked;
    } else {
      newer ||= twin.value !== control.value;
      twin.value = control.value;
    }
  }
  for (const open of old.querySelectorAll("details[open]")) {
    const twin = open.id && fresh.querySelector(`#${CSS.escape(open.id)}`);
    if (twin) twin.open = true;
  }
  if (newer) setTimeout(save);
}

form.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.parameters.turn = raise();
});
form.addEventListener("submit", raise);
form.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  if (detail.target.id === "fragor") keepTyped(detail.target, detail.fragment);
});
for (const name of ["sendError", "responseError", "timeout"]) form.addEventListener(`htmx:${name}`, () => tell(true));
form.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) tell(false);
});
addEventListener("online", () => failed.hidden || save());
