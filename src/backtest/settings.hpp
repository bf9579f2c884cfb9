// What a backtest is made of, as its configuration says it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"
#include "acts/market/instrument.hpp"
#include "acts/strategy/parameters.hpp"

#include "backtest/bars/bar_path.hpp"
#include "backtest/bars/sweep_plan.hpp"
#include "backtest/event_feed.hpp"
#include "backtest/features/feature_plan.hpp"
#include "backtest/fees.hpp"
#include "backtest/venue_rules.hpp"
#include "sim/account/account.hpp"
#include "sim/latency_distribution.hpp"
#include "sim/latency_span.hpp"
#include "sim/venue.hpp"

namespace acts::backtest {

struct LatencySettings {
  std::optional<std::string> file = {};  // recorded: its rows
  bool is_drawn = false;                 // of the distributions below; else constant
  sim::Latency entry = {};
  sim::Latency response = {};
  sim::DistributionParameters entry_distribution = {};
  sim::DistributionParameters response_distribution = {};
  std::uint64_t seed = 0;  // of what is drawn
};

// How the simulated venue decides.
struct ExchangeSettings {
  std::optional<sim::FillSizes> fills = {};  // nothing: fill_sizes_of()
  sim::QueueModel queue = {};
  bool as_hftbacktest = false;
  SelfTradePrevention self_trades = SelfTradePrevention::kNone;
  RuleSettings rules = {};
  sim::OrderRates rates = {};
  BarPath bar_path = BarPath::kWorst;
};

// As it is said; else as much as there was, and as hftbacktest usually has it where that is asked for.
inline sim::FillSizes fill_sizes_of(const ExchangeSettings& exchange) {
  return exchange.fills.value_or(exchange.as_hftbacktest ? sim::FillSizes::kFull : sim::FillSizes::kPartial);
}

// What funding is paid by.
enum class FundingSource : std::uint8_t {
  kData,  // what the recording announced last before each time
  kFile,
  kNone,
};

// Which price margin is asked of, and liquidation decided by.
enum class MarkSource : std::uint8_t {
  kMiddle,     // of the best prices
  kMarkPrice,  // the venue's, as the recording's stream of it has them
};

// One instrument of a run: its rules, where its data is, and what stands between it and us.
struct InstrumentSettings {
  Instrument info = {};       // venue, symbol and its rules
  std::string interval = {};  // of bars, "5m"; empty: the files tell. The same for all of a run.
  // Of books one recording, which is read in the order of time, or .npz in it; of bars one series of candles in the
  // order given.
  std::vector<std::string> files = {};
  // Where there are no files, the catalog of this data directory is the data: its order books and trades, as this
  // origin tells them (empty: the only one there is). Bars are made of its rows of the kind `source` (empty: klines),
  // of candles with their interval (empty: that of the bars); origin empty: the archive, or the only one there is. Of
  // files of candles `source` is their kind, where their names do not say it.
  std::string data_dir = {};
  std::string source = {};
  std::string source_interval = {};
  std::string origin = {};
  std::optional<UnixNanos> from = {};  // received then and later
  std::optional<UnixNanos> to = {};    // and before
  ClockShift clock_shift = {};
  bool best_bid_offer = false;  // not of .npz: put into the depth (FusedDepth); else it is passed over
  LatencySettings latency = {};
  Fees fees = {};
  ExchangeSettings exchange = {};
  sim::Contract contract = {};
  std::string settlement_asset = {};  // empty: what the symbol says
  Decimal initial_base = {};          // of an account of spot
  sim::MarginModel margin = {};
  MarkSource mark = MarkSource::kMiddle;
  std::optional<FundingSource> funding_source = {};  // nothing: funding_source_of()
  std::string funding_file = {};
  // Stored features: of files, one behind the other, or of the store of this interval in the data directory
  // `features_dir`; a row is known so long after its time.
  std::vector<std::string> features_files = {};
  std::optional<Nanos> features_store = {};
  std::string features_dir = {};
  Nanos features_delay{};
};

// Instruments of a run at most.
inline constexpr std::size_t kMostInstruments = 256;

// As it is said; else the file's where one is named, and else the data's, as the venue would. hftbacktest knows none.
// Of spot none: a file that is named is that of contracts beside it.
inline FundingSource funding_source_of(const InstrumentSettings& settings) {
  const bool is_spot = settings.info.venue == Venue::kBinanceSpot;
  if (is_spot && settings.funding_source != FundingSource::kData) return FundingSource::kNone;
  if (settings.funding_source) return *settings.funding_source;
  if (!settings.funding_file.empty()) return FundingSource::kFile;
  return settings.exchange.as_hftbacktest ? FundingSource::kNone : FundingSource::kData;
}

// Of what a run's instruments name, features are told as they are stored, and none are computed.
inline bool has_stored_features(const InstrumentSettings& settings) {
  return !settings.features_files.empty() || settings.features_store;
}

// Of a sweep: parameters chosen on one span of time and held against the next, again and again.
struct WalkForwardSettings {
  Nanos train{};
  Nanos test{};
  Nanos purge{};    // left out between the two,
  Nanos embargo{};  // and so much more
};

struct BacktestSettings {
  bool is_bars = false;                              // else order books
  std::vector<InstrumentSettings> instruments = {};  // by their InstrumentId; at least one of a run
  sim::AccountKind account = sim::AccountKind::kUnlimited;
  Decimal initial_balance = {};  // booked with the first instrument
  std::string strategy = {};     // its name
  std::string library = {};      // that it is in; empty: one of acts
  std::vector<GivenParameter> parameters = {};
  std::vector<SweepAxis> sweep = {};  // parameters that a sweep varies
  std::optional<WalkForwardSettings> walk_forward = {};
  Nanos sample = std::chrono::seconds{1};
  bool books = true;                         // of order books: their folder has those that orders and fills met
  std::optional<UnixNanos> books_from = {};  // ... from this time on, and before the other
  std::optional<UnixNanos> books_to = {};
  std::optional<Nanos> bar_interval = {};  // of order books: of the bars that a strategy is told
  FeatureSettings features = {};           // of order books: what the columns are that a strategy may want
};

}  // namespace acts::backtest
