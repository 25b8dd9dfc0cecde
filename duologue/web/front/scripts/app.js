import "./live.js";
import "./theme-toggle.js";
import "./ask-first.js";
import "./find.js";
import "./submit-on-change.js";
import "./once.js";
import "./grow.js";
import "./previews.js";
