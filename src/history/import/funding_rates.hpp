// Funding rates of one perpetual as its stream markPrice announced them, collected while a recording is looked through.
// Fields r and T: https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/
// Mark-Price-Stream, read 2026-11. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/import/recorded_messages.hpp"

namespace acts::history {

struct AnnouncedRate {
  UnixNanos ts_recv = {};
  UnixNanos at = {};      // when it will be paid
  std::int64_t rate = 0;  // in units of 10^-kScale

  static constexpr int kScale = 8;
  friend bool operator==(const AnnouncedRate&, const AnnouncedRate&) = default;
};

class FundingRates {
 public:
  static constexpr std::size_t kMostRates = 1'000'000;  // 24 bytes each; more are not kept, and is_whole() says so

  explicit FundingRates(std::string symbol) : symbol_(std::move(symbol)) {}

  void take(const SeenMessage& seen);
  // In the order of receipt; what is announced again unchanged is not there again.
  [[nodiscard]] const std::vector<AnnouncedRate>& rates() const { return rates_; }
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  // Announcements that cannot be read.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  std::string symbol_;
  std::vector<AnnouncedRate> rates_;
  bool is_whole_ = true;
  std::uint64_t refused_ = 0;
};

// Of the message as it stands in a recording. Nothing: it is of another kind or symbol, or of a contract without
// funding. Errors: kBadInput: it cannot be read.
Result<std::optional<AnnouncedRate>> parse_mark_price(std::string_view json, std::string_view symbol,
                                                      UnixNanos ts_recv);

}  // namespace acts::history
