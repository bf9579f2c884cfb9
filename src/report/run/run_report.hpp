// A run, read: everything its sheet shows, in bounded memory whatever the run's length.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/period_closes.hpp"

#include "report/run/book_rows.hpp"
#include "report/run/run_facts.hpp"
#include "report/run/run_rows.hpp"
#include "report/run/thinner.hpp"
#include "report/statistics/drawdown.hpp"
#include "report/statistics/gap_time.hpp"
#include "report/statistics/ledger.hpp"
#include "report/statistics/order_flow.hpp"

namespace acts::report {

// Of the whole run: equity, equity without fees, E - highest so far, E / highest so far - 1, value of the positions at
// their marks (magnitudes, summed).
inline constexpr std::size_t kCurveValues = 5;
enum class CurveValue : std::uint8_t { kEquity, kWithoutFees, kBelowPeak, kDrawdown, kExposure };
using Curve = Thinner<kCurveValues>;
// Of an instrument: mark price, position.
using Track = Thinner<2>;
// Price of fills of one side.
using FillPoints = Thinner<1>;

struct InstrumentReport {
  std::string name = {};
  EquityRow first = {};
  EquityRow last = {};
  LedgerLines ledger = {};
  Track track = {};
  FillPoints buys = {};
  FillPoints sells = {};
};

struct ListedFill {
  FillRow fill = {};
  std::optional<MarksRow> marks = {};
};

struct FillFlow {
  std::uint64_t fills = 0;
  std::uint64_t maker_fills = 0;
  std::optional<Decimal> turnover = Decimal{};  // sum of fills' values
  std::optional<Decimal> maker_turnover = Decimal{};
  std::map<std::string, std::uint64_t> causes = {};
  std::uint64_t in_gaps = 0;  // of the data, of those that RunFacts has
  Samples queue_ahead = {};   // at entry, of maker fills of which it is told
  struct MarkOut {
    double basis_points = 0;  // sum of (m_h - m) / m, in the fill's direction, in 1/10000
    std::uint64_t fills = 0;
  };
  std::array<MarkOut, kHorizons> mark_outs = {};
};

// Over the intervals between samples of an instrument that touch a gap of its data.
struct InGaps {
  std::optional<Decimal> profit = Decimal{};  // change of equity; none: beyond exact numbers
  Closes made = {};                           // that change up to each of the times of RunReport::closes
  GapTime hidden;                             // between samples of which each instrument's interval touches a gap
};

// Of fills and orders, those that a page lists: from <= their time < to.
struct ListedSpan {
  std::optional<UnixNanos> from = {};
  std::optional<UnixNanos> to = {};
  [[nodiscard]] bool contains(UnixNanos time) const { return (!from || *from <= time) && (!to || time < *to); }
};

struct RunReport {
  std::string name = {};
  RunFacts facts = {};
  // Added to equity for what is relative to it: none of the run's own figures.
  Decimal capital = {};
  double risk_free_rate = 0;  // a year: is_risk_free_rate(); taken off the returns for what is measured against it
  std::uint64_t samples = 0;
  UnixNanos first;
  UnixNanos last;
  std::optional<Decimal> opening_equity = Decimal{};  // sums over instruments
  std::optional<Decimal> closing_equity = Decimal{};
  LedgerLines ledger = {};
  std::vector<InstrumentReport> instruments = {};  // by name
  Curve curve = {};
  DrawdownMeter drawdown = {};  // of all samples, with the capital
  Nanos period{0};              // between closes: a day, or less of a run below three days
  Closes closes = {};           // equity with the capital
  // None: the data does not tell of gaps, or of more than RunFacts has.
  std::optional<InGaps> in_gaps = {};
  FillFlow fill_flow = {};
  OrderFlow order_flow = {};
  std::uint64_t order_events = 0;
  // Of each trade that is over, by time; none: too many lots or trades.
  std::optional<std::vector<double>> outcomes = std::vector<double>{};
  Samples held_seconds = {};
  ListedSpan listed = {};
  std::vector<ListedFill> listed_fills = {};  // the first ones of that time
  std::vector<OrderRow> listed_orders = {};
  std::optional<BookShelf> books = {};  // none: the run has no books.csv
  // Of other queues, if the run has any: each is a run of its own, without scenarios.
  std::vector<RunReport> scenarios = {};
};

}  // namespace acts::report
