// What a whole sweep says: the best parameter set and how much of it luck would have come to, and what choosing on some
// periods would have come to on those behind them. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/period_closes.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "report/statistics/selection.hpp"
#include "report/sweep/set_figures.hpp"

namespace acts::report {

// Spans of time; each is rounded up to whole periods.
struct WalkForwardSpans {
  Nanos train{};    // above 0
  Nanos test{};     // above 0
  Nanos purge{};    // left out between the two,
  Nanos embargo{};  // and so much more
};

using ParameterTexts = std::vector<std::pair<std::string, std::string>>;

struct SweepFold {
  UnixNanos train_from = {};
  UnixNanos train_to = {};
  UnixNanos test_from = {};
  UnixNanos test_to = {};
  std::size_t set = 0;  // the number of the best in training,
  ParameterTexts parameters = {};
  std::optional<double> trained = {};      // its objective there,
  std::optional<double> tested = {};       // and in the test,
  std::optional<double> test_return = {};  // of which this is the total return
};

struct SweepSummary {
  // What the sweep was: an object as `run` of run.json is one; and the SHA-256 of the bytes of its table. Empty: it is
  // not known.
  std::string run = {};
  std::string table_sha256 = {};
  std::string objective = {};
  Nanos period{};
  double risk_free_rate = 0;  // a year; of all Sharpe ratios, and of the objective where it takes one
  std::size_t sets = 0;
  std::size_t judged = 0;   // of them, with returns; the others count as tries, and may be chosen in a fold
  std::size_t ruined = 0;   // of them, whose equity fell to 0 or below
  std::size_t returns = 0;  // of each
  // The best of all returns.
  std::size_t best = 0;  // its number; 0: none
  ParameterTexts parameters = {};
  std::optional<double> best_value = {};
  std::optional<double> best_sharpe = {};
  std::optional<double> deflated_sharpe = {};
  std::optional<double> overfitting = {};  // probability, of all sets that ran
  std::size_t blocks = 0;                  // that it is of
  std::vector<SweepFold> folds = {};
  Closes out_of_sample = {};  // 1 at the start of the first test; the tests' returns one after the other
  SetFigures out_of_sample_figures = {};
  std::vector<std::string> notes = {};  // why something is not there
};

class SweepJudge {
 public:
  // Returns of all sets in memory: 400 MB. More, and nothing is judged but each set by itself.
  static constexpr std::size_t kMostReturns = 50'000'000;
  static constexpr std::size_t kMostBlocks = 16;
  // For the probability of overfitting: 12,870 ways to halve the blocks, in each of which all are ranked.
  static constexpr std::size_t kMostRanked = 5'000;

  // `objective`: of parse_objective(). `risk_free_rate`: as of set_figures(). `most_returns`: for tests.
  explicit SweepJudge(NamedFigure objective, double risk_free_rate = 0, std::size_t most_returns = kMostReturns)
      : objective_(objective), risk_free_rate_(risk_free_rate), most_returns_(most_returns) {}

  // In rising order of their numbers (asserted); all of the same times but for the last, or ended early (a set of other
  // times is left out).
  void add(std::size_t number, const RunCloses::Chosen& chosen);
  // `parameters`: of a set's number.
  [[nodiscard]] SweepSummary summary(const std::optional<WalkForwardSpans>& spans,
                                     const std::function<ParameterTexts(std::size_t)>& parameters) const;

 private:
  struct Judged {
    std::size_t number = 0;
    std::vector<double> equity = {};
  };
  // Of a set without returns: its equity fell to nothing, or ended early.
  struct Ended {
    std::size_t number = 0;
    RunCloses::Chosen chosen = {};
  };
  // A set that ran, over times_ or the begin of them.
  struct Tried {
    std::size_t number = 0;
    bool is_judged = false;
    std::span<const double> equity = {};  // up to the first, if there is one, that is not above 0; of judged_ or ended_
  };
  // By their numbers.
  [[nodiscard]] std::vector<Tried> tried() const;
  // As many of each, less a rate of one period: returns_until_ruin().
  [[nodiscard]] ReturnTable returns_above(double risk_free, const std::vector<Tried>& sets) const;
  // Whether it had something left at the close `i`, and more to come. Of nothing behind it.
  [[nodiscard]] bool goes_on_at(const Tried& set, std::size_t i) const;
  [[nodiscard]] bool is_alike(const RunCloses::Chosen& chosen) const;
  [[nodiscard]] bool is_its_begin(const RunCloses::Chosen& chosen) const;
  // Of the periods of the range that it has.
  [[nodiscard]] SetFigures figures_of(const Tried& set, PeriodRange range) const;
  void choose_best(SweepSummary& summary, const std::vector<Tried>& sets) const;
  void tell_overfitting(SweepSummary& summary, const ReturnTable& excess) const;
  void walk(SweepSummary& summary, const std::vector<Tried>& sets, const WalkForwardSpans& spans) const;
  // The tests, as far as there is a set to choose and something to go on with.
  void take_tests(SweepSummary& summary, const std::vector<Tried>& sets, const std::vector<Fold>& folds) const;

  NamedFigure objective_;
  double risk_free_rate_;
  std::size_t most_returns_;
  std::size_t sets_ = 0;
  std::size_t ruined_ = 0;
  std::size_t held_ = 0;
  bool is_too_many_ = false;
  Nanos period_{};
  std::vector<UnixNanos> times_;  // of the first that is judged; until then the longest
  std::vector<Judged> judged_;
  std::vector<Ended> ended_;
};

// For eyes: the best and the walk-forward, a line each, then notes. With their ends.
std::string to_text(const SweepSummary& summary);
// Where the summary of a table goes: "sma.summary.json" of "sma.csv".
std::string summary_path(std::string_view table);

// One object, and back. Errors: kBadInput: it is no summary of a sweep.
std::string to_json(const SweepSummary& summary);
Result<SweepSummary> parse_sweep_summary(std::string_view json);

}  // namespace acts::report
