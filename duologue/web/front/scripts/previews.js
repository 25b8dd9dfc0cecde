// <form data-previews> shows what is being written in its frame: a moment after each change its [data-preview] button is pressed.
const form = document.querySelector("form[data-previews]");
if (form) {
  const button = form.querySelector("[data-preview]");
  let waiting = 0;
  const show = () => form.requestSubmit(button);
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(show, 500); };
  form.addEventListener("input", soon);
  // Two ways at once would stop each other: once it is really sent, nothing is shown any more.
  form.addEventListener("submit", (event) => { if (event.submitter !== button) { clearTimeout(waiting); form.removeEventListener("input", soon); } });
  for (const outside of document.querySelectorAll(`[form="${form.id}"]`)) outside.addEventListener("change", show);
  show();
}
