#include "backtest/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/money.hpp"

namespace acts::backtest {
namespace {

// Later than any event, and earlier than never.
constexpr UnixNanos kEnd{INT64_MAX - 1};

// What has been made, fees and funding included.
Decimal equity_of(const Position& position, const Decimal& mark, int quantity_scale) {
  const Decimal value = times({position.quantity.units(), quantity_scale}, mark);
  return plus(minus(plus(position.cash, value), position.fee), position.funding);
}

}  // namespace

Engine::Engine(std::vector<InstrumentSetup> setups, Strategy& strategy, EngineOptions options, RunListener* listener)
    : strategy_(&strategy), options_(options), listener_(listener) {
  ACTS_ASSERT(!setups.empty());
  ACTS_ASSERT(!options.sample || *options.sample > Nanos{0});
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
  strategy_->on_start(*this);
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
  UnixNanos stop = std::min(kEnd, next_sample_);
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
  for (const auto& run : runs_) {
    if (Result<void> ran = run->run_venue(stop); !ran) return ran;
  }
  if (stop != kEnd && stop != now_) wakes_now_ = 0;
  if (stop != kEnd) now_ = stop;
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    if (Result<void> told = tell_rows(InstrumentId(i), stop); !told) return told;
  }
  return {};
}

// Our side of one instrument, up to and at `stop`. Rows and answers before it are not wanted by the strategy.
Result<void> Engine::tell_rows(InstrumentId id, UnixNanos stop) {
  InstrumentRun& run = at(id);
  for (;;) {
    bool has_changed = false;
    if (wants_rows_) {
      // With whatever is known at that very time: answers after rows.
      const UnixNanos until = std::min(stop, run.next_answer());
      for (;;) {
        const Result<const sim::MarketRow*> row = run.take_row(until);
        if (!row) return std::unexpected(row.error());
        if (*row == nullptr) break;
        has_changed = has_changed || sim::is_of_book((*row)->kind);
        if (wants_.trades && (*row)->kind == sim::RowKind::kTrade) {
          strategy_->on_trade(*this, id, *run.here().last_trade());
        }
      }
      if (has_changed && wants_.book) strategy_->on_book(*this, id);
    } else if (Result<void> taken = run.take_rows(stop); !taken) {
      return taken;
    }
    const std::optional<Answer> answer = run.take_answer(stop);
    if (!answer) return {};
    if (wants_answers_ && answer->arrival == now_) {
      if (Result<void> counted = count_wake(); !counted) return counted;
    }
    tell_answer(*answer);
  }
}

void Engine::tell_answer(const Answer& answer) {
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

void Engine::sample_at_begin() {
  marks_.resize(runs_.size());
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    const Position& position = runs_[i]->here().position();
    listener_->on_sample({.ts = now_, .instrument = InstrumentId(i), .position = position, .equity = position.cash});
  }
}

void Engine::sample_if_due(bool is_last) {
  if (next_sample_ == InstrumentRun::kNever || (!is_last && now_ < next_sample_)) return;
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    const std::optional<Decimal> middle = runs_[i]->middle_here();
    if (middle) marks_[i] = middle;
    if (!middle && !is_last) continue;
    const Position& position = runs_[i]->here().position();
    listener_->on_sample(
        {.ts = now_,
         .instrument = InstrumentId(i),
         .mark = marks_[i],
         .position = position,
         .equity = equity_of(position, marks_[i].value_or(Decimal{}), runs_[i]->instrument().scales.quantity)});
  }
  next_sample_ = next_multiple(now_, *options_.sample);
}

ClientOrderId Engine::place(const NewOrder& order) {
  const ClientOrderId id(++last_order_);
  return is_over() ? id : at(order.instrument).place(order, id, now_);
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
  for (const auto& run : runs_) {
    end.positions.push_back(run->here().position());
    end.marks.push_back(run->middle_here());
  }
  return end;
}

}  // namespace acts::backtest
