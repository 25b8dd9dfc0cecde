// What a shop's own server would run, with nothing set but host and write key.
const { Analytics } = require("@segment/analytics-node");

const [host, writeKey] = process.argv.slice(2);
const mistakes = [];
const analytics = new Analytics({ writeKey, host, maxEventsInBatch: 3, maxRetries: 1 });
analytics.on("error", (mistake) => mistakes.push(String(mistake.code || mistake)));
analytics.track({ anonymousId: "device-n", event: "Product Viewed", properties: { product: "ribbon" } });
analytics.alias({ userId: "n1", previousId: "device-n" });
analytics.identify({ userId: "n1", traits: { email: "nora@people.example", plan: "gold" } });
analytics.track({ userId: "n1", event: "Order Completed", properties: { order_id: "n-1", revenue: 12.5, currency: "GBP" } });
analytics.page({ userId: "n1", name: "Prices", properties: { path: "/prices" } });
analytics.screen({ userId: "n1", name: "Basket" });
analytics.group({ userId: "n1", groupId: "acme", traits: { size: 3 } });
analytics.closeAndFlush({ timeout: 30000 }).then(() => console.log(JSON.stringify(mistakes)));
