#include "backtest/decisions/replay_strategy.hpp"

#include <fmt/format.h>

#include <string>
#include <variant>

namespace acts::backtest {
namespace {

const DecisionRecord* next_of(DecisionLogReader& log) {
  const Result<const DecisionRecord*> record = log.peek();
  if (!record) throw StrategyFailure{record.error()};
  return *record;
}

std::string words_of(const DecisionRecord& record) {
  if (const auto* const call = std::get_if<ToldCall>(&record)) return in_words(*call);
  if (const auto* const decision = std::get_if<Decision>(&record)) return in_words(*decision);
  return "the end of the run";
}

[[noreturn]] void differ(std::uint64_t number, std::string_view here, std::string_view there) {
  throw StrategyFailure{
      {ErrorCode::kBadInput, fmt::format("call {} differs: {}, and in the decision log {}", number, here, there)}};
}

void ask_for(const Decision& decision, StrategyContext& context) {
  switch (decision.kind) {
    case DecisionKind::kPlace: context.place(decision.order); break;
    case DecisionKind::kPlaceOco: context.place_oco(decision.order, decision.second); break;
    case DecisionKind::kModify: context.modify(decision.change); break;
    case DecisionKind::kCancel: context.cancel(decision.change.id); break;
    case DecisionKind::kSetTimer: context.set_timer(TimerId{decision.timer}, decision.at); break;
    case DecisionKind::kStopTimer: context.stop_timer(TimerId{decision.timer}); break;
  }
}

}  // namespace

const DecisionRecord* DecisionMatcher::next() {
  const DecisionRecord* const record = next_of(*log_);
  if (std::holds_alternative<DecisionLogEnd>(*record)) return nullptr;
  const auto* const call = std::get_if<ToldCall>(record);
  return call != nullptr && before_ && call->now >= *before_ ? nullptr : record;
}

void DecisionMatcher::on_call(const ToldCall& call) {
  const bool is_compared = !before_ || call.now < *before_;
  const DecisionRecord* const record = next();
  if (const auto* const decision = record == nullptr ? nullptr : std::get_if<Decision>(record)) {
    differ(calls_, fmt::format("nothing more within {}", in_words(call_)), in_words(*decision));
  }
  ++calls_;
  call_ = call;
  if (record == nullptr && !is_compared) throw StrategyFailure{{ErrorCode::kCancelled, "all was compared"}};
  if (!is_compared) differ(calls_, fmt::format("there is none before {}", in_words(call)), words_of(*record));
  if (record == nullptr) differ(calls_, in_words(call), words_of(*next_of(*log_)));
  const ToldCall& logged = std::get<ToldCall>(*record);
  if (logged != call) {
    ToldCall with_digest = logged;
    with_digest.digest = call.digest;
    differ(calls_, in_words(call), with_digest == call ? "it is told other values" : in_words(logged));
  }
  log_->take();
}

void DecisionMatcher::on_decision(const Decision& decision) {
  const DecisionRecord& record = *next_of(*log_);
  const auto* const logged = std::get_if<Decision>(&record);
  if (logged == nullptr || !(*logged == decision)) {
    const std::string there = logged != nullptr ? in_words(*logged) : std::string("nothing more within it");
    differ(calls_, fmt::format("{} asks for {}", in_words(call_), in_words(decision)), there);
  }
  log_->take();
}

Result<void> DecisionMatcher::finish() {
  try {
    if (const DecisionRecord* const record = next()) differ(calls_ + 1, "there is none", words_of(*record));
  } catch (const StrategyFailure& failure) {
    return std::unexpected(failure.error);
  }
  return {};
}

void ReplayStrategy::act(StrategyContext& context) {
  if (!std::holds_alternative<ToldCall>(*next_of(*log_))) return;
  log_->take();
  for (;;) {
    const auto* const decision = std::get_if<Decision>(next_of(*log_));
    if (decision == nullptr) return;
    ask_for(*decision, context);
    log_->take();
  }
}

}  // namespace acts::backtest
