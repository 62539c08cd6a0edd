// A failed htmx request is told in a visible banner: the texts are in the page, in its language.
const banner = document.getElementById("failed");
const line = banner?.querySelector("p");
const text = line?.textContent;

function show() {
  line.textContent = navigator.onLine ? text : banner.dataset.offline;
  banner.hidden = false;
}

function hide() {
  banner.hidden = true;
}

if (banner) {
  addEventListener("htmx:responseError", show);
  addEventListener("htmx:sendError", show);
  addEventListener("htmx:beforeRequest", hide);
  banner.querySelector("button").addEventListener("click", hide);
}
