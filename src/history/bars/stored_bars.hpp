// Bars of time as candles of the catalog, of the origin `bars`: whole ones, made of what the catalog has.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"

#include "history/bars/catalog_bars.hpp"
#include "history/import/source_format.hpp"

namespace acts::history {

class StoredBars final : public OpenedSource {
 public:
  // `duck`, `paths` and `all` outlive it. Errors: as CatalogBars::open(); kUsage: bars of another rule than time,
  // filled ones, an interval that candles of the catalog do not have.
  static Result<std::unique_ptr<StoredBars>> open(Duck& duck, const CatalogPaths& paths,
                                                  const std::vector<CatalogFile>& all, BarRequest request);

  [[nodiscard]] const std::vector<DataSet>& sets() const override { return sets_; }
  // One that is still open is left out.
  Result<std::unique_ptr<RowReader>> reader(const DataSet& set, const std::string& folder) override;

  // "bars 4h of binance-spot BTCUSDT klines 1m"
  [[nodiscard]] std::string name() const;
  // SHA-256 of what they are made of, and how: another catalog gives another.
  [[nodiscard]] std::string sha256() const;

 private:
  StoredBars(Duck& duck, const CatalogPaths& paths, const std::vector<CatalogFile>& all, BarRequest request,
             std::vector<DataSet> sets)
      : duck_(&duck), paths_(&paths), all_(&all), request_(std::move(request)), sets_(std::move(sets)) {}

  Duck* duck_;
  const CatalogPaths* paths_;
  const std::vector<CatalogFile>* all_;
  BarRequest request_;
  std::vector<DataSet> sets_;
};

}  // namespace acts::history
