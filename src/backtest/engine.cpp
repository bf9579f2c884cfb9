#include "backtest/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/sample_check.hpp"

namespace acts::backtest {
namespace {

// Later than any event, and earlier than never.
constexpr UnixNanos kEnd{INT64_MAX - 1};

}  // namespace

Engine::Engine(std::vector<InstrumentSetup> setups, Strategy& strategy, EngineOptions options, RunListener* listener)
    : strategy_(&strategy), options_(std::move(options)), listener_(listener) {
  ACTS_ASSERT(!setups.empty());
  ACTS_ASSERT(!options_.sample || *options_.sample > Nanos{0});
  runs_.reserve(setups.size());
  for (InstrumentSetup& setup : setups) {
    const InstrumentId id(static_cast<std::uint32_t>(runs_.size()));
    runs_.push_back(std::make_unique<InstrumentRun>(std::move(setup), id, listener, last_fill_));
  }
}

Result<RunEnd> Engine::run() {
  if (const Result<void> begun = begin(); !begun) return std::unexpected(begun.error());
  for (;;) {
    const Result<bool> more = run_until(reach());
    if (!more) return std::unexpected(more.error());
    if (!*more) return finish();
  }
}

UnixNanos Engine::reach() const {
  UnixNanos next = InstrumentRun::kNever;
  for (const auto& run : runs_) next = std::min({next, run->next_at_venue(), run->next_row_here(), run->next_answer()});
  next = std::max(next, now_);
  return next < kEnd - kMostAhead ? next + kMostAhead : kEnd;
}

Result<void> Engine::begin() {
  wants_ = strategy_->wants();
  wants_rows_ = wants_.book || wants_.trades;
  wants_answers_ = wants_.orders || wants_.fills;
  const bool has_stored = std::ranges::any_of(runs_, [](const auto& run) { return run->features().spool != nullptr; });
  const bool computes = !wants_.features.empty() && !has_stored;
  reads_rows_ = wants_rows_ || (wants_.bars && options_.bar_interval) || computes;
  begin_ = InstrumentRun::kNever;
  for (const auto& run : runs_) {
    if (Result<void> begun = run->begin(); !begun) return begun;
    begin_ = std::min({begin_, run->next_at_venue(), run->next_row_here()});
  }
  now_ = begin_;
  if (listener_ != nullptr && options_.sample && begin_ != InstrumentRun::kNever) {
    next_sample_ = next_multiple(now_, *options_.sample);
    sample_at_begin();
  }
  if (wants_.bars && options_.bar_interval && begin_ != InstrumentRun::kNever) {
    for (std::uint32_t i = 0; i < runs_.size(); ++i) {
      bars_.emplace_back(InstrumentId(i), runs_[i]->instrument().scales,
                         next_multiple({now_.value - 1}, *options_.bar_interval), *options_.bar_interval);
    }
  }
  if (Result<void> begun = computes ? begin_features() : begin_stored_features(); !begun) return begun;
  strategy_->on_start(*this);
  return {};
}

Result<void> Engine::begin_features() {
  const Result<FeaturePlan> plan = FeaturePlan::make(wants_.features, options_.features);
  if (!plan) return std::unexpected(plan.error());
  UnixNanos start = InstrumentRun::kNever;
  for (const auto& run : runs_) start = std::min(start, run->next_row_here());
  if (start == InstrumentRun::kNever) return {};
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    features_.emplace_back(*plan, runs_[i]->instrument(), InstrumentId(i), start);
  }
  return {};
}

Result<void> Engine::begin_stored_features() {
  if (wants_.features.empty() || begin_ == InstrumentRun::kNever) return {};
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    const StoredFeatureList& list = runs_[i]->features();
    if (list.spool == nullptr) continue;
    StoredFeatures& features = stored_features_.emplace_back(list, wants_.features, InstrumentId(i));
    if (Result<void> begun = features.begin(begin_); !begun) return begun;
    next_stored_ = std::min(next_stored_, features.next());
  }
  return {};
}

Result<bool> Engine::run_until(UnixNanos until) {
  if (until < now_) return has_more();
  while (has_more()) {
    const UnixNanos stop = next_stop();
    const Result<void> advanced = advance(std::min(stop, until));
    if (!advanced) return std::unexpected(advanced.error());
    if (stop > until) return has_more();
    if (!has_more()) break;
    // What the strategy has just asked for, without a latency, comes before its timers.
    if (has_more_now()) {
      if (const Result<void> counted = count_wake(); !counted) return std::unexpected(counted.error());
      continue;
    }
    sample_if_due(false);
    if (const Result<void> fired = fire_timers(); !fired) return std::unexpected(fired.error());
  }
  return false;
}

UnixNanos Engine::next_point() const {
  UnixNanos point = next_stop();
  for (const auto& run : runs_) point = std::min({point, run->next_request(), run->next_funding()});
  return std::max(point, now_);
}

RunEnd Engine::finish() {
  ACTS_ASSERT(!has_more());
  // The last stop may lie behind all that happens: where the run was cut would show in it.
  if (begin_ != InstrumentRun::kNever) now_ = begin_;
  for (const auto& run : runs_) now_ = std::max(now_, run->last_event());
  sample_if_due(true);
  strategy_->on_stop(*this);
  for (const auto& run : runs_) run->end();
  return end_of_run();
}

bool Engine::has_more() const {
  return std::ranges::any_of(runs_, [](const auto& run) { return run->has_more(); });
}

bool Engine::is_over() const {
  return std::ranges::none_of(runs_, [this](const auto& run) { return run->has_rows() || now_ <= run->last_row(); });
}

bool Engine::has_more_now() const {
  return std::ranges::any_of(
      runs_, [this](const auto& run) { return std::min(run->next_at_venue(), run->next_answer()) <= now_; });
}

// Up to there nothing can happen that the strategy must be told of before.
UnixNanos Engine::next_stop() const {
  UnixNanos stop = std::min({kEnd, next_sample_, interval_end()});
  for (const InstrumentId id : unpriced_) stop = std::min(stop, at(id).next_row_here());
  for (const Timer& timer : timers_) stop = std::min(stop, timer.at);
  for (const auto& run : runs_) {
    if (wants_rows_) stop = std::min(stop, run->next_row_here());
    if (!wants_answers_) continue;
    stop = std::min(stop, run->next_answer());
    const UnixNanos next = run->next_at_venue();
    if (next < kEnd) stop = std::min(stop, next + run->least_response());
  }
  return std::max(stop, now_);
}

Result<void> Engine::advance(UnixNanos stop) {
  // Of one instrument what the venue does at a time changes nothing of what is known here then: answers keep their
  // order.
  const bool is_one = runs_.size() == 1;
  Result<void> ran = is_one ? runs_.front()->run_venue(stop) : run_venues({stop.value - 1}, false);
  if (!ran) return ran;
  if (stop != kEnd && stop != now_) wakes_now_ = 0;
  if (stop != kEnd) now_ = stop;
  if (wants_rows_) {
    // What has come before these rows, and is not wanted, or it would have been a stop of its own.
    if (Result<void> told = tell_answers({stop.value - 1}); !told) return told;
  }
  if (Result<void> closed = close_intervals(stop); !closed) return closed;
  if (Result<void> taken = take_rows(stop); !taken) return taken;
  sample_held();
  tell_rows();
  tell_intervals();
  if (Result<void> told = tell_answers(stop); !told || is_one) return told;
  return run_venues(stop, true);
}

// Several venues go in turns, each as far as nothing comes before at another one. `tells`: of answers that come at
// once.
Result<void> Engine::run_venues(UnixNanos stop, bool tells) {
  using Turn = std::tuple<UnixNanos, bool, std::size_t>;  // when, whether it is a request, whose
  constexpr Turn kNoTurn{InstrumentRun::kNever, true, SIZE_MAX};
  for (;;) {
    Turn first = kNoTurn;
    Turn second = kNoTurn;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const UnixNanos row = runs_[i]->next_of_market();
      const UnixNanos request = runs_[i]->next_request();
      const Turn turn{std::min(row, request), request < row, i};
      if (turn < first) {
        second = std::exchange(first, turn);
      } else {
        second = std::min(second, turn);
      }
    }
    const auto [at, is_request, whose] = first;
    if (at > stop) break;
    InstrumentRun& run = *runs_[whose];
    const auto [other_at, is_other_request, other] = second;
    const UnixNanos limit = is_other_request || whose < other ? other_at : UnixNanos{other_at.value - 1};
    if (is_request) {
      run.take_next_request();
    } else if (Result<void> ran = run.run_venue_rows(std::min({stop, run.next_request(), limit})); !ran) {
      return ran;
    }
    if (!tells) continue;
    if (Result<void> told = tell_answers(stop); !told) return told;
  }
  // Middle prices may still be wanted up to there.
  for (const auto& run : runs_) {
    if (Result<void> ran = run->run_venue_rows(stop); !ran) return ran;
  }
  return {};
}

Result<void> Engine::take_rows(UnixNanos stop) {
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    Result<void> taken = reads_rows_ ? take_wanted_rows(InstrumentId(i), stop) : runs_[i]->take_rows(stop);
    if (!taken) return taken;
  }
  return {};
}

// If they are wanted, all of one time: there is none before.
Result<void> Engine::take_wanted_rows(InstrumentId id, UnixNanos stop) {
  InstrumentRun& run = at(id);
  bool has_changed = false;
  for (;;) {
    const Result<const sim::MarketRow*> row = run.take_row(stop);
    if (!row) return std::unexpected(row.error());
    if (*row == nullptr) break;
    has_changed = has_changed || sim::is_of_book((*row)->kind);
    if (!features_.empty()) features_[id.value()].add(**row);
    if ((*row)->kind != sim::RowKind::kTrade) continue;
    const Trade trade = *run.here().last_trade();
    if (wants_.trades) taken_trades_.emplace_back(id, trade);
    if (!bars_.empty()) bars_[id.value()].add(trade, {(*row)->ts});
  }
  if (has_changed && wants_.book) changed_books_.push_back(id);
  return {};
}

// Of bars and of features' intervals, the next one.
UnixNanos Engine::interval_end() const {
  const UnixNanos bars = bars_.empty() ? InstrumentRun::kNever : bars_.front().end();
  return std::min(next_stored_, features_.empty() ? bars : std::min(bars, features_.front().end()));
}

// What is known at a bar's end is of the next one, and so it is with features.
Result<void> Engine::close_intervals(UnixNanos stop) {
  if (interval_end() != stop) return {};
  if (Result<void> taken = take_rows({stop.value - 1}); !taken) return taken;
  // Whether the last ones would have been over nobody knows.
  const bool has_ended =
      std::ranges::all_of(runs_, [](const auto& run) { return run->next_row_here() == InstrumentRun::kNever; });
  if (has_ended) {
    bars_.clear();
    features_.clear();
    stored_features_.clear();
    next_stored_ = InstrumentRun::kNever;
  }
  for (TradeBars& bars : bars_) {
    if (bars.end() != stop) continue;
    Bar bar;
    if (bars.close(bar)) ended_bars_.push_back(bar);
  }
  for (LocalFeatures& features : features_) {
    if (features.end() == stop) ended_features_.push_back(features.close());
  }
  return next_stored_ == stop ? take_stored_features(stop) : Result<void>();
}

// Their values stay until they are told.
Result<void> Engine::take_stored_features(UnixNanos stop) {
  next_stored_ = InstrumentRun::kNever;
  for (StoredFeatures& features : stored_features_) {
    if (features.next() == stop) {
      const Result<FeatureValues> values = features.take();
      if (!values) return std::unexpected(values.error());
      ended_features_.push_back(*values);
    }
    next_stored_ = std::min(next_stored_, features.next());
  }
  return {};
}

void Engine::tell_intervals() {
  for (const Bar& bar : ended_bars_) strategy_->on_bar(*this, bar);
  ended_bars_.clear();
  for (const FeatureValues& values : ended_features_) strategy_->on_features(*this, told_features_.keep(values));
  ended_features_.clear();
}

// An instrument's trades, then its book; then the next one's.
void Engine::tell_rows() {
  if (taken_trades_.empty() && changed_books_.empty()) return;
  auto trade = taken_trades_.begin();
  auto book = changed_books_.begin();
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    const InstrumentId id(i);
    for (; trade != taken_trades_.end() && trade->first == id; ++trade) strategy_->on_trade(*this, id, trade->second);
    if (book == changed_books_.end() || *book != id) continue;
    strategy_->on_book(*this, id);
    ++book;
  }
  taken_trades_.clear();
  changed_books_.clear();
}

Result<void> Engine::tell_answers(UnixNanos stop) {
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    for (;;) {
      if (!unpriced_.empty()) sample_before_fill(InstrumentId(i), stop);
      const std::optional<Answer> answer = runs_[i]->take_answer(stop);
      if (!answer) break;
      if (wants_answers_ && answer->arrival == now_) {
        if (Result<void> counted = count_wake(); !counted) return counted;
      }
      tell_answer(*answer);
    }
  }
  return {};
}

void Engine::tell_answer(const Answer& answer) {
  if (answer.funding) return;  // it stands in the position
  if (answer.fill && !marks_.empty()) {
    const InstrumentId id = answer.fill->instrument;
    marks_[id.value()] = {answer.fill->price.units(), at(id).instrument().scales.price};
  }
  if (answer.fill && wants_.fills) strategy_->on_fill(*this, *answer.fill);
  if (wants_.orders) strategy_->on_order(*this, answer.update);
}

Result<void> Engine::fire_timers() {
  for (;;) {
    const auto due = std::ranges::min_element(timers_, {}, &Timer::at);
    if (due == timers_.end() || due->at > now_) return {};
    const TimerId id = due->id;
    timers_.erase(due);
    ++wakes_;
    if (Result<void> counted = count_wake(); !counted) return counted;
    strategy_->on_timer(*this, id);
  }
}

// By timers that go off at once, or by answers without a latency to what it does at each.
Result<void> Engine::count_wake() {
  if (++wakes_now_ <= kMostWakesAtOnce) return {};
  return fail(ErrorCode::kBadInput, fmt::format("the strategy was woken {} times at {}: it must let time pass",
                                                kMostWakesAtOnce, to_iso8601(now_)));
}

void Engine::tell_sample(const Sample& sample) {
  std::optional<Sample>& last = told_samples_[sample.instrument.value()];
  if (last == sample) return;
  ACTS_ASSERT(adds_up(sample, at(sample.instrument).here().account().terms()));
  last = sample;
  listener_->on_sample(sample);
}

void Engine::sample_at_begin() {
  marks_.resize(runs_.size());
  told_samples_.resize(runs_.size());
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    const Position& position = runs_[i]->here().position();
    // What is held from the start has no price yet: its first sample comes with one.
    if (!position.quantity.is_zero()) {
      unpriced_.emplace_back(i);
      continue;
    }
    tell_sample({.ts = now_, .instrument = InstrumentId(i), .position = position, .equity = position.cash});
  }
}

void Engine::sample_first(InstrumentId id, const Decimal& mark) {
  std::erase(unpriced_, id);
  marks_[id.value()] = mark;
  const InstrumentRun& run = at(id);
  tell_sample(
      {.ts = now_, .instrument = id, .mark = mark, .position = run.here().position(), .equity = run.equity_here(mark)});
}

void Engine::sample_held() {
  for (std::size_t i = unpriced_.size(); i > 0; --i) {
    const InstrumentId id = unpriced_[i - 1];
    if (const std::optional<Decimal> middle = at(id).middle_here()) sample_first(id, *middle);
  }
}

// All that is filled lies behind the first sample: without a middle the fill's price is the first that is known.
void Engine::sample_before_fill(InstrumentId id, UnixNanos stop) {
  if (std::ranges::find(unpriced_, id) == unpriced_.end()) return;
  const std::optional<Price> price = at(id).next_fill_price(stop);
  if (price) sample_first(id, to_decimal(*price, at(id).instrument().scales));
}

void Engine::sample_if_due(bool is_last) {
  if (next_sample_ == InstrumentRun::kNever || (!is_last && now_ < next_sample_)) return;
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    const std::optional<Decimal> middle = runs_[i]->middle_here();
    if (middle) marks_[i] = middle;
    if (!middle && !is_last) continue;
    const Position& position = runs_[i]->here().position();
    tell_sample({.ts = now_,
                 .instrument = InstrumentId(i),
                 .mark = marks_[i],
                 .position = position,
                 .equity = runs_[i]->equity_here(marks_[i])});
  }
  next_sample_ = next_multiple(now_, *options_.sample);
}

ClientOrderId Engine::place(const NewOrder& order) {
  const ClientOrderId id(++last_order_);
  return is_over() ? id : at(order.instrument).place(order, id, now_);
}

OcoIds Engine::place_oco(const NewOrder& first, const NewOrder& second) {
  const OcoIds ids{ClientOrderId{last_order_ + 1}, ClientOrderId{last_order_ + 2}};
  last_order_ += 2;
  if (!is_over()) at(first.instrument).place_oco(first, second, ids, now_);
  return ids;
}

bool Engine::modify(const ModifyOrder& change) {
  if (is_over()) return false;
  return std::ranges::any_of(runs_, [&](const auto& run) { return run->modify(change, now_); });
}

bool Engine::cancel(ClientOrderId id) {
  if (is_over()) return false;
  return std::ranges::any_of(runs_, [&](const auto& run) { return run->cancel(id, now_); });
}

void Engine::set_timer(TimerId id, UnixNanos at) {
  stop_timer(id);
  timers_.push_back({id, std::max(at, now_)});
}

void Engine::stop_timer(TimerId id) {
  std::erase_if(timers_, [id](const Timer& timer) { return timer.id == id; });
}

RunEnd Engine::end_of_run() const {
  RunEnd end{.begin = begin_, .end = now_, .fills = last_fill_, .wakes = wakes_};
  end.told_features = told_features_.are_told(runs_.size());
  for (const auto& run : runs_) {
    end.positions.push_back(run->here().position());
    end.missed_fundings.push_back(run->account().missed_fundings());
    const std::optional<Decimal> mark = run->middle_here();
    end.marks.push_back(mark);
    end.equities.push_back(mark ? std::optional(run->equity_here(mark)) : std::nullopt);
  }
  return end;
}

}  // namespace acts::backtest
