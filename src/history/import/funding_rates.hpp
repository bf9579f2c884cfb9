// Funding rates and mark prices of one contract as its stream markPrice announced them, put aside while a recording is
// looked through. Fields E, p, r and T:
// https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/ Mark-Price-Stream,
// read 2026-11. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/import/announcement_spool.hpp"
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
  // 64 bytes each: 900 years of three a day. Later ones are not kept, and are_times_whole() says so.
  static constexpr std::size_t kMostTimes = 1'000'000;

  explicit FundingRates(std::string symbol, bool keeps_marks = false)
      : symbol_(std::move(symbol)), keeps_marks_(keeps_marks) {}

  void take(const SeenMessage& seen);
  // AnnouncedRate, in the order of receipt; what is announced again unchanged is not there again.
  [[nodiscard]] const std::shared_ptr<const AnnouncementSpool>& rates() const { return rates_; }
  // Of each time of funding, in their order, what was announced last before it by the venue's clock. A venue that
  // brings a time forward takes those behind it back.
  [[nodiscard]] const std::vector<MarkPriceUpdate>& times() const { return times_; }
  [[nodiscard]] bool are_times_whole() const { return are_times_whole_; }
  // AnnouncedMark, as rates(), if they are kept; what comes behind a later one is left out.
  [[nodiscard]] const std::shared_ptr<const AnnouncementSpool>& marks() const { return marks_; }
  // They could not be put aside: AnnouncementSpool::add().
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  // Announcements that cannot be read.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  void take_rate(const AnnouncedRate& rate);
  void take_time(const MarkPriceUpdate& update);
  void take_mark(const AnnouncedMark& mark);
  void keep(const Result<void>& added);

  std::string symbol_;
  bool keeps_marks_;
  std::shared_ptr<AnnouncementSpool> new_rates_ = std::make_shared<AnnouncementSpool>();
  std::shared_ptr<AnnouncementSpool> new_marks_ = std::make_shared<AnnouncementSpool>();
  std::shared_ptr<const AnnouncementSpool> rates_ = new_rates_;
  std::shared_ptr<const AnnouncementSpool> marks_ = new_marks_;
  std::vector<MarkPriceUpdate> times_;
  bool are_times_whole_ = true;
  UnixNanos latest_mark_ = {INT64_MIN};
  std::optional<Error> failure_;
  std::uint64_t refused_ = 0;
};

// Of the message as it stands in a recording. Nothing: it is of another kind or symbol. Errors: kBadInput: it cannot be
// read.
Result<std::optional<MarkPriceUpdate>> parse_mark_price(std::string_view json, std::string_view symbol,
                                                        UnixNanos ts_recv);

}  // namespace acts::history
