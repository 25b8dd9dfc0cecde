// A form that only chooses what is shown is sent as soon as a choice is made.
document.addEventListener("change", (event) => event.target.closest("form[data-submit-on-change]")?.requestSubmit());
