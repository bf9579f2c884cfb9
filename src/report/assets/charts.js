// Draws the panels that the page's JSON holds: one uPlot each, with a legend that follows the cursor; a drag zooms, a
// double click shows all again.
(() => {
  "use strict";
  const panels = JSON.parse(document.getElementById("panels").textContent);
  const colors = {bid: "#2e7d32", ask: "#c62828", main: "#1565c0", second: "#6a1b9a", third: "#ef6c00", fourth: "#00838f"};
  const height = 260;

  // UTC, as everywhere in acts: 2026-03-01T12:00:00Z.
  const moment = (seconds) => new Date(seconds * 1000).toISOString();
  const time_labels = (u, splits, axis, space, step) => splits.map((seconds) => {
    const text = moment(seconds);
    if (step >= 86400 || seconds % 86400 === 0) return text.slice(0, 10);
    return step >= 60 ? text.slice(11, 16) : text.slice(11, 19);
  });
  const told = (u, value) => (value === null || value === undefined ? "-" : String(value));

  const shade = (bands) => (u) => {
    const ctx = u.ctx;
    ctx.save();
    for (const band of bands) {
      const from = band.from === null ? u.bbox.left : Math.max(u.valToPos(band.from, "x", true), u.bbox.left);
      const right = u.bbox.left + u.bbox.width;
      const to = band.to === null ? right : Math.min(u.valToPos(band.to, "x", true), right);
      if (to <= from) continue;
      ctx.fillStyle = band.kind === "trouble" ? "rgba(198, 40, 40, 0.12)" : "rgba(21, 101, 192, 0.08)";
      ctx.fillRect(from, u.bbox.top, Math.max(to - from, 1), u.bbox.height);
    }
    ctx.restore();
  };

  const series_of = (series) => {
    const color = colors[series.tone];
    const options = {label: series.name, value: told, stroke: color, width: 1.5, spanGaps: false, scale: series.axis, points: {show: series.mark === "points"}};
    if (series.mark === "bars") {
      options.paths = uPlot.paths.bars({size: [0.9, 40, 1]});
      options.fill = color + "99";
      options.width = 0;
    } else if (series.mark === "steps") {
      options.paths = uPlot.paths.stepped({align: 1});
    }
    return options;
  };

  const plots = panels.map((panel) => {
    const place = document.getElementById(panel.id);
    const axes = [panel.is_time ? {values: time_labels} : {}, {label: panel.y_label, scale: "y", size: 80}];
    if (panel.series.some((s) => s.axis === "y2")) axes.push({scale: "y2", side: 1, size: 80, grid: {show: false}, label: panel.y2_label});
    const options = {
      width: place.clientWidth, height, axes,
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), "Etc/UTC"),
      cursor: {drag: {x: true, y: false}, sync: panel.is_time ? {key: "time"} : undefined},
      scales: {x: {time: panel.is_time}, y: {}, y2: {}},
      series: [{label: panel.x_label, value: panel.is_time ? (u, s) => (s === null || s === undefined ? "-" : moment(s)) : told}, ...panel.series.map(series_of)],
      hooks: {drawClear: [shade(panel.bands)]},
    };
    return [place, new uPlot(options, [panel.x, ...panel.series.map((s) => s.y)], place)];
  });
  window.addEventListener("resize", () => {
    for (const [place, plot] of plots) plot.setSize({width: place.clientWidth, height});
  });
  document.documentElement.dataset.drawn = String(plots.length);
})();
