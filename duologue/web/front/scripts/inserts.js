// In <ul data-into="source">, <button data-inserts="{did: …}"> puts a condition below the line one is on in the field of that name, as
// another item where that line is one of a list.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-inserts]");
  const field = button && document.querySelector(`[name="${button.closest("[data-into]").dataset.into}"]`);
  if (!field) return;
  const { value, selectionStart: at } = field;
  const end = value.indexOf("\n", at) < 0 ? value.length : value.indexOf("\n", at);
  const line = value.slice(value.lastIndexOf("\n", at - 1) + 1, end);
  const item = line.match(/^\s*- /)?.[0];
  field.focus();
  field.setSelectionRange(item || line.trim() ? end : at, item || line.trim() ? end : at);
  const text = item ? `\n${item}${button.dataset.inserts}` : `${line.trim() ? `\n${line.match(/^\s*/)[0]}` : ""}${button.dataset.inserts}`;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
