#include "report/sheet/run_panels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

#include "acts/base/assert.hpp"

#include "report/sheet/figures.hpp"
#include "report/statistics/histogram.hpp"
#include "report/statistics/returns.hpp"

namespace acts::report {
namespace {

constexpr std::array<Tone, kMostCompared> kRunTones{Tone::kMain,   Tone::kThird, Tone::kBid,
                                                    Tone::kSecond, Tone::kAsk,   Tone::kFourth};
constexpr std::size_t kRollingDays = 30;
constexpr std::size_t kRollingShort = 60;  // minutes, seconds
constexpr std::size_t kBins = 40;
constexpr double kPerCent = 100;

std::size_t index_of(CurveValue value) { return static_cast<std::size_t>(std::to_underlying(value)); }

// Of what is not shown whole.
template <std::size_t N>
std::string thinned_note(const Thinner<N>& thinner) {
  const std::size_t shown = thinner.points().size();
  if (shown == thinner.count()) return {};
  return fmt::format(" ({} of {} samples: the lowest and highest are kept)", shown, thinner.count());
}

std::vector<double> times_of(const std::vector<Curve::Point>& points) {
  std::vector<double> times;
  times.reserve(points.size());
  for (const Curve::Point& point : points) times.push_back(point.time);
  return times;
}

std::vector<double> values_of(const std::vector<Curve::Point>& points, CurveValue value, double factor = 1) {
  std::vector<double> values;
  values.reserve(points.size());
  for (const Curve::Point& point : points) values.push_back(point.y[index_of(value)] * factor);
  return values;
}

// The axis of what is in money.
std::string money_label(const RunReport& run) { return run.facts.money.empty() ? "money" : run.facts.money; }

bool has_drawdown_share(const RunReport& run) { return run.drawdown.deepest().share.has_value(); }

Panel time_panel(std::string title, std::string y_label, const RunReport& run) {
  Panel panel{.title = std::move(title), .is_time = true, .x_label = "UTC", .y_label = std::move(y_label)};
  for (const GapFact& gap : run.facts.gaps) {
    panel.shades.push_back({.from = unix_seconds(gap.from), .to = unix_seconds(gap.to)});
  }
  return panel;
}

void add_curves(std::vector<Panel>& panels, const RunReport& run) {
  const std::vector<Curve::Point> points = run.curve.points();
  const std::vector<double> times = times_of(points);
  Panel equity = time_panel(fmt::format("Equity{}", thinned_note(run.curve)), money_label(run), run);
  equity.x = times;
  equity.series.push_back({.name = "equity", .tone = Tone::kMain, .y = values_of(points, CurveValue::kEquity)});
  equity.series.push_back(
      {.name = "without fees", .tone = Tone::kThird, .y = values_of(points, CurveValue::kWithoutFees)});
  panels.push_back(std::move(equity));
  const bool has_share = has_drawdown_share(run);
  Panel under = time_panel(has_share ? "Underwater, per cent of the highest equity" : "Underwater, in money",
                           has_share ? "%" : money_label(run), run);
  under.x = times;
  under.series.push_back({.name = "below the highest",
                          .tone = Tone::kAsk,
                          .y = has_share ? values_of(points, CurveValue::kDrawdown, kPerCent)
                                         : values_of(points, CurveValue::kBelowPeak)});
  panels.push_back(std::move(under));
  Panel exposure = time_panel("Exposure: value of positions at their marks", money_label(run), run);
  exposure.x = times;
  exposure.series.push_back({.name = "exposure", .tone = Tone::kSecond, .y = values_of(points, CurveValue::kExposure)});
  panels.push_back(std::move(exposure));
}

std::optional<double> sharpe_of_days(std::span<const double> returns) {
  return sharpe(returns, periods_a_year(std::chrono::hours{24}));
}
std::optional<double> sharpe_as_is(std::span<const double> returns) { return sharpe(returns, 1); }
std::optional<double> volatility_of_days(std::span<const double> returns) {
  return volatility(returns, periods_a_year(std::chrono::hours{24}));
}
std::optional<double> volatility_as_is(std::span<const double> returns) { return volatility(returns, 1); }

void add_rolling(std::vector<Panel>& panels, const RunReport& run, const std::vector<double>& returns) {
  const bool is_daily = run.period >= std::chrono::hours{24};
  const std::size_t window = is_daily ? kRollingDays : kRollingShort;
  if (returns.size() <= window) return;
  const auto ratios = rolling(excess_of(returns, risk_free_of(run)), window, is_daily ? sharpe_of_days : sharpe_as_is);
  const auto spreads = rolling(returns, window, is_daily ? volatility_of_days : volatility_as_is);
  Panel panel =
      time_panel(fmt::format("Rolling Sharpe ratio and volatility, {} {}s{}; {}", window, period_name(run.period),
                             is_daily ? ", a year" : fmt::format(", of one {}", period_name(run.period)),
                             risk_free_text(run.risk_free_rate, run.period)),
                 "Sharpe ratio", run);
  panel.y2_label = "volatility, %";
  Series sharpe_series{.name = "Sharpe ratio", .tone = Tone::kMain};
  Series spread_series{.name = "volatility, %", .tone = Tone::kThird, .y = {}, .on_second_axis = true};
  for (std::size_t i = 0; i < returns.size(); ++i) {
    panel.x.push_back(unix_seconds(run.closes.times[i + 1]));
    sharpe_series.y.push_back(ratios[i].value_or(kUnknown));
    spread_series.y.push_back(spreads[i] ? *spreads[i] * kPerCent : kUnknown);
  }
  panel.series.push_back(std::move(sharpe_series));
  panel.series.push_back(std::move(spread_series));
  panels.push_back(std::move(panel));
}

void add_histogram(std::vector<Panel>& panels, const RunReport& run, const std::vector<double>& returns) {
  const std::optional<Histogram> histogram = histogram_of(returns, kBins);
  if (!histogram) return;
  Panel panel{
      .title = fmt::format("Returns by {}", period_name(run.period)), .x_label = "return, %", .y_label = "how many"};
  Series counts{.name = "returns", .mark = Mark::kBars, .tone = Tone::kMain};
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    panel.x.push_back(histogram->middle(bin) * kPerCent);
    counts.y.push_back(static_cast<double>(histogram->counts[bin]));
  }
  panel.series.push_back(std::move(counts));
  panels.push_back(std::move(panel));
}

// What a price chart shows at one moment.
struct Moment {
  double time = 0;
  double mark = kUnknown;
  double buy = kUnknown;
  double sell = kUnknown;
};

std::vector<Moment> moments_of(const InstrumentReport& instrument) {
  std::vector<Moment> moments;
  moments.reserve(instrument.track.points().size());
  for (const Track::Point& point : instrument.track.points())
    moments.push_back({.time = point.time, .mark = point.y[0]});
  for (const FillPoints::Point& point : instrument.buys.points())
    moments.push_back({.time = point.time, .buy = point.y[0]});
  for (const FillPoints::Point& point : instrument.sells.points()) {
    moments.push_back({.time = point.time, .sell = point.y[0]});
  }
  // Stability is for the same page from the same run: equal times keep the order above.
  std::vector<std::size_t> order(moments.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&moments](std::size_t a, std::size_t b) {
    return std::pair(moments[a].time, a) < std::pair(moments[b].time, b);
  });
  std::vector<Moment> sorted;
  sorted.reserve(moments.size());
  double mark = kUnknown;
  for (const std::size_t i : order) {
    Moment moment = moments[i];
    if (std::isnan(moment.buy) && std::isnan(moment.sell)) mark = moment.mark;
    moment.mark = mark;
    sorted.push_back(moment);
  }
  return sorted;
}

void add_instrument(std::vector<Panel>& panels, const RunReport& run, const InstrumentReport& instrument) {
  const std::uint64_t fills = instrument.buys.count() + instrument.sells.count();
  const std::size_t shown = instrument.buys.points().size() + instrument.sells.points().size();
  Panel price = time_panel(fmt::format("{}: mark price and {} fills{}", instrument.name, fills,
                                       shown < fills ? fmt::format(", {} of them shown", shown) : std::string()),
                           "price", run);
  Series mark{.name = "mark price", .mark = Mark::kSteps, .tone = Tone::kMain};
  Series buys{.name = "bought", .mark = Mark::kPoints, .tone = Tone::kBid};
  Series sells{.name = "sold", .mark = Mark::kPoints, .tone = Tone::kAsk};
  for (const Moment& moment : moments_of(instrument)) {
    price.x.push_back(moment.time);
    mark.y.push_back(moment.mark);
    buys.y.push_back(moment.buy);
    sells.y.push_back(moment.sell);
  }
  price.series = {std::move(mark), std::move(buys), std::move(sells)};
  panels.push_back(std::move(price));
  Panel position =
      time_panel(fmt::format("{}: position{}", instrument.name, thinned_note(instrument.track)), "position", run);
  Series held{.name = "position", .mark = Mark::kSteps, .tone = Tone::kSecond};
  for (const Track::Point& point : instrument.track.points()) {
    position.x.push_back(point.time);
    held.y.push_back(point.y[1]);
  }
  position.series.push_back(std::move(held));
  panels.push_back(std::move(position));
}

// Each run's curve at the times of all of them: its last value, none before its first and after its last.
std::vector<double> carried(const std::vector<Curve::Point>& points, CurveValue value,
                            const std::vector<double>& times) {
  std::vector<double> values;
  values.reserve(times.size());
  std::size_t next = 0;
  double now = kUnknown;
  for (const double time : times) {
    while (next < points.size() && points[next].time <= time) now = points[next++].y[index_of(value)];
    values.push_back(!points.empty() && time > points.back().time ? kUnknown : now);
  }
  return values;
}

}  // namespace

std::vector<Panel> run_panels(const RunReport& run) {
  std::vector<Panel> panels;
  add_curves(panels, run);
  const std::vector<double> returns = returns_of(run);
  for (std::size_t i = 0; i < std::min(run.instruments.size(), kMostTracks); ++i) {
    add_instrument(panels, run, run.instruments[i]);
  }
  add_rolling(panels, run, returns);
  add_histogram(panels, run, returns);
  return panels;
}

std::vector<Panel> comparison_panels(std::span<const RunReport> runs) {
  ACTS_ASSERT(runs.size() <= kMostCompared);
  std::vector<std::vector<Curve::Point>> curves;
  std::vector<double> times;
  curves.reserve(runs.size());
  for (const RunReport& run : runs) {
    curves.push_back(run.curve.points());
    const std::vector<double> own = times_of(curves.back());
    times.insert(times.end(), own.begin(), own.end());
  }
  std::ranges::sort(times);
  const auto rest = std::ranges::unique(times);
  times.erase(rest.begin(), rest.end());
  const bool has_share = std::ranges::all_of(runs, has_drawdown_share);
  const auto is_of_first = [&runs](const RunReport& run) { return run.facts.money == runs.front().facts.money; };
  const std::string money = std::ranges::all_of(runs, is_of_first) ? money_label(runs.front()) : "money of each";
  Panel profit{.title = "Profit since the start", .is_time = true, .x_label = "UTC", .y_label = money, .x = times};
  Panel under{.title = has_share ? "Underwater, per cent of the highest equity" : "Underwater, in money",
              .is_time = true,
              .x_label = "UTC",
              .y_label = has_share ? "%" : money,
              .x = times};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const double start = curves[i].empty() ? 0 : curves[i].front().y[index_of(CurveValue::kEquity)];
    Series gained{.name = runs[i].name, .tone = kRunTones[i], .y = carried(curves[i], CurveValue::kEquity, times)};
    for (double& value : gained.y) value -= start;
    profit.series.push_back(std::move(gained));
    Series below{.name = runs[i].name,
                 .tone = kRunTones[i],
                 .y = carried(curves[i], has_share ? CurveValue::kDrawdown : CurveValue::kBelowPeak, times)};
    for (double& value : below.y) value *= has_share ? kPerCent : 1;
    under.series.push_back(std::move(below));
  }
  return {std::move(profit), std::move(under)};
}

}  // namespace acts::report
