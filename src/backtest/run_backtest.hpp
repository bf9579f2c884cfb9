// A backtest from its settings to its files: opens data, makes the strategy, runs, writes. Blocking.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"

#include "backtest/assumptions.hpp"
#include "backtest/books/book_recorder.hpp"
#include "backtest/data_notes.hpp"
#include "backtest/engine.hpp"
#include "backtest/instrument.hpp"
#include "backtest/isolate/isolated_strategy.hpp"
#include "backtest/lookahead/altered_feed.hpp"
#include "backtest/market_feed.hpp"
#include "backtest/order_counts.hpp"
#include "backtest/settings.hpp"
#include "recording/file_ops.hpp"
#include "sim/account/account.hpp"

namespace acts::backtest {

// A run that is reproduced from its decision log, without its strategy.
struct ReplayedRun {
  std::string log = {};
  std::string identity = {};                           // the run's,
  std::map<std::string, std::string> parameters = {};  // and its strategy's in canonical form
  bool has_books = true;                               // its folder's run.json tells of books.csv
  std::string library = "null";                        // as that has it
};

// A run over data that is altered from the cut on, whose decisions before it are held against those of a log. It ends
// at the cut, with kCancelled.
struct ComparedRun {
  std::string log = {};
  FutureCut cut = {};
};

struct RunRequest {
  BacktestSettings settings = {};
  std::string version = {};             // of acts
  std::string configuration = {};       // its text, as it was read
  std::string configuration_file = {};  // its path, as it was given: files that it names lie relative to its folder
  std::string overrides = {};           // what flags say in its place: the settings have it, and what the run is
  std::string json = {};                // where the object goes; empty: nowhere
  // Where the folder goes; empty: nowhere. "{}" in it stands for the first digits of what the run is: of data, settings
  // and version.
  std::string folder = {};
  std::string restore = {};                    // a file with the strategy's state before the run; empty: none
  std::string save_state = {};                 // where its state after the run goes; empty: nowhere
  std::optional<IsolateOptions> isolate = {};  // the strategy runs in a process of its own
  std::string scenario = {};                   // the folder of the one that this is (scenarios.hpp); empty: none
  bool scenarios = false;                      // of books: the strategy goes through other queues beside itself
  std::optional<ReplayedRun> replayed = {};
  std::optional<ComparedRun> compared = {};
  std::function<void(std::string_view)> on_problem = {};  // is told of what cannot be read; may be empty
};

struct InstrumentReport {
  BacktestInstrument instrument = {};
  std::string asset = {};  // that it settles in
  FeedFacts data = {};
  std::optional<double> latency_covered = {};  // part of the data's time; nothing: latencies are of no file
  bool pays_announced = false;                 // funding is paid as the data announced it
  std::size_t funding_times = 0;               // that the data tells of, where funding is left to it
  MarketGaps gaps = {};                        // what is missing in the run's time
  DataProblems problems = {};                  // what could not be read
  std::uint64_t unreadable_announcements = 0;  // of mark prices and funding, of recordings
  OrderCounts orders = {};
  std::uint64_t missed_fundings = 0;  // times at which nothing was paid, for there was no price
  Position position = {};
  std::optional<Decimal> mark = {};    // the last middle price as known here; nothing if the book ended empty,
  std::optional<Decimal> equity = {};  // and so this
};

struct AccountReport {
  std::string asset = {};  // that it settles in
  sim::AccountKind kind = sim::AccountKind::kUnlimited;
  std::uint64_t liquidations = 0;
  Decimal borne_by_others = {};  // of losses beyond the balance
  Decimal other_paid = {};       // of the asset that fees are paid in
};

AccountReport account_report(const std::string& asset, const sim::Account& account);

struct RunReport {
  RunEnd end = {};
  std::vector<InstrumentReport> instruments = {};  // by their ids
  std::vector<AccountReport> accounts = {};        // in the order of the first instrument of each
  std::optional<Decimal> equity = {};              // of all; nothing if one has none, or they settle in several assets
  std::vector<Assumption> assumptions = {};
  std::string folder = {};                 // where it went
  std::optional<BooksLeftOut> books = {};  // nothing: there are none

  [[nodiscard]] OrderCounts orders() const;  // of all
  // Cash, fee and funding of all, without a quantity; nothing if they settle in several assets.
  [[nodiscard]] std::optional<Position> sum() const;
};

// What is to be told of the run's data.
ReadMarkets read_markets(const RunReport& report);

// Of an isolated strategy that crashes, throws or does not return the folder so far stays, marked as broken off.
// Errors: kUsage: settings that do not go together, files that are not there; kBadInput, kStorage; of a compared run
// kCancelled.
Result<RunReport> run_backtest(FileOps& ops, const RunRequest& request);

}  // namespace acts::backtest
