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
  if (is_too_many_ || closes.values.empty()) return;
  const bool has_returns = !returns_of(std::span(closes.values)).empty();
  if (has_returns && judged_.empty()) {
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

SetFigures SweepJudge::figures_of(const Judged& set, PeriodRange range) const {
  Closes closes;
  const auto cut = [range](const auto& all, auto& out) {
    out.assign(all.begin() + static_cast<std::ptrdiff_t>(range.begin),
               all.begin() + static_cast<std::ptrdiff_t>(range.end + 1));
  };
  cut(times_, closes.times);
  cut(set.equity, closes.values);
  return set_figures(closes, period_, risk_free_rate_);
}

ReturnTable SweepJudge::returns_above(double risk_free) const {
  ReturnTable returns;
  returns.reserve(judged_.size());
  for (const Judged& set : judged_) returns.push_back(excess_of(returns_of(std::span(set.equity)), risk_free));
  return returns;
}

ReturnTable SweepJudge::all_tries(const ReturnTable& judged, double risk_free) const {
  ReturnTable returns;
  returns.reserve(judged.size() + ended_.size());
  std::size_t next = 0;
  const auto take_judged_before = [&](std::size_t number) {
    for (; next < judged.size() && judged_[next].number < number; ++next) returns.push_back(judged[next]);
  };
  for (const Ended& set : ended_) {
    if (!is_its_begin(set.chosen)) continue;
    take_judged_before(set.number);
    returns.push_back(excess_of(returns_until_ruin(std::span(set.chosen.closes.values), times_.size() - 1), risk_free));
  }
  take_judged_before(std::numeric_limits<std::size_t>::max());
  return returns;
}

SweepSummary SweepJudge::summary(const std::optional<WalkForwardSpans>& spans,
                                 const std::function<ParameterTexts(std::size_t)>& parameters) const {
  SweepSummary summary{.objective = std::string(objective_.name),
                       .period = period_,
                       .risk_free_rate = risk_free_rate_,
                       .sets = sets_,
                       .judged = judged_.size()};
  if (judged_.empty()) {
    summary.notes.push_back(
        is_too_many_ ? fmt::format("more than {} returns: sets are not held against each other", most_returns_)
                     : "no set has returns: equity must be above 0 at the start of each period; say with --capital "
                       "what was set aside");
    return summary;
  }
  summary.returns = times_.size() - 1;
  choose_best(summary, returns_above(risk_free_of(risk_free_rate_, period_)));
  if (spans) walk(summary, returns_above(0), *spans);
  summary.parameters = parameters(summary.best);
  for (SweepFold& fold : summary.folds) fold.parameters = parameters(fold.set);
  return summary;
}

void SweepJudge::choose_best(SweepSummary& summary, const ReturnTable& excess) const {
  std::vector<double> sharpes;
  sharpes.reserve(judged_.size());
  std::size_t best = 0;
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < judged_.size(); ++i) {
    const std::optional<double> value = figures_of(judged_[i], {0, excess[i].size()}).*objective_.value;
    sharpes.push_back(score_of(sharpe(excess[i], 1)));
    if (score_of(value) <= most) continue;
    most = score_of(value);
    best = i;
    summary.best_value = value;
  }
  summary.best = judged_[best].number;
  summary.best_sharpe = sharpe(excess[best], periods_a_year(period_));
  summary.deflated_sharpe = deflated_sharpe(excess[best], sharpes, sets_);
  tell_overfitting(summary, excess);
}

void SweepJudge::tell_overfitting(SweepSummary& summary, const ReturnTable& excess) const {
  const ReturnTable tries = all_tries(excess, risk_free_of(risk_free_rate_, period_));
  // Blocks of at least two periods, of which half can be chosen in more than a few ways.
  constexpr std::size_t kLeastBlocks = 4;
  summary.blocks = std::min(kMostBlocks, summary.returns / 4 * 2);
  if (summary.blocks < kLeastBlocks || tries.size() < 2 || tries.size() > kMostRanked) {
    summary.notes.push_back(
        fmt::format("no probability of overfitting: it is of 2 to {} sets with 8 returns at least", kMostRanked));
    summary.blocks = 0;
    return;
  }
  summary.overfitting = overfitting_probability(tries, summary.blocks);
}

void SweepJudge::walk(SweepSummary& summary, const ReturnTable& returns, const WalkForwardSpans& spans) const {
  const std::size_t train = periods_in(spans.train, period_);
  const std::size_t test = periods_in(spans.test, period_);
  const std::size_t between = periods_in(spans.purge, period_) + periods_in(spans.embargo, period_);
  const std::vector<Fold> folds = walk_forward_folds(summary.returns, train, test, between);
  if (folds.empty()) {
    summary.notes.push_back(
        fmt::format("no walk-forward: training, what is left out and a test are {} returns by {}, and there are {}",
                    train + between + test, period_name(period_), summary.returns));
    return;
  }
  const WalkForward walked = walk_forward(returns, folds, [this](std::size_t set, const Fold& fold) {
    return score_of(figures_of(judged_[set], fold.train.front()).*objective_.value);
  });
  for (std::size_t i = 0; i < folds.size(); ++i) {
    const Judged& chosen = judged_[walked.chosen[i]];
    const PeriodRange learnt = folds[i].train.front();
    const SetFigures in_test = figures_of(chosen, folds[i].test);
    summary.folds.push_back({.train_from = times_[learnt.begin],
                             .train_to = times_[learnt.end],
                             .test_from = times_[folds[i].test.begin],
                             .test_to = times_[folds[i].test.end],
                             .set = chosen.number,
                             .trained = figures_of(chosen, learnt).*objective_.value,
                             .tested = in_test.*objective_.value,
                             .test_return = in_test.total_return});
  }
  Closes& stitched = summary.out_of_sample;
  double equity = 1;
  stitched.times.push_back(times_[folds.front().test.begin]);
  stitched.values.push_back(equity);
  for (std::size_t i = 0; i < walked.returns.size(); ++i) {
    equity *= 1 + walked.returns[i];
    stitched.times.push_back(times_[folds.front().test.begin + i + 1]);
    stitched.values.push_back(equity);
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
