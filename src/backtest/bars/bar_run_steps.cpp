// The steps of a run over bars.
#include "acts/base/assert.hpp"

#include "backtest/bars/bar_run.hpp"

namespace acts::backtest {

Result<void> BarRun::step(std::span<const Bar> bars) {
  ACTS_ASSERT(!bars.empty() && bars.front().open_time >= now_);
  if (!is_quiet() || next_event_ < bars.front().close_time) return step_fully(bars);
  now_ = bars.front().close_time;
  return conclude(bars);
}

Result<void> BarRun::step_each(std::span<const Bar> bars) {
  ACTS_ASSERT(markets_.size() == 1);
  while (!bars.empty()) {
    bars = bars.subspan(pass_quiet(bars));
    if (has_answers_) {
      if (Result<void> told = drain(); !told) return told;
    }
    if (bars.empty()) break;
    if (Result<void> stepped = step(bars.first(1)); !stepped) return stepped;
    bars = bars.subspan(1);
  }
  return {};
}

std::size_t BarRun::pass_quiet(std::span<const Bar> bars) {
  if (!is_quiet() || !wants_.bars || listener_ != nullptr) return 0;
  Market& only = markets_.front();
  std::size_t passed = 0;
  while (passed < bars.size() && !has_answers_ && timers_.empty()) {
    const Bar& bar = bars[passed];
    ACTS_ASSERT(bar.open_time >= now_);
    if (next_event_ < bar.close_time) break;
    now_ = bar.close_time;
    mark(only, bar.close);
    measure();
    ++passed;
    strategy_->on_bar(*this, bar);
  }
  bars_ += passed;
  return passed;
}

Result<void> BarRun::conclude(std::span<const Bar> bars) {
  for (const Bar& bar : bars) {
    Market& of = markets_[bar.instrument.value()];
    mark(of, bar.close);
    if (listener_ != nullptr && now_ >= next_sample_) sample(of, to_decimal(bar.close, of.instrument.scales));
  }
  if (listener_ != nullptr) {
    is_sampled_ = now_ >= next_sample_;
    if (is_sampled_) next_sample_ = now_ + sample_;
  }
  measure();
  bars_ += bars.size();
  if (!wants_.bars) return {};
  for (const Bar& bar : bars) {
    strategy_->on_bar(*this, bar);
    if (!has_answers_) continue;
    if (Result<void> told = drain(); !told) return told;
  }
  return {};
}

Result<void> BarRun::step_fully(std::span<const Bar> bars) {
  const UnixNanos opened = bars.front().open_time;
  const UnixNanos closed = bars.front().close_time;
  if (Result<void> run = run_between(opened, true); !run) return run;
  if (Result<void> paid = pay_fundings({opened.value - 1}, {}, BarPart::kOpen); !paid) return paid;
  now_ = opened;
  for (const Bar& bar : bars) markets_[bar.instrument.value()].venue.note_price(bar.open);
  if (Result<void> paid = pay_fundings(opened, bars, BarPart::kOpen); !paid) return paid;
  if (Result<void> done = open(bars); !done) return done;
  for (const Bar& bar : bars) markets_[bar.instrument.value()].venue.defer_requests();
  if (Result<void> run = run_between(closed, false); !run) return run;
  now_ = closed;
  if (Result<void> paid = pay_fundings({closed.value - 1}, bars, BarPart::kPath); !paid) return paid;
  if (Result<void> done = close(bars); !done) return done;
  if (Result<void> done = conclude(bars); !done) return done;
  return tell_features(closed);
}

Result<void> BarRun::open(std::span<const Bar> bars) {
  for (const Bar& bar : bars) {
    BarVenue& venue = markets_[bar.instrument.value()].venue;
    if (venue.is_idle()) continue;
    venue.on_open(bar);
    has_answers_ = has_answers_ || !venue.answers().empty();
  }
  // What is placed in reply arrives at the same price, and may be answered again.
  for (std::size_t rounds = 0; has_answers_; ++rounds) {
    if (Result<void> told = drain(); !told) return told;
    if (rounds == kMostAnswersAtOnce) return endless("answers each answer with orders");
    for (const Bar& bar : bars) {
      BarVenue& venue = markets_[bar.instrument.value()].venue;
      venue.on_reply(bar);
      has_answers_ = has_answers_ || !venue.answers().empty();
    }
  }
  return {};
}

Result<void> BarRun::close(std::span<const Bar> bars) {
  for (const Bar& bar : bars) {
    BarVenue& venue = markets_[bar.instrument.value()].venue;
    venue.note_price(bar.close);
    venue.on_path(bar);
    has_answers_ = has_answers_ || !venue.answers().empty();
  }
  return has_answers_ ? drain() : Result<void>();
}

}  // namespace acts::backtest
