// <button data-copies="text"> puts the text on the clipboard, and says so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const beside = button.closest("div").parentElement.querySelector("textarea");
  try { await navigator.clipboard.writeText(button.dataset.copies); } catch { beside?.select(); document.execCommand("copy"); }
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  said.className = "small soft";
  said.textContent = " Copied.";
  button.parentElement.querySelector("[role=status]")?.remove();
  button.after(said);
});
