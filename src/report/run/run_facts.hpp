// What run.json says of a run, beside its fills, which fills.csv has. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "report/statistics/contract_value.hpp"

namespace acts::report {

// A value by its path: "latency.entry", "data[0].sha256".
struct Fact {
  std::string path = {};
  std::string text = {};

  friend bool operator==(const Fact&, const Fact&) = default;
};

struct InstrumentFacts {
  std::string asset = {};                      // that is settled in; empty: the file does not tell
  std::optional<ContractTerms> contract = {};  // none: the file does not tell, or not how
};

struct GapFact {
  UnixNanos from = {};
  UnixNanos to = {};
  std::string instrument = {};
};

struct RunFacts {
  static constexpr std::size_t kMostFacts = 500;
  static constexpr std::size_t kMostFactBytes = 2000;
  static constexpr std::size_t kMostGapsAsFacts = 20;  // of a list of gaps
  static constexpr int kMostDepth = 32;                // values in values; deeper ones are passed over

  std::vector<Fact> run = {};              // in the order of the file
  std::vector<Fact> totals = {};           // likewise
  std::string configuration = {};          // as a text, if the run keeps it as one
  std::uint64_t left_out = 0;              // facts beyond these
  std::vector<GapFact> gaps = {};          // the first kMostFacts of those with "from" and "to"
  std::uint64_t gap_count = 0;             // of them all
  bool tells_gaps = false;                 // whether there are any
  std::optional<double> gap_minutes = {};  // as it stands there
  std::string first_gap = {};              // the earliest "from", as it stands there
  std::optional<std::uint64_t> fills = {};
  InstrumentFacts alone = {};  // of the run's only instrument, of whatever name
  std::map<std::string, InstrumentFacts, std::less<>> instruments = {};  // of a run of several, by name
  std::string money = {};  // the asset that is reported on; empty: the file does not tell
  // It is one of several: gaps, totals and what else the file tells are of all.
  bool is_part = false;

  // `gaps` are all that there are, which the file tells.
  [[nodiscard]] bool has_all_gaps() const { return tells_gaps && gap_count == gaps.size(); }
  [[nodiscard]] const InstrumentFacts& of(std::string_view instrument) const;
  // Of another asset than that which is reported on.
  [[nodiscard]] bool is_left_out(std::string_view instrument) const;
};

// Money of several assets has no sum, and everything in a report is of one: `asset`, which may be empty where all
// instruments settle in the same. Errors: kUsage: it is to be said which; nothing settles in it.
Result<void> choose_asset(RunFacts& facts, std::string_view asset);

// Errors: kBadInput, with the place and the remedy.
Result<RunFacts> parse_run_facts(std::string_view text);
// Of the object `run` alone. Errors: kBadInput: it is none.
Result<RunFacts> parse_run_object(std::string_view text);

}  // namespace acts::report
