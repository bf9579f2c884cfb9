// Where bars come from: files of candles in every form that acts imports, or the catalog. One bar is in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/market/bar.hpp"

#include "backtest/instrument.hpp"
#include "history/import/row_reader.hpp"
#include "history/import/source_name.hpp"
#include "history/table/kind.hpp"

namespace acts::backtest {

class BarReader {
 public:
  virtual ~BarReader() = default;
  // True: `bar` is the next one, its open not before the close of the one before. False: there is none, however often
  // asked. Errors: kBadInput: saying where and what; final.
  virtual Result<bool> next(Bar& bar) = 0;
  // Bars that are not there between those that were read.
  [[nodiscard]] virtual std::uint64_t missing() const = 0;
};

// Makes bars of rows of candles, and holds them to what bars are.
class RowBars {
 public:
  // `kind`: of candles, or bar_kind(); outlives this. `interval`: microseconds; 0: a
  // bar ends where its row says.
  RowBars(const history::Kind& kind, std::int64_t interval, const BacktestInstrument& instrument, InstrumentId id);

  // Prices must be on the tick. A volume is rounded down to the lot's decimals, but not to 0: that is a bar without
  // trades. Errors: kBadInput, not saying where: off the tick, too large, low above high or the like, without an end,
  // not behind the bar before, or further behind it than kMostLeap.
  Result<Bar> read(const history::Row& row);
  // Bars that are not there between those that are.
  [[nodiscard]] std::uint64_t missing() const { return missing_; }

 private:
  [[nodiscard]] Result<Price> price_at(const history::Row& row, std::size_t column) const;
  [[nodiscard]] Result<Quantity> volume_of(const history::Row& row) const;
  [[nodiscard]] Result<void> check(const Bar& bar) const;

  const history::Kind* kind_;
  std::int64_t interval_;
  InstrumentId id_;
  Scales scales_;
  std::int64_t tick_ = 1;
  std::size_t open_time_ = 0;
  std::size_t close_time_ = 0;
  std::size_t prices_[4]{};  // open, high, low, close
  std::size_t volume_ = 0;
  std::size_t trades_ = 0;
  bool has_last_ = false;
  UnixNanos last_close_ = {};
  std::uint64_t missing_ = 0;
};

// Files one after the other, each in a form that `acts import` knows.
class FileBars final : public BarReader {
 public:
  // `hints`: what names do not tell. Errors: kUsage: a file is not there or no candles; its interval is not known.
  static Result<std::unique_ptr<FileBars>> open(const std::vector<std::string>& paths,
                                                const history::SourceHints& hints, const BacktestInstrument& instrument,
                                                InstrumentId id);
  Result<bool> next(Bar& bar) override;
  [[nodiscard]] std::uint64_t missing() const override { return bars_->missing(); }

 private:
  FileBars() = default;
  Result<void> open_file(std::size_t i);
  std::vector<std::string> paths_;
  std::vector<history::DataSet> sets_;
  history::SourceHints hints_;
  std::size_t at_ = 0;
  std::unique_ptr<history::RowReader> reader_;
  std::unique_ptr<RowBars> bars_;
};

// Those of another reader that begin within a period.
class PeriodBars final : public BarReader {
 public:
  // `from` is included, `to` is not.
  PeriodBars(std::unique_ptr<BarReader> bars, std::optional<UnixNanos> from, std::optional<UnixNanos> to)
      : bars_(std::move(bars)), from_(from), to_(to) {}
  Result<bool> next(Bar& bar) override;
  [[nodiscard]] std::uint64_t missing() const override { return bars_->missing() - before_; }

 private:
  std::unique_ptr<BarReader> bars_;
  std::optional<UnixNanos> from_;
  std::optional<UnixNanos> to_;
  std::uint64_t before_ = 0;  // missing ones, before the period
};

}  // namespace acts::backtest
