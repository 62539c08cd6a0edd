// A page that only carries a message to the identity provider goes on by itself; its button does the same.
document.querySelector("form[data-onward]")?.submit();
