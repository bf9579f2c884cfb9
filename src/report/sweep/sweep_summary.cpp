#include "report/sweep/sweep_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>

#include "acts/base/assert.hpp"

#include "report/sheet/figures.hpp"
#include "report/statistics/returns.hpp"

namespace acts::report {
namespace {

// A set of which it is undefined has not traded, or not enough: as if it had come to nothing.
double score_of(const std::optional<double>& value) { return value.value_or(0); }

bool is_nothing(double equity) { return !(equity > 0); }

std::size_t periods_in(Nanos span, Nanos period) {
  return static_cast<std::size_t>((span.count() + period.count() - 1) / period.count());
}

}  // namespace

bool SweepJudge::is_alike(const RunCloses::Chosen& chosen) const {
  return chosen.closes.times.size() == times_.size() && is_its_begin(chosen);
}

bool SweepJudge::is_its_begin(const RunCloses::Chosen& chosen) const {
  const std::vector<UnixNanos>& times = chosen.closes.times;
  return chosen.period == period_ && times.size() <= times_.size() &&
         std::equal(times.begin(), times.end() - 1, times_.begin());
}

void SweepJudge::add(std::size_t number, const RunCloses::Chosen& chosen) {
  ACTS_ASSERT(judged_.empty() || number > judged_.back().number);
  ++sets_;
  const Closes& closes = chosen.closes;
  if (closes.values.empty()) return;
  // Of one that began with nothing it is not known what it could have lost.
  if (!is_nothing(closes.values.front()) && std::ranges::any_of(closes.values, is_nothing)) ++ruined_;
  if (is_too_many_) return;
  const bool has_returns = !returns_of(std::span(closes.values)).empty();
  if (judged_.empty() && (has_returns || closes.times.size() > times_.size())) {
    period_ = chosen.period;
    times_ = closes.times;
  }
  const bool is_judged = has_returns && is_alike(chosen);
  // Of those that ended the times are held as well, which those of a later set may tell to be others.
  held_ += is_judged ? closes.values.size() : 2 * closes.values.size();
  is_too_many_ = held_ > most_returns_;
  if (is_too_many_) {
    judged_.clear();
    ended_.clear();
  } else if (is_judged) {
    judged_.push_back({number, closes.values});
  } else {
    ended_.push_back({number, chosen});
  }
}

std::vector<SweepJudge::Tried> SweepJudge::tried() const {
  std::vector<Tried> sets;
  sets.reserve(judged_.size() + ended_.size());
  const auto add = [&sets](std::size_t number, bool is_judged, const std::vector<double>& equity) {
    const auto ruin = std::ranges::find_if(equity, is_nothing);
    const auto count = static_cast<std::size_t>(ruin - equity.begin()) + (ruin == equity.end() ? 0U : 1U);
    sets.push_back({number, is_judged, std::span(equity).first(count)});
  };
  for (const Judged& set : judged_) add(set.number, true, set.equity);
  for (const Ended& set : ended_) {
    if (is_its_begin(set.chosen)) add(set.number, false, set.chosen.closes.values);
  }
  std::ranges::sort(sets, {}, &Tried::number);
  return sets;
}

ReturnTable SweepJudge::returns_above(double risk_free, const std::vector<Tried>& sets) const {
  ReturnTable returns;
  returns.reserve(sets.size());
  for (const Tried& set : sets) {
    returns.push_back(excess_of(returns_until_ruin(set.equity, times_.size() - 1), risk_free));
  }
  return returns;
}

bool SweepJudge::goes_on_at(const Tried& set, std::size_t i) const {
  if (i >= set.equity.size() || is_nothing(set.equity[i])) return false;
  return i + 1 < set.equity.size() || set.equity.size() == times_.size();
}

SetFigures SweepJudge::figures_of(const Tried& set, PeriodRange range) const {
  Closes closes;
  const std::size_t end = std::min(range.end + 1, set.equity.size());
  for (std::size_t i = range.begin; i < end; ++i) {
    closes.times.push_back(times_[i]);
    closes.values.push_back(set.equity[i]);
  }
  return set_figures(closes, period_, risk_free_rate_);
}

SweepSummary SweepJudge::summary(const std::optional<WalkForwardSpans>& spans,
                                 const std::function<ParameterTexts(std::size_t)>& parameters) const {
  SweepSummary summary{.objective = std::string(objective_.name),
                       .period = period_,
                       .risk_free_rate = risk_free_rate_,
                       .sets = sets_,
                       .judged = judged_.size(),
                       .ruined = ruined_};
  if (judged_.empty()) {
    summary.notes.push_back(
        is_too_many_ ? fmt::format("more than {} returns: sets are not held against each other", most_returns_)
                     : "no set has returns: equity must be above 0 at the start of each period; say with --capital "
                       "what was set aside");
  }
  const std::vector<Tried> sets = tried();
  if (sets.empty() || times_.size() < 2) return summary;
  summary.returns = times_.size() - 1;
  if (!judged_.empty()) choose_best(summary, sets);
  if (spans) walk(summary, sets, *spans);
  if (summary.best != 0) summary.parameters = parameters(summary.best);
  for (SweepFold& fold : summary.folds) fold.parameters = parameters(fold.set);
  return summary;
}

void SweepJudge::choose_best(SweepSummary& summary, const std::vector<Tried>& sets) const {
  const ReturnTable excess = returns_above(risk_free_of(risk_free_rate_, period_), sets);
  std::vector<double> sharpes;
  sharpes.reserve(sets.size());
  std::size_t best = 0;
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < sets.size(); ++i) {
    sharpes.push_back(score_of(sharpe(excess[i], 1)));
    if (!sets[i].is_judged) continue;
    const std::optional<double> value = figures_of(sets[i], {0, summary.returns}).*objective_.value;
    if (score_of(value) <= most) continue;
    most = score_of(value);
    best = i;
    summary.best_value = value;
  }
  summary.best = sets[best].number;
  summary.best_sharpe = sharpe(excess[best], periods_a_year(period_));
  summary.deflated_sharpe = deflated_sharpe(excess[best], sharpes, sets_);
  tell_overfitting(summary, excess);
}

void SweepJudge::tell_overfitting(SweepSummary& summary, const ReturnTable& excess) const {
  // Blocks of at least two periods, of which half can be chosen in more than a few ways.
  constexpr std::size_t kLeastBlocks = 4;
  summary.blocks = std::min(kMostBlocks, summary.returns / 4 * 2);
  if (summary.blocks < kLeastBlocks || excess.size() < 2 || excess.size() > kMostRanked) {
    summary.notes.push_back(
        fmt::format("no probability of overfitting: it is of 2 to {} sets with 8 returns at least", kMostRanked));
    summary.blocks = 0;
    return;
  }
  summary.overfitting = overfitting_probability(excess, summary.blocks);
}

void SweepJudge::walk(SweepSummary& summary, const std::vector<Tried>& sets, const WalkForwardSpans& spans) const {
  const std::size_t train = periods_in(spans.train, period_);
  const std::size_t test = periods_in(spans.test, period_);
  const std::size_t between = periods_in(spans.purge, period_) + periods_in(spans.embargo, period_);
  std::vector<Fold> folds = walk_forward_folds(summary.returns, train, test, between);
  if (folds.empty()) {
    summary.notes.push_back(
        fmt::format("no walk-forward: training, what is left out and a test are {} returns by {}, and there are {}",
                    train + between + test, period_name(period_), summary.returns));
    return;
  }
  // What has ended does not begin again: behind the first fold without a set there is none.
  const auto none_left = std::ranges::find_if(folds, [&](const Fold& fold) {
    return std::ranges::none_of(sets, [&](const Tried& set) { return goes_on_at(set, fold.train.front().end); });
  });
  if (std::ranges::all_of(sets, [](const Tried& set) { return is_nothing(set.equity.front()); })) return;
  if (none_left != folds.end()) {
    summary.notes.push_back(
        fmt::format("the walk-forward has no test from {} on: each set had lost all it had, or ended",
                    to_iso8601(times_[none_left->test.begin])));
    folds.erase(none_left, folds.end());
  }
  if (!folds.empty()) take_tests(summary, sets, folds);
}

void SweepJudge::take_tests(SweepSummary& summary, const std::vector<Tried>& sets,
                            const std::vector<Fold>& folds) const {
  const WalkForward walked = walk_forward(returns_above(0, sets), folds, [&](std::size_t set, const Fold& fold) {
    const PeriodRange learnt = fold.train.front();
    // Whoever chooses knows what has been lost by then, and nothing of what will be.
    if (!goes_on_at(sets[set], learnt.end)) return -std::numeric_limits<double>::infinity();
    return score_of(figures_of(sets[set], learnt).*objective_.value);
  });
  Closes& stitched = summary.out_of_sample;
  stitched.times.push_back(times_[folds.front().test.begin]);
  stitched.values.push_back(1);
  auto next = walked.returns.begin();
  for (std::size_t i = 0; i < folds.size() && !is_nothing(stitched.values.back()); ++i) {
    const Tried& chosen = sets[walked.chosen[i]];
    const PeriodRange learnt = folds[i].train.front();
    if (!goes_on_at(chosen, folds[i].test.begin)) {
      summary.notes.push_back(
          fmt::format("the walk-forward ends at {}: set {}, chosen for the test from then on, lost all it had, or "
                      "ended, in what is "
                      "left out before it",
                      to_iso8601(times_[folds[i].test.begin]), chosen.number));
      break;
    }
    const SetFigures in_test = figures_of(chosen, folds[i].test);
    summary.folds.push_back({.train_from = times_[learnt.begin],
                             .train_to = times_[learnt.end],
                             .test_from = times_[folds[i].test.begin],
                             .test_to = times_[folds[i].test.end],
                             .set = chosen.number,
                             .trained = figures_of(chosen, learnt).*objective_.value,
                             .tested = in_test.*objective_.value,
                             .test_return = in_test.total_return});
    for (std::size_t k = folds[i].test.begin; k < folds[i].test.end && !is_nothing(stitched.values.back()); ++k) {
      stitched.times.push_back(times_[k + 1]);
      stitched.values.push_back(stitched.values.back() * (1 + *next++));
    }
    if (!is_nothing(stitched.values.back())) continue;
    summary.notes.push_back(fmt::format("the walk-forward ends at {}: set {}, chosen for that test, lost all it had",
                                        to_iso8601(stitched.times.back()), chosen.number));
  }
  summary.out_of_sample_figures = set_figures(stitched, period_, risk_free_rate_);
}

std::string to_text(const SweepSummary& summary) {
  const auto told = [](const std::optional<double>& value) { return value ? number_text(*value) : "undefined"; };
  const std::string risk_free = risk_free_text(summary.risk_free_rate, summary.period);
  std::string text;
  if (summary.best != 0) {
    std::string parameters;
    for (const auto& [name, value] : summary.parameters) parameters += fmt::format(", {} {}", name, value);
    text += fmt::format("best of {} sets by {}: set {}{}: {}", summary.judged, summary.objective, summary.best,
                        parameters, told(summary.best_value));
    text += fmt::format("; deflated Sharpe ratio {}, probability of overfitting {}, {}\n",
                        told(summary.deflated_sharpe), told(summary.overfitting), risk_free);
  }
  if (summary.ruined > 0) {
    text +=
        fmt::format("{} of {} sets lost all they had: their equity fell to 0 or below\n", summary.ruined, summary.sets);
  }
  if (!summary.folds.empty()) {
    text += fmt::format("walk-forward of {} tests: total return {}, Sharpe ratio {}, {}\n", summary.folds.size(),
                        told(summary.out_of_sample_figures.total_return), told(summary.out_of_sample_figures.sharpe),
                        risk_free);
  }
  for (const std::string& note : summary.notes) text += note + "\n";
  return text;
}

std::string summary_path(std::string_view table) {
  const std::size_t slash = table.find_last_of('/');
  const std::size_t point = table.find_last_of('.');
  const bool has_ending = point != std::string_view::npos && (slash == std::string_view::npos || point > slash + 1);
  return fmt::format("{}.summary.json", has_ending ? table.substr(0, point) : table);
}

}  // namespace acts::report
