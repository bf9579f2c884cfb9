// Rows of the files in a run's folder, as acts backtest --out writes them: exact numbers as decimal texts, times as
// ISO 8601 UTC with up to nine digits behind the second. Pure. docs/report.md describes the files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/order.hpp"

#include "report/run/csv_table.hpp"

namespace acts::report {

// A name, an id or a reason that is longer is refused.
inline constexpr std::size_t kMostTextBytes = 256;

// equity.csv: a sample of one instrument. Money in the currency that the instrument is settled in.
struct EquityRow {
  UnixNanos time = {};
  std::string instrument = {};
  std::optional<Decimal> mark_price = {};  // none before there is one: the position is 0 then
  Decimal position = {};
  Decimal cash = {};
  Decimal fee = {};      // paid since the start; negative: received
  Decimal funding = {};  // received since the start; negative: paid
  Decimal equity = {};   // cash + position_value - fee + funding
  // Settlement asset; none: not exact, or the position is nothing and has no mark.
  std::optional<Decimal> position_value = Decimal{};
};

// fills.csv
struct FillRow {
  UnixNanos time = {};
  std::string instrument = {};
  bool is_buy = false;
  Decimal price = {};
  Decimal quantity = {};  // above 0
  bool is_maker = false;
  std::string cause = {};
  Decimal fee = {};  // negative: received
  std::string order_id = {};
  // Quantity before the order: an estimate, where a model says how cancellations share it.
  std::optional<double> queue_ahead_entry = {};
  std::optional<double> queue_ahead_fill = {};
  std::optional<Decimal> mid_price = {};
  std::optional<Decimal> realised = {};
  // Settlement asset, not negative; price x quantity where the file does not tell. None: not exact.
  std::optional<Decimal> value = {};
  Decimal base_fee = {};  // besides `fee`, out of what was bought
};

inline constexpr std::size_t kOrderEvents = std::to_underlying(OrderEvent::kTriggered) + std::size_t{1};

// orders.csv: as the strategy heard of it. Times are the venue's where the venue did it, so they may go back.
struct OrderRow {
  UnixNanos time = {};
  std::string instrument = {};
  std::string order_id = {};
  OrderEvent event = OrderEvent::kSubmitted;
  bool is_buy = false;
  std::string type = {};
  std::string time_in_force = {};
  std::optional<Decimal> price = {};  // none: a market order
  std::optional<Decimal> quantity = {};
  std::optional<Decimal> left = {};
  std::string reason = {};
  std::optional<UnixNanos> received = {};  // here; none: the run does not tell
};

// Mid prices that long after a fill.
inline constexpr std::size_t kHorizons = 4;
inline constexpr std::array<std::string_view, kHorizons> kHorizonNames{"0.1s", "1s", "10s", "60s"};
// marks.csv: of the fill of that number, in the order of fills.csv.
struct MarksRow {
  std::uint64_t fill_number = 0;
  std::array<std::optional<Decimal>, kHorizons> mid_price = {};  // none: the data ends before
};

// Errors of all: kBadInput, with the column and its remedy.
Result<CsvTable> equity_table(std::string_view header);
Result<CsvTable> fills_table(std::string_view header);
Result<CsvTable> orders_table(std::string_view header);
Result<CsvTable> marks_table(std::string_view header);
// Checks the row's equity too.
Result<EquityRow> equity_row(CsvTable& table, std::string_view line);
Result<FillRow> fill_row(CsvTable& table, std::string_view line);
Result<OrderRow> order_row(CsvTable& table, std::string_view line);
Result<MarksRow> marks_row(CsvTable& table, std::string_view line);

}  // namespace acts::report
