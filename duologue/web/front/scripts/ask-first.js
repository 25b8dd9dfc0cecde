// <button data-opens="id"> opens that <dialog>; a [data-closes] button inside closes it. Without scripts the dialog's form stands on its own page.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const side = opener.closest("[popover]");
    if (side?.matches(":popover-open")) side.hidePopover();
    document.getElementById(opener.dataset.opens)?.showModal();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
});
