#include "exchange/line_faults.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "binance/rate_budget.hpp"

namespace acts::exchange {

void LineFaults::send(Outgoing one, UnixNanos now) {
  // A venue gives up on a dead session as well, but nobody hears of it.
  if (is_stalled(one.session)) return;
  const auto* text = std::get_if<SendText>(&one.what);
  if (text != nullptr && text->market_data && faults_.has_rules()) {
    send_market_data(std::move(one), now);
    return;
  }
  if (std::holds_alternative<CloseSession>(one.what)) on_closed(one.session);
  outgoing_.push_back(std::move(one));
}

void LineFaults::send_market_data(Outgoing one, UnixNanos now) {
  auto& text = std::get<SendText>(one.what);
  const std::string_view symbol =
      text.symbol == kNoSymbol ? std::string_view{} : source_.symbols()[text.symbol].instrument.symbol;
  const MessageFate fate = faults_.on_message(one.session, symbol, text.kind, now);
  if (fate.lost) return;
  if (fate.cut) text.text = std::make_shared<const std::string>(text.text->substr(0, text.text->size() / 2));
  UnixNanos due = now + fate.delay;
  if (const auto before = held_until_.find({one.session, text.symbol, text.kind}); before != held_until_.end()) {
    due = std::max(due, before->second);
  }
  for (int copies = fate.twice ? 2 : 1; copies > 0; --copies) {
    if (due > now) {
      hold(one, due);
    } else {
      outgoing_.push_back(one);
    }
  }
}

void LineFaults::hold(Outgoing one, UnixNanos due) {
  if (held_.size() >= kMaxHeld) release_first();
  const auto& text = std::get<SendText>(one.what);
  held_until_[{one.session, text.symbol, text.kind}] = due;
  held_.emplace(due, std::move(one));
}

void LineFaults::release_first() {
  const auto first = held_.begin();
  const auto& text = std::get<SendText>(first->second.what);
  const auto until = held_until_.find({first->second.session, text.symbol, text.kind});
  if (until != held_until_.end() && until->second <= first->first) held_until_.erase(until);
  if (!is_stalled(first->second.session)) outgoing_.push_back(std::move(first->second));
  held_.erase(first);
}

void LineFaults::on_time(UnixNanos now) {
  while (!held_.empty() && held_.begin()->first <= now) release_first();
}

UnixNanos LineFaults::next_deadline() const { return held_.empty() ? binance::kNever : held_.begin()->first; }

void LineFaults::stall(SessionId session) {
  if (stalled_.insert(session).second) outgoing_.push_back({session, StallSession{}});
}

void LineFaults::end_stall(SessionId session) {
  if (stalled_.erase(session) == 0) return;
  on_closed(session);
  outgoing_.push_back({session, CloseSession{0, "the network is back"}});
}

void LineFaults::on_closed(SessionId session) {
  stalled_.erase(session);
  std::erase_if(held_, [session](const auto& entry) { return entry.second.session == session; });
  std::erase_if(held_until_, [session](const auto& entry) { return std::get<0>(entry.first) == session; });
}

}  // namespace acts::exchange
