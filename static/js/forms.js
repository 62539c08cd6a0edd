// Forms: the error summary gets focus, and a second press within seconds sends nothing twice.
// Nothing is disabled: a disabled button would be left out of what is sent.
const AGAIN_MS = 8000;

function free(form) {
  form.sent = false;
  for (const field of form.elements) field.removeAttribute("aria-busy");
}

function focusSummary() {
  document.querySelector(".ds-error-summary")?.focus();
}

addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.closest("dialog")) return;
    if (form.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.sent = true;
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(free, AGAIN_MS, form);
  },
  true,
);
addEventListener("pageshow", () => [...document.forms].forEach(free));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (form) free(form);
  if (event.detail.xhr.status === 422) focusSummary();
});
focusSummary();
