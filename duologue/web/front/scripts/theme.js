// Before the first paint: light, dark, or as the system says; remembered in this browser.
const kept = localStorage.getItem("theme");
if (kept) document.documentElement.dataset.bsTheme = kept;
