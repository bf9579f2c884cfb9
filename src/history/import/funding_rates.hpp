// Funding rates and mark prices of one contract as its stream markPrice announced them, collected while a recording is
// looked through. Fields E, p, r and T:
// https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/ Mark-Price-Stream,
// read 2026-11. Not thread-safe.
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
  static constexpr std::int64_t kMostRate = 99'999'999;  // below the whole value
  friend bool operator==(const AnnouncedRate&, const AnnouncedRate&) = default;
};

struct AnnouncedMark {
  UnixNanos ts_recv = {};
  UnixNanos ts_event = {};
  std::int64_t price = 0;  // in units of 10^-AnnouncedRate::kScale; positive, at most kMostPrice

  static constexpr std::int64_t kMostPrice = 1'000'000'000'000'000'000;
  friend bool operator==(const AnnouncedMark&, const AnnouncedMark&) = default;
};

// One message of the stream.
struct MarkPriceUpdate {
  AnnouncedMark mark = {};
  std::optional<AnnouncedRate> funding = {};  // none of a contract without funding
};

class FundingRates {
 public:
  static constexpr std::size_t kMostRates = 1'000'000;  // 24 bytes each; more are not kept, and is_whole() says so
  static constexpr std::size_t kMostMarks = 8'000'000;  // likewise, and are_marks_whole(): three months of one a second

  explicit FundingRates(std::string symbol, bool keeps_marks = false)
      : symbol_(std::move(symbol)), keeps_marks_(keeps_marks) {}

  void take(const SeenMessage& seen);
  // In the order of receipt; what is announced again unchanged is not there again.
  [[nodiscard]] const std::vector<AnnouncedRate>& rates() const { return rates_; }
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  // Of each time of funding, in their order, what was announced last before it by the venue's clock. A venue that
  // brings a time forward takes those behind it back.
  [[nodiscard]] const std::vector<MarkPriceUpdate>& times() const { return times_; }
  // As rates(), if they are kept.
  [[nodiscard]] const std::vector<AnnouncedMark>& marks() const { return marks_; }
  [[nodiscard]] bool are_marks_whole() const { return are_marks_whole_; }
  // Announcements that cannot be read.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  void take_rate(const AnnouncedRate& rate);
  void take_time(const MarkPriceUpdate& update);
  void take_mark(const AnnouncedMark& mark);

  std::string symbol_;
  bool keeps_marks_;
  std::vector<AnnouncedRate> rates_;
  std::vector<MarkPriceUpdate> times_;
  std::vector<AnnouncedMark> marks_;
  bool are_marks_whole_ = true;
  bool is_whole_ = true;
  std::uint64_t refused_ = 0;
};

// Of the message as it stands in a recording. Nothing: it is of another kind or symbol. Errors: kBadInput: it cannot be
// read.
Result<std::optional<MarkPriceUpdate>> parse_mark_price(std::string_view json, std::string_view symbol,
                                                        UnixNanos ts_recv);

}  // namespace acts::history
