// A failed htmx request is told in a visible banner: the texts are in the page, in its language.
const banner = document.getElementById("failed");
const line = banner?.querySelector("p");
const text = line?.textContent;

function show(words) {
  line.textContent = words;
  banner.hidden = false;
}

// What was refused is refused again, however often it is sent; too many at once (429) pass with time.
function refused(status) {
  return status >= 400 && status < 500 && status !== 429;
}

function hide() {
  banner.hidden = true;
}

if (banner) {
  addEventListener("htmx:responseError", ({detail}) => show(refused(detail.xhr.status) ? banner.dataset.refused : text));
  addEventListener("htmx:sendError", () => show(navigator.onLine ? text : banner.dataset.offline));
  addEventListener("htmx:beforeRequest", hide);
  banner.querySelector("button").addEventListener("click", hide);
}
