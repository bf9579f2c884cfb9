// Draws the panels that the page's JSON holds: one uPlot each, with a legend that follows the cursor; a drag zooms, a
// double click shows all again. A page that says data-theme="auto" follows the reader's choice of light or dark; on
// paper all is light. The event "acts-zoom" {at} shows the time around that second in every panel of time.
(() => {
  "use strict";
  const panels = JSON.parse(document.getElementById("panels").textContent);
  const light = {bid: "#2e7d32", ask: "#c62828", main: "#1565c0", second: "#6a1b9a", third: "#ef6c00", fourth: "#00838f", axis: "#222", grid: "rgba(0, 0, 0, 0.08)"};
  const dark = {bid: "#81c784", ask: "#ef9a9a", main: "#64b5f6", second: "#ce93d8", third: "#ffb74d", fourth: "#4dd0e1", axis: "#ddd", grid: "rgba(255, 255, 255, 0.12)"};
  const wants_dark = window.matchMedia("screen and (prefers-color-scheme: dark)");
  const follows = document.documentElement.dataset.theme === "auto";
  const color = (name) => (follows && wants_dark.matches ? dark : light)[name];
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
    const stroke = () => color(series.tone);
    const options = {label: series.name, value: told, stroke, width: 1.5, spanGaps: false, scale: series.axis, points: {show: series.mark === "points"}};
    if (series.mark === "bars") {
      options.paths = uPlot.paths.bars({size: [0.9, 40, 1]});
      options.fill = () => color(series.tone) + "99";
      options.width = 0;
    } else if (series.mark === "steps") {
      options.paths = uPlot.paths.stepped({align: 1});
    } else if (series.mark === "points") {
      options.points = {show: true, size: 6, stroke, fill: stroke};
      options.paths = () => null;
    }
    return options;
  };

  const axis_of = (options) => ({stroke: () => color("axis"), grid: {stroke: () => color("grid"), width: 1}, ticks: {stroke: () => color("grid"), width: 1}, ...options});
  const wide = () => document.documentElement.clientWidth >= 600;
  const plots = panels.map((panel) => {
    const place = document.getElementById(panel.id);
    const size = wide() ? 80 : 58;
    const label = (text) => (wide() ? text : "");
    const axes = [axis_of(panel.is_time ? {values: time_labels, space: 95} : {}), axis_of({label: label(panel.y_label), scale: "y", size})];
    if (panel.series.some((s) => s.axis === "y2")) axes.push(axis_of({scale: "y2", side: 1, size, grid: {show: false}, label: label(panel.y2_label)}));
    const options = {
      width: place.clientWidth, height, axes, padding: [null, panel.is_time ? 36 : null, null, null],
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), "Etc/UTC"),
      cursor: {drag: {x: true, y: false}, sync: panel.is_time ? {key: "time"} : undefined},
      scales: {x: {time: panel.is_time}, y: {}, y2: {}},
      series: [{label: panel.x_label, value: panel.is_time ? (u, s) => (s === null || s === undefined ? "-" : moment(s)) : told}, ...panel.series.map(series_of)],
      hooks: {drawClear: [shade(panel.bands)]},
    };
    return [place, new uPlot(options, [panel.x, ...panel.series.map((s) => s.y)], place), panel.is_time];
  });
  window.addEventListener("resize", () => {
    for (const [place, plot] of plots) plot.setSize({width: place.clientWidth, height});
  });
  wants_dark.addEventListener("change", () => {
    for (const [, plot] of plots) plot.redraw();
  });
  document.addEventListener("acts-zoom", (event) => {
    for (const [, plot, is_time] of plots) {
      if (!is_time) continue;
      const times = plot.data[0];
      const around = Math.max(30, (times[times.length - 1] - times[0]) / 100);
      plot.setScale("x", {min: event.detail.at - around, max: event.detail.at + around});
    }
  });
  document.documentElement.dataset.drawn = String(plots.length);
})();
