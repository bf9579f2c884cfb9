// What goes wrong at one venue of the exchange because somebody asked for it: a plan of faults, or a test. All is well
// at first. Pure: what happens follows from the plan, its seed, the order of the questions and the time they are asked
// at, so that the same run meets the same faults. Symbols go by their names ("BTCUSDT").
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"

#include "exchange/fault_plan.hpp"
#include "exchange/outgoing.hpp"
#include "net/http_message.hpp"

namespace acts::exchange {

// What becomes of one message to one connection.
struct MessageFate {
  bool lost = false;
  bool twice = false;
  bool cut = false;
  Nanos delay{0};
};

// What becomes of one request.
struct AnswerFate {
  const FaultRule* instead = nullptr;    // answered like this; see fault_answer()
  const FaultRule* truncated = nullptr;  // so many bytes of the answer are sent; 0: half of it
  Nanos delay{0};                        // made now and sent so much later
  Nanos age{0};                          // of the book that is shown
};

struct SubscriptionFate {
  bool silent = false;
  bool unanswered = false;
};

struct SymbolState {
  bool listed = true;
  bool halted = false;
  std::optional<Decimal> tick_size;
};

// A rule that begins to be in force, or ceases to be. The pointer lasts as long as the rule.
struct FaultEdge {
  const FaultRule* rule = nullptr;
  bool begins = true;
  UnixNanos at;
};

class Faults {
 public:
  // Adds the plan's rules; its times count from `start`.
  void play(const FaultPlan& plan, UnixNanos start);
  // In force since ever.
  void add(FaultRule rule);

  // The next `count` depth updates of the symbol reach nobody, though the book has them: a gap.
  void lose_updates(std::string_view symbol, std::uint64_t count = 1);
  // No stream of the symbol sends anything any more, or does again.
  void silence(std::string_view symbol);
  void unsilence(std::string_view symbol);
  // Depth answers are made at once and sent so much later, by the venue's clock; 0: at once again.
  void delay_depth_answers(Nanos delay);
  // The next `count` requests to `endpoint` ("depth"; "" for any) fail as that kind says, at no weight.
  void fail_requests(FaultKind kind, std::uint64_t count, std::string_view endpoint = "",
                     Nanos retry_after = std::chrono::seconds{1});

  // For the venue. Each counts what it hits.
  // True: a message of the market that nobody is to get.
  bool loses(std::string_view symbol, binance::StreamKind kind, UnixNanos now);
  MessageFate on_message(SessionId session, std::string_view symbol, binance::StreamKind kind, UnixNanos now);
  SubscriptionFate on_subscribe(SessionId session, UnixNanos now);
  // `endpoint`: the last part of a path; `symbol`: "" where none is asked for.
  AnswerFate on_request(std::string_view endpoint, std::string_view symbol, UnixNanos now);
  // How a handshake is refused; nullptr: it is not.
  const FaultRule* on_connect(UnixNanos now);
  // Of a rule that has begun: it hits this session.
  bool hits_session(const FaultRule& rule, SessionId session);

  [[nodiscard]] SymbolState symbol_state(std::string_view symbol, UnixNanos now) const;
  [[nodiscard]] Nanos clock_skew(UnixNanos now) const;
  [[nodiscard]] bool has_rules() const { return !rules_.empty(); }

  // Beginnings and ends of the plan's rules up to `now`, in order of time; of a rule that is many times late only
  // the last. Call it at or after next_edge(), which is binance::kNever if there is none.
  std::vector<FaultEdge> take_edges(UnixNanos now);
  [[nodiscard]] UnixNanos next_edge() const;

  [[nodiscard]] std::uint64_t hits(FaultKind kind) const { return hits_[static_cast<std::size_t>(kind)]; }
  // "drop 12, close 3": what was hit, or "none".
  [[nodiscard]] std::string hits_text() const;

 private:
  struct Rule {
    FaultRule what;
    std::uint64_t seed = 0;
    std::optional<UnixNanos> start;  // none: since ever
    std::uint64_t asked = 0;         // events whose chance was drawn
    std::int64_t time = 0;           // which of its times `hits` is of
    std::uint64_t hits = 0;
    std::int64_t next_time = 0;  // of the next edge
    bool next_begins = true;
    bool has_edges = false;
  };
  static std::optional<std::int64_t> time_of(const Rule& rule, UnixNanos now);
  static UnixNanos edge_of(const Rule& rule);
  static void pass_edge(Rule& rule);
  static void skip_what_is_late(Rule& rule, UnixNanos now);
  static bool is_on(const Rule& rule, UnixNanos now) { return time_of(rule, now).has_value(); }
  bool draws(Rule& rule);
  bool strikes(Rule& rule, UnixNanos now);
  void count_edge(const Rule& rule);

  std::list<Rule> rules_;  // that stay where they are
  std::array<std::uint64_t, kFaultKinds> hits_{};
};

// The answer that a rule of kinds answer_429 ... answer_error_in_200, or refuse_connection, puts in place of the true
// one. Status 0: a reset.
HttpResponse fault_answer(const FaultRule& rule, UnixNanos now);

}  // namespace acts::exchange
