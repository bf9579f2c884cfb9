// A sweep from its settings to what each parameter set comes to. Blocking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"

#include "backtest/bars/sweep_plan.hpp"
#include "backtest/data_notes.hpp"
#include "backtest/isolate/isolated_strategy.hpp"
#include "backtest/settings.hpp"
#include "backtest/sweep/set_failure.hpp"
#include "backtest/sweep/set_totals.hpp"

namespace acts::backtest {

struct SweepRequest {
  BacktestSettings settings = {};                         // its parameters hold for all sets
  std::vector<SweepAxis> axes = {};                       // what changes
  Decimal capital = {};                                   // added to each set's equity for its closes, exactly
  std::optional<std::size_t> count = {};                  // so many sets, drawn; else all
  std::uint64_t seed = 1;                                 // what draws them
  std::size_t threads = 1;                                // at least 1
  std::optional<std::size_t> sets_a_pass = {};            // at least 1; nothing: sets_of_pass()
  std::optional<IsolateOptions> isolate = {};             // each set's strategy in a process of its own
  std::span<const std::size_t> done = {};                 // numbers of sets that are not to be run again
  std::function<void(std::string_view)> on_problem = {};  // is told of what cannot be read; may be empty
};

// One parameter set and what it came to.
struct SweepRow {
  std::size_t number = 0;  // of the combination, from 1
  SetTotals totals = {};
  std::string error = {};  // failure_line() of one that has failed, which has no totals; else empty
};

struct SweepReport {
  std::size_t sets = 0;       // that the strategy takes, those that were done before among them
  std::size_t refused = 0;    // combinations that it does not take,
  std::string refusal = {};   // and why the first of them
  SetFailures failures = {};  // of those that were run now
  ReadMarkets read = {};      // of books, what its passes have read; of funding that a set missed the most of any
  std::vector<bool> told_features = {};  // by InstrumentId, whether a set was told some; empty: none was run now
  std::uint64_t missing_bars = 0;        // of bars, those that are not there between those that are, of all instruments
};

// The rows of one pass over the data, in the order of their numbers.
using SweepPassTaker = std::function<Result<void>(std::span<const SweepRow> rows)>;

// Sets that share a pass: what is in memory, and what is lost of a sweep that is ended. At least so many that reading
// costs little beside running them, over books in each thread; more where the data is short; at most what fits memory,
// as over books each may hold a book of its own, some MB.
inline constexpr std::size_t kLeastBarSetsAPass = 512;
inline constexpr std::size_t kMostBarSetsAPass = 4096;
inline constexpr std::size_t kLeastBookSetsAThread = 16;
inline constexpr std::size_t kMostBookSetsAPass = 256;
// Rows times sets: within a minute or so of one thread.
inline constexpr std::uint64_t kRowsOfPass = 2'000'000'000;
// Each has a process of its own, to talk with which takes longer than to read.
inline constexpr std::size_t kIsolatedSetsAPass = 32;
inline constexpr std::size_t kMostIsolatedSetsAPass = 256;

// How many sets the next pass has. `rows`: of the data, once a pass has read it; 0: not known. Pure.
std::size_t sets_of_pass(const SweepRequest& request, std::uint64_t rows);

// Passes come in the order of their numbers. A set whose strategy throws, lets no time pass, or comes to more than can
// be exact has failed, and the others go on. Errors: kUsage: settings, or no combination that the strategy takes; those
// of the data; what `on_pass` fails with.
Result<SweepReport> run_sweep(const SweepRequest& request, const SweepPassTaker& on_pass);

struct SweepIdentity {
  // What two sweeps that come to the same bytes have in common: a SHA-256 of data, version, configuration (its text),
  // what is chosen of the combinations, and the capital.
  std::string id = {};
  std::string data = {};  // data_json() of what it reads, the strategy's library among it
};

// Reads the data through. `configuration`: its text, with what flags add to it. Errors: kUsage: a file is not there;
// kStorage.
Result<SweepIdentity> sweep_identity(const SweepRequest& request, std::string_view version,
                                     std::string_view configuration);

// What a sweep was, as the object `run` of a run.json has it: inputs, version, configuration, and what its data lacks.
// The same for every number of threads, and of a sweep that went on where it was ended. `failures`: of all its sets.
// Pure.
struct SweepOrigin {
  SweepIdentity identity = {};
  std::string version = {};  // of acts
  std::string configuration = {};
  std::string configuration_file = {};
};
std::string sweep_run_json(const SweepRequest& request, const SweepOrigin& origin, const SweepReport& report,
                           const SetFailures& failures);

}  // namespace acts::backtest
