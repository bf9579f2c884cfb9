// What Binance charges an IP address for REST requests: clock-aligned windows, 429 above the limit, 418 for those who
// go on. Pure. Rules: "LIMITS" of the spot REST API, read 2026-07-21; how many ignored 429s lead to a ban is not
// documented.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "acts/base/time.hpp"

namespace acts::exchange {

struct WeightRules {
  int limit = 6000;
  Nanos window = kMinute;
  int refusals_before_ban = 10;  // answers with 429 in one window
  Nanos first_ban = std::chrono::minutes{2};
  Nanos longest_ban = std::chrono::days{3};  // each ban is twice as long as the one before
};

struct WeightVerdict {
  int status = 200;  // or 429, 418
  int used = 0;      // in this window, this request included unless it was refused
  Nanos retry_after{0};
};

class WeightMeter {
 public:
  // Addresses remembered at once; when there are more, those without a ban are forgotten.
  static constexpr std::size_t kMaxAddresses = 4096;

  explicit WeightMeter(WeightRules rules) : rules_(rules) {}

  WeightVerdict charge(std::string_view address, int weight, UnixNanos now);
  [[nodiscard]] const WeightRules& rules() const { return rules_; }

 private:
  struct Account {
    UnixNanos window;
    int used = 0;
    int refused = 0;
    UnixNanos banned_until;
    Nanos next_ban{0};
  };
  Account& account_of(std::string_view address, UnixNanos now);

  WeightRules rules_;
  std::map<std::string, Account, std::less<>> accounts_;
};

}  // namespace acts::exchange
