// Parts of a page are exchanged without loading all of it. Every such form and link works without scripts too.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0, // pages show people; nothing of them is kept in the browser
  refreshOnHistoryMiss: true,
});

// What somebody is about to fill in is not exchanged beneath them.
document.addEventListener("htmx:beforeSwap", (event) => {
  const filling = event.detail.target.querySelector("details[open] form");
  if (filling && !filling.contains(event.detail.requestConfig.elt)) event.detail.shouldSwap = false;
});

// Signed out meanwhile, or something broke: the page itself says so, in full, unless something was written that would be lost.
const written = () => [...document.querySelectorAll("main textarea")].some((field) => field.value !== field.defaultValue);
const anew = () => { if (!written()) location.reload(); };
document.addEventListener("htmx:beforeSwap", (event) => {
  const answered = new URL(event.detail.xhr.responseURL || location.href);
  if (answered.pathname.startsWith("/accounts/")) { event.detail.shouldSwap = false; anew(); }
});
document.addEventListener("htmx:responseError", anew);
