// What a strategy is told, and what it asks for, call by call: all there is to know of what it decides.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/order.hpp"

namespace acts::backtest {

enum class CallKind : std::uint8_t { kStart, kStop, kBook, kTrade, kBar, kFeatures, kOrder, kFill, kTimer };
// "on_start", ...
std::string_view name_of(CallKind kind) noexcept;

// A call of the strategy. They are numbered from 1 within a run.
struct ToldCall {
  CallKind kind = CallKind::kStart;
  UnixNanos now = {};         // local
  std::uint32_t subject = 0;  // the instrument's number, of a timer its own; 0 of kStart and kStop
  std::uint32_t digest = 0;   // of all values that were told with it (digest_of(), value_form.hpp); 0: of none
  friend bool operator==(const ToldCall&, const ToldCall&) = default;
};

enum class DecisionKind : std::uint8_t { kPlace, kModify, kCancel, kSetTimer, kStopTimer, kPlaceOco };
// "place()", ...
std::string_view name_of(DecisionKind kind) noexcept;

// Something that was asked for within a call.
struct Decision {
  DecisionKind kind = DecisionKind::kPlace;
  NewOrder order = {};      // kPlace; the first of kPlaceOco
  NewOrder second = {};     // kPlaceOco
  ModifyOrder change = {};  // kModify; of kCancel its id
  std::uint32_t timer = 0;  // kSetTimer, kStopTimer
  UnixNanos at = {};        // kSetTimer
  // What it came back with: kPlace: the order's id, kPlaceOco: the first one's; kModify, kCancel: 1 if it was sent.
  std::uint64_t answer = 0;
};
// By what is meant for its kind.
bool operator==(const Decision& a, const Decision& b);

// For messages: "on_timer of 0 at 2024-08-08T23:55:00.000Z", "place() buy 100@61685 gtx, answered with 3" (in units).
std::string in_words(const ToldCall& call);
std::string in_words(const Decision& decision);

// Hears of all that a strategy is told and asks for, in that order.
class DecisionListener {
 public:
  virtual ~DecisionListener() = default;
  // Before the strategy is told.
  virtual void on_call(const ToldCall& call) = 0;
  // With its answer.
  virtual void on_decision(const Decision& decision) = 0;
};

// Thrown through an engine by what stands in a strategy's place, where the run cannot go on. Caught by guarded().
struct StrategyFailure {
  Error error;
};

}  // namespace acts::backtest
