// What goes wrong at one venue of the exchange because somebody asked for it: a test, or a plan of faults. All is well
// at first. Pure; symbols go by their names ("BTCUSDT").
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "acts/base/time.hpp"

#include "exchange/market_source.hpp"
#include "exchange/true_book.hpp"
#include "net/http_message.hpp"

namespace acts::exchange {

enum class RestFault : std::uint8_t {
  kTooManyRequests,  // 429 with Retry-After
  kBanned,           // 418 with Retry-After
  kForbidden,        // 403 and a page of HTML, as the firewall in front of the venue
  kUnavailable,      // 503 and a page of HTML
  kServerError,      // 500 and the venue's own JSON
  kReset,            // no answer: the connection is reset (HttpResponse::status 0)
};

class Faults {
 public:
  // The next `count` depth updates of the symbol reach nobody, though the book has them: a gap.
  void lose_updates(std::string_view symbol, std::uint64_t count = 1) { lost_[std::string(symbol)] += count; }
  // No stream of the symbol sends anything any more, or does again.
  void silence(std::string_view symbol) { silent_.emplace(symbol); }
  void unsilence(std::string_view symbol) { silent_.erase(std::string(symbol)); }
  // Depth answers of the symbol show this book from now on, however old it becomes, or the true one again.
  void show_stale_book(std::string_view symbol, TrueBook book) {
    stale_.insert_or_assign(std::string(symbol), std::move(book));
  }
  void show_true_book(std::string_view symbol) { stale_.erase(std::string(symbol)); }
  // Depth answers are made at once and sent so much later, by the venue's clock.
  void delay_depth_answers(Nanos delay) { depth_delay_ = delay; }
  // The next `count` requests whose path ends in `endpoint` ("depth"; "" for any) fail like this, at no weight.
  void fail_requests(RestFault fault, std::uint64_t count, std::string_view endpoint = "",
                     Nanos retry_after = std::chrono::seconds{1});

  // For the venue. False: this message is to reach nobody; counts it.
  bool lets_through(const MarketMessage& message, const ListedSymbol& symbol);
  std::optional<HttpResponse> take_rest_fault(std::string_view path, UnixNanos now);
  [[nodiscard]] const TrueBook* stale_book(std::string_view symbol) const;
  [[nodiscard]] Nanos answer_delay(std::string_view path) const;

  [[nodiscard]] std::uint64_t messages_withheld() const { return withheld_; }
  [[nodiscard]] std::uint64_t requests_failed() const { return failed_; }

 private:
  std::map<std::string, std::uint64_t, std::less<>> lost_;
  std::set<std::string, std::less<>> silent_;
  std::map<std::string, TrueBook, std::less<>> stale_;
  Nanos depth_delay_{0};
  RestFault rest_fault_ = RestFault::kReset;
  std::uint64_t rest_faults_left_ = 0;
  std::string rest_endpoint_;
  Nanos retry_after_{0};
  std::uint64_t withheld_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace acts::exchange
