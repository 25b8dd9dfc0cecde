// <button data-selects="variants.second.email.subject" data-quote="words" data-near="12"> marks these words in the field they stand in.
const FIELDS = { "email.subject": "subject", "email.preview": "preview", "email.body": "body" };
const nameOf = (path) => FIELDS[path] ?? { second: "subject_2", third: "subject_3", fourth: "subject_4" }[path.split(".")[1]];
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-selects]");
  const field = button && document.querySelector(`form [name="${nameOf(button.dataset.selects)}"]`);
  if (!field) return;
  const { quote, near } = button.dataset;
  let start = field.value.indexOf(quote, Math.max(0, Number(near) - 20));
  if (start < 0) start = field.value.indexOf(quote);
  if (start < 0) return;
  field.focus();
  field.setSelectionRange(start, start + quote.length);
  if (field.scrollHeight > field.clientHeight) field.scrollTop = (field.scrollHeight * start) / field.value.length - field.clientHeight / 2;
});
