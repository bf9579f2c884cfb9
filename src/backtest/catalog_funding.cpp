#include "backtest/catalog_funding.hpp"

#include <fmt/format.h>

#include <charconv>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"

#include "history/engine/select.hpp"

namespace acts::backtest {
namespace {

constexpr Nanos kFundingDay = std::chrono::hours{24};
constexpr std::int64_t kFundingMicro = 1000;

std::string funding_select(const FundingWanted& wanted) {
  return fmt::format(
      "SELECT DISTINCT epoch_us(ts_event) AS due, CAST(rate AS VARCHAR) AS rate FROM {} WHERE venue = {} AND symbol = "
      "{} "
      "AND date >= DATE '{}' AND date <= DATE '{}' AND epoch_us(ts_event) >= {} AND epoch_us(ts_event) < {} ORDER BY "
      "due, rate LIMIT {}",
      kFundingKind, history::quoted_sql_text(wanted.venue), history::quoted_sql_text(wanted.symbol),
      to_iso8601(wanted.from - kFundingDay).substr(0, 10), to_iso8601(wanted.to + kFundingDay).substr(0, 10),
      wanted.from.value / kFundingMicro, wanted.to.value / kFundingMicro, sim::FundingBook::kMostTimes + 1);
}

// The engine writes this text.
UnixNanos time_in(const std::string& micros) {
  std::int64_t at = 0;
  const auto [end, error] = std::from_chars(micros.data(), micros.data() + micros.size(), at);
  ACTS_ASSERT(error == std::errc{} && end == micros.data() + micros.size());
  return {at * kFundingMicro};
}

}  // namespace

Result<void> add_catalog_funding(history::QuerySession& session, const FundingWanted& wanted,
                                 std::vector<sim::FundingTime>& times) {
  auto rows = session.select(funding_select(wanted), [] { return false; });
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::optional<std::string>> cells;
  for (;;) {
    const Result<bool> there = rows->next(cells);
    if (!there) return std::unexpected(there.error());
    if (!*there) return {};
    const UnixNanos at = time_in(cells.at(0).value());
    const Result<Decimal> rate = parse_decimal(cells.at(1).value());
    ACTS_ASSERT(rate.has_value());
    if (!times.empty() && times.back().at == at) {
      return fail(
          ErrorCode::kBadInput,
          fmt::format("the catalog's funding of {} {} has two rates for {}, {} and {}: name a file in [funding]",
                      wanted.venue, wanted.symbol, to_iso8601(at), to_string(times.back().rate), to_string(*rate)));
    }
    if (times.size() == sim::FundingBook::kMostTimes) {
      return fail(ErrorCode::kBadInput, fmt::format("more than {} times of funding: take parts of it, with from and to",
                                                    sim::FundingBook::kMostTimes));
    }
    times.push_back({.at = at, .rate = *rate});
  }
}

}  // namespace acts::backtest
