// Bars out of the catalog: which data set they are made of, and of what rule. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/bars/bar_source.hpp"
#include "history/engine/catalog_rows.hpp"

namespace acts::history {

enum class BarShape : std::uint8_t { kTime, kSize, kImbalance };

struct BarRequest {
  std::string venue = {};
  std::string symbol = {};           // as the catalog spells it
  std::string kind = {};             // "klines", "agg_trades", …
  std::string source_interval = {};  // of candles, "1m"
  std::string origin = {};           // empty: the archive's if there is one, else the only one there is
  RowPeriod period = {};
  BarShape shape = BarShape::kTime;
  BarMeasure measure = BarMeasure::kTick;
  std::string size = {};   // of time an interval; of imbalance the trades that a bar is expected to have
  std::int64_t span = 20;  // of imbalance
  bool fill = false;
  bool by_keys = false;  // a backtest's configuration gives it: errors name its keys, not flags
};

class CatalogBars final : public RowSource {
 public:
  // `all`: what the catalog holds, needed no longer; `duck` outlives this. Errors: kUsage: a kind that makes no bars, a
  // size that is none, candles that do not make whole bars, no such data, more than one origin; kStorage: a file of it
  // that is not in its place.
  static Result<CatalogBars> open(Duck& duck, const CatalogPaths& paths, const std::vector<CatalogFile>& all,
                                  const BarRequest& request);

  // Rows of bar_kind(). Errors: CatalogRows::next(), BarSource::next().
  Result<bool> next(Row& row) override { return bars_->next(row); }
  [[nodiscard]] DecimalForm form() const { return rows_->form(); }
  [[nodiscard]] const BarFacts& facts() const { return bars_->facts(); }

 private:
  CatalogBars() = default;

  // The second reads from the first, wherever this is moved to.
  std::unique_ptr<CatalogRows> rows_;
  std::unique_ptr<BarSource> bars_;
};

}  // namespace acts::history
