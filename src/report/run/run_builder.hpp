// Makes a RunReport of a run's rows: all of equity.csv first, then fills.csv, then orders.csv and books.csv. Not
// thread-safe. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/period_closes.hpp"
#include "acts/base/result.hpp"

#include "report/run/gap_meter.hpp"
#include "report/run/run_report.hpp"
#include "report/statistics/closed_trades.hpp"

namespace acts::report {

class RunBuilder {
 public:
  static constexpr std::size_t kMostInstruments = 50;
  static constexpr std::size_t kMostListed = 5000;  // fills, and orders' events
  static constexpr std::size_t kMostOutcomes = 4'000'000;
  static constexpr std::size_t kMostCauses = 20;

  // `facts`: as choose_asset() has made them: rows of another asset are passed over.
  RunBuilder(std::string name, RunFacts facts, Decimal capital, const ListedSpan& listed = {});

  // Errors of all: kBadInput: times go back, an instrument that equity.csv has not, numbers that contradict each other.
  Result<void> add(const EquityRow& row);
  Result<void> add(const FillRow& fill, const MarksRow* marks);
  Result<void> add(const OrderRow& row);
  Result<void> add(const BookRow& row);
  // Errors: kBadInput: there is no equity, or not as many fills as run.json says.
  Result<RunReport> finish();

 private:
  struct Instrument {
    InstrumentReport report = {};
    std::optional<Ledger> ledger = {};
    std::optional<ClosedTrades> trades = {};
    std::optional<UnixNanos> fill_time = {};
  };
  // Lines of a file, and which of those that are reported on the first ones are.
  class Lines {
   public:
    void add(bool is_shown);
    [[nodiscard]] std::uint64_t count() const { return count_; }
    // Both from 1; nothing: it is of another asset, or a later one.
    [[nodiscard]] std::optional<std::uint64_t> shown(std::uint64_t line) const;

   private:
    std::uint64_t count_ = 0;
    std::vector<std::uint64_t> shown_;
  };
  void end_sample();
  Result<Instrument*> instrument_of(const std::string& name);
  void count_fill(const FillRow& fill, const MarksRow* marks);
  void take_trade(Instrument& instrument, const FillRow& fill);

  RunReport report_;
  Lines fill_lines_;
  Lines order_lines_;
  std::map<std::string, Instrument, std::less<>> instruments_;
  bool has_sample_ = false;
  UnixNanos sample_time_;
  // By instruments of which the first sample comes later, as their books do: a curve does not leap by it.
  ExactSum began_with_;
  RunCloses closes_;
  std::optional<GapMeter> gaps_;
};

}  // namespace acts::report
