#include "exchange/weight_meter.hpp"

#include <algorithm>

namespace acts::exchange {

WeightMeter::Account& WeightMeter::account_of(std::string_view address, UnixNanos now) {
  const auto found = accounts_.find(address);
  if (found != accounts_.end()) return found->second;
  if (accounts_.size() >= kMaxAddresses) {
    std::erase_if(accounts_, [now](const auto& entry) { return entry.second.banned_until <= now; });
  }
  if (accounts_.size() >= kMaxAddresses) accounts_.erase(accounts_.begin());
  Account fresh;
  fresh.next_ban = rules_.first_ban;
  return accounts_.emplace(address, fresh).first->second;
}

WeightVerdict WeightMeter::charge(std::string_view address, int weight, UnixNanos now) {
  Account& account = account_of(address, now);
  const UnixNanos window = floor_to(now, rules_.window);
  if (window > account.window) {
    account.window = window;
    account.used = 0;
    account.refused = 0;
  }
  if (now < account.banned_until) return {418, account.used, account.banned_until - now};
  if (account.used + weight <= rules_.limit) {
    account.used += weight;
    return {200, account.used, Nanos{0}};
  }
  if (++account.refused <= rules_.refusals_before_ban) {
    return {429, account.used, next_multiple(now, rules_.window) - now};
  }
  account.banned_until = now + account.next_ban;
  account.next_ban = std::min(account.next_ban * 2, rules_.longest_ban);
  return {418, account.used, account.banned_until - now};
}

}  // namespace acts::exchange
