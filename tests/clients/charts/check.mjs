// Opens pages that `acts plot` has made in a headless Chromium: check.mjs CHROMIUM PAGE…
// Of each: all its panels are drawn, with something on them, no error on the console, and nothing asked for but the page.
import {chromium} from "playwright-core";
import {pathToFileURL} from "node:url";

const [executablePath, ...pages] = process.argv.slice(2);
const browser = await chromium.launch({executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic",
  "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]});
let failed = 0;
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
  await page.screenshot({path: `${path}.seen.png`, fullPage: true});
  for (const problem of problems) console.error(`${path}: ${problem}`);
  console.log(`${path}: ${problems.length === 0 ? "right" : "WRONG"}: ${state.wanted} panels, ${state.figures} figures`);
  failed += problems.length;
  await page.close();
}
await browser.close();
process.exit(failed === 0 ? 0 : 1);
