// "Lämna sidan": hides the page at once and leaves it without a step back in the history. Esc three times does the same.
const TIMES = 3;
const WITHIN_MS = 2000;
const link = document.querySelector("a[data-exit]");
let presses = [];

function leave() {
  document.documentElement.hidden = true;
  location.replace(link.href);
}

if (link) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.repeat) return;
      presses = [...presses.slice(1 - TIMES), event.timeStamp];
      if (presses.length === TIMES && event.timeStamp - presses[0] < WITHIN_MS) leave();
    },
    true,
  );
}
