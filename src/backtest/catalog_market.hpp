// Order books and trades out of the catalog as a market's events, a UTC day of receipt at a time: what is in memory is
// a day at most and the engine's state of a few (CatalogRange), however long the range is. Blocking; not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/catalog_range.hpp"
#include "backtest/market_gaps.hpp"
#include "backtest/run_identity.hpp"
#include "backtest/settings.hpp"
#include "history/export/hft_rows.hpp"
#include "history/export/npz_file.hpp"
#include "sim/account/funding_book.hpp"

namespace acts::backtest {

class CatalogMarket {
 public:
  // Of what was received before `settings.to`; of `settings.from` the days from the last snapshot before it on, which
  // the book of that time is made of; without them all there is. `on_problem` is
  // told of trades that are left out, as nobody knows when they were received. Errors: kUsage: there are no books of it
  // in the catalog, or of several origins and none is named; kStorage.
  static Result<std::unique_ptr<CatalogMarket>> open(const InstrumentSettings& settings,
                                                     const std::function<void(std::string_view)>& on_problem);

  // From the beginning each time they are opened, single wrong times of the venue's mended (MendedTimes), of which only
  // the first tells: rows stand in the order of receipt, whatever that is. It outlives them.
  [[nodiscard]] history::OpenEvents events();
  // What is missing in the updates and trades of the range, by their ids: reads those through. Errors: as the
  // catalog's.
  Result<MarketGaps> gaps();
  // Paid in the range as the catalog has it, if the settings leave it to the data (FundingSource).
  [[nodiscard]] const std::vector<sim::FundingTime>& funding() const { return funding_; }

 private:
  class Days;
  explicit CatalogMarket(CatalogRange range) : range_(std::move(range)) {}
  // Of the days of the span that are wanted, what was received on each.
  [[nodiscard]] std::vector<CatalogRange::Span> days_of(const CatalogRange::Span& span) const;
  // False: some have none.
  Result<bool> take_ids(history::QuerySession& session, const CatalogRange::Span& day, history::UpdateGaps& gaps);
  Result<void> take_trade_ids(history::QuerySession& session, const CatalogRange::Span& day, history::TradeGaps& gaps);
  [[nodiscard]] std::string where_received(const CatalogRange::Span& day) const;
  Result<void> find_snapshot_before(UnixNanos from);
  Result<void> check_best() const;
  Result<void> tell_untimed(std::optional<UnixNanos> from) const;
  Result<void> read_funding(const InstrumentSettings& settings);

  CatalogRange range_;
  Venue venue_ = Venue::kBinanceSpot;
  history::HftWanted wanted_;
  UnixNanos begin_{INT64_MIN};  // the days from its one on are read
  std::vector<sim::FundingTime> funding_;
  std::function<void(std::string_view)> on_problem_;
};

// The catalog's files that these, and funding, may come from, by their names in the catalog. Errors: as above.
Result<std::vector<DataFile>> catalog_book_data(const InstrumentSettings& settings);

}  // namespace acts::backtest
