// Fills, searches and leafs through the tables that the page's JSON holds. A click on a line, or Enter on it, shows its
// moment in the charts.
(() => {
  "use strict";
  const lines_a_page = 50;
  const made = (name, parent, text) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };
  const tables = JSON.parse(document.getElementById("tables").textContent);
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
        for (const text of table.rows[i].slice(1)) made("td", line, text);
      }
      const last = Math.min(first + lines_a_page, found.length);
      count.textContent = found.length === 0 ? "none" : `${first + 1} to ${last} of ${found.length}`;
      back.disabled = page === 0;
      on.disabled = last >= found.length;
    };
    const zoom = (event) => {
      const line = event.target.closest("tr");
      if (!line) return;
      document.dispatchEvent(new CustomEvent("acts-zoom", {detail: {at: Number(line.dataset.seconds)}}));
      const chart = [...document.querySelectorAll("figcaption")].find((title) => title.textContent.startsWith(line.dataset.instrument + ":"));
      (chart ?? document.querySelector(".charts"))?.scrollIntoView({block: "start"});
    };
    search.addEventListener("input", () => {
      const words = search.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
      found = table.rows.map((_, i) => i).filter((i) => words.every((word) => texts[i].includes(word)));
      page = 0;
      show();
    });
    back.addEventListener("click", () => { page -= 1; show(); });
    on.addEventListener("click", () => { page += 1; show(); });
    body.addEventListener("click", zoom);
    body.addEventListener("keydown", (event) => { if (event.key === "Enter") zoom(event); });
    show();
  }
  document.documentElement.dataset.listed = String(tables.length);
})();
