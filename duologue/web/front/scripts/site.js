// The script a brand puts on its own site:
//   <script async src="https://…/site.js" data-key="SITE KEY"></script>
// It speaks the calls of Segment's analytics.js under window.duologue. Until the visitor agrees, nothing is kept in the browser and a
// visitor is new on every page; where the browser says Global Privacy Control or Do Not Track, nothing is sent at all.
const script = document.currentScript;
const data = (script && script.dataset) || {};
const origin = new URL((script && script.src) || location.href).origin;
const KEPT = "duologue";
const MOST = 100; // events in one request
const LARGEST = 60000; // bytes that a browser still sends while the page is left

const store = {
  read() {
    try { return JSON.parse(localStorage.getItem(KEPT)) || {}; } catch { return {}; }
  },
  write(value) {
    try { value ? localStorage.setItem(KEPT, JSON.stringify(value)) : localStorage.removeItem(KEPT); } catch { /* kept nowhere */ }
  },
};

function fresh() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

let kept = store.read();
const who = { anonymousId: kept.anonymousId || fresh(), userId: kept.userId || null, traits: kept.traits || {} };
const asked = navigator.globalPrivacyControl === true || [navigator.doNotTrack, window.doNotTrack].includes("1");

// agreed: true or false once the visitor was asked, and nothing before
const silent = () => kept.agreed === false || (asked && kept.agreed !== true);

function keep() {
  if (kept.agreed === true) kept = { ...kept, ...who };
  store.write(kept.agreed === undefined ? null : kept.agreed ? kept : { agreed: false });
}

let waiting = [];
let timer = 0;
let sending = false;
let pause = 1000;

function context() {
  const campaign = {};
  for (const [key, value] of new URLSearchParams(location.search)) {
    if (key.startsWith("utm_")) campaign[key === "utm_campaign" ? "name" : key.slice(4)] = value;
  }
  const page = { path: location.pathname, referrer: document.referrer, title: document.title, url: location.href.split("#")[0] };
  return { page, campaign: Object.keys(campaign).length ? campaign : undefined, locale: navigator.language, library: { name: "duologue" } };
}

function say(type, more) {
  if (silent()) return;
  const event = { type, messageId: fresh(), timestamp: new Date().toISOString(), anonymousId: who.anonymousId, context: context(), ...more };
  if (who.userId) event.userId = who.userId;
  waiting.push(event);
  if (!timer && !sending) timer = setTimeout(send, 200);
}

function packed(events) {
  return JSON.stringify({ batch: events, sentAt: new Date().toISOString(), writeKey: data.key });
}

// Take out of what waits as much as one request may hold.
function part() {
  let many = Math.min(waiting.length, MOST);
  while (many > 1 && packed(waiting.slice(0, many)).length > LARGEST) many >>= 1;
  return waiting.splice(0, many);
}

async function send() {
  timer = 0;
  if (sending || !waiting.length) return;
  sending = true;
  const some = part();
  let done = false;
  try {
    const answer = await fetch(`${origin}/v1/batch`, { method: "POST", body: packed(some), keepalive: true, credentials: "omit" });
    done = answer.ok || (answer.status >= 400 && answer.status < 500 && answer.status !== 429); // what is wrong stays wrong
    if (!answer.ok) console.warn(`Duologue: ${answer.status} ${await answer.text()}`);
  } catch { /* no network: tried again */ }
  sending = false;
  if (!done && !silent()) waiting.unshift(...some);
  pause = done ? 1000 : Math.min(pause * 2, 60000);
  if (waiting.length) timer = setTimeout(send, done ? 0 : pause);
}

// A page that is left takes what still waits along, in parts a browser lets go.
function leave() {
  while (waiting.length) {
    const some = part();
    if (!navigator.sendBeacon(`${origin}/v1/batch`, packed(some))) {
      waiting.unshift(...some);
      return;
    }
  }
}

const calls = {
  identify(userId, traits) {
    if (typeof userId === "object") [userId, traits] = [null, userId];
    if (userId) who.userId = String(userId);
    const { email, phone, ...rest } = traits || {}; // a key that anybody reads must not say whose address is whose
    who.traits = { ...who.traits, ...rest };
    keep();
    say("identify", { traits: who.traits });
  },
  alias(userId) { calls.identify(userId); }, // whom this visitor turns out to be; of anybody else it does not tell
  track(event, properties) { say("track", { event, properties }); },
  page(category, name, properties) {
    if (typeof category === "object") [category, name, properties] = [undefined, undefined, category];
    else if (typeof name !== "string") [category, name, properties] = [undefined, category, name];
    const { page } = context();
    say("page", { name, properties: { ...page, category, ...properties } });
  },
  group(groupId, traits) { say("group", { groupId, traits }); },
  ready() { /* it is, once it is called */ },
};

const api = {
  // What the visitor said when asked whether they may be recognised: true keeps a number in this browser, false forgets it.
  consent(agreed) {
    kept.agreed = agreed === true;
    if (!kept.agreed) { waiting = []; kept = { agreed: false }; }
    keep();
  },
  reset() {
    Object.assign(who, { anonymousId: fresh(), userId: null, traits: {} });
    keep();
  },
  user: () => ({ id: () => who.userId, anonymousId: () => who.anonymousId, traits: () => ({ ...who.traits }) }),
  flush: send,
  push([name, ...values]) {
    if (typeof api[name] === "function") api[name](...values);
    else console.warn(`Duologue: there is no call ${name}.`);
  },
};
// A call ends, as Segment's may, with options that say nothing here and a function that is called once it is done.
for (const [name, call] of Object.entries(calls)) {
  api[name] = (...values) => {
    call(...values.filter((one) => typeof one !== "function"));
    values.filter((one) => typeof one === "function").forEach((then) => setTimeout(then));
  };
}

if (!data.key) console.warn('Duologue: the script needs its key, as in data-key="…".');
addEventListener("pagehide", leave);
addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });

// Calls made before the script was there stand in an array: window.duologue = window.duologue || []; duologue.push(["track", "Seen"])
const before = Array.isArray(window.duologue) ? window.duologue : [];
window.duologue = api;
if (data.page !== "off") api.page();
before.forEach(api.push);
