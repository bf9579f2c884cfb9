// Opens pages that `acts plot` and `acts report` have made in a headless Chromium: check.mjs CHROMIUM PAGE…
// Of each: all its panels are drawn, with something on them, no error on the console, and nothing asked for but the page.
// Of tear sheets, which say data-theme, also on a phone and in the dark; and their tables can be searched.
import {chromium} from "playwright-core";
import {pathToFileURL} from "node:url";

const [executablePath, ...pages] = process.argv.slice(2);
const browser = await chromium.launch({executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic",
  "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]});
let failed = 0;

// A phone's width holds the page, and a dark page is dark on the screen and light on paper.
const look_elsewhere = async (url, path, problems) => {
  const phone = await browser.newPage({viewport: {width: 390, height: 844}, deviceScaleFactor: 2, isMobile: true});
  phone.on("pageerror", (error) => problems.push(`on a phone: ${error}`));
  await phone.goto(url);
  const width = await phone.evaluate(() => document.documentElement.scrollWidth);
  if (width > 390) problems.push(`on a phone it is ${width} pixels wide`);
  await phone.screenshot({path: `${path}.phone.png`, fullPage: true});
  await phone.close();
  const dark = await browser.newPage({viewport: {width: 1200, height: 900}, colorScheme: "dark"});
  dark.on("pageerror", (error) => problems.push(`in the dark: ${error}`));
  await dark.goto(url);
  const paper = () => dark.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  if ((await paper()).some((part) => part > 60)) problems.push("in the dark it is not dark");
  await dark.screenshot({path: `${path}.dark.png`, fullPage: true});
  await dark.emulateMedia({media: "print", colorScheme: "dark"});
  if ((await paper()).some((part) => part < 250)) problems.push("on paper it is not white");
  await dark.close();
};

// Every table of fills and orders shows lines, fewer of them when searched, and a click shows a moment in the charts.
const try_tables = async (page, problems) => {
  for (const place of await page.locator(".explorer").all()) {
    const told = () => place.locator(".bar span").textContent();
    const before = await told();
    if (!/^1 to \d+ of \d+$/.test(before)) problems.push(`a table says '${before}'`);
    await place.locator("input").fill("sell");
    const lines = await place.locator("tbody tr").allTextContents();
    if (lines.length === 0 || lines.some((line) => !line.includes("sell"))) problems.push("a search finds what it should not");
    if (await told() === before) problems.push("a search changes nothing");
    await place.locator("input").fill("nothing is called so");
    if (await told() !== "none") problems.push("a search finds what is not there");
    await place.locator("input").fill("");
    await place.locator("tbody tr").nth(5).click();
  }
};
for (const path of pages) {
  const problems = [];
  const page = await browser.newPage({viewport: {width: 1200, height: 900}});
  page.on("console", (message) => problems.push(`console: ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`error: ${error}`));
  const url = pathToFileURL(path).href;
  page.on("request", (request) => { if (request.url() !== url) problems.push(`asks for ${request.url()}`); });
  await page.goto(url);
  const state = await page.evaluate(() => ({
    drawn: document.documentElement.dataset.drawn,
    wanted: JSON.parse(document.getElementById("panels").textContent).length,
    figures: document.querySelectorAll("figure").length,
    // Of each canvas: how many colours there are on it.
    colors: [...document.querySelectorAll("canvas")].map((canvas) => {
      const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      const seen = new Set();
      for (let i = 0; i < pixels.length; i += 4) seen.add(pixels[i] << 24 | pixels[i + 1] << 16 | pixels[i + 2] << 8 | pixels[i + 3]);
      return seen.size;
    }),
    shapes: document.querySelectorAll("svg rect").length,
    markup: document.querySelectorAll("blink").length,
  }));
  if (state.drawn !== String(state.wanted)) problems.push(`drew ${state.drawn} panels, and not ${state.wanted}`);
  if (state.colors.length !== state.wanted || state.colors.some((count) => count < 10)) problems.push(`colours on its canvases: ${state.colors}`);
  if (state.figures === 0 || (state.wanted === 0 && state.shapes < 2)) problems.push("it shows nothing");
  if (state.markup !== 0) problems.push("a name in it became markup");
  if (state.wanted > 0) {
    // A drag zooms: the values under the cursor are told, and the axis changes.
    const over = page.locator(".u-over").first();
    const box = await over.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + 50);
    const told = await page.locator(".u-legend .u-value").allTextContents();
    if (!told.some((text) => /\d/.test(text))) problems.push(`its legend tells nothing under the cursor: ${told}`);
  }
  const is_sheet = await page.evaluate(() => document.documentElement.dataset.theme === "auto");
  if (is_sheet) {
    const listed = await page.evaluate(() => document.documentElement.dataset.listed);
    if (listed === undefined) problems.push("its tables were not filled");
    await page.screenshot({path: `${path}.whole.png`, fullPage: true});
    await try_tables(page, problems);
    await look_elsewhere(url, path, problems);
  }
  await page.screenshot({path: `${path}.seen.png`, fullPage: true});
  for (const problem of problems) console.error(`${path}: ${problem}`);
  console.log(`${path}: ${problems.length === 0 ? "right" : "WRONG"}: ${state.wanted} panels, ${state.figures} figures`);
  failed += problems.length;
  await page.close();
}
await browser.close();
process.exit(failed === 0 ? 0 : 1);
