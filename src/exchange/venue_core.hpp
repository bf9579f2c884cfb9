// One venue of the exchange without its sockets: REST, streams, connection limits and the market behind them. Pure: it
// is handed requests, frames and the venue's time, and hands back answers and what is to be sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "binance/rate_budget.hpp"
#include "exchange/faults.hpp"
#include "exchange/line_faults.hpp"
#include "exchange/market_clock.hpp"
#include "exchange/market_source.hpp"
#include "exchange/rest_api.hpp"
#include "exchange/stream_hub.hpp"
#include "net/http_message.hpp"

namespace acts::exchange {

struct CoreStats {
  HubStats streams;
  std::uint64_t requests = 0;
  std::uint64_t connects = 0;          // attempts
  std::uint64_t refused_connects = 0;  // of them, as there were too many
  std::uint64_t skipped_input = 0;     // pieces of the source that could not be read
};

// What is to become of a request.
struct RestReply {
  enum class How : std::uint8_t {
    kWhole,
    kTruncated,  // the whole is announced, `body_bytes` of it are sent, and the connection ends
    kReset,      // the connection is reset instead
    kNever,      // nothing is ever said
  };
  HttpResponse response;
  How how = How::kWhole;
  std::size_t body_bytes = 0;
  Nanos delay{0};  // sent so much later, by the venue's clock
};

class VenueCore {
 public:
  // What a book remembers, in changes, where a plan shows old ones (FaultPlan::oldest_book).
  static constexpr std::size_t kHistoryOfStaleBooks = 50'000;

  // Connection attempts are counted for so many addresses at once; beyond, the first of them is forgotten.
  static constexpr std::size_t kMaxAddresses = 4096;

  // `clock` outlives the object; it is shared by all venues of the exchange.
  VenueCore(Venue venue, std::unique_ptr<MarketSource> source, MarketClock& clock, WeightRules weights);

  // What goes wrong from now on; the plan's times count from `now`. With a plan that shows old books the source must
  // keep its history (kHistoryOfStaleBooks).
  void play(const FaultPlan& plan, UnixNanos now);

  RestReply request(const RestCall& call, UnixNanos now);

  // A WebSocket handshake: a session, or how it is refused; status 0: by a reset.
  std::variant<SessionId, HttpResponse> connect(std::string_view path, std::string_view query, std::string_view peer,
                                                UnixNanos now);
  void on_text(SessionId session, std::string_view text, UnixNanos now);
  void on_ping(SessionId session, UnixNanos now);
  void on_pong(SessionId session, std::string_view payload, UnixNanos now);
  void on_slow(SessionId session) { hub_.on_slow(session); }
  void on_closed(SessionId session, UnixNanos now);

  // A market that can (MarketSource::skip) makes up for at most so much of its time and leaves out the rest: made at
  // once, all that a long pause of this machine has kept back would overrun clients that read as fast as they should.
  static constexpr Nanos kMostBehind = std::chrono::milliseconds{250};
  // Takes at most `steps` steps of the market that are due; true if more are.
  bool advance(UnixNanos now, std::size_t steps);
  void on_time(UnixNanos now);
  // When advance() or on_time() is next worth calling; binance::kNever if only a client can change anything.
  [[nodiscard]] UnixNanos next_deadline() const;
  // The source has come to its end.
  [[nodiscard]] bool finished() const { return !source_->next_time(); }

  // All sessions; code 0: without a close frame, by a reset.
  void set_connection_lifetime(Nanos lifetime) { hub_.set_connection_lifetime(lifetime); }
  void set_pong_timeout(Nanos timeout) { hub_.set_pong_timeout(timeout); }
  void close_sessions(std::uint16_t code, std::string_view reason) { hub_.close_all(code, reason); }
  [[nodiscard]] Faults& faults() { return faults_; }
  [[nodiscard]] const Faults& faults() const { return faults_; }

  // As of the latest time that was told.
  std::vector<Outgoing> take_outgoing();
  // One line for each of the plan's faults that has begun or ended; at most kMaxProblems between two calls.
  std::vector<std::string> take_notes() { return std::exchange(notes_, {}); }
  // One line for each piece of the source that was skipped since the last call, for the first kMaxProblems of them, and
  // one that counts the others.
  std::vector<std::string> take_problems();
  static constexpr std::size_t kMaxProblems = 16;

  [[nodiscard]] Venue venue() const { return venue_; }
  [[nodiscard]] const MarketSource& source() const { return *source_; }
  [[nodiscard]] MarketSource& source() { return *source_; }
  [[nodiscard]] const StreamHub& hub() const { return hub_; }
  [[nodiscard]] CoreStats stats() const;

 private:
  bool count_connect(std::string_view peer, UnixNanos now);
  void skip_what_is_late(UnixNanos now);
  void publish(MarketMessage& message, UnixNanos now);
  void see(UnixNanos now);
  void send_all();
  void on_edge(const FaultEdge& edge, UnixNanos now);
  void strike_sessions(const FaultRule& rule, UnixNanos now);
  void strike(SessionId session, const FaultRule& rule, UnixNanos now);
  void set_trading(const FaultRule& rule, UnixNanos now);
  void note_past(const MarketMessage& message, UnixNanos now);
  [[nodiscard]] std::optional<TrueBook> book_of(std::string_view symbol, UnixNanos then) const;

  Venue venue_;
  std::unique_ptr<MarketSource> source_;
  MarketClock& clock_;
  Faults faults_;
  RestApi rest_;
  StreamHub hub_;
  LineFaults lines_;
  UnixNanos now_;
  // Ids of the books by the time they were reached, as far back as a plan shows old books.
  std::map<SymbolIndex, std::deque<std::pair<UnixNanos, UpdateId>>> past_;
  Nanos oldest_book_{0};
  std::map<const FaultRule*, std::vector<SessionId>> half_open_;
  std::vector<std::string> notes_;
  std::map<std::string, binance::SlidingBudget, std::less<>> connects_;
  std::vector<MarketMessage> messages_;
  std::vector<std::string> problems_;
  std::uint64_t untold_problems_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t connects_made_ = 0;
  std::uint64_t refused_connects_ = 0;
  std::uint64_t skipped_input_ = 0;
};

}  // namespace acts::exchange
