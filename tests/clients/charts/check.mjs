// Opens pages that `acts plot` and `acts report` have made in a headless Chromium: check.mjs CHROMIUM PAGE…
// Of each: all its panels are drawn, with something on them, no error on the console, and nothing asked for but the page.
// Of tear sheets, which say data-theme, also on a phone and in the dark; their tables can be searched, and their lines
// show the books that orders and fills met, where the page has any. What pages of some names must have besides is below.
import {chromium} from "playwright-core";
import {basename} from "node:path";
import {pathToFileURL} from "node:url";

const [executablePath, ...pages] = process.argv.slice(2);
const browser = await chromium.launch({executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic",
  "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]});
let failed = 0;

// By the end of a page's name: whether its lines have books, and what its body must say.
const wanted = {
  "run_with_scenarios.html": {books: true, says: ["What rests on the queue", "first in the queue", "traded through"]},
  "run_without_books.html": {books: false, says: ["The run has no order books"]},
  "swept.html": {says: ["Deflated Sharpe", "walk-forward", "fast", "slow"], heat: true},
  "side_by_side.html": {says: ["2 runs side by side", "scenarios", "narrow"]},
  "against_a_benchmark.html": {books: false, says: ["beta", "information ratio"]},
};

// Whether a picture has as many colours as a page that shows something; of some of its lines of pixels.
const is_blank = async (page, path) => {
  const shot = await page.screenshot({path, fullPage: true});
  const probe = await browser.newPage();
  const colors = await probe.evaluate(async (encoded) => {
    const image = new Image();
    image.src = `data:image/png;base64,${encoded}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = Math.min(image.height, 4000);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    const seen = new Set();
    for (let i = 0; i < pixels.length; i += 7) seen.add(pixels[i]);
    return seen.size;
  }, shot.toString("base64"));
  await probe.close();
  return colors < 20;
};

// A phone's width holds the page, and a dark page is dark on the screen and light on paper.
const look_elsewhere = async (url, path, problems) => {
  const phone = await browser.newPage({viewport: {width: 390, height: 844}, deviceScaleFactor: 2, isMobile: true});
  phone.on("pageerror", (error) => problems.push(`on a phone: ${error}`));
  await phone.goto(url);
  const width = await phone.evaluate(() => document.documentElement.scrollWidth);
  if (width > 390) problems.push(`on a phone it is ${width} pixels wide`);
  if (await is_blank(phone, `${path}.phone.png`)) problems.push("on a phone it is blank");
  await try_books(phone, problems, "on a phone");
  await phone.close();
  const dark = await browser.newPage({viewport: {width: 1200, height: 900}, colorScheme: "dark"});
  dark.on("pageerror", (error) => problems.push(`in the dark: ${error}`));
  await dark.goto(url);
  const paper = () => dark.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  if ((await paper()).some((part) => part > 60)) problems.push("in the dark it is not dark");
  if (await is_blank(dark, `${path}.dark.png`)) problems.push("in the dark it is blank");
  await dark.emulateMedia({media: "print", colorScheme: "dark"});
  if ((await paper()).some((part) => part < 250)) problems.push("on paper it is not white");
  await dark.close();
};

// The first line of fills that has a book shows it, by a click and by the keyboard: within the screen, the best prices
// apart, bars as long as quantities are, and the order's own price where it stands.
const try_books = async (page, problems, where) => {
  const told = await page.evaluate(() => {
    const {tables} = JSON.parse(document.getElementById("tables").textContent);
    return tables.filter((table) => table.books).map((table) => ({id: table.id, kept: table.books.filter((place) => place.some((number) => number >= 0)).length}));
  });
  if (told.length === 0) return false;
  const wrong = (what) => problems.push(`${where}: ${what}`);
  if (told.length !== 2 || told.some((table) => table.kept === 0)) wrong(`tables with books: ${JSON.stringify(told)}`);
  const panel = page.locator("aside.book");
  const look = () => panel.evaluate((place) => {
    const {x, y, right, bottom} = place.getBoundingClientRect();
    return {
      is_seen: !place.hidden && x >= 0 && y >= 0 && right <= innerWidth + 1 && bottom <= innerHeight + 1 && bottom - y > 100,
      text: place.textContent,
      sides: [...place.querySelectorAll(".ladder")].map((table) => [...table.tBodies[0].rows].map((line) => [...line.cells].map((cell) => cell.textContent))),
      bars: [...place.querySelectorAll(".ladder td")].filter((cell) => cell.style.background.includes("gradient")).length,
      own: [...place.querySelectorAll(".own")].map((cell) => cell.textContent),
    };
  });
  if (await panel.isVisible()) wrong("a book is there that nobody asked for");
  const fill = page.locator("#fills tbody tr").first();
  await fill.click();
  const seen = await look();
  const cells = await fill.locator("td").allTextContents();
  if (!seen.is_seen) wrong("a click on a fill shows no book within the screen");
  if (!seen.text.includes(cells[5]) || !seen.text.includes(cells[3])) wrong(`a fill's book does not say why and at what: ${seen.text}`);
  if (seen.sides.length !== 2 || seen.sides.some((lines) => lines.length !== 10)) wrong(`a fill has the books ${JSON.stringify(seen.sides)}`);
  for (const [best] of seen.sides) if (!(Number(best?.[1]) < Number(best?.[2]))) wrong(`best prices are ${best}`);
  if (seen.bars !== 40) wrong(`of 40 quantities ${seen.bars} are bars`);
  if (seen.own.some((price) => Number(price) !== Number(cells[3]))) wrong(`its own price is marked at ${seen.own}`);
  await page.keyboard.press("Escape");
  if (await panel.isVisible()) wrong("Escape does not close a book");
  const order = page.locator("#orders tbody tr").first();
  await order.focus();
  await page.keyboard.press("Enter");
  const by_key = await look();
  if (!by_key.is_seen || !by_key.text.startsWith("submitted")) wrong(`Enter on an order shows '${by_key.text.slice(0, 80)}'`);
  await page.keyboard.press("ArrowDown");
  if ((await look()).text === by_key.text) wrong("the next line has the same book's title");
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wrong("with a book it is wider than the screen");
  await panel.getByText("Charts").click();
  await panel.getByText("Close").click();
  if (await panel.isVisible()) wrong("a book cannot be closed");
  return true;
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
    await page.keyboard.press("Escape");
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
    if (await is_blank(page, `${path}.whole.png`)) problems.push("it is blank");
    const has_books = await try_books(page, problems, "on a desk");
    const {books, says, heat} = wanted[basename(path)] ?? {};
    if (books !== undefined && books !== has_books) problems.push(`it has ${has_books ? "" : "no "}books`);
    const text = (await page.locator("body").textContent()).toLowerCase();
    for (const words of says ?? []) if (!text.includes(words.toLowerCase())) problems.push(`it does not say '${words}'`);
    if (heat && await page.locator(".heat td").count() < 9) problems.push("it has no heat map");
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
