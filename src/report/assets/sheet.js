// Fills, searches and leafs through the tables that the page's JSON holds. A click on a line, or Enter on it, shows its
// moment in the charts and, where the page has it, the order book that it met; up and down go from line to line, Escape
// closes the book.
(() => {
  "use strict";
  const lines_a_page = 50;
  const made = (name, parent, text) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };
  const {books, tables} = JSON.parse(document.getElementById("tables").textContent);

  const causes = {
    crossed: "the best price of the other side came to the order's",
    traded_through: "somebody traded at a worse price than the order's",
    queue_done: "trades at its price had used up what stood before it",
    taker: "it took what was there",
    liquidation: "the venue closed a position whose margin was used up",
  };
  const panel = made("aside", document.body);
  panel.className = "book";
  panel.hidden = true;
  panel.setAttribute("aria-label", "order book");
  panel.setAttribute("aria-live", "polite");
  let opener = null;
  const close = () => {
    panel.hidden = true;
    document.body.classList.remove("with-book");
    opener?.focus();
  };
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) close(); });

  // What a line tells by its columns' names; a row's first value is none of them.
  const told = (table, row) => (name) => row[table.columns.indexOf(name) + 1] ?? "";
  const facts_of_fill = (of) => {
    const queue = of("liquidity") === "maker" && of("queue ahead at entry") !== ""
      ? ` Ahead of it in the queue stood ${of("queue ahead at entry")} when it came to its price, and ${of("queue ahead at fill")} when it was filled.` : "";
    return `${of("cause")}: ${causes[of("cause")] ?? "its cause"}.${queue}`;
  };
  const facts_of_order = (of) => `${of("type")}, ${of("in force")}, ${of("left")} left${of("reason") === "" ? "" : `: ${of("reason")}`}.`;

  // Where the own price lies in a side that is told level by level, the best first.
  const place_of = (levels, price, is_bid) => {
    if (price === "" || Number(price) === 0) return "";
    for (let i = 0; i < levels.length; i += 2) {
      if (Number(levels[i]) === Number(price)) return `At ${price} stand ${levels[i + 1]}.`;
    }
    if (levels.length === 0) return "Its side is empty.";
    const behind_last = (Number(price) - Number(levels[levels.length - 2])) * (is_bid ? -1 : 1) > 0;
    return behind_last ? `${price} lies behind the ${levels.length / 2} levels that are kept.` : `Nothing stands at ${price}.`;
  };
  const ladder = (place, [is_venue, time, bids, asks], price, is_buy) => {
    const section = made("section", place);
    made("h3", section, `${is_venue ? "At the venue" : "As known here"}, ${time}`);
    const table = made("table", section);
    table.className = "ladder";
    const head = made("tr", made("thead", table));
    for (const name of ["bid quantity", "bid", "ask", "ask quantity"]) made("th", head, name).scope = "col";
    const body = made("tbody", table);
    const most = Math.max(...[bids, asks].flatMap((side) => side.filter((_, i) => i % 2 === 1).map(Number)), 0);
    const cell = (line, text, side, quantity) => {
      const made_cell = made("td", line, text ?? "");
      made_cell.className = side;
      if (text === undefined) return;
      if (quantity) {
        const share = `${(100 * Number(text) / most).toFixed(1)}%`;
        const tone = `rgba(var(--${side === "bid" ? "gain" : "loss"}), 0.35)`;
        made_cell.style.background = `linear-gradient(to ${side === "bid" ? "left" : "right"}, ${tone} ${share}, transparent ${share})`;
      } else if ((side === "bid") === is_buy && Number(text) === Number(price)) {
        made_cell.classList.add("own");
        made_cell.title = "the order's price";
      }
    };
    for (let i = 0; i < Math.max(bids.length, asks.length); i += 2) {
      const line = made("tr", body);
      cell(line, bids[i + 1], "bid", true);
      cell(line, bids[i], "bid", false);
      cell(line, asks[i], "ask", false);
      cell(line, asks[i + 1], "ask", true);
    }
    made("p", section, place_of(is_buy ? bids : asks, price, is_buy));
  };
  const show_book = (table, i, show_charts) => {
    const of = told(table, table.rows[i]);
    const is_fill = table.id === "fills";
    const price = of("price");
    panel.replaceChildren();
    const bar = made("div", panel);
    bar.className = "bar";
    const what = is_fill ? "fill" : of("event");
    made("strong", bar, `${what}: ${of("side")} ${of("quantity")}${price === "" ? "" : ` at ${price}`}, order ${of("order")}, ${of("instrument")}`);
    made("button", bar, "Charts").addEventListener("click", show_charts);
    made("button", bar, "Close").addEventListener("click", close);
    made("p", panel, is_fill ? facts_of_fill(of) : facts_of_order(of));
    const ladders = made("div", panel);
    ladders.className = "ladders";
    const [local, venue] = table.books[i];
    for (const number of [venue, local]) {
      if (number >= 0) ladder(ladders, books[number], price, of("side") === "buy");
    }
    if (local < 0 && venue < 0) made("p", ladders, "The page does not have its book.");
    panel.hidden = false;
    panel.scrollTop = 0;
    document.body.classList.add("with-book");
  };

  for (const table of tables) {
    const place = document.getElementById(table.id);
    const texts = table.rows.map((row) => row.slice(1).join(" ").toLowerCase());
    let found = table.rows.map((_, i) => i);
    let page = 0;
    const bar = made("div", place);
    bar.className = "bar";
    const search = made("input", bar);
    search.type = "search";
    search.placeholder = "search: buy traded_through";
    search.setAttribute("aria-label", "search " + table.id);
    const back = made("button", bar, "Back");
    const on = made("button", bar, "Next");
    const count = made("span", bar);
    const scroll = made("div", place);
    scroll.className = "scroll";
    const element = made("table", scroll);
    const head = made("tr", made("thead", element));
    for (const column of table.columns) made("th", head, column).scope = "col";
    const body = made("tbody", element);
    const show = () => {
      body.replaceChildren();
      const first = page * lines_a_page;
      for (const i of found.slice(first, first + lines_a_page)) {
        const line = made("tr", body);
        line.tabIndex = 0;
        line.dataset.seconds = table.rows[i][0];
        line.dataset.instrument = table.rows[i][2];
        line.dataset.row = i;
        for (const text of table.rows[i].slice(1)) made("td", line, text);
      }
      const last = Math.min(first + lines_a_page, found.length);
      count.textContent = found.length === 0 ? "none" : `${first + 1} to ${last} of ${found.length}`;
      back.disabled = page === 0;
      on.disabled = last >= found.length;
    };
    const chosen = (line) => {
      document.dispatchEvent(new CustomEvent("acts-zoom", {detail: {at: Number(line.dataset.seconds)}}));
      const show_charts = () => {
        const chart = [...document.querySelectorAll("figcaption")].find((title) => title.textContent.startsWith(line.dataset.instrument + ":"));
        (chart ?? document.querySelector(".charts"))?.scrollIntoView({block: "start"});
      };
      opener = line;
      if (table.books) show_book(table, Number(line.dataset.row), show_charts);
      else show_charts();
    };
    const on_key = (event) => {
      const line = event.target.closest("tr");
      if (!line) return;
      if (event.key === "Enter") chosen(line);
      const step = {ArrowDown: line.nextElementSibling, ArrowUp: line.previousElementSibling}[event.key];
      if (!step) return;
      event.preventDefault();
      step.focus();
      if (!panel.hidden) chosen(step);
    };
    search.addEventListener("input", () => {
      const words = search.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
      found = table.rows.map((_, i) => i).filter((i) => words.every((word) => texts[i].includes(word)));
      page = 0;
      show();
    });
    back.addEventListener("click", () => { page -= 1; show(); });
    on.addEventListener("click", () => { page += 1; show(); });
    body.addEventListener("click", (event) => { const line = event.target.closest("tr"); if (line) chosen(line); });
    body.addEventListener("keydown", on_key);
    show();
  }
  document.documentElement.dataset.listed = String(tables.length);
})();
